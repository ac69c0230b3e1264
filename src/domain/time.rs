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

    proptest::proptest! {
        #[test]
        fn what_is_shown_reads_back_within_a_hundredth(at in 0_i64..300_000_000_000) {
            let read = Micros::parse(&Micros(at).precise()).expect("a time");
            proptest::prop_assert!((0..10_000).contains(&(at - read.0)));
        }
    }
}
