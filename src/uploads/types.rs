//! What travels about uploads.

use crate::{
    domain::{
        checksum::Checksum,
        ids::{GameId, UploadId, VideoId},
        transfer::Address,
    },
    videos::types::VideoState,
};
use serde::{Deserialize, Serialize};

pub const MAX_FILE_NAME: usize = 255;
/// How many parts one call signs.
pub const MAX_SIGNED: usize = 32;

/// A file to be added to a game.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct NewUpload {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub game: GameId,
    /// The file's name, for people only; the object's key is the server's.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// The media type that the browser gives; may be empty.
    #[serde(rename = "type", default)]
    pub media_type: String,
    /// What tells the file from another (size and checksums of some stretches), up to 128 characters.
    pub fingerprint: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum UploadState {
    Open,
    Complete,
    Aborted,
}

/// An upload as the store has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Upload {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: UploadId,
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub video: VideoId,
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub game: GameId,
    pub name: String,
    pub bytes: i64,
    /// Every part but the last has this size.
    pub part_size: i64,
    /// Numbers of the parts that the store has in full, rising, from 1.
    pub received: Vec<i32>,
    pub state: UploadState,
    /// What each part is signed with.
    pub checksum: Checksum,
}

/// An upload that is not finished, as any browser can go on with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct OpenUpload {
    pub upload: Upload,
    /// "Vs Rovers Dec 6".
    pub game_name: String,
    /// Of the file; only the very same one goes on.
    pub fingerprint: String,
    /// Whether somebody is sending it now.
    pub is_active: bool,
}

/// An upload that has ended well, for the list of jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct FinishedUpload {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: UploadId,
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub game: GameId,
    /// "Vs Rovers Dec 6".
    pub game_name: String,
    pub file_name: String,
    pub bytes: i64,
    /// Whether the file was read; the game says more.
    pub video: VideoState,
    /// Milliseconds since 1970.
    pub started_at: i64,
    pub finished_at: i64,
}

/// Which parts to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PartsToSign {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub upload: UploadId,
    /// At most 32 of them.
    pub parts: Vec<PartToSign>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PartToSign {
    /// From 1.
    pub number: i32,
    /// Base64, of the kind that the upload names: the store refuses a part that has another. Left out, only the length is
    /// signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
}

/// Where one part goes. Its exact length is signed, and its checksum if one was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SignedPart {
    pub number: i32,
    /// First byte in the file, and how many.
    pub offset: i64,
    pub length: i64,
    #[serde(flatten)]
    pub address: Address,
}

/// What a trial of the store sends.
pub const TRIAL_BYTES: &[u8] = b"Touchline was here, and will have gone again in a moment.";

/// How a browser tries its way to the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    pub key: String,
    pub put: Address,
    pub get: String,
    /// The CORS rule that the bucket needs for this site.
    pub rule: String,
}

/// The trial is over: its object can go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialSent {
    pub key: String,
}
