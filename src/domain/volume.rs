//! How loud a clip's own sound is in a reel.

use serde::{Deserialize, Serialize};

/// In percent of what it would be without: 0 (off) to 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Volume(u16);

impl Volume {
    pub const OFF: Self = Self(0);
    pub const MOST: u16 = 200;
    /// At or below it nothing is heard; in hundredths of a decibel.
    pub const SILENCE: i64 = -10_000;

    pub const fn percent(self) -> u16 {
        self.0
    }

    pub const fn is_off(self) -> bool {
        self.0 == 0
    }

    /// What it adds to a gain, in hundredths of a decibel.
    #[allow(clippy::cast_possible_truncation)] // At most 602.
    pub fn gain(self) -> i64 {
        if self.is_off() { Self::SILENCE } else { libm::round(2_000.0 * libm::log10(f64::from(self.0) / 100.0)) as i64 }
    }

    #[allow(clippy::trivially_copy_pass_by_ref)] // As serde calls it.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Volume {
    fn default() -> Self {
        Self(100)
    }
}

impl TryFrom<u16> for Volume {
    type Error = &'static str;

    fn try_from(percent: u16) -> Result<Self, Self::Error> {
        if percent <= Self::MOST { Ok(Self(percent)) } else { Err("a volume is 0 to 200 percent") }
    }
}

impl From<Volume> for u16 {
    fn from(volume: Volume) -> Self {
        volume.0
    }
}

#[cfg(test)]
mod tests {
    use super::Volume;

    #[test]
    fn twice_as_loud_is_six_decibels() {
        let gain = |percent| Volume::try_from(percent).map(Volume::gain);
        assert_eq!([gain(100), gain(200), gain(50), gain(1)], [Ok(0), Ok(602), Ok(-602), Ok(-4_000)]);
        assert_eq!(gain(0), Ok(Volume::SILENCE));
        assert!(gain(201).is_err());
    }
}
