//! What an export does, worked out before anything runs: pure, exact, whole numbers only.
//!
//! A plan is stored with the export when it is submitted and is never changed: a retry renders the plan of the submit,
//! whatever was edited since. The number of output frames and sound samples is known here; the renderer is checked
//! against it.

mod error;
mod sound;
mod spec;

pub use error::PlanError;
pub use sound::{SoundClip, SoundPiece};
pub use spec::{Chunk, ChunkSpec, CopyPlan, ExportPlan, Join, Over, PlannedClip, Ramp, Run, Shot, SpeedRamp};

use super::{
    aspect::Aspect,
    framing::{CropKey, Framing},
    ids::{ReelClipId, VideoId},
    keyframes::keys_for,
    music::Bed,
    overlay::{Card, TextCard},
    preset::{ExportSettings, Quality, Sound},
    time::{FrameRate, Micros, round_div},
    time_map::{Piece, TimeMap, TimeMapError},
    transition::{Transition, TransitionKind},
    video::{Container, VideoFacts},
};

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
    pub music: Option<Bed>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClipForPlan {
    pub reel_clip: ReelClipId,
    /// What its chapter is called.
    pub title: String,
    /// Said along the bottom all the time that it plays.
    pub banner: Option<Card>,
    /// How much louder it is made, in hundredths of a decibel.
    pub gain: i64,
    pub video: VideoId,
    pub facts: VideoFacts,
    pub start: Micros,
    pub end: Micros,
    pub framing: Framing,
    /// All of the picture rather than a crop.
    pub whole: bool,
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
        mute: reel.settings.sound == Sound::Mute,
        music: reel.music.clone(),
        clips: Vec::with_capacity(reel.clips.len()),
        chunks: Vec::new(),
        copy: None,
    };
    let maps: Vec<TimeMap> = reel.clips.iter().map(|clip| time_map(clip, rate)).collect::<Result<_, _>>()?;
    let joins = joins(&reel.clips, &maps, rate);
    let mut shots = Vec::with_capacity(reel.clips.len());
    for (at, (clip, map)) in reel.clips.iter().zip(&maps).enumerate() {
        let (opening, closing) = (joins[at], joins.get(at + 1).copied().unwrap_or_default());
        let footage = Footage { clip, map, keys: normal_keys(&clip.framing), output: rate };
        add_clip(&mut plan, &footage, shots.last(), opening, closing)?;
        shots.push(footage);
    }
    plan.total_samples = sample_at(rate, plan.total_frames);
    Ok(plan)
}

impl ClipForPlan {
    /// As a file of its own: nothing comes before it.
    #[must_use]
    pub fn alone(&self) -> Self {
        Self { framing: Framing { opening: Transition::default(), ..self.framing.clone() }, ..self.clone() }
    }

    /// The whole picture as it was recorded, then the clip as it is framed; each says which it is.
    pub fn before_and_after(&self) -> [Self; 2] {
        let says = |text: &str, start: Micros| TextCard {
            start,
            end: start + Micros(2_000_000),
            card: Card::LowerThird { text: text.to_owned(), line: self.title.clone() },
        };
        let mut after = self.alone();
        let segments = &self.framing.segments;
        let first = segments.iter().map(|segment| segment.start.clamp_to(self.start, self.end)).next();
        after.framing.cards.push(says("After", first.unwrap_or(self.start)));
        let framing = Framing { cards: vec![says("Before", self.start)], ..Framing::default() };
        [Self { framing, whole: true, ..self.clone() }, after]
    }
}

/// The plan of one clip as it was recorded; `None` where it cannot be copied: it has to be rendered then.
pub fn copy_plan(clip: &ClipForPlan) -> Result<Option<ExportPlan>, PlanError> {
    check_video(clip)?;
    let facts = &clip.facts;
    let map = time_map(clip, facts.rate)?;
    let untouched = clip.framing == Framing::default() && clip.banner.is_none() && !clip.whole;
    let [piece] = map.pieces() else { return Ok(None) };
    if !untouched || facts.container != Container::Mp4 || facts.needs_proxy() {
        return Ok(None);
    }
    Ok(Some(ExportPlan {
        version: PLAN_VERSION,
        aspect: Aspect::nearest(facts.width, facts.height),
        width: facts.width,
        height: facts.height,
        rate: facts.rate,
        quality: Quality::Standard,
        total_frames: piece.frames,
        total_samples: sample_at(facts.rate, piece.frames),
        mute: false,
        music: None,
        clips: Vec::new(),
        chunks: Vec::new(),
        copy: Some(CopyPlan {
            video: clip.video.clone(),
            facts: played(facts),
            first: piece.first,
            frames: piece.frames,
        }),
    }))
}

/// How each clip opens.
fn joins(clips: &[ClipForPlan], maps: &[TimeMap], rate: FrameRate) -> Vec<Join> {
    let opening = |at: usize| {
        let transition = clips[at].framing.opening;
        let frames = maps[at].frames();
        let before = at.checked_sub(1).map(|before| maps[before].frames());
        let length = transition.frames(rate, before.unwrap_or(frames), frames);
        let frames = match transition.kind {
            TransitionKind::Cut => 0,
            TransitionKind::Fade => (length / 2).max(length.min(1)),
            TransitionKind::Dissolve => before.map_or(0, |_| length),
        };
        if frames == 0 { Join::default() } else { Join { kind: transition.kind, frames } }
    };
    (0..clips.len()).map(opening).collect()
}

/// A clip on its way into the plan.
struct Footage<'a> {
    clip: &'a ClipForPlan,
    map: &'a TimeMap,
    keys: Vec<CropKey>,
    output: FrameRate,
}

impl Footage<'_> {
    /// Output frames `from..to` of the clip.
    fn shot(&self, from: i64, to: i64) -> Shot {
        let (clip, source) = (self.clip, self.clip.facts.rate);
        let runs = runs_of(self.map.pieces(), from, to);
        let ends = runs.iter().flat_map(|run| [0, run.frames - 1].map(|n| run.shown(source, self.output, n).frame));
        let (first, last) = ends.fold((i64::MAX, 0), |(low, high), frame| (low.min(frame), high.max(frame)));
        let (start, end) = (source.frame_start(first), source.frame_start(last) + Micros(1));
        let banner =
            clip.banner.iter().map(|card| TextCard { start: Micros::ZERO, end: Framing::LATEST, card: card.clone() });
        let cards = clip.framing.cards.iter().filter(|card| card.start < end && card.end > start).cloned();
        Shot {
            video: clip.video.clone(),
            facts: played(&clip.facts),
            crop: keys_for(&self.keys, start, end).to_vec(),
            runs,
            straighten: clip.framing.straighten,
            spotlights: clip.framing.spotlights.iter().filter_map(|spot| spot.part(start, end)).collect(),
            cards: cards.chain(banner).collect(),
            whole: clip.whole,
        }
    }
}

fn add_clip(
    plan: &mut ExportPlan,
    footage: &Footage,
    before: Option<&Footage>,
    opening: Join,
    closing: Join,
) -> Result<(), PlanError> {
    let (clip, frames) = (footage.clip, footage.map.frames());
    let (head, tail) = (opening.shared(), closing.shared());
    let first = plan.total_frames;
    if first.saturating_add(frames) > frames_in(plan.rate, LONGEST_SECONDS) {
        return Err(PlanError::ReelTooLong);
    }
    let most = frames_in(plan.rate, CHUNK_SECONDS).max(1);
    let at = plan.clips.len();
    if let Some(before) = before {
        let length = before.map.frames();
        for (from, to) in parts(0, head, most) {
            let mut spec = plan.chunk(before.shot(length - head + from, length - head + to));
            spec.over = Some(Box::new(Over { shot: footage.shot(from, to), at: from, length: head }));
            plan.chunks.push(Chunk { clip: at, first: first + from, spec });
        }
    }
    for (from, to) in parts(head, frames - tail, most) {
        let mut spec = plan.chunk(footage.shot(from, to));
        let (coming, going) = (opening.dark(), closing.dark());
        spec.coming = (from < coming).then_some(Ramp { at: from, length: coming });
        spec.going = (to > frames - going).then_some(Ramp { at: frames - from, length: going });
        plan.chunks.push(Chunk { clip: at, first: first + from, spec });
    }
    plan.clips.push(PlannedClip {
        reel_clip: clip.reel_clip.clone(),
        video: clip.video.clone(),
        facts: played(&clip.facts),
        title: clip.title.clone(),
        gain: clip.gain,
        volume: clip.framing.volume,
        first,
        pieces: footage.map.pieces().to_vec(),
        opening,
        closing,
    });
    plan.total_frames = first + frames - tail;
    Ok(())
}

impl ExportPlan {
    fn chunk(&self, shot: Shot) -> ChunkSpec {
        ChunkSpec {
            version: self.version,
            shot,
            aspect: self.aspect,
            width: self.width,
            height: self.height,
            rate: self.rate,
            quality: self.quality,
            over: None,
            coming: None,
            going: None,
        }
    }
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

/// Keyframes in order, one per moment (the last one written). They are interpolated as they are, and held inside the picture
/// then: as the preview does.
fn normal_keys(framing: &Framing) -> Vec<CropKey> {
    let mut keys = framing.crop.clone();
    keys.sort_by_key(|key| key.at);
    keys.reverse();
    keys.dedup_by_key(|key| key.at);
    keys.reverse();
    for key in &mut keys {
        key.at = key.at.clamp_to(Micros(-Framing::LATEST.0), Framing::LATEST);
    }
    keys
}

/// Where a player begins is nothing to a decoder.
fn played(facts: &VideoFacts) -> VideoFacts {
    VideoFacts { first_frame: Micros::ZERO, ..facts.clone() }
}

/// `from..to` in parts of at most `most`.
fn parts(from: i64, to: i64, most: i64) -> impl Iterator<Item = (i64, i64)> {
    std::iter::successors(Some(from), move |at| Some(at + most))
        .take_while(move |at| *at < to)
        .map(move |at| (at, to.min(at + most)))
}

/// The runs that show output frames `from..to` of a clip.
fn runs_of(pieces: &[Piece], from: i64, to: i64) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut start = 0;
    for piece in pieces {
        let (skip, end) = ((from - start).max(0), (to - start).min(piece.frames));
        if skip < end {
            runs.push(Run {
                first: piece.first,
                end: piece.end,
                speed: piece.speed,
                ramp: piece.ramp_to.map(|to| SpeedRamp { to, over: piece.frames }),
                blend: piece.blend,
                skip,
                frames: end - skip,
            });
        }
        start += piece.frames;
    }
    runs
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
pub(crate) mod testing;
#[cfg(test)]
mod tests;
