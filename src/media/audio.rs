//! The sound of an export: every piece exactly as long as its picture, one AAC pass over all of them.

use super::{
    bed::Bed,
    chunk::{join, publish},
    error::{MediaError, MediaErrorKind as Kind},
    input::{self, strings},
    process::{Call, Running},
    stretch::Stretch,
    tools::Tools,
};
use crate::domain::{
    framing::Speed,
    ids::VideoId,
    music,
    plan::{ExportPlan, SAMPLE_RATE, SoundClip, SoundPiece},
    time::Micros,
    video::VideoFacts,
};
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, VecDeque},
    ffi::OsString,
    path::{Path, PathBuf},
};
use tokio_util::sync::CancellationToken;

/// 16 bit stereo.
const SAMPLE_BYTES: usize = 4;
/// 5 ms: no click where two pieces meet.
const FADE: i64 = 240;
/// AAC needs the packet before the wanted one to decode it.
const RUN_UP: Micros = Micros(100_000);
const BLOCK: usize = 16_384;

/// The name of a plan's sound among all: its pieces and the machine's fingerprint decide it.
pub fn content_key(fingerprint: &str, plan: &ExportPlan) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{fingerprint} 3 {} {}\n", plan.mute, plan.total_samples));
    if let Some(music::Bed { music, gain, ducks }) = &plan.music {
        hash.update(format!("{music} {gain} {ducks}\n"));
    }
    for clip in plan.sound() {
        let SoundClip { video, facts, gain, first, coming, going, pieces } = clip;
        hash.update(format!("{video} {:?} {gain} {first} {coming} {going}\n", facts.sound_stream));
        for SoundPiece { start, end, speed, ramp_to, samples, .. } in pieces {
            let speed = (speed.percent(), ramp_to.map(Speed::percent));
            hash.update(format!("{} {} {speed:?} {samples}\n", start.0, end.0));
        }
    }
    hex::encode(hash.finalize())
}

/// A local file for each video of a plan.
pub type Sources = HashMap<VideoId, PathBuf>;

/// Writes the sound of `plan` to `file`, which appears only when it is complete. When it returns, or its future is dropped,
/// no child process is left.
pub async fn render_sound(
    tools: &Tools,
    plan: &ExportPlan,
    sources: &Sources,
    song: Option<&Path>,
    file: &Path,
    cancel: &CancellationToken,
) -> Result<(), MediaError> {
    let sources = find_sources(plan, sources).await?;
    let song = match (&plan.music, song) {
        (Some(_), Some(song)) => Some(tokio::fs::canonicalize(song).await?),
        (Some(_), None) => return Err(Kind::SourceMissing.into()),
        (None, _) => None,
    };
    let work = tokio::fs::canonicalize(file.parent().ok_or(Kind::Io)?).await?;
    let file = work.join(file.file_name().ok_or(Kind::Io)?);
    let part = file.with_extension("part");
    let ours = cancel.child_token();
    let _ends_with_us = ours.clone().drop_guard();
    let writing = {
        let (tools, plan, part) = (tools.clone(), plan.clone(), part.clone());
        tokio::task::spawn_blocking(move || {
            let bed = match (&plan.music, &song) {
                (Some(bed), Some(song)) => Some(Bed::start(&tools, song, bed, plan.total_samples, &ours)?),
                _ => None,
            };
            write_sound(&tools, &plan, &sources, bed, &part, &work, &ours)
        })
    };
    join(writing).await?;
    publish(&part, &file).await
}

/// Absolute paths of the files that the plan needs.
async fn find_sources(plan: &ExportPlan, sources: &Sources) -> Result<Sources, MediaError> {
    let mut found = Sources::new();
    for clip in plan.sound().filter(|clip| plan.is_heard(clip)) {
        let source = sources.get(clip.video).ok_or(Kind::SourceMissing)?;
        let path = tokio::fs::canonicalize(source).await;
        found.insert(clip.video.clone(), path.map_err(|error| MediaError::new(Kind::SourceMissing, error.kind()))?);
    }
    Ok(found)
}

/// Writes the sound of `plan` to `file` in the folder `work`. Blocks.
fn write_sound(
    tools: &Tools,
    plan: &ExportPlan,
    sources: &Sources,
    bed: Option<Bed>,
    file: &Path,
    work: &Path,
    cancel: &CancellationToken,
) -> Result<(), MediaError> {
    let rate = SAMPLE_RATE.to_string();
    let mut args = strings(["-hide_banner", "-loglevel", "error", "-y", "-f", "s16le", "-ar", &rate, "-ac", "2"]);
    args.extend(strings(["-i", "pipe:0", "-c:a", "aac", "-b:a", "160k", "-map_metadata", "-1"]));
    args.extend(strings(["-fflags", "+bitexact", "-flags:a", "+bitexact", "-f", "mp4"]));
    args.push(input::file(file));
    let mut call = tools.ffmpeg(args, &[]);
    call.needs.writes = Some(work.to_owned());
    let encoder = tools.start(&Call { fed: true, ..call }, cancel)?;
    let clips: Vec<SoundClip> = plan.sound().collect();
    let together = clips.windows(2).any(|pair| pair[1].first < pair[0].first + pair[0].samples());
    let bends = together || bed.is_some() || clips.iter().any(|clip| clip.gain > 0);
    let mut track = Track { encoder, written: 0, ahead: VecDeque::new(), bed, bends };
    let ends = clips.iter().skip(1).map(|next| next.first).chain([plan.total_samples]);
    for (clip, end) in clips.iter().zip(ends) {
        track.reach(clip.first)?;
        let shape = Shape { total: clip.samples(), coming: clip.coming, going: clip.going, gain: factor(clip.gain) };
        let mut at = 0;
        for piece in &clip.pieces {
            let mut part = Part { at, left: piece.samples, piece: piece.samples, shape, free: end };
            track.reach((clip.first + at).min(end))?;
            if plan.is_heard(clip) {
                let source = sources.get(clip.video).ok_or(Kind::SourceMissing)?;
                let reader = tools.start(&tools.ffmpeg(reading(clip.facts, piece, source), &[source]), cancel)?;
                match piece.ramp_to {
                    None => part.copy(reader, clip.first, &mut track)?,
                    Some(to) => part.stretch(reader, piece.speed, to, clip.first, &mut track)?,
                }
            }
            at += piece.samples;
        }
    }
    track.reach(plan.total_samples)?;
    track.encoder.finish()
}

/// Hundredths of a decibel as a factor.
#[allow(clippy::cast_precision_loss)]
pub(super) fn factor(gain: i64) -> f32 {
    10_f32.powf(gain.clamp(-6_000, 6_000) as f32 / 2_000.0)
}

/// The track as it is written: what comes in is added to what was there, and goes on to the encoder as soon as nothing can be
/// added to it any more.
struct Track {
    encoder: Running,
    /// Samples that the encoder has.
    written: i64,
    /// What follows them, left and right in turn.
    ahead: VecDeque<f32>,
    bed: Option<Bed>,
    /// What is too loud is bent: recordings are made louder, or sound together. Otherwise they are as they are.
    bends: bool,
}

impl Track {
    /// Everything in front of `sample` is complete; where nothing sounds it is silent.
    fn reach(&mut self, sample: i64) -> Result<(), MediaError> {
        while self.written < sample {
            let most = i64::try_from(BLOCK / SAMPLE_BYTES).unwrap_or(1);
            let count = usize::try_from((sample - self.written).min(most)).unwrap_or(1);
            let known = self.ahead.len().min(2 * count);
            let mut block: Vec<f32> = self.ahead.drain(..known).collect();
            block.resize(2 * count, 0.0);
            if let Some(bed) = &mut self.bed {
                bed.add(&mut block)?;
            }
            let sample = |value| if self.bends { bent(value) } else { plain(value) };
            let bytes: Vec<u8> = block.into_iter().flat_map(|value| sample(value).to_le_bytes()).collect();
            self.encoder.write(&bytes)?;
            self.written += i64::try_from(count).unwrap_or(0);
        }
        Ok(())
    }

    /// Adds samples, left and right in turn, from `first` of the reel on.
    fn add(&mut self, first: i64, samples: &[f32]) {
        let from = usize::try_from(first - self.written).unwrap_or(0) * 2;
        if self.ahead.len() < from + samples.len() {
            self.ahead.resize(from + samples.len(), 0.0);
        }
        for (sum, value) in self.ahead.iter_mut().skip(from).zip(samples) {
            *sum += value;
        }
    }
}

/// Above this share of full scale, what is too loud is bent rather than cut off.
const KNEE: f32 = 0.7;
/// What it never goes beyond: a decibel below full scale, which encoding adds again.
const CEILING: f32 = 0.89;

/// Plain below the knee, never beyond the ceiling.
#[allow(clippy::cast_possible_truncation)] // Within full scale.
fn bent(value: f32) -> i16 {
    let size = (value / 32_768.0).abs();
    if size <= KNEE {
        return value.round() as i16;
    }
    let room = CEILING - KNEE;
    let less = KNEE + room * (1.0 - (-(size - KNEE) / room).exp());
    (less * 32_767.0).copysign(value).round() as i16
}

#[allow(clippy::cast_possible_truncation)] // Saturates.
fn plain(value: f32) -> i16 {
    value.round() as i16
}

/// How loud a clip is at each of its samples.
#[derive(Clone, Copy)]
struct Shape {
    total: i64,
    coming: i64,
    going: i64,
    gain: f32,
}

impl Shape {
    /// Of equal power where two clips dissolve.
    #[allow(clippy::cast_precision_loss)]
    fn at(&self, sample: i64) -> f32 {
        let share = |passed: i64, length: i64| {
            if length <= 0 || passed >= length { 1.0 } else { (passed.max(0) as f32 / length as f32).sqrt() }
        };
        self.gain * share(sample, self.coming) * share(self.total - 1 - sample, self.going)
    }
}

/// The samples of one piece that are still to come.
struct Part {
    /// The piece's first sample in its clip.
    at: i64,
    left: i64,
    piece: i64,
    shape: Shape,
    /// Where in the reel the next clip begins: nothing is added in front of it but by this one.
    free: i64,
}

impl Part {
    /// Takes no more than the piece is long; what is missing stays silent.
    fn copy(&mut self, mut from: Running, clip: i64, to: &mut Track) -> Result<(), MediaError> {
        let mut block = vec![0; BLOCK];
        loop {
            let read = from.fill(&mut block)?;
            if read == 0 {
                return from.finish();
            }
            self.add(real(&block[..read - read % SAMPLE_BYTES]), clip, to)?;
        }
    }

    /// The same at a speed that goes evenly from one to another.
    #[allow(clippy::cast_precision_loss)] // Samples of a reel.
    fn stretch(
        &mut self,
        mut from: Running,
        speed: Speed,
        ramp_to: Speed,
        clip: i64,
        to: &mut Track,
    ) -> Result<(), MediaError> {
        let (first, last, all) = (speed.percent() as f64, ramp_to.percent() as f64, self.piece.max(1) as f64);
        let place = |at: f64| (first * at + (last - first) * at * at / (2.0 * all)) / 100.0;
        let mut block = vec![0; BLOCK];
        let mut has_ended = false;
        let source = |count: usize, held: &mut Vec<f32>| {
            let length = (count * SAMPLE_BYTES).min(BLOCK);
            let read = from.fill(&mut block[..length])?;
            has_ended |= read < length;
            held.extend(real(&block[..read - read % SAMPLE_BYTES]));
            Ok::<_, MediaError>(())
        };
        let mut stretch = Stretch::new(source, place);
        while self.left > 0 {
            let samples = stretch.block()?;
            self.add(samples.into_iter(), clip, to)?;
        }
        // Whether its end was a good one; what is left to read is not wanted.
        if has_ended { from.finish() } else { Ok(()) }
    }

    fn add(&mut self, samples: impl Iterator<Item = f32>, clip: i64, to: &mut Track) -> Result<(), MediaError> {
        let done = self.piece - self.left;
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).saturating_mul(2);
        let mut shaped: Vec<f32> = samples.take(most).collect();
        for (n, both) in (done..).zip(shaped.chunks_exact_mut(2)) {
            let loud = edge(n, self.piece) * self.shape.at(self.at + n);
            for one in both {
                *one *= loud;
            }
        }
        to.add(clip + self.at + done, &shaped);
        self.left -= i64::try_from(shaped.len() / 2).unwrap_or(0);
        to.reach((clip + self.at + self.piece - self.left).min(self.free))
    }
}

fn real(block: &[u8]) -> impl Iterator<Item = f32> + '_ {
    block.chunks_exact(2).map(|one| f32::from(i16::from_le_bytes([one[0], one[1]])))
}

/// Fades a piece in and out at its edges.
#[allow(clippy::cast_precision_loss)]
fn edge(sample: i64, total: i64) -> f32 {
    let from_edge = sample.min(total - 1 - sample).clamp(0, FADE);
    from_edge as f32 / FADE as f32
}

/// Decodes a piece's sound, at its speed, to 48 kHz stereo on standard output. Where the sound starts late or has gaps
/// there is silence.
fn reading(facts: &VideoFacts, piece: &SoundPiece, source: &Path) -> Vec<OsString> {
    let start = facts.stream_start + piece.start;
    let run_up = RUN_UP.clamp_to(Micros::ZERO, start);
    let sample = |time: Micros| time.0.max(0) * i64::from(SAMPLE_RATE) / 1_000_000;
    let (skipped, length) = (sample(run_up), sample(piece.end - piece.start));
    let mut filters = vec![
        // Times in the filter count from where reading starts, so the first sample is that moment's, sounding or not.
        format!("aresample={SAMPLE_RATE}:async=1:first_pts=0"),
        format!(
            "aformat=sample_fmts=s16:channel_layouts=stereo,atrim=start_sample={skipped}:end_sample={}",
            skipped + length
        ),
        "asetpts=N/SR/TB".to_owned(),
    ];
    if piece.ramp_to.is_none() {
        filters.extend(steady(piece.speed.percent()));
    }
    let mut args = strings(["-hide_banner", "-nostdin", "-loglevel", "error"]);
    args.extend(input::reading(facts.container));
    args.extend(strings(["-seek_timestamp", "1", "-ss", &input::seconds(start - run_up)]));
    args.extend([OsString::from("-i"), input::file(source)]);
    args.extend(strings(["-map", &format!("0:{}", facts.sound_stream.unwrap_or(1)), "-vn"]));
    args.extend(strings(["-af", &filters.join(","), "-f", "s16le", "pipe:1"]));
    args
}

/// One `atempo` takes no less than half; slower is several.
fn steady(mut percent: i64) -> Vec<String> {
    let mut filters = Vec::new();
    while percent < 50 {
        filters.push("atempo=0.5".to_owned());
        percent *= 2;
    }
    if percent != 100 {
        filters.push(format!("atempo={}.{:02}", percent / 100, percent % 100));
    }
    filters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_is_a_chain() {
        let tempo = |percent| steady(percent).join(",");
        assert_eq!(tempo(100), "");
        assert_eq!(tempo(50), "atempo=0.50");
        assert_eq!(tempo(25), "atempo=0.5,atempo=0.50");
        assert_eq!(tempo(40), "atempo=0.5,atempo=0.80");
        assert_eq!(tempo(150), "atempo=1.50");
    }

    #[test]
    fn edges_fade_and_the_middle_stays() {
        assert_eq!(
            [0, 120, 240, 759, 879, 999].map(|n| edge(n, 1_000).to_bits()),
            [0.0_f32, 0.5, 1.0, 1.0, 0.5, 0.0].map(f32::to_bits)
        );
        let shape = Shape { total: 1_000, coming: 100, going: 100, gain: factor(-602) };
        assert!((shape.at(500) - 0.5).abs() < 1e-3 && shape.at(0).abs() < 1e-6 && (shape.at(25) - 0.25).abs() < 1e-3);
        // Where one goes as the other comes, they are as loud as one.
        let power = shape.at(30).powi(2) + shape.at(999 - 70).powi(2);
        assert!((power - 0.25).abs() < 1e-2, "{power}");
    }

    #[test]
    fn what_is_too_loud_is_bent() {
        assert_eq!([0.0, 1_000.4, -22_000.0].map(bent), [0, 1_000, -22_000]);
        assert_eq!((bent(1e9), bent(-1e9)), (29_163, -29_163));
        let rising: Vec<_> = (0..80).map(|n| bent(f32::from(i16::try_from(n * 400).expect("small")) * 1.5)).collect();
        assert!(rising.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
