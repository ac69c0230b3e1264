//! What a plan is made of: written with an export, read by whoever renders.

use crate::domain::{
    aspect::Aspect,
    framing::{CropKey, Speed},
    geometry::CropSpace,
    ids::{ReelClipId, VideoId},
    music::Bed,
    overlay::{Spotlight, TextCard},
    preset::Quality,
    straighten::Straighten,
    time::{FrameRate, Micros},
    time_map::{Piece, Shown, shown},
    transition::TransitionKind,
    video::VideoFacts,
    volume::Volume,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportPlan {
    pub version: u32,
    pub aspect: Aspect,
    /// Output pixels, both even.
    pub width: u32,
    pub height: u32,
    pub rate: FrameRate,
    /// Plans from before there was a choice say nothing.
    #[serde(default, skip_serializing_if = "Quality::is_standard")]
    pub quality: Quality,
    pub total_frames: i64,
    /// At 48 kHz: as long as the picture, to the sample.
    pub total_samples: i64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mute: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub music: Option<Bed>,
    pub clips: Vec<PlannedClip>,
    /// In playing order, without gaps: what is rendered and kept piece by piece.
    pub chunks: Vec<Chunk>,
    /// Nothing is rendered: a stretch of a recording is taken as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<CopyPlan>,
}

/// Source frames of a recording, to be copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyPlan {
    pub video: VideoId,
    pub facts: VideoFacts,
    pub first: i64,
    pub frames: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedClip {
    pub reel_clip: ReelClipId,
    pub video: VideoId,
    pub facts: VideoFacts,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Hundredths of a decibel.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub gain: i64,
    /// What was chosen for this clip, on top of that.
    #[serde(default, skip_serializing_if = "Volume::is_usual")]
    pub volume: Volume,
    /// The clip's first output frame; where it dissolves, the one in front of it is still seen.
    pub first: i64,
    pub pieces: Vec<Piece>,
    /// How it comes, and how it goes.
    #[serde(default, skip_serializing_if = "Join::is_cut")]
    pub opening: Join,
    #[serde(default, skip_serializing_if = "Join::is_cut")]
    pub closing: Join,
}

/// One side of a transition, in output frames of the clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Join {
    pub kind: TransitionKind,
    pub frames: i64,
}

impl Join {
    fn is_cut(&self) -> bool {
        self.frames == 0
    }

    /// Frames that are seen together with those of the other clip.
    pub fn shared(self) -> i64 {
        if self.kind == TransitionKind::Dissolve { self.frames } else { 0 }
    }

    pub(super) fn dark(self) -> i64 {
        if self.kind == TransitionKind::Fade { self.frames } else { 0 }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // As serde calls it.
fn is_zero(value: &i64) -> bool {
    *value == 0
}

/// At most 20 s of one clip, or of two that dissolve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Index of its clip; where two are seen, of the second.
    pub clip: usize,
    /// Its first output frame in the reel.
    pub first: i64,
    pub spec: ChunkSpec,
}

/// Everything that decides a chunk's picture, and nothing else: two chunks with equal specs are the same file. Its JSON
/// is canonical (fields in this order, whole numbers), so a hash of it is the chunk's content key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkSpec {
    pub version: u32,
    #[serde(flatten)]
    pub shot: Shot,
    pub aspect: Aspect,
    pub width: u32,
    pub height: u32,
    pub rate: FrameRate,
    #[serde(default, skip_serializing_if = "Quality::is_standard")]
    pub quality: Quality,
    /// What comes up over the shot, frame by frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Box<Over>>,
    /// Output frame `j` has `at + j + 1` of `length + 1` parts of its light.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coming: Option<Ramp>,
    /// Output frame `j` has `at - j` of `length + 1` parts of its light.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub going: Option<Ramp>,
}

/// A stretch of one recording, as it is framed and drawn over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shot {
    pub video: VideoId,
    pub facts: VideoFacts,
    /// Only the keyframes that matter here, as of everything else.
    pub crop: Vec<CropKey>,
    pub runs: Vec<Run>,
    #[serde(default, skip_serializing_if = "is_level")]
    pub straighten: Straighten,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spotlights: Vec<Spotlight>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<TextCard>,
    /// The whole picture, with black beside it where its shape is another.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // As serde calls it.
fn is_level(angle: &Straighten) -> bool {
    angle.is_none()
}

/// A second shot of as many frames: of output frame `j`, `at + j + 1` of `length + 1` parts are its.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    pub shot: Shot,
    pub at: i64,
    pub length: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ramp {
    pub at: i64,
    pub length: i64,
}

/// Output frames `skip..skip + frames` of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Run {
    pub first: i64,
    pub end: i64,
    pub speed: Speed,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp: Option<SpeedRamp>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blend: bool,
    pub skip: i64,
    pub frames: i64,
}

/// Where a run's speed goes, over how many output frames of the whole piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SpeedRamp {
    pub to: Speed,
    pub over: i64,
}

impl Run {
    /// What the run's output frame `n` shows.
    pub fn shown(&self, source: FrameRate, output: FrameRate, n: i64) -> Shown {
        let Self { first, end, speed, ramp, blend, skip, frames } = *self;
        let frames = ramp.map_or(skip + frames, |ramp| ramp.over);
        let piece = Piece { first, end, speed, ramp_to: ramp.map(|ramp| ramp.to), blend, frames };
        shown(&piece, source, output, skip + n)
    }
}

impl Shot {
    pub fn frames(&self) -> i64 {
        self.runs.iter().map(|run| run.frames).sum()
    }

    /// What each output frame at `output` shows, in playing order.
    pub fn shown(&self, output: FrameRate) -> impl Iterator<Item = Shown> + '_ {
        let source = self.facts.rate;
        self.runs.iter().flat_map(move |run| (0..run.frames).map(move |n| run.shown(source, output, n)))
    }

    pub const fn space(&self, aspect: Aspect) -> CropSpace {
        CropSpace::new(self.facts.width, self.facts.height, aspect)
    }
}

impl ChunkSpec {
    pub fn frames(&self) -> i64 {
        self.shot.frames()
    }

    /// The one shot, or the two that dissolve.
    pub fn shots(&self) -> impl Iterator<Item = &Shot> {
        std::iter::once(&self.shot).chain(self.over.as_ref().map(|over| &over.shot))
    }
}

impl ExportPlan {
    /// The same for equal plans, on the server and in the browser: whether a reel changed since its export.
    pub fn sum(&self) -> String {
        // How loud a recording is becomes known some time after it is there: nobody has changed the reel by that.
        let clips = self.clips.iter().map(|clip| PlannedClip { gain: 0, ..clip.clone() }).collect();
        let text = serde_json::to_vec(&Self { clips, ..self.clone() }).unwrap_or_default();
        format!("{:08x}-{}", crc32fast::hash(&text), text.len())
    }

    /// How long the export plays.
    pub fn duration(&self) -> Micros {
        self.rate.frame_start(self.total_frames)
    }
}
