//! What travels about reels.

use crate::{
    clips::types::Clip,
    domain::{
        aspect::Aspect,
        framing::Framing,
        ids::{ClipId, ReelClipId, ReelId, RenditionId},
        music::Music,
        overlay::SpotKey,
        plan::ClipForPlan,
        preset::ExportSettings,
        time::Micros,
        video::VideoFacts,
    },
    videos::types::Video,
};
use serde::{Deserialize, Serialize};

pub const MAX_NAME: usize = 120;
pub const MAX_CLIPS: usize = 500;

/// How far a reel has come, as its card says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReelStatus {
    NotStarted,
    /// Some clips are framed.
    Editing,
    /// All clips are framed.
    Framed,
    /// And some have a spotlight or text.
    InOverlay,
    Exporting,
    /// It was exported and nothing changed since.
    Complete,
}

/// Where the picture of a card is, as an export of this size lays it over its frames.
pub fn card_path(card: &str, (width, height): (u32, u32)) -> String {
    format!("/media/cards?width={width}&height={height}&card={card}")
}

/// A reel in the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReelCard {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: ReelId,
    pub version: i64,
    pub name: String,
    #[cfg_attr(feature = "ssr", schema(value_type = String, example = "9:16"))]
    pub aspect: Aspect,
    pub status: ReelStatus,
    /// One for each clip in order: whether it is framed. The strip of the card.
    pub framed: Vec<bool>,
    /// Whether any clip has a spotlight or text: the strip's segment for the overlay.
    #[serde(default)]
    pub lit: bool,
    /// How long it plays, with trims and speeds.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub length: Micros,
    pub poster_url: Option<String>,
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub rendition: Option<RenditionId>,
    pub updated_at: i64,
}

/// A reel with all that its editor needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Reel {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: ReelId,
    pub version: i64,
    pub name: String,
    #[cfg_attr(feature = "ssr", schema(value_type = String, example = "9:16"))]
    pub aspect: Aspect,
    pub clips: Vec<ReelClip>,
    /// Every video that a clip is cut from, once.
    pub videos: Vec<Video>,
    pub music: Option<Music>,
}

impl Reel {
    pub fn video_of(&self, clip: &ReelClip) -> Option<&Video> {
        self.videos.iter().find(|video| video.id == clip.clip.video)
    }
}

/// A clip's place and edit in a reel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReelClip {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: ReelClipId,
    pub version: i64,
    pub clip: Clip,
    #[cfg_attr(feature = "ssr", schema(value_type = Object))]
    pub framing: Framing,
    pub game_name: String,
}

impl ReelClip {
    /// As an export's plan takes it: the server's and the browser's are the same.
    pub fn for_plan(&self, facts: VideoFacts, loudness: Option<i64>, settings: ExportSettings) -> ClipForPlan {
        let clip = self.clip.for_plan(self.id.clone(), facts, loudness, settings);
        let (start, end) = self.stretch();
        ClipForPlan { framing: self.framing.clone(), start, end, ..clip }
    }

    /// What of its recording it plays, but for trims: source time.
    pub fn stretch(&self) -> (Micros, Micros) {
        self.framing.stretch(self.marks())
    }

    /// Where its clip is now.
    pub fn marks(&self) -> (Micros, Micros) {
        (self.clip.details.start, self.clip.details.end)
    }

    /// Whether its clip was moved since it was worked on here, and nobody has said what counts.
    pub fn is_overtaken(&self) -> bool {
        self.framing.is_overtaken(self.marks())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct NewReel {
    /// Made from the clips when empty.
    #[serde(default)]
    pub name: String,
    #[cfg_attr(feature = "ssr", schema(value_type = String, example = "9:16"))]
    pub aspect: Aspect,
    /// In order; a clip may stand more than once.
    #[cfg_attr(feature = "ssr", schema(value_type = Vec<String>))]
    pub clips: Vec<ClipId>,
    /// The tags it was filtered by, for its name.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// Changes of the reel itself; what is none stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ReelUpdate {
    /// Through REST the path says it.
    #[cfg_attr(feature = "ssr", schema(value_type = String, required = false))]
    pub id: ReelId,
    pub version: i64,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<String>))]
    pub aspect: Option<Aspect>,
    /// The clips that stay, in their new order; one that is left out is removed from the reel.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = Option<Vec<String>>))]
    pub order: Option<Vec<ReelClipId>>,
    /// Clips of the library, added at the end.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = Vec<String>))]
    pub add: Vec<ClipId>,
    /// The ids that those get in the reel, in the same order; without, they are made here. Who chooses them can repeat a call
    /// whose answer was lost: nothing is added twice (409, and the reel has them); one that is taken is refused (422).
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(value_type = Vec<String>))]
    pub add_ids: Vec<ReelClipId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct FramingUpdate {
    /// Through REST the path says it.
    #[cfg_attr(feature = "ssr", schema(value_type = String, required = false))]
    pub id: ReelClipId,
    /// Of the clip in the reel, not of the reel.
    pub version: i64,
    #[cfg_attr(feature = "ssr", schema(value_type = Object))]
    pub framing: Framing,
}

/// As much of a recording as a player is followed through at a time.
pub const LONGEST_FOLLOW: Micros = Micros::from_seconds(60);

/// Whom to follow: what a spotlight shows in the picture at `at`, up to `until`. Source time; thousandths of a source pixel and
/// of a degree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Follow {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: ReelClipId,
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub at: Micros,
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub until: Micros,
    pub x: i64,
    pub y: i64,
    pub rx: i64,
    pub ry: i64,
    #[serde(default)]
    pub angle: i64,
}

/// Where the player went: keyframes for a spotlight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Followed {
    #[cfg_attr(feature = "ssr", schema(value_type = Vec<serde_json::Value>))]
    pub keys: Vec<SpotKey>,
    /// From when on the player was not seen any more.
    #[cfg_attr(feature = "ssr", schema(value_type = Option<i64>))]
    pub lost: Option<Micros>,
}
