//! What travels about clips.

use crate::domain::{
    calendar::Day,
    framing::Framing,
    ids::{ClipId, GameId, ReelClipId, VideoId},
    naming,
    overlay::Card,
    plan::ClipForPlan,
    preset::ExportSettings,
    rating::Rating,
    time::Micros,
    video::VideoFacts,
};
use serde::{Deserialize, Serialize};

pub const MAX_NAME: usize = 80;
pub const MAX_NOTES: usize = 280;
pub const MAX_PLAYERS: usize = 120;

/// A time range of one video: start included, end not. Source time, from the video's first frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Clip {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: ClipId,
    pub version: i64,
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub game: GameId,
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub video: VideoId,
    #[serde(flatten)]
    pub details: ClipDetails,
}

impl Clip {
    /// The typed name, or the one that rating and tags give.
    pub fn title(&self) -> String {
        self.details.title()
    }

    pub fn length(&self) -> Micros {
        self.details.end - self.details.start
    }

    /// As an export's plan takes it.
    pub fn for_plan(
        &self,
        place: ReelClipId,
        facts: VideoFacts,
        loudness: Option<i64>,
        settings: ExportSettings,
    ) -> ClipForPlan {
        ClipForPlan {
            reel_clip: place,
            title: self.title(),
            banner: None,
            gain: settings.sound.gain(loudness),
            video: self.video.clone(),
            facts,
            start: self.details.start,
            end: self.details.end,
            framing: Framing::default(),
            whole: false,
        }
    }

    /// With its mark, name and notes along the bottom.
    pub fn with_banner(&self, clip: ClipForPlan) -> ClipForPlan {
        let line = self.details.notes.split_whitespace().collect::<Vec<_>>().join(" ");
        let banner = Card::Banner { rating: self.details.rating, text: self.title(), line };
        ClipForPlan { banner: Some(banner), ..clip }
    }
}

/// Everything of a clip that a user can change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ClipDetails {
    /// Microseconds.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub start: Micros,
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub end: Micros,
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = u8))]
    pub rating: Rating,
    #[serde(default)]
    pub tags: Vec<String>,
    /// Empty while the name is derived.
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub players: String,
    #[serde(default)]
    pub notes: String,
}

impl ClipDetails {
    /// A stretch of which nothing was said yet.
    pub fn of(start: Micros, end: Micros) -> Self {
        let (name, players, notes) = (String::new(), String::new(), String::new());
        Self { start, end, rating: Rating::default(), tags: Vec::new(), name, players, notes }
    }

    /// The same so much later (or earlier): from one clock to another.
    #[must_use]
    pub fn later(self, by: Micros) -> Self {
        Self { start: self.start + by, end: self.end + by, ..self }
    }

    /// All that a person may have typed, as lines.
    pub fn as_text(&self) -> String {
        let times = format!("{} to {}", self.start.precise(), self.end.precise());
        let lines = [self.title(), times, self.tags.join(", "), self.players.clone(), self.notes.clone()];
        lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    pub fn title(&self) -> String {
        if self.name.is_empty() { naming::clip(self.rating, &self.tags) } else { self.name.clone() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct NewClip {
    /// Chosen by who makes it, so that a call whose answer was lost can be made again; without one the server chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub id: Option<ClipId>,
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub video: VideoId,
    #[serde(flatten)]
    pub details: ClipDetails,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ClipUpdate {
    /// Through REST the path says it.
    #[cfg_attr(feature = "ssr", schema(value_type = String, required = false))]
    pub id: ClipId,
    pub version: i64,
    #[serde(flatten)]
    pub details: ClipDetails,
}

/// A clip in the library, with what a card shows of its game.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct LibraryClip {
    pub clip: Clip,
    pub game_name: String,
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub played_on: Day,
    pub poster_url: Option<String>,
    /// Signed address of the video, when it is stored.
    pub video_url: Option<String>,
}

/// Which clips to list; everything empty lists all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ClipFilter {
    /// Any of these games.
    #[cfg_attr(feature = "ssr", schema(value_type = Vec<String>))]
    pub games: Vec<GameId>,
    /// Any of these ratings.
    #[cfg_attr(feature = "ssr", schema(value_type = Vec<u8>))]
    pub ratings: Vec<Rating>,
    /// Any of these tags.
    pub tags: Vec<String>,
    /// Part of the players' text.
    pub players: String,
    /// Words: each is somewhere in the clip's name, tags, players, notes or in its game's name, and at least one is in what is
    /// the clip's own.
    pub text: String,
    /// How many at most; 0 for all.
    pub limit: i64,
}

/// How clips are written for other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Csv,
    Tsv,
    Json,
    LosslessCut,
    Sportscode,
    WebVtt,
    Chapters,
}

impl Format {
    pub const ALL: [Self; 7] =
        [Self::Csv, Self::Tsv, Self::Json, Self::LosslessCut, Self::Sportscode, Self::WebVtt, Self::Chapters];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::LosslessCut => "lossless_cut",
            Self::Sportscode => "sportscode",
            Self::WebVtt => "web_vtt",
            Self::Chapters => "chapters",
        }
    }

    /// Of a file's name, and its media type.
    pub const fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Csv => ("csv", "text/csv"),
            Self::Tsv => ("tsv", "text/tab-separated-values"),
            Self::Json => ("json", "application/json"),
            Self::LosslessCut => ("llc", "application/json"),
            Self::Sportscode => ("xml", "application/xml"),
            Self::WebVtt => ("vtt", "text/vtt"),
            Self::Chapters => ("txt", "text/plain"),
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::Json => "JSON",
            Self::LosslessCut => "LosslessCut",
            Self::Sportscode => "Sportscode XML",
            Self::WebVtt => "WebVTT",
            Self::Chapters => "YouTube chapters",
        }
    }
}

/// What could not be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct LineError {
    /// From 1; in JSON the number of the clip in its list.
    pub line: usize,
    pub message: String,
}

/// Clips that another program wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ClipImport {
    /// Through REST the path says it.
    #[cfg_attr(feature = "ssr", schema(value_type = String, required = false))]
    pub id: GameId,
    /// CSV, TSV, JSON, `LosslessCut`, Sportscode XML, `WebVTT` or `YouTube` chapters: which it is, it says itself.
    pub text: String,
    /// Make them; otherwise only say what would be made.
    #[serde(default)]
    pub apply: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Imported {
    pub format: Format,
    /// On the game's clock: what was made, or would be.
    pub clips: Vec<ClipDetails>,
    /// How many of them the game has already: they are not made again.
    pub known: usize,
    /// The first of what could not be read.
    pub errors: Vec<LineError>,
    /// How many there are of them.
    pub unread: usize,
    /// What was made, in the same order.
    pub made: Vec<Clip>,
}
