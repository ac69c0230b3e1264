//! What an editor stores for one clip of a reel: crop keyframes and segments, on the source's own time, in whole numbers.

use super::time::Micros;
use serde::{Deserialize, Serialize};

/// How the crop travels from one keyframe to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ease {
    /// Monotone cubic: no overshoot, still where two neighbours are equal.
    #[default]
    Smooth,
    Linear,
    /// Stays until the next keyframe, then jumps.
    Hold,
}

/// The crop at one moment. Its width follows from the reel's aspect, so a crop of the wrong shape cannot be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CropKey {
    /// Source time, from the video's first frame.
    pub at: Micros,
    /// Centre and height, in thousandths of a source pixel (after rotation).
    pub x: i64,
    pub y: i64,
    pub h: i64,
    #[serde(default)]
    pub ease: Ease,
}

/// Playing speed in percent: 25 to 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Speed(u16);

impl Speed {
    pub const NORMAL: Self = Self(100);
    pub const HALF: Self = Self(50);
    /// What the interface offers.
    pub const STEPS: [Self; 5] = [Self(25), Self(50), Self(100), Self(150), Self(200)];

    pub const fn percent(self) -> i64 {
        self.0 as i64
    }
}

impl Default for Speed {
    fn default() -> Self {
        Self::NORMAL
    }
}

impl TryFrom<u16> for Speed {
    type Error = &'static str;

    fn try_from(percent: u16) -> Result<Self, Self::Error> {
        if (25..=200).contains(&percent) { Ok(Self(percent)) } else { Err("a speed is 25 to 200 percent") }
    }
}

impl From<Speed> for u16 {
    fn from(speed: Speed) -> Self {
        speed.0
    }
}

/// A stretch of the source that plays at one speed. Its end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    pub start: Micros,
    pub end: Micros,
    #[serde(default)]
    pub speed: Speed,
}

/// A clip's edit in a reel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framing {
    /// Ordered by time, no two at the same time. None: the largest crop in the middle, all the time.
    #[serde(default)]
    pub crop: Vec<CropKey>,
    /// In playing order. None: the whole clip at normal speed. The first start and the last end are the clip's trim.
    #[serde(default)]
    pub segments: Vec<Segment>,
}
