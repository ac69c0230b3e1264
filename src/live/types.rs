//! What the server tells its tabs.

use crate::{
    domain::ids::{GameId, ReelId},
    exports::types::Export,
};
use serde::{Deserialize, Serialize};

/// Names the tab that calls.
pub const TAB_HEADER: &str = "x-touchline-tab";

/// A list or row that changed; who shows it asks again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "topic", content = "of", rename_all = "lowercase")]
pub enum Topic {
    /// Any game, its videos or its upload.
    Games,
    /// The clips of a game.
    Clips(GameId),
    /// Any reel's card; the reel itself.
    Reels(ReelId),
    /// Exports come and go, the gallery with them.
    Exports,
    /// Own tag palettes, the roster.
    Preferences,
}

/// One message of `/ws`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[allow(clippy::large_enum_variant)] // Few are alive at a time, and each is sent as text at once.
pub enum Event {
    Changed {
        topic: Topic,
    },
    /// The whole small row, as an export moves.
    Export {
        export: Export,
    },
    /// Messages were lost (a slow tab, a new connection): ask for everything again.
    Resync,
}
