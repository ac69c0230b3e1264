//! Music under a reel: one song, as loud beside the game as somebody wants it, softer where the game is loud.

use super::{ids::MusicId, preset::Sound, time::Micros};
use serde::{Deserialize, Serialize};

/// How loud it is beside the game's sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Soft,
    #[default]
    Medium,
    /// As loud as the game.
    Loud,
}

impl Level {
    /// Hundredths of a decibel.
    const fn gain(self) -> i64 {
        match self {
            Self::Soft => -1_600,
            Self::Medium => -900,
            Self::Loud => 0,
        }
    }
}

/// What somebody chose about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct MusicSettings {
    pub level: Level,
    /// Softer while the game is loud.
    pub ducks: bool,
}

impl Default for MusicSettings {
    fn default() -> Self {
        Self { level: Level::default(), ducks: true }
    }
}

/// The song of a reel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Music {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: MusicId,
    pub name: String,
    /// Microseconds.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub length: Micros,
    /// Hundredths of LUFS; none of silence.
    pub loudness: Option<i64>,
    #[serde(flatten)]
    pub settings: MusicSettings,
}

/// What a plan says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bed {
    pub music: MusicId,
    /// Hundredths of a decibel.
    pub gain: i64,
    pub ducks: bool,
}

impl Music {
    pub fn bed(&self) -> Bed {
        let MusicSettings { level, ducks } = self.settings;
        Bed { music: self.id.clone(), gain: Sound::Even.gain(self.loudness) + level.gain(), ducks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn songs_are_evened_out_before_they_are_made_softer() {
        let song = |loudness, level| Music {
            id: "0192f0c1-2345-7abc-8def-0123456789ab".parse().expect("an id"),
            name: "Anthem".to_owned(),
            length: Micros::SECOND,
            loudness,
            settings: MusicSettings { level, ..MusicSettings::default() },
        };
        assert_eq!(song(Some(-900), Level::Loud).bed().gain, -700);
        assert_eq!(song(Some(-1_600), Level::Soft).bed().gain, -1_600);
        assert_eq!(song(None, Level::Medium).bed().gain, -900);
        let text = serde_json::to_value(song(Some(-900), Level::Soft)).expect("json");
        assert_eq!((&text["level"], &text["ducks"]), (&"soft".into(), &true.into()));
    }
}
