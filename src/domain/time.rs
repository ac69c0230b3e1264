//! Media time in microseconds and exact frame rates.

use serde::{Deserialize, Serialize};
use std::{
    fmt,
    ops::{Add, Sub},
};

/// A point or a length of media time, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub i64);

impl Micros {
    pub const ZERO: Self = Self(0);
    pub const SECOND: Self = Self(1_000_000);

    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * 1_000_000)
    }

    /// The nearest microsecond to `seconds`; what is not a number is zero.
    #[allow(clippy::cast_possible_truncation)]
    pub fn from_seconds_f64(seconds: f64) -> Self {
        Self(libm::round(seconds * 1e6) as i64)
    }

    /// Seconds, for `HTMLMediaElement.currentTime` and for display.
    #[allow(clippy::cast_precision_loss)]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e6
    }

    #[must_use]
    pub fn clamp_to(self, low: Self, high: Self) -> Self {
        Self(self.0.min(high.0).max(low.0))
    }
}

impl Add for Micros {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Micros {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

/// `0:14`, `23:41`, `1:34:10`: whole seconds, as the interface writes a time.
impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.max(0) / 1_000_000;
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if hours > 0 { write!(f, "{hours}:{minutes:02}:{seconds:02}") } else { write!(f, "{minutes}:{seconds:02}") }
    }
}

impl Micros {
    /// `23:41.18`: hundredths, for the transport and the clip's form. Rounded down, so that a time never shows one not yet reached.
    pub fn precise(self) -> String {
        format!("{self}.{:02}", self.0.max(0) / 10_000 % 100)
    }

    /// Reads `90`, `1:30`, `1:30.5` or `1:02:03.25`; `None` for anything else or beyond 99 hours.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.trim().split(':').collect();
        if parts.len() > 3 {
            return None;
        }
        let (last, whole) = parts.split_last()?;
        let (seconds, fraction) = last.split_once('.').unwrap_or((last, "0"));
        let digits = |text: &str| {
            (!text.is_empty() && text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit()))
                .then(|| text.parse::<i64>().ok())
                .flatten()
        };
        let mut total = 0;
        for part in whole {
            total = (total + digits(part)?) * 60;
        }
        let fraction = digits(fraction)? * 10_i64.pow(6 - u32::try_from(fraction.len()).ok()?);
        let time = (total + digits(seconds)?) * 1_000_000 + fraction;
        (time < 99 * 3_600_000_000).then_some(Self(time))
    }
}

/// Frames per second as an exact ratio: 30000/1001, 25/1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FrameRate {
    pub num: u32,
    pub den: u32,
}

/// Which frame a time means, everywhere: **the frame shown at `t` is the last one whose presentation time is at or before
/// `t`**. Stretches are half open: `[in, out)` plays from the frame shown at `in` up to, and without, the frame shown at
/// `out`; for times that are frame starts these are exactly the frames whose presentation time lies in `[in, out)`. Two
/// stretches that share an edge share no frame and lose none.
///
/// A time may be this much too early and still mean the frame that starts there: stored times are whole microseconds,
/// and Matroska rounds presentation times to a millisecond. Never more than a quarter of a frame.
const EARLY: i128 = 1_000;

impl FrameRate {
    /// The reduced ratio; `None` unless it lies between 1 and 480 frames a second.
    pub fn new(num: u32, den: u32) -> Option<Self> {
        let common = gcd(num, den).max(1);
        let rate = Self { num: num / common, den: den / common };
        rate.is_usable().then_some(rate)
    }

    /// A rate that came from outside (JSON) may be anything; one that is not usable must not reach a plan.
    pub const fn is_usable(self) -> bool {
        self.den > 0 && self.num >= self.den && self.num as u64 <= 480 * self.den as u64
    }

    /// When frame `n` starts, from the first frame, rounded once to the nearest microsecond.
    pub fn frame_start(self, n: i64) -> Micros {
        Micros(round_div(i128::from(n) * i128::from(self.den) * 1_000_000, self.num.into()))
    }

    /// The frame shown at `at`: see [`FrameRate`]. Negative before the first frame.
    pub fn frame_at(self, at: Micros) -> i64 {
        let (num, den) = (i128::from(self.num), i128::from(self.den.max(1)) * 1_000_000);
        let early = EARLY.min(den / (4 * num.max(1)));
        floor_div((i128::from(at.0) + early) * num, den)
    }

    /// The frame that starts nearest to `at`: for times that a person typed or dragged.
    pub fn nearest_frame(self, at: Micros) -> i64 {
        round_div(i128::from(at.0) * i128::from(self.num), i128::from(self.den) * 1_000_000)
    }

    /// The presentation time of the frame shown at `at`: where a crop, a keyframe and a mark belong.
    pub fn shown_at(self, at: Micros) -> Micros {
        self.frame_start(self.frame_at(at))
    }

    /// The middle of frame `n`: seeking a player here shows frame `n` whatever it rounds.
    pub fn frame_middle(self, n: i64) -> Micros {
        Micros(round_div((2 * i128::from(n) + 1) * i128::from(self.den) * 1_000_000, 2 * i128::from(self.num)))
    }

    /// The length of one frame, rounded to the nearest microsecond.
    pub fn frame_length(self) -> Micros {
        self.frame_start(1)
    }
}

const fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// `a / b` rounded down, for any `a` and positive `b`; bounded by what an i64 holds. A divisor of zero counts as one, so
/// that a hostile rate gives a wrong number, never a panic.
pub(crate) fn floor_div(a: i128, b: i128) -> i64 {
    saturate(a.div_euclid(b.max(1)))
}

/// `a / b` rounded to the nearest, halves up; otherwise as [`floor_div`].
pub(crate) fn round_div(a: i128, b: i128) -> i64 {
    let b = b.max(1);
    saturate((2 * a + b).div_euclid(2 * b))
}

fn saturate(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

impl fmt::Display for FrameRate {
    /// `25`, `29.97`: what the interface shows before "fps".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (u64::from(self.num) * 100 + u64::from(self.den) / 2) / u64::from(self.den.max(1));
        let (whole, rest) = (hundredths / 100, hundredths % 100);
        if rest == 0 { write!(f, "{whole}") } else { write!(f, "{whole}.{rest:02}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_times_as_people_write_them() {
        assert_eq!(Micros(14_000_000).to_string(), "0:14");
        assert_eq!(Micros(5_650_000_000).to_string(), "1:34:10");
        assert_eq!(Micros(1_421_189_999).precise(), "23:41.18");
        assert_eq!(FrameRate { num: 60000, den: 1001 }.to_string(), "59.94");
        assert_eq!(FrameRate { num: 25, den: 1 }.to_string(), "25");
    }

    #[test]
    fn reads_what_it_shows_and_refuses_the_rest() {
        for (text, micros) in [
            ("90", 90_000_000),
            ("1:30", 90_000_000),
            ("1:30.5", 90_500_000),
            ("1:02:03.25", 3_723_250_000),
            (" 0:00.000001 ", 1),
        ] {
            assert_eq!(Micros::parse(text), Some(Micros(micros)), "{text}");
        }
        for text in ["", ":", "1:2:3:4", "-1", "1.5.5", "1:a", "9999999", "0.1234567", "999999:00:00"] {
            assert_eq!(Micros::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_frame_starts_where_it_is_shown() {
        let ntsc = FrameRate { num: 30000, den: 1001 };
        assert_eq!(ntsc.frame_start(1), Micros(33_367));
        assert_eq!(ntsc.frame_start(30_000), Micros(1_001_000_000));
        assert_eq!(ntsc.frame_at(Micros(33_366)), 1, "a microsecond early is the same frame");
        assert_eq!(ntsc.frame_at(Micros(33_000)), 1, "and so is a millisecond, as Matroska writes it");
        assert_eq!(ntsc.frame_at(Micros(32_000)), 0);
        assert_eq!(ntsc.frame_at(Micros(-5_000)), -1);
        assert_eq!(ntsc.nearest_frame(Micros(20_000)), 1);
        assert_eq!(FrameRate::new(50, 2), Some(FrameRate { num: 25, den: 1 }));
        for (num, den) in [(0, 1), (1, 0), (0, 0), (1, 2), (100_000, 1)] {
            assert_eq!(FrameRate::new(num, den), None);
        }
    }

    proptest::proptest! {
        #[test]
        fn a_frames_start_and_middle_mean_that_frame(n in 0_i64..40_000_000, num in 1_u32..240_000, den in 1_u32..1002) {
            let rate = FrameRate { num, den };
            proptest::prop_assume!(rate.is_usable());
            proptest::prop_assert_eq!(rate.frame_at(rate.frame_start(n)), n);
            proptest::prop_assert_eq!(rate.frame_at(rate.frame_middle(n)), n);
            proptest::prop_assert_eq!(rate.nearest_frame(rate.frame_start(n)), n);
        }

        #[test]
        fn no_rate_and_no_time_panics(num: u32, den: u32, at: i64) {
            let rate = FrameRate { num, den };
            let _ = (rate.frame_at(Micros(at)), rate.frame_start(at), rate.nearest_frame(Micros(at)), rate.frame_middle(at));
        }

        #[test]
        fn what_is_shown_reads_back_within_a_hundredth(at in 0_i64..300_000_000_000) {
            let read = Micros::parse(&Micros(at).precise()).expect("a time");
            proptest::prop_assert!((0..10_000).contains(&(at - read.0)));
        }
    }
}
