//! What travels about videos.

use crate::{
    domain::{
        ids::{GameId, UploadId, VideoId},
        overview::Sprites,
        time::Micros,
        video::VideoFacts,
    },
    editor::film::Picture,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum VideoState {
    /// Its upload is not complete.
    Waiting,
    /// All bytes are there; the file is being read.
    Probing,
    Ready,
    /// The file cannot be used; `error_code` says why.
    Error,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Video {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: VideoId,
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub game: GameId,
    pub file_name: String,
    /// How long after the end of the video before it this one begins on the game's clock, in microseconds; negative where
    /// they overlap. The first video's says nothing.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub gap: Micros,
    pub bytes: i64,
    pub state: VideoState,
    #[cfg_attr(feature = "ssr", schema(value_type = Option<Object>))]
    pub facts: Option<VideoFacts>,
    pub error_code: Option<String>,
    /// Signed addresses that work for some hours; none before the upload is complete.
    pub url: Option<String>,
    pub poster_url: Option<String>,
    /// How its sheet of small pictures is cut, and where the sheet is; made some time after it can be played.
    #[serde(default)]
    pub sprites: Option<Sprites>,
    #[serde(default)]
    pub sprites_url: Option<String>,
    /// Where the peaks of its sound are, a byte each, `domain::overview::PEAKS_A_SECOND`; none of them when it is mute.
    #[serde(default)]
    pub waveform_url: Option<String>,
    /// Where the times of its pictures are (`domain::frame_table`), when its rate varies and they are known.
    #[serde(default)]
    pub frames_url: Option<String>,
    /// EBU R 128's integrated loudness in hundredths of LUFS; none of silence, and before it was measured.
    #[serde(default)]
    pub loudness: Option<i64>,
    /// What `url` plays is a copy that every browser plays; exports are made from the recording itself.
    #[serde(default)]
    pub has_proxy: bool,
    /// Such a copy could not be made.
    #[serde(default)]
    pub proxy_failed: bool,
    /// The open upload, to be continued.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub upload: Option<UploadId>,
}

impl Video {
    /// Many browsers show nothing of it, and the copy that they play is not made yet.
    pub fn waits_for_proxy(&self) -> bool {
        let open = !self.has_proxy && !self.proxy_failed;
        self.state == VideoState::Ready && open && self.facts.as_ref().is_some_and(VideoFacts::needs_proxy)
    }

    /// Its small picture of source time `at`; none before its sheet is made.
    pub fn picture(&self, at: Micros) -> Option<Picture> {
        Some(Picture { sheet: self.sprites?, url: self.sprites_url.clone()?, at })
    }
}

/// The small pictures of a video, to look through it without opening it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Glance {
    /// Signed address of the sheet.
    pub url: String,
    pub sheet: Sprites,
}

impl Glance {
    /// The picture of a part (0 to 1) of the video.
    pub fn picture(&self, part: f64) -> Picture {
        let whole = Micros(self.sheet.interval.0.saturating_mul(self.sheet.count.saturating_sub(1).max(0)));
        let at = Micros::from_seconds_f64(whole.seconds() * part.clamp(0.0, 1.0));
        Picture { sheet: self.sheet, url: self.url.clone(), at }
    }
}

/// The order of a game's videos, all of them, and how far they stand apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Arrangement {
    /// The game. Through REST the path says it.
    #[cfg_attr(feature = "ssr", schema(value_type = String, required = false))]
    pub id: GameId,
    /// Of the game.
    pub version: i64,
    pub videos: Vec<Place>,
}

/// One video in an [`Arrangement`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Place {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: VideoId,
    /// Microseconds after the video before it; negative: they overlap.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub gap: Micros,
}
