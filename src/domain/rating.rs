//! Ratings in chess notation.

use super::overlay::Colour;
use serde::{Deserialize, Serialize};

/// How good a clip is, 1 to 5. A new clip is [`Rating::Interesting`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Rating {
    Blunder = 1,
    Mistake = 2,
    #[default]
    Interesting = 3,
    Good = 4,
    Brilliant = 5,
}

impl Rating {
    pub const ALL: [Self; 5] = [Self::Blunder, Self::Mistake, Self::Interesting, Self::Good, Self::Brilliant];

    pub const fn stars(self) -> u8 {
        self as u8
    }

    pub const fn mark(self) -> &'static str {
        match self {
            Self::Blunder => "??",
            Self::Mistake => "?",
            Self::Interesting => "!?",
            Self::Good => "!",
            Self::Brilliant => "!!",
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Blunder => "Blunder",
            Self::Mistake => "Mistake",
            Self::Interesting => "Interesting",
            Self::Good => "Good",
            Self::Brilliant => "Brilliant",
        }
    }

    /// The same in both themes, on the page and in an annotated game.
    pub const fn colour(self) -> Colour {
        Colour(match self {
            Self::Brilliant => [0x66, 0xBB, 0x6A],
            Self::Good => [0x2E, 0x7D, 0x32],
            Self::Interesting => [0x15, 0x65, 0xC0],
            Self::Mistake => [0xF9, 0xA8, 0x25],
            Self::Blunder => [0xC6, 0x28, 0x28],
        })
    }

    /// What one clip of this rating adds to its game's score.
    pub const fn weight(self) -> i64 {
        match self {
            Self::Blunder => -5,
            Self::Mistake => -2,
            Self::Interesting => 2,
            Self::Good => 5,
            Self::Brilliant => 10,
        }
    }
}

impl TryFrom<u8> for Rating {
    type Error = &'static str;

    fn try_from(stars: u8) -> Result<Self, Self::Error> {
        Self::ALL.into_iter().find(|rating| rating.stars() == stars).ok_or("a rating is 1 to 5")
    }
}

impl From<Rating> for u8 {
    fn from(rating: Rating) -> Self {
        rating.stars()
    }
}

/// How many clips of a game have each rating; index 0 is one star.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally(pub [i64; 5]);

impl Tally {
    pub fn of(self, rating: Rating) -> i64 {
        self.0[usize::from(rating.stars()) - 1]
    }

    pub fn clips(self) -> i64 {
        self.0.iter().sum()
    }

    /// The game's score: the weighted sum of its clips' ratings.
    pub fn score(self) -> i64 {
        Rating::ALL.into_iter().map(|rating| rating.weight() * self.of(rating)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn score_is_the_weighted_sum() {
        assert_eq!(Tally([1, 2, 4, 5, 3]).score(), 30 + 25 + 8 - 4 - 5);
        assert_eq!(Tally([1, 2, 4, 5, 3]).clips(), 15);
    }

    #[test]
    fn travels_as_a_number_and_refuses_others() {
        assert_eq!(serde_json::to_string(&Rating::Brilliant).expect("text"), "5");
        for bad in ["0", "6", "\"5\"", "null", "4.5"] {
            assert!(serde_json::from_str::<Rating>(bad).is_err(), "{bad}");
        }
    }
}
