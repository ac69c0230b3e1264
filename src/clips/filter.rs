//! Which clips of a game its list shows, and in which order.

use super::types::Clip;
use crate::{
    browser::text::folded,
    domain::{rating::Rating, roster::players_of},
};
use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    #[default]
    Time,
    /// The best first.
    Rating,
    /// The longest first.
    Length,
    Name,
}

impl Order {
    pub const ALL: [Self; 4] = [Self::Time, Self::Rating, Self::Length, Self::Name];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Rating => "rating",
            Self::Length => "length",
            Self::Name => "name",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Time => "By time",
            Self::Rating => "Best first",
            Self::Length => "Longest first",
            Self::Name => "By name",
        }
    }

    pub fn of_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|order| order.code() == code).unwrap_or_default()
    }
}

/// A clip is shown when all of it holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListFilter {
    /// Every word of it is somewhere in the name, tags, players or notes, whatever its accents.
    pub text: String,
    /// None of them: every rating.
    pub ratings: Vec<Rating>,
    pub tag: Option<String>,
    pub player: Option<String>,
    pub order: Order,
}

impl ListFilter {
    /// Whether every clip is shown.
    pub fn is_open(&self) -> bool {
        *self == Self { order: self.order, ..Self::default() }
    }

    fn keeps(&self, clip: &Clip) -> bool {
        let details = &clip.details;
        (self.ratings.is_empty() || self.ratings.contains(&details.rating))
            && self.tag.as_ref().is_none_or(|tag| details.tags.contains(tag))
            && self.player.as_ref().is_none_or(|player| players_of(&details.players).any(|known| known == player))
            && self.has_words(clip)
    }

    fn has_words(&self, clip: &Clip) -> bool {
        if self.text.trim().is_empty() {
            return true;
        }
        let details = &clip.details;
        let all = [&clip.title(), &details.tags.join(" "), &details.players, &details.notes].map(|text| folded(text));
        folded(&self.text).split_whitespace().all(|word| all.iter().any(|text| text.contains(word)))
    }

    /// Those that are shown. `clips` are in playing order, which stays where the order says nothing else.
    pub fn apply(&self, clips: &[Clip]) -> Vec<Clip> {
        let mut shown: Vec<Clip> = clips.iter().filter(|clip| self.keeps(clip)).cloned().collect();
        match self.order {
            Order::Time => {}
            Order::Rating => shown.sort_by_key(|clip| std::cmp::Reverse(clip.details.rating)),
            Order::Length => shown.sort_by_key(|clip| std::cmp::Reverse(clip.length())),
            Order::Name => shown.sort_by_key(|clip| clip.title().to_lowercase()),
        }
        shown
    }
}

/// Every tag and every player of these clips, sorted.
pub fn choices(clips: &[Clip]) -> (Vec<String>, Vec<String>) {
    let tags: BTreeSet<&String> = clips.iter().flat_map(|clip| &clip.details.tags).collect();
    let players: BTreeSet<&str> = clips.iter().flat_map(|clip| players_of(&clip.details.players)).collect();
    (tags.into_iter().cloned().collect(), players.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clips::types::ClipDetails, domain::time::Micros};

    fn clip(n: u8, rating: Rating, seconds: i64, tags: &[&str], players: &str) -> Clip {
        let start = Micros::from_seconds(i64::from(n) * 60);
        Clip {
            id: format!("0192f0c1-2345-7abc-8def-0123456789{n:02x}").parse().expect("an id"),
            version: 1,
            game: "0192f0c1-2345-7abc-8def-0123456789ab".parse().expect("an id"),
            video: "0192f0c1-2345-7abc-8def-0123456789ac".parse().expect("an id"),
            details: ClipDetails {
                start,
                end: start + Micros::from_seconds(seconds),
                rating,
                tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
                name: String::new(),
                players: players.to_owned(),
                notes: if n == 2 { "Low fínish".to_owned() } else { String::new() },
            },
        }
    }

    fn clips() -> Vec<Clip> {
        vec![
            clip(1, Rating::Good, 5, &["Goal"], "#10 Ilse, #7 Bo"),
            clip(2, Rating::Brilliant, 9, &["Goal", "Dribble"], "#7 Bo"),
            clip(3, Rating::Mistake, 7, &["Pass"], ""),
        ]
    }

    fn shown(filter: &ListFilter) -> Vec<i64> {
        filter.apply(&clips()).iter().map(|clip| clip.details.start.0 / 60_000_000).collect()
    }

    #[test]
    fn every_condition_holds() {
        let all = ListFilter::default();
        assert!(all.is_open());
        assert_eq!(shown(&all), [1, 2, 3]);
        assert_eq!(shown(&ListFilter { ratings: vec![Rating::Good, Rating::Mistake], ..all.clone() }), [1, 3]);
        assert_eq!(shown(&ListFilter { tag: Some("Goal".to_owned()), ..all.clone() }), [1, 2]);
        assert_eq!(shown(&ListFilter { player: Some("#10 Ilse".to_owned()), ..all.clone() }), [1]);
        let text = |text: &str| ListFilter { text: text.to_owned(), ..all.clone() };
        assert_eq!(shown(&text("goal bo")), [1, 2]);
        assert_eq!(shown(&text("low brilliant")), [2]);
        assert_eq!(shown(&text("FINISH")), [2]);
        assert_eq!(shown(&text("nobody")), Vec::<i64>::new());
        assert!(!text("goal").is_open());
    }

    #[test]
    fn orders_keep_playing_order_among_equals() {
        let by = |order| ListFilter { order, ..ListFilter::default() };
        assert_eq!(shown(&by(Order::Rating)), [2, 1, 3]);
        assert_eq!(shown(&by(Order::Length)), [2, 3, 1]);
        assert_eq!(shown(&by(Order::Name)), [2, 1, 3]);
        assert!(by(Order::Name).is_open());
        for order in Order::ALL {
            assert_eq!(Order::of_code(order.code()), order);
        }
    }

    #[test]
    fn choices_are_what_is_there() {
        let (tags, players) = choices(&clips());
        assert_eq!(tags, ["Dribble", "Goal", "Pass"]);
        assert_eq!(players, ["#10 Ilse", "#7 Bo"]);
    }
}
