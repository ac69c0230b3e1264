//! What travels about games.

use crate::domain::{
    calendar::Day,
    ids::GameId,
    naming::{self, Venue},
    rating::Tally,
    tags::Sport,
    time::Micros,
};
use crate::videos::types::{Glance, Video, VideoState};
use crate::{clips::types::LibraryClip, reels::types::ReelCard};
use serde::{Deserialize, Serialize};

pub const MAX_OPPONENT: usize = 80;

/// What a user says of a match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct GameDetails {
    pub opponent: String,
    #[cfg_attr(feature = "ssr", schema(value_type = String, example = "2026-12-06"))]
    pub played_on: Day,
    #[cfg_attr(feature = "ssr", schema(value_type = String, example = "home"))]
    pub venue: Venue,
    /// Empty unless the venue is a tournament.
    #[serde(default)]
    pub tournament: String,
    /// None in a change: as it is. None in a new game: soccer.
    #[serde(default)]
    pub sport: Option<Sport>,
}

impl GameDetails {
    /// "Vs Rovers Dec 6".
    pub fn name(&self) -> String {
        naming::game(&self.opponent, self.played_on, self.venue, &self.tournament)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct GameUpdate {
    /// Through REST the path says it.
    #[cfg_attr(feature = "ssr", schema(value_type = String, required = false))]
    pub id: GameId,
    pub version: i64,
    pub details: GameDetails,
}

/// A game with its videos, for Annotate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Game {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: GameId,
    pub version: i64,
    pub details: GameDetails,
    pub videos: Vec<Video>,
    /// Where the playhead was when the game was left.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub last_position: Micros,
}

/// A game in the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct GameCard {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: GameId,
    pub version: i64,
    pub details: GameDetails,
    /// Clips by rating, one star first.
    #[cfg_attr(feature = "ssr", schema(value_type = Vec<i64>))]
    pub tally: Tally,
    /// Of its videos together: ready when all are. None when the game has no video yet.
    pub video: Option<VideoState>,
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub duration: Option<Micros>,
    pub poster_url: Option<String>,
    /// Small pictures of its first video that has them.
    pub glance: Option<Glance>,
    pub last_opened_at: Option<i64>,
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub last_position: Micros,
}

/// All that the library shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelves {
    /// Those whose names have what is searched, the newest match first.
    pub games: Vec<GameCard>,
    /// Every reel.
    pub reels: Vec<ReelCard>,
    /// What was said of them has every word that is searched; none while nothing is.
    pub clips: Vec<LibraryClip>,
}

/// Which games to list; everything empty lists all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[serde(default)]
pub struct GameQuery {
    /// Part of the opponent's or tournament's name.
    pub text: String,
    /// How many at most (1 to 500; 0 means 500).
    pub limit: i64,
    /// How many to pass over.
    pub offset: i64,
}
