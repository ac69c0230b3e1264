//! What travels about music.

use crate::domain::{ids::ReelId, music::MusicSettings};
use serde::{Deserialize, Serialize};

/// Bytes of a song as it comes: an hour without compression is more, and nobody has that at hand.
pub const MAX_BYTES: u64 = 100 << 20;
pub const MAX_NAME: usize = 120;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct MusicUpdate {
    /// Through REST the path says it.
    #[cfg_attr(feature = "ssr", schema(value_type = String, required = false))]
    pub id: ReelId,
    /// Also bring back one that was taken away.
    #[serde(default)]
    pub restore: bool,
    #[serde(flatten)]
    pub settings: MusicSettings,
}
