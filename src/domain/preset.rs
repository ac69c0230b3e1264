//! How an export is made: how large, how fast, how well.

use super::{aspect::Aspect, plan::ExportPlan, time::FrameRate};
use serde::{Deserialize, Serialize};

/// The shorter side of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Size {
    /// 720 pixels: for a message.
    Small,
    /// 1080 pixels: what every place shows that reels are made for.
    #[default]
    Full,
    /// 2160 pixels.
    Large,
}

impl Size {
    /// Width and height of a reel of this shape, both even.
    pub const fn of(self, aspect: Aspect) -> (u32, u32) {
        let (width, height) = aspect.size();
        match self {
            Self::Small => (width * 2 / 3 / 2 * 2, height * 2 / 3 / 2 * 2),
            Self::Full => (width, height),
            Self::Large => (width * 2, height * 2),
        }
    }

    /// How many times the pixels of [`Self::Full`] there are.
    fn pixels(self) -> f64 {
        match self {
            Self::Small => 4.0 / 9.0,
            Self::Full => 1.0,
            Self::Large => 4.0,
        }
    }
}

/// Pictures a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Pace {
    /// As most of the reel was recorded.
    #[default]
    Source,
    Thirty,
    Sixty,
}

impl Pace {
    /// The rate of a reel that was recorded at `source`. 30 and 60 are 29.97 and 59.94 where the recording is of that kind, so
    /// that no picture is shown twice by and by.
    pub const fn of(self, source: FrameRate) -> FrameRate {
        let (thousands, den) = if source.den == 1_001 { (1_000, 1_001) } else { (1, 1) };
        match self {
            Self::Source => source,
            Self::Thirty => FrameRate { num: 30 * thousands, den },
            Self::Sixty => FrameRate { num: 60 * thousands, den },
        }
    }
}

/// How much of the picture the encoder keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// About half the bytes.
    Compact,
    #[default]
    Standard,
    /// Nearly nothing is lost; for who goes on cutting it.
    Best,
}

impl Quality {
    pub fn is_standard(&self) -> bool {
        *self == Self::Standard
    }

    /// x264's constant rate factor.
    pub const fn crf(self) -> u32 {
        match self {
            Self::Compact => 26,
            Self::Standard => 20,
            Self::Best => 16,
        }
    }

    /// Bits for each pixel of moving sports, roughly.
    fn bits(self) -> f64 {
        match self {
            Self::Compact => 0.05,
            Self::Standard => 0.1,
            Self::Best => 0.17,
        }
    }
}

/// What is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Sound {
    /// The recordings, all about as loud.
    #[default]
    Even,
    /// The recordings as loud as they are.
    Recorded,
    Mute,
}

impl Sound {
    /// As loud as what phones and the large platforms play, in hundredths of LUFS.
    const TARGET: i64 = -1_600;
    /// Never changed by more, in hundredths of a decibel: noise stays noise.
    const MOST: i64 = 1_200;

    /// How much louder a recording of this loudness is made, in hundredths of a decibel.
    pub fn gain(self, loudness: Option<i64>) -> i64 {
        let wanted = loudness.map_or(0, |loudness| Self::TARGET.saturating_sub(loudness));
        if self == Self::Even { wanted.clamp(-Self::MOST, Self::MOST) } else { 0 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ExportSettings {
    pub size: Size,
    pub pace: Pace,
    pub quality: Quality,
    pub sound: Sound,
}

impl ExportSettings {
    /// Nothing is asked for that a recording does not have by itself.
    pub fn is_as_recorded(&self) -> bool {
        let usual = Self::default();
        self.sound != Sound::Mute && (self.size, self.pace, self.quality) == (usual.size, usual.pace, usual.quality)
    }
}

/// Bits a second of the sound.
const SOUND_BITS: f64 = 160_000.0;

/// How large the file becomes, in bytes: a guess, since it depends on what is shown.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // A guess.
pub fn expected_bytes(plan: &ExportPlan) -> i64 {
    let pixels = f64::from(plan.width) * f64::from(plan.height) * plan.total_frames as f64;
    ((pixels * plan.quality.bits() + plan.duration().seconds() * SOUND_BITS) / 8.0) as i64
}

/// An export that was made here: its settings, frames and seconds.
pub type Made = (ExportSettings, i64, f64);

/// How long so many frames take with these settings, in seconds, by what was made here lately; none before anything was.
#[allow(clippy::cast_precision_loss)] // A guess.
pub fn expected_seconds(settings: ExportSettings, frames: i64, made: impl IntoIterator<Item = Made>) -> Option<f64> {
    let work = |settings: ExportSettings, frames: i64| frames as f64 * settings.size.pixels();
    let mut paces: Vec<f64> = made
        .into_iter()
        // Too short to tell.
        .filter(|(_, frames, seconds)| *frames >= 50 && *seconds > 0.5)
        .map(|(settings, frames, seconds)| work(settings, frames) / seconds)
        .collect();
    paces.sort_by(f64::total_cmp);
    let middle = *paces.get(paces.len() / 2)?;
    Some(work(settings, frames) / middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_is_even_and_of_its_shape() {
        for aspect in Aspect::ALL {
            for size in [Size::Small, Size::Full, Size::Large] {
                let (width, height) = size.of(aspect);
                let (across, down) = aspect.ratio();
                assert!(width % 2 == 0 && height % 2 == 0);
                assert_eq!(i64::from(width) * down, i64::from(height) * across, "{aspect:?} {size:?}");
            }
        }
        assert_eq!(Size::Small.of(Aspect::Portrait), (720, 1280));
        assert_eq!(Size::Large.of(Aspect::Wide), (3840, 2160));
    }

    #[test]
    fn what_is_soft_is_made_louder_within_reason() {
        assert_eq!(Sound::Even.gain(Some(-2_300)), 700);
        assert_eq!(Sound::Even.gain(Some(-900)), -700);
        assert_eq!(Sound::Even.gain(Some(-6_000)), 1_200);
        assert_eq!((Sound::Even.gain(None), Sound::Recorded.gain(Some(-2_300))), (0, 0));
    }

    #[test]
    fn thirty_goes_with_the_recording() {
        let ntsc = FrameRate { num: 60_000, den: 1_001 };
        assert_eq!(Pace::Thirty.of(ntsc), FrameRate { num: 30_000, den: 1_001 });
        assert_eq!(Pace::Sixty.of(FrameRate { num: 25, den: 1 }), FrameRate { num: 60, den: 1 });
        assert_eq!(Pace::Source.of(ntsc), ntsc);
    }

    #[test]
    fn time_is_told_by_what_was_made_before() {
        let full = ExportSettings::default();
        let large = ExportSettings { size: Size::Large, ..full };
        assert_eq!(expected_seconds(full, 600, []), None);
        assert_eq!(expected_seconds(full, 600, [(full, 10, 1.0)]), None, "too short to tell");
        let made = [(full, 600, 20.0), (large, 300, 40.0), (full, 900, 1.0)];
        assert_eq!(expected_seconds(full, 600, made), Some(20.0), "30 a second, in the middle");
        assert_eq!(expected_seconds(large, 600, made), Some(80.0));
    }
}
