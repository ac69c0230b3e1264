//! What travels about exports.

use crate::domain::{
    ids::{ClipId, ExportId, GameId, ReelId, RenditionId},
    preset::ExportSettings,
};
use serde::{Deserialize, Serialize};

/// What to render.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct NewExport {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub reel: ReelId,
    #[serde(default)]
    pub settings: ExportSettings,
}

/// What an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExportKind {
    /// The clips of a reel, joined.
    #[default]
    Reel,
    /// Each clip of a reel twice: the whole picture as it was recorded, then as it is framed.
    BeforeAfter,
    /// All clips of a game, joined, each with its mark, name and notes along the bottom.
    Annotated,
    /// One clip, as a file of its own.
    Clip,
}

impl ExportKind {
    pub const ALL: [Self; 4] = [Self::Reel, Self::BeforeAfter, Self::Annotated, Self::Clip];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Reel => "reel",
            Self::BeforeAfter => "before_after",
            Self::Annotated => "annotated",
            Self::Clip => "clip",
        }
    }

    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Reel => "Reel",
            Self::BeforeAfter => "Before and after",
            Self::Annotated => "Annotated game",
            Self::Clip => "Clip",
        }
    }
}

/// What a batch is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    Reel(ReelId),
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    Game(GameId),
}

/// Several files at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct NewBatch {
    pub of: Subject,
    /// Of a reel `reel`, `before_after` and `clip`, of a game `annotated` and `clip`. `clip` is a file for each of them.
    pub make: Vec<ExportKind>,
    /// Of a game, only these; none: all.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = Vec<String>))]
    pub clips: Vec<ClipId>,
    #[serde(default)]
    pub settings: ExportSettings,
}

/// The states of a durable job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    Pending,
    Processing,
    Complete,
    Error,
    Cancelled,
}

impl JobState {
    pub const ALL: [Self; 5] = [Self::Pending, Self::Processing, Self::Complete, Self::Error, Self::Cancelled];

    pub const fn is_running(self) -> bool {
        matches!(self, Self::Pending | Self::Processing)
    }

    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Complete => "complete",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An export with the state of its job: one whole small row, sent as it changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Export {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: ExportId,
    /// Rises with every change of the job: what is older than what is shown is dropped.
    pub version: i64,
    pub name: String,
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub reel: Option<ReelId>,
    #[serde(default)]
    pub kind: ExportKind,
    pub settings: ExportSettings,
    pub state: JobState,
    /// `plan`, `fetch`, `render`, `sound`, `finish`; empty while it waits.
    pub stage: String,
    /// It waits for a worker, for its start or for the next of its pieces.
    pub queued: bool,
    /// Frames done and in all.
    pub done: i64,
    pub total: i64,
    pub attempt: i64,
    pub error_code: Option<String>,
    /// A sentence that a person can act on.
    pub error: Option<String>,
    /// What happened so far, line by line, and what the tools said when it failed; without paths or addresses.
    pub log: Option<String>,
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub rendition: Option<RenditionId>,
    /// Equal sums are equal plans: whether the reel is still what was rendered. Empty when it is not known.
    pub plan_sum: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
}

impl Export {
    /// 0 to 100, rounded down: 100 only when it is complete.
    pub fn percent(&self) -> i64 {
        match self.state {
            JobState::Complete => 100,
            _ if self.total <= 0 => 0,
            _ => (self.done * 100 / self.total).clamp(0, 99),
        }
    }
}
