//! Tag palettes: what a clip can be tagged with, grouped as a coach would look for it. Data, one file for each sport.

use super::time::Micros;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::LazyLock};

/// Bounds on what a user may write.
pub const MAX_TAGS: usize = 16;
pub const MAX_TAG_LENGTH: usize = 40;

/// Seconds that a tag's key marks before and after, where its palette says nothing.
const LEAD: i64 = 8;
const LAG: i64 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sport {
    #[default]
    Soccer,
    Basketball,
    AmericanFootball,
    Hockey,
    Volleyball,
    Lacrosse,
}

impl Sport {
    pub const ALL: [Self; 6] =
        [Self::Soccer, Self::Basketball, Self::AmericanFootball, Self::Hockey, Self::Volleyball, Self::Lacrosse];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Soccer => "soccer",
            Self::Basketball => "basketball",
            Self::AmericanFootball => "american_football",
            Self::Hockey => "hockey",
            Self::Volleyball => "volleyball",
            Self::Lacrosse => "lacrosse",
        }
    }
}

impl fmt::Display for Sport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Soccer => "Soccer",
            Self::Basketball => "Basketball",
            Self::AmericanFootball => "American football",
            Self::Hockey => "Hockey",
            Self::Volleyball => "Volleyball",
            Self::Lacrosse => "Lacrosse",
        })
    }
}

/// No sport that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownSport;

impl FromStr for Sport {
    type Err = UnknownSport;

    fn from_str(code: &str) -> Result<Self, UnknownSport> {
        Self::ALL.into_iter().find(|sport| sport.code() == code).ok_or(UnknownSport)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Palette {
    pub name: String,
    pub groups: Vec<Group>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Group {
    pub name: String,
    pub tags: Vec<Tag>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tag {
    pub name: String,
    /// The letter of a physical key.
    pub key: Option<char>,
    /// Seconds.
    lead: Option<i64>,
    lag: Option<i64>,
}

impl Tag {
    /// How long before and after the press of its key a clip begins and ends.
    pub fn reach(&self) -> (Micros, Micros) {
        (Micros::from_seconds(self.lead.unwrap_or(LEAD)), Micros::from_seconds(self.lag.unwrap_or(LAG)))
    }
}

impl Palette {
    pub fn tags(&self) -> impl Iterator<Item = &Tag> {
        self.groups.iter().flat_map(|group| &group.tags)
    }

    /// The tag of a physical key, as browsers name it: `KeyG`.
    pub fn of_key(&self, code: &str) -> Option<&Tag> {
        let letter = code.strip_prefix("Key")?;
        self.tags().find(|tag| tag.key.is_some_and(|key| letter.len() == 1 && letter.starts_with(key)))
    }
}

fn shipped(text: &str) -> Palette {
    serde_json::from_str(text).expect("the palettes that we ship are valid")
}

static PALETTES: LazyLock<[Palette; 6]> = LazyLock::new(|| {
    [
        shipped(include_str!("palettes/soccer.json")),
        shipped(include_str!("palettes/basketball.json")),
        shipped(include_str!("palettes/american_football.json")),
        shipped(include_str!("palettes/hockey.json")),
        shipped(include_str!("palettes/volleyball.json")),
        shipped(include_str!("palettes/lacrosse.json")),
    ]
});

pub fn palette(sport: Sport) -> &'static Palette {
    &PALETTES[sport as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Letters that mean something else in Annotate, now or by the list of keys.
    const TAKEN: &str = "JKLIONSBFMPX";

    #[test]
    fn palettes_are_short_and_their_keys_free() {
        for sport in Sport::ALL {
            let palette = palette(sport);
            let names: HashSet<&str> = palette.tags().map(|tag| tag.name.as_str()).collect();
            assert_eq!(names.len(), palette.tags().count(), "{sport}");
            assert!((12..=MAX_TAGS).contains(&names.len()), "{sport}: {}", names.len());
            let keys: Vec<char> = palette.tags().filter_map(|tag| tag.key).collect();
            assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len(), "{sport}: {keys:?}");
            assert!(keys.iter().all(|key| key.is_ascii_uppercase() && !TAKEN.contains(*key)), "{sport}: {keys:?}");
            for tag in palette.tags() {
                let (lead, lag) = tag.reach();
                assert!(tag.name.len() <= MAX_TAG_LENGTH && lead > Micros::ZERO && lag > Micros::ZERO, "{tag:?}");
            }
        }
    }

    #[test]
    fn sports_have_codes() {
        assert!(Sport::ALL.into_iter().all(|sport| sport.code().parse() == Ok(sport)));
        assert_eq!("chess".parse::<Sport>(), Err(UnknownSport));
        assert_eq!(serde_json::to_value(Sport::AmericanFootball).expect("json"), Sport::AmericanFootball.code());
        assert_eq!(Sport::AmericanFootball.to_string(), "American football");
    }

    #[test]
    fn soccer_has_four_groups() {
        let soccer = palette(Sport::Soccer);
        let names: Vec<&str> = soccer.groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["Attack", "Midfield", "Defence", "Goalkeeper"]);
        let goal = soccer.of_key("KeyG").expect("a tag");
        assert_eq!((goal.name.as_str(), goal.reach()), ("Goal", (Micros::from_seconds(8), Micros::from_seconds(4))));
        assert_eq!(soccer.of_key("KeyN"), None);
        assert_eq!(soccer.of_key("Digit1"), None);
    }
}
