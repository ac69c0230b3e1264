//! What an export does, worked out before anything runs: pure, exact, whole numbers only.
//!
//! A plan is stored with the export when it is submitted and is never changed: a retry renders the plan of the submit,
//! whatever was edited since. The number of output frames and sound samples is known here; the renderer is checked
//! against it.

use super::{
    aspect::Aspect,
    framing::{CropKey, Framing, Speed},
    geometry::CropSpace,
    ids::{ReelClipId, VideoId},
    keyframes::keys_for,
    preset::{ExportSettings, Quality},
    time::{FrameRate, Micros, round_div},
    time_map::{Piece, TimeMap, TimeMapError, source_frame},
    video::VideoFacts,
};
use serde::{Deserialize, Serialize};

/// Rises when the same plan would give another picture.
pub const PLAN_VERSION: u32 = 1;

/// Sound samples per second and channel.
pub const SAMPLE_RATE: u32 = 48_000;

/// The longest chunk, in seconds of output: what a crash can cost.
const CHUNK_SECONDS: i64 = 20;

const MOST_CLIPS: usize = 500;
const LONGEST_SECONDS: i64 = 6 * 3_600;

/// A clip may end this much after its video does: marks are made before the server has probed the file.
pub const OVERHANG: Micros = Micros::SECOND;

/// A reel as it is when its export is submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReelForPlan {
    pub aspect: Aspect,
    pub settings: ExportSettings,
    pub clips: Vec<ClipForPlan>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClipForPlan {
    pub reel_clip: ReelClipId,
    pub video: VideoId,
    pub facts: VideoFacts,
    pub start: Micros,
    pub end: Micros,
    pub framing: Framing,
}

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
    pub clips: Vec<PlannedClip>,
    /// In playing order, without gaps: what is rendered and kept piece by piece.
    pub chunks: Vec<Chunk>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedClip {
    pub reel_clip: ReelClipId,
    pub video: VideoId,
    pub facts: VideoFacts,
    /// The clip's first output frame.
    pub first: i64,
    pub pieces: Vec<Piece>,
}

/// At most 20 s of one clip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Index of its clip.
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
    pub video: VideoId,
    pub facts: VideoFacts,
    pub aspect: Aspect,
    pub width: u32,
    pub height: u32,
    pub rate: FrameRate,
    #[serde(default, skip_serializing_if = "Quality::is_standard")]
    pub quality: Quality,
    /// Only the keyframes that matter here.
    pub crop: Vec<CropKey>,
    pub runs: Vec<Run>,
}

/// Output frames `skip..skip + frames` of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Run {
    pub first: i64,
    pub end: i64,
    pub speed: Speed,
    pub skip: i64,
    pub frames: i64,
}

/// The sound of one piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoundPiece<'a> {
    pub video: &'a VideoId,
    pub facts: &'a VideoFacts,
    /// Source time, from the first frame of the picture.
    pub start: Micros,
    pub end: Micros,
    pub speed: Speed,
    /// At 48 kHz, per channel.
    pub samples: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("The reel has no clips. Add one, then export.")]
    ReelEmpty,
    #[error("The reel has more than {MOST_CLIPS} clips.")]
    TooManyClips,
    #[error("The reel is longer than six hours.")]
    ReelTooLong,
    #[error("A clip lies outside its video.")]
    ClipOutsideVideo(ReelClipId),
    #[error("Nothing of a clip is left to play.")]
    ClipEmpty(ReelClipId),
    #[error("The segments of a clip overlap.")]
    SegmentsOverlap(ReelClipId),
    #[error("A clip has too many keyframes or segments.")]
    FramingTooLarge(ReelClipId),
    #[error("A clip's video has no usable size, length or frame rate.")]
    VideoUnusable(ReelClipId),
}

impl PlanError {
    /// Stable; travels to the browser.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ReelEmpty => "reel_empty",
            Self::TooManyClips => "too_many_clips",
            Self::ReelTooLong => "reel_too_long",
            Self::ClipOutsideVideo(_) => "clip_outside_video",
            Self::ClipEmpty(_) => "clip_empty",
            Self::SegmentsOverlap(_) => "segments_overlap",
            Self::FramingTooLarge(_) => "framing_too_large",
            Self::VideoUnusable(_) => "video_unusable",
        }
    }

    /// The clip it is about.
    pub const fn clip(&self) -> Option<&ReelClipId> {
        match self {
            Self::ReelEmpty | Self::TooManyClips | Self::ReelTooLong => None,
            Self::ClipOutsideVideo(id)
            | Self::ClipEmpty(id)
            | Self::SegmentsOverlap(id)
            | Self::FramingTooLarge(id)
            | Self::VideoUnusable(id) => Some(id),
        }
    }
}

impl ExportPlan {
    /// The same for equal plans, on the server and in the browser: whether a reel changed since its export.
    pub fn sum(&self) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        format!("{:08x}-{}", crc32fast::hash(&text), text.len())
    }
}

/// The plan of a reel.
pub fn plan(reel: &ReelForPlan) -> Result<ExportPlan, PlanError> {
    if reel.clips.is_empty() {
        return Err(PlanError::ReelEmpty);
    }
    if reel.clips.len() > MOST_CLIPS {
        return Err(PlanError::TooManyClips);
    }
    reel.clips.iter().try_for_each(check_video)?;
    let rate = reel.settings.pace.of(output_rate(&reel.clips)?);
    let (width, height) = reel.settings.size.of(reel.aspect);
    let mut plan = ExportPlan {
        version: PLAN_VERSION,
        aspect: reel.aspect,
        width,
        height,
        rate,
        quality: reel.settings.quality,
        total_frames: 0,
        total_samples: 0,
        clips: Vec::with_capacity(reel.clips.len()),
        chunks: Vec::new(),
    };
    for clip in &reel.clips {
        add_clip(&mut plan, clip)?;
    }
    plan.total_samples = sample_at(rate, plan.total_frames);
    Ok(plan)
}

fn add_clip(plan: &mut ExportPlan, clip: &ClipForPlan) -> Result<(), PlanError> {
    let map = time_map(clip, plan.rate)?;
    if plan.total_frames.saturating_add(map.frames()) > frames_in(plan.rate, LONGEST_SECONDS) {
        return Err(PlanError::ReelTooLong);
    }
    let keys = normal_keys(&clip.framing, CropSpace::new(clip.facts.width, clip.facts.height, plan.aspect));
    for (skip, runs) in chunks_of(map.pieces(), frames_in(plan.rate, CHUNK_SECONDS)) {
        let spec = ChunkSpec {
            version: plan.version,
            video: clip.video.clone(),
            facts: clip.facts.clone(),
            aspect: plan.aspect,
            width: plan.width,
            height: plan.height,
            rate: plan.rate,
            quality: plan.quality,
            crop: keys_of(&keys, &runs, clip.facts.rate, plan.rate),
            runs,
        };
        plan.chunks.push(Chunk { clip: plan.clips.len(), first: plan.total_frames + skip, spec });
    }
    plan.clips.push(PlannedClip {
        reel_clip: clip.reel_clip.clone(),
        video: clip.video.clone(),
        facts: clip.facts.clone(),
        first: plan.total_frames,
        pieces: map.pieces().to_vec(),
    });
    plan.total_frames += map.frames();
    Ok(())
}

fn check_video(clip: &ClipForPlan) -> Result<(), PlanError> {
    let facts = &clip.facts;
    let size = 16..=65_536_u32;
    let usable = size.contains(&facts.width)
        && size.contains(&facts.height)
        && facts.rate.is_usable()
        && facts.frames > 0
        && (Micros(1)..=Framing::LATEST).contains(&facts.duration);
    if !usable {
        return Err(PlanError::VideoUnusable(clip.reel_clip.clone()));
    }
    if clip.start < Micros::ZERO || clip.start >= facts.duration || clip.end > facts.duration + OVERHANG {
        return Err(PlanError::ClipOutsideVideo(clip.reel_clip.clone()));
    }
    if clip.framing.crop.len() > Framing::MOST_KEYS || clip.framing.segments.len() > Framing::MOST_SEGMENTS {
        return Err(PlanError::FramingTooLarge(clip.reel_clip.clone()));
    }
    Ok(())
}

/// A clip's time at this output rate, ending with its video's last frame at the latest.
fn time_map(clip: &ClipForPlan, output: FrameRate) -> Result<TimeMap, PlanError> {
    let rate = clip.facts.rate;
    let end = Micros(clip.end.0.min(rate.frame_start(clip.facts.frames).0));
    TimeMap::new(rate, output, clip.start, end, &clip.framing.segments).map_err(|error| {
        let id = clip.reel_clip.clone();
        match error {
            TimeMapError::Overlap => PlanError::SegmentsOverlap(id),
            TimeMapError::Empty => PlanError::ClipEmpty(id),
            TimeMapError::Rate => PlanError::VideoUnusable(id),
        }
    })
}

/// The rate at which most of the reel's length was recorded; of two equals, the one that comes first. Rates above 60 are
/// halved until they are not: no place where reels are shown plays more.
fn output_rate(clips: &[ClipForPlan]) -> Result<FrameRate, PlanError> {
    let mut lengths: Vec<(FrameRate, i64)> = Vec::new();
    for clip in clips {
        let length = time_map(clip, clip.facts.rate)?.length().0;
        match lengths.iter_mut().find(|(rate, _)| *rate == clip.facts.rate) {
            Some((_, sum)) => *sum = sum.saturating_add(length),
            None => lengths.push((clip.facts.rate, length)),
        }
    }
    let mut best = lengths[0];
    for &candidate in &lengths[1..] {
        if candidate.1 > best.1 {
            best = candidate;
        }
    }
    let mut rate = best.0;
    while u64::from(rate.num) > 60 * u64::from(rate.den) {
        let half =
            if rate.num.is_multiple_of(2) { (rate.num / 2, rate.den) } else { (rate.num, rate.den.saturating_mul(2)) };
        rate = FrameRate { num: half.0, den: half.1 };
    }
    Ok(rate)
}

/// Keyframes in order, one per moment (the last one written), inside the picture.
fn normal_keys(framing: &Framing, space: CropSpace) -> Vec<CropKey> {
    let mut keys = framing.crop.clone();
    keys.sort_by_key(|key| key.at);
    keys.reverse();
    keys.dedup_by_key(|key| key.at);
    keys.reverse();
    for key in &mut keys {
        let crop = space.clamp(key.crop());
        *key = CropKey {
            at: key.at.clamp_to(Micros(-Framing::LATEST.0), Framing::LATEST),
            x: crop.x,
            y: crop.y,
            h: crop.h,
            ease: key.ease,
        };
    }
    keys
}

/// Pieces cut into chunks of at most `most` output frames: where each starts in the clip, and its runs.
fn chunks_of(pieces: &[Piece], most: i64) -> Vec<(i64, Vec<Run>)> {
    let mut chunks: Vec<(i64, Vec<Run>)> = Vec::new();
    let (mut done, mut room) = (0, 0);
    for piece in pieces {
        let mut skip = 0;
        while skip < piece.frames {
            if room == 0 {
                chunks.push((done, Vec::new()));
                room = most.max(1);
            }
            let frames = room.min(piece.frames - skip);
            let run = Run { first: piece.first, end: piece.end, speed: piece.speed, skip, frames };
            if let Some((_, runs)) = chunks.last_mut() {
                runs.push(run);
            }
            (done, room, skip) = (done + frames, room - frames, skip + frames);
        }
    }
    chunks
}

/// The keyframes that decide the crop during these runs.
fn keys_of(keys: &[CropKey], runs: &[Run], source: FrameRate, output: FrameRate) -> Vec<CropKey> {
    let shown = runs
        .iter()
        .flat_map(|run| [run.source_frame(source, output, 0), run.source_frame(source, output, run.frames - 1)]);
    let (first, last) = shown.fold((i64::MAX, 0), |(low, high), frame| (low.min(frame), high.max(frame)));
    keys_for(keys, source.frame_start(first), source.frame_start(last) + Micros(1)).to_vec()
}

impl Run {
    /// The source frame that the run's output frame `n` shows.
    pub fn source_frame(&self, source: FrameRate, output: FrameRate, n: i64) -> i64 {
        let piece = Piece { first: self.first, end: self.end, speed: self.speed, frames: self.skip + self.frames };
        source_frame(&piece, source, output, self.skip + n)
    }
}

impl ChunkSpec {
    pub fn frames(&self) -> i64 {
        self.runs.iter().map(|run| run.frames).sum()
    }

    pub const fn space(&self) -> CropSpace {
        CropSpace::new(self.facts.width, self.facts.height, self.aspect)
    }

    /// The source frames that the chunk shows, one per output frame, in playing order.
    pub fn source_frames(&self) -> impl Iterator<Item = i64> + '_ {
        let (source, output) = (self.facts.rate, self.rate);
        self.runs.iter().flat_map(move |run| (0..run.frames).map(move |n| run.source_frame(source, output, n)))
    }
}

impl ExportPlan {
    /// How long the export plays.
    pub fn duration(&self) -> Micros {
        self.rate.frame_start(self.total_frames)
    }

    /// The sound, piece by piece in playing order. Every edge lies on the sample nearest to its frame, counted from the
    /// reel's start, so that nothing adds up.
    pub fn sound(&self) -> impl Iterator<Item = SoundPiece<'_>> {
        self.clips.iter().flat_map(move |clip| {
            clip.pieces.iter().scan(clip.first, move |frame, piece| {
                let from = sample_at(self.rate, *frame);
                *frame += piece.frames;
                let rate = clip.facts.rate;
                Some(SoundPiece {
                    video: &clip.video,
                    facts: &clip.facts,
                    start: rate.frame_start(piece.first),
                    end: rate.frame_start(piece.end),
                    speed: piece.speed,
                    samples: sample_at(self.rate, *frame) - from,
                })
            })
        })
    }
}

/// The sound sample nearest to the start of output frame `n`.
fn sample_at(rate: FrameRate, n: i64) -> i64 {
    round_div(i128::from(n) * i128::from(SAMPLE_RATE) * i128::from(rate.den), rate.num.into())
}

/// Whole frames in so many seconds.
fn frames_in(rate: FrameRate, seconds: i64) -> i64 {
    seconds.saturating_mul(i64::from(rate.num)) / i64::from(rate.den.max(1))
}

#[cfg(test)]
mod tests;
