//! Names that the product makes itself: of games, clips and reels.

use super::{calendar::Day, rating::Rating};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Where a game was played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Venue {
    #[default]
    Home,
    Away,
    Tournament,
}

impl Venue {
    pub const ALL: [Self; 3] = [Self::Home, Self::Away, Self::Tournament];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Away => "away",
            Self::Tournament => "tournament",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Home => "Home",
            Self::Away => "Away",
            Self::Tournament => "Tournament",
        }
    }
}

impl FromStr for Venue {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|venue| venue.code() == text).ok_or("a venue is home, away or tournament")
    }
}

/// "Vs Rovers Dec 6", "at Rovers Dec 6", "Spring Cup: Vs Rovers Dec 6".
pub fn game(opponent: &str, day: Day, venue: Venue, tournament: &str) -> String {
    let day = day.short();
    match venue {
        Venue::Home => format!("Vs {opponent} {day}"),
        Venue::Away => format!("at {opponent} {day}"),
        Venue::Tournament if tournament.is_empty() => format!("Vs {opponent} {day}"),
        Venue::Tournament => format!("{tournament}: Vs {opponent} {day}"),
    }
}

/// "Brilliant Goal and Dribble"; the rating's name alone without tags.
pub fn clip(rating: Rating, tags: &[String]) -> String {
    match tags {
        [] => rating.name().to_owned(),
        [one] => format!("{} {one}", rating.name()),
        [first @ .., last] => format!("{} {} and {last}", rating.name(), first.join(", ")),
    }
}

/// What a reel's name is made from: one entry for each clip.
#[derive(Debug, Clone)]
pub struct ReelSource {
    pub game: String,
    pub day: Day,
    pub rating: Rating,
}

/// One game: its name; one season: "Fall 2026"; one year: "2026"; years: "2025-2026"; "Brilliants" when all are five-star;
/// then up to three of the tags that the reel was filtered by.
pub fn reel(clips: &[ReelSource], tags: &[String]) -> String {
    let (Some(first), Some(last)) = (clips.iter().map(|c| c.day).min(), clips.iter().map(|c| c.day).max()) else {
        return "New reel".to_owned();
    };
    let one_game = clips.iter().all(|clip| clip.game == clips[0].game);
    let mut name = if one_game {
        clips[0].game.clone()
    } else if clips.iter().all(|clip| clip.day.season() == first.season()) {
        first.season().to_string()
    } else if first.year() == last.year() {
        first.year().to_string()
    } else {
        format!("{}-{}", first.year(), last.year())
    };
    if !one_game && clips.iter().all(|clip| clip.rating == Rating::Brilliant) {
        name.push_str(" Brilliants");
    }
    for tag in tags.iter().take(3) {
        name.push(' ');
        name.push_str(tag);
    }
    name
}

/// `wanted`, or `wanted (2)`, `wanted (3)` … when it is taken.
pub fn unique(wanted: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(wanted) {
        return wanted.to_owned();
    }
    (2..=u32::MAX).map(|n| format!("{wanted} ({n})")).find(|name| !taken(name)).unwrap_or_else(|| wanted.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn games_are_named_by_venue() {
        let on = day("2026-12-06");
        assert_eq!(game("Rovers", on, Venue::Home, ""), "Vs Rovers Dec 6");
        assert_eq!(game("Rovers", on, Venue::Away, ""), "at Rovers Dec 6");
        assert_eq!(game("Rovers", on, Venue::Tournament, "Spring Cup"), "Spring Cup: Vs Rovers Dec 6");
    }

    #[test]
    fn clips_are_named_by_rating_and_tags() {
        let tags = ["Goal", "Dribble", "Pass"].map(str::to_owned);
        assert_eq!(clip(Rating::Brilliant, &tags[..2]), "Brilliant Goal and Dribble");
        assert_eq!(clip(Rating::Good, &tags), "Good Goal, Dribble and Pass");
        assert_eq!(clip(Rating::Blunder, &[]), "Blunder");
    }

    #[test]
    fn reels_are_named_by_what_their_clips_share() {
        let source = |game: &str, on, rating| ReelSource { game: game.to_owned(), day: day(on), rating };
        let (brilliant, good) = (Rating::Brilliant, Rating::Good);
        assert_eq!(reel(&[source("Vs Rovers Dec 6", "2026-12-06", brilliant)], &[]), "Vs Rovers Dec 6");
        let fall = [source("a", "2026-09-01", brilliant), source("b", "2026-12-06", brilliant)];
        assert_eq!(reel(&fall, &["Goal".to_owned()]), "Fall 2026 Brilliants Goal");
        assert_eq!(reel(&[source("a", "2026-03-01", good), source("b", "2026-12-06", brilliant)], &[]), "2026");
        assert_eq!(reel(&[source("a", "2025-03-01", good), source("b", "2026-12-06", good)], &[]), "2025-2026");
        assert_eq!(reel(&[], &[]), "New reel");
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let taken = ["A".to_owned(), "A (2)".to_owned()];
        assert_eq!(unique("A", |name| taken.contains(&name.to_owned())), "A (3)");
        assert_eq!(unique("B", |name| taken.contains(&name.to_owned())), "B");
    }
}
