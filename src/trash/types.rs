//! What travels about the trash.

use crate::{
    accounts::types::Usage,
    domain::ids::{GameId, ReelId, RenditionId},
};
use serde::{Deserialize, Serialize};

/// So long everything can be brought back.
pub const TRASH_DAYS: i64 = 30;

/// Something that goes to the trash and comes back from it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(tag = "kind", content = "id", rename_all = "lowercase")]
pub enum Item {
    /// With its videos and clips.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    Game(GameId),
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    Reel(ReelId),
    /// A finished file of the gallery.
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    Rendition(RenditionId),
}

impl Item {
    /// None for a kind that there is not, or an id that is none.
    pub fn of(kind: &str, id: &str) -> Option<Self> {
        match kind {
            "game" => id.parse().ok().map(Self::Game),
            "reel" => id.parse().ok().map(Self::Reel),
            "rendition" => id.parse().ok().map(Self::Rendition),
            _ => None,
        }
    }

    pub const fn word(&self) -> &'static str {
        match self {
            Self::Game(_) => "Game",
            Self::Reel(_) => "Reel",
            Self::Rendition(_) => "File",
        }
    }
}

/// Something in the trash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Trashed {
    #[serde(flatten)]
    pub item: Item,
    pub name: String,
    /// What is free when it is gone for good.
    pub bytes: i64,
    /// When it came here, and when it goes by itself; milliseconds since 1970.
    pub deleted_at: i64,
    pub gone_at: i64,
}

/// A game whose recordings take much room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Large {
    pub id: GameId,
    pub name: String,
    pub bytes: i64,
}

/// Where the room went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    pub usage: Usage,
    /// The largest first.
    pub largest: Vec<Large>,
    /// The last one first.
    pub trash: Vec<Trashed>,
}
