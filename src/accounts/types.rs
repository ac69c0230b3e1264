//! What travels about accounts.

#[cfg(feature = "ssr")]
use crate::{clips::types::Clip, games::types::Game, preferences::types::Preferences, reels::types::Reel};
use serde::{Deserialize, Serialize};

/// Who is looking at the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    pub name: String,
    /// Whether there is a session to sign out of; the local account on loopback has none.
    pub can_sign_out: bool,
}

/// Files of one kind in the object store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Held {
    pub count: i64,
    pub bytes: i64,
}

/// What an account's files take in the object store. Small ones are not counted: posters, small pictures, waveforms; nor are
/// the copies that browsers play in place of a recording.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Usage {
    pub recordings: Held,
    /// Finished files of the gallery.
    pub renditions: Held,
    /// Pieces that make the next export fast; the server frees them by itself.
    pub segments: Held,
    pub music: Held,
    /// Recordings and finished files in the trash.
    #[serde(default)]
    pub trash: Held,
}

impl Usage {
    /// Bytes.
    pub const fn total(&self) -> i64 {
        self.recordings.bytes + self.renditions.bytes + self.segments.bytes + self.music.bytes + self.trash.bytes
    }
}

/// All that somebody made here, but for the files themselves.
#[cfg(feature = "ssr")]
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AccountData {
    /// The version of the program that wrote it.
    pub touchline: &'static str,
    /// Milliseconds since 1970.
    pub made_at: i64,
    pub games: Vec<GameData>,
    pub reels: Vec<Reel>,
    pub preferences: Preferences,
}

#[cfg(feature = "ssr")]
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct GameData {
    pub game: Game,
    pub clips: Vec<Clip>,
}
