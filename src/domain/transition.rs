//! How one clip of a reel follows the one in front of it.

use super::time::{FrameRate, Micros, round_div};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransitionKind {
    #[default]
    Cut,
    /// The one in front goes dark, then this one comes up: half of the length each. The reel stays as long as it is.
    Fade,
    /// The end of the one in front and the start of this one are seen at once: the reel becomes shorter by the length.
    Dissolve,
}

/// Belongs to the clip that it opens, and goes where that goes. Of a reel's first clip a fade comes up from black, and a
/// dissolve is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    pub kind: TransitionKind,
    /// At most a minute; what is longer than half of either clip is shortened to that when the reel is planned.
    #[serde(default)]
    pub length: Micros,
}

impl Transition {
    pub const LONGEST: Micros = Micros::from_seconds(60);

    pub fn is_cut(&self) -> bool {
        self.kind == TransitionKind::Cut || self.length <= Micros::ZERO
    }

    /// In whole output frames, at least one, between clips of `before` and `after` frames.
    pub fn frames(&self, rate: FrameRate, before: i64, after: i64) -> i64 {
        if self.is_cut() {
            return 0;
        }
        let length = i128::from(self.length.0.min(Self::LONGEST.0));
        let wanted = round_div(length * i128::from(rate.num), 1_000_000 * i128::from(rate.den.max(1))).max(1);
        wanted.min(before.min(after) / 2).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_whole_frames_and_leaves_half_of_each_clip() {
        let rate = FrameRate { num: 30_000, den: 1_001 };
        let dissolve = |length| Transition { kind: TransitionKind::Dissolve, length: Micros(length) };
        assert_eq!(dissolve(500_000).frames(rate, 300, 300), 15);
        assert_eq!(dissolve(500_000).frames(rate, 300, 21), 10);
        assert_eq!(dissolve(1).frames(rate, 300, 300), 1);
        assert_eq!(dissolve(i64::MAX).frames(rate, 5, i64::MAX), 2);
        assert_eq!(dissolve(900_000).frames(rate, 1, 9), 0);
        assert_eq!((dissolve(0).frames(rate, 9, 9), dissolve(-5).frames(rate, 9, 9)), (0, 0));
        assert_eq!(Transition { kind: TransitionKind::Cut, length: Micros::SECOND }.frames(rate, 99, 99), 0);
    }
}
