//! Tag palettes: what a clip can be tagged with, grouped as a coach would look for it. Those that we ship are data, one file
//! for each sport; a user's own have the same shape.

use super::{
    tags::{MAX_TAG_LENGTH, Sport},
    text::clean,
    time::Micros,
};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Bounds on a user's own palette.
pub const MOST_TAGS: usize = 60;
/// Seconds before and after the press of a tag's key.
pub const LONGEST_REACH: i64 = 120;
/// Letters that mean something else in Annotate.
pub const TAKEN: &str = "JKLIONSBFMPX";

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Palette {
    pub groups: Vec<Group>,
}

/// Tags that belong together: "Attack". There is none without tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Group {
    pub name: String,
    pub tags: Vec<Tag>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Tag {
    pub name: String,
    /// The letter of a physical key.
    #[serde(default)]
    pub key: Option<char>,
    /// Seconds that its key marks before and after.
    #[serde(default = "usual_lead")]
    pub lead: i64,
    #[serde(default = "usual_lag")]
    pub lag: i64,
    #[serde(default)]
    pub colour: Option<TagColour>,
}

const fn usual_lead() -> i64 {
    8
}

const fn usual_lag() -> i64 {
    2
}

/// Colours that can be told apart, in both themes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TagColour {
    Red,
    Orange,
    Yellow,
    Green,
    Teal,
    Blue,
    Purple,
    Pink,
}

impl TagColour {
    pub const ALL: [Self; 8] =
        [Self::Red, Self::Orange, Self::Yellow, Self::Green, Self::Teal, Self::Blue, Self::Purple, Self::Pink];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Red => "Red",
            Self::Orange => "Orange",
            Self::Yellow => "Yellow",
            Self::Green => "Green",
            Self::Teal => "Teal",
            Self::Blue => "Blue",
            Self::Purple => "Purple",
            Self::Pink => "Pink",
        }
    }

    /// The class that sets `--tag`.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Red => "tag-colour--red",
            Self::Orange => "tag-colour--orange",
            Self::Yellow => "tag-colour--yellow",
            Self::Green => "tag-colour--green",
            Self::Teal => "tag-colour--teal",
            Self::Blue => "tag-colour--blue",
            Self::Purple => "tag-colour--purple",
            Self::Pink => "tag-colour--pink",
        }
    }
}

impl Tag {
    /// One without a key, of the usual reach.
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), key: None, lead: usual_lead(), lag: usual_lag(), colour: None }
    }

    /// How long before and after the press of its key a clip begins and ends.
    pub const fn reach(&self) -> (Micros, Micros) {
        (Micros::from_seconds(self.lead), Micros::from_seconds(self.lag))
    }

    /// With a clean name, or why it cannot be.
    ///
    /// # Errors
    /// A sentence for who wrote it.
    pub fn checked(mut self) -> Result<Self, String> {
        let name = clean(&self.name, MAX_TAG_LENGTH).filter(|name| !name.is_empty());
        self.name = name.ok_or_else(|| format!("A tag has a name of at most {MAX_TAG_LENGTH} characters."))?;
        if self.key.is_some_and(|key| !can_be_key(key)) {
            return Err("The key of a tag is a letter that means nothing else in Annotate.".to_owned());
        }
        let reach = 0..=LONGEST_REACH;
        if !reach.contains(&self.lead) || !reach.contains(&self.lag) || self.lead + self.lag == 0 {
            return Err(format!("A tag marks 0 to {LONGEST_REACH} seconds before and after, and not nothing."));
        }
        Ok(self)
    }
}

/// Whether a tag can have this key.
pub fn can_be_key(key: char) -> bool {
    key.is_ascii_uppercase() && !TAKEN.contains(key)
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

    pub fn tag(&self, name: &str) -> Option<&Tag> {
        self.tags().find(|tag| tag.name == name)
    }

    /// Puts `tag` into `group` (made where it is not there) in place of the one named `was`, if that is still there. Its key is
    /// taken from the tag that had it.
    ///
    /// # Errors
    /// A sentence for who wrote it.
    pub fn put(&mut self, was: Option<&str>, group: &str, tag: Tag) -> Result<(), String> {
        let tag = tag.checked()?;
        let group = clean(group, MAX_TAG_LENGTH).filter(|name| !name.is_empty());
        let group = group.ok_or_else(|| format!("A group has a name of at most {MAX_TAG_LENGTH} characters."))?;
        let is_other = |known: &Tag| Some(known.name.as_str()) != was;
        if self.tags().any(|known| is_other(known) && is_same(&known.name, &tag.name)) {
            return Err(format!("There is a tag {} already.", tag.name));
        }
        let known = was.and_then(|was| self.tag(was)).is_some();
        if !known && self.tags().count() >= MOST_TAGS {
            return Err(format!("A palette has at most {MOST_TAGS} tags."));
        }
        for other in self.groups.iter_mut().flat_map(|group| &mut group.tags) {
            if tag.key.is_some() && other.key == tag.key {
                other.key = None;
            }
        }
        // In its place where it stays in its group, at the end where it comes into another.
        let into = self.groups.iter_mut().find(|known| is_same(&known.name, &group));
        let place = into.and_then(|group| group.tags.iter_mut().find(|known| Some(known.name.as_str()) == was));
        if let Some(place) = place {
            *place = tag;
            return Ok(());
        }
        if let Some(was) = was {
            self.remove(was);
        }
        match self.groups.iter_mut().find(|known| is_same(&known.name, &group)) {
            Some(known) => known.tags.push(tag),
            None => self.groups.push(Group { name: group, tags: vec![tag] }),
        }
        Ok(())
    }

    pub fn remove(&mut self, name: &str) {
        for group in &mut self.groups {
            group.tags.retain(|tag| tag.name != name);
        }
        self.groups.retain(|group| !group.tags.is_empty());
    }

    /// A tag that was removed, where it was: in its group (made where it is gone), at its place, with its key where nobody has
    /// taken it since. A tag of that name stays as it is.
    pub fn put_back(&mut self, group: &str, place: usize, mut tag: Tag) {
        if self.tags().any(|known| is_same(&known.name, &tag.name)) {
            return;
        }
        tag.key = tag.key.filter(|key| self.tags().all(|known| known.key != Some(*key)));
        match self.groups.iter_mut().find(|known| is_same(&known.name, group)) {
            Some(known) => known.tags.insert(place.min(known.tags.len()), tag),
            None => self.groups.push(Group { name: group.to_owned(), tags: vec![tag] }),
        }
    }

    /// The group of a tag, and its place in it.
    pub fn place_of(&self, name: &str) -> Option<(&str, usize)> {
        self.groups.iter().find_map(|group| {
            let place = group.tags.iter().position(|tag| tag.name == name)?;
            Some((group.name.as_str(), place))
        })
    }

    /// One place earlier or later in its group.
    pub fn shift(&mut self, name: &str, later: bool) {
        for group in &mut self.groups {
            let Some(at) = group.tags.iter().position(|tag| tag.name == name) else { continue };
            let other = if later { at + 1 } else { at.wrapping_sub(1) };
            if other < group.tags.len() {
                group.tags.swap(at, other);
            }
            return;
        }
    }

    /// Whether each tag and group may be: what a script or a hostile browser sends is put together anew, tag by tag.
    ///
    /// # Errors
    /// A sentence for who wrote it.
    pub fn checked(self) -> Result<Self, String> {
        let mut clean = Self::default();
        for group in self.groups {
            for tag in group.tags {
                if tag.key.is_some_and(|key| clean.tags().any(|known| known.key == Some(key))) {
                    return Err(format!("Two tags have the key of {}.", tag.name));
                }
                clean.put(None, &group.name, tag)?;
            }
        }
        if clean.groups.is_empty() {
            return Err("A palette has at least one tag.".to_owned());
        }
        Ok(clean)
    }
}

fn is_same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn read(text: &str) -> Palette {
    serde_json::from_str(text).expect("the palettes that we ship are valid")
}

static SHIPPED: LazyLock<[Palette; 6]> = LazyLock::new(|| {
    [
        read(include_str!("palettes/soccer.json")),
        read(include_str!("palettes/basketball.json")),
        read(include_str!("palettes/american_football.json")),
        read(include_str!("palettes/hockey.json")),
        read(include_str!("palettes/volleyball.json")),
        read(include_str!("palettes/lacrosse.json")),
    ]
});

/// The palette of a sport that we ship.
pub fn shipped(sport: Sport) -> &'static Palette {
    &SHIPPED[sport as usize]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn what_we_ship_could_be_a_users() {
        for sport in Sport::ALL {
            let palette = shipped(sport);
            assert_eq!(palette.clone().checked().as_ref(), Ok(palette), "{sport}");
            assert!((12..=16).contains(&palette.tags().count()), "{sport}");
        }
    }

    #[test]
    fn soccer_has_four_groups() {
        let soccer = shipped(Sport::Soccer);
        let names: Vec<&str> = soccer.groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["Attack", "Midfield", "Defence", "Goalkeeper"]);
        let goal = soccer.of_key("KeyG").expect("a tag");
        assert_eq!((goal.name.as_str(), goal.reach()), ("Goal", (Micros::from_seconds(8), Micros::from_seconds(4))));
        assert_eq!(soccer.of_key("KeyN"), None);
        assert_eq!(soccer.of_key("Digit1"), None);
    }

    #[test]
    fn a_tag_is_changed_where_it_stands_and_takes_its_key() {
        let mut palette = shipped(Sport::Soccer).clone();
        let press = Tag { key: Some('G'), colour: Some(TagColour::Teal), ..Tag::named(" High press ") };
        palette.put(Some("Dribble"), "Attack", press).expect("a tag");
        let attack: Vec<(&str, Option<char>)> =
            palette.groups[0].tags.iter().map(|tag| (tag.name.as_str(), tag.key)).collect();
        let expected = [("Goal", None), ("Assist", Some('A')), ("High press", Some('G')), ("Movement", Some('V'))];
        assert_eq!(attack, expected);
        palette.put(Some("High press"), "Set pieces", Tag::named("Corner")).expect("a tag");
        assert_eq!(palette.groups.last().map(|group| group.name.as_str()), Some("Set pieces"));
        palette.remove("Corner");
        assert_eq!(palette.groups.len(), 4, "no group without tags");
        palette.shift("Assist", false);
        palette.shift("Assist", false);
        assert_eq!(palette.groups[0].tags[0].name, "Assist");
    }

    #[test]
    fn a_tag_comes_back_without_touching_what_was_done_since() {
        let mut palette = shipped(Sport::Soccer).clone();
        let goal = palette.tag("Goal").cloned().expect("a tag");
        let (group, place) = palette.place_of("Goal").map(|(group, place)| (group.to_owned(), place)).expect("a place");
        palette.remove("Goal");
        let since = Tag { key: Some('G'), ..Tag::named("Gegenpress") };
        palette.put(None, "Attack", since.clone()).expect("a tag");
        palette.put_back(&group, place, goal.clone());
        assert_eq!(palette.groups[0].tags[0], Tag { key: None, ..goal.clone() }, "its key has gone to another");
        assert_eq!(palette.tag("Gegenpress"), Some(&since));
        let before = palette.clone();
        palette.put_back(&group, place, goal);
        assert_eq!(palette, before);
    }

    #[test]
    fn what_cannot_be_is_said() {
        let mut palette = shipped(Sport::Soccer).clone();
        let before = palette.clone();
        let far = Tag { lead: 121, ..Tag::named("Far") };
        let nothing = Tag { lead: 0, lag: 0, ..Tag::named("Nothing") };
        let taken = Tag { key: Some('N'), ..Tag::named("Taken") };
        for tag in [Tag::named(" "), Tag::named("goal"), Tag::named(&"x".repeat(41)), far, nothing, taken] {
            assert!(palette.put(None, "Attack", tag).is_err());
        }
        assert!(palette.put(None, "", Tag::named("Fine")).is_err());
        assert_eq!(palette, before);
        let twice = Palette {
            groups: vec![Group {
                name: "A".to_owned(),
                tags: vec![Tag { key: Some('G'), ..Tag::named("a") }, Tag { key: Some('G'), ..Tag::named("b") }],
            }],
        };
        assert!(twice.checked().is_err());
        assert!(Palette::default().checked().is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_done_it_stays_a_palette(steps in prop::collection::vec((0..4u8, "[a-d]", "[a-d]", "[A-C]"), 1..40)) {
            let mut palette = shipped(Sport::Hockey).clone();
            for (kind, name, other, key) in &steps {
                let tag = Tag { key: key.chars().next().filter(|key| can_be_key(*key)), ..Tag::named(name) };
                match kind {
                    0 => drop(palette.put(None, other, tag)),
                    1 => drop(palette.put(Some(other), key, tag)),
                    2 => palette.remove(name),
                    _ => palette.shift(name, *key == "A"),
                }
                let keys: Vec<char> = palette.tags().filter_map(|tag| tag.key).collect();
                prop_assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
                prop_assert_eq!(palette.clone().checked(), Ok(palette.clone()));
            }
        }
    }
}
