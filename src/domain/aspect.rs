//! The shapes a reel can have.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Aspect {
    #[default]
    #[serde(rename = "9:16")]
    Portrait,
    #[serde(rename = "4:5")]
    Tall,
    #[serde(rename = "1:1")]
    Square,
    #[serde(rename = "16:9")]
    Wide,
}

impl Aspect {
    pub const ALL: [Self; 4] = [Self::Portrait, Self::Tall, Self::Square, Self::Wide];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Portrait => "9:16",
            Self::Tall => "4:5",
            Self::Square => "1:1",
            Self::Wide => "16:9",
        }
    }

    /// Width to height as whole numbers.
    pub const fn ratio(self) -> (i64, i64) {
        match self {
            Self::Portrait => (9, 16),
            Self::Tall => (4, 5),
            Self::Square => (1, 1),
            Self::Wide => (16, 9),
        }
    }

    /// The one that shows most of a picture of this size.
    pub fn nearest(width: u32, height: u32) -> Self {
        let shown = |aspect: &Self| {
            let ((across, down), (width, height)) = (aspect.ratio(), (i64::from(width), i64::from(height)));
            // The part of the picture that is in its largest crop, in millionths.
            let (one, other) = (width * down, height * across);
            one.min(other).saturating_mul(1_000_000) / one.max(other).max(1)
        };
        Self::ALL.into_iter().max_by_key(shown).unwrap_or_default()
    }

    /// Width and height of the exported picture, in pixels, both even.
    pub const fn size(self) -> (u32, u32) {
        match self {
            Self::Portrait => (1080, 1920),
            Self::Tall => (1080, 1350),
            Self::Square => (1080, 1080),
            Self::Wide => (1920, 1080),
        }
    }
}

impl FromStr for Aspect {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|aspect| aspect.label() == text).ok_or("an aspect is 9:16, 4:5, 1:1 or 16:9")
    }
}
