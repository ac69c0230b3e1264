//! Pieces and sound to one file. No program is asked: the pieces' own indexes say where every frame lies, so that joining them is
//! a copy of their bytes behind an index of ours, and what is joined is what was checked.
//!
//! `piece` reads what is there, `movie` writes the index; the layout is here.

mod movie;
mod piece;
mod tests;

pub use piece::{Form, Pictures, index_of};

use super::{
    chunk::publish,
    encode::clock,
    error::{MediaError, MediaErrorKind as Kind},
};
use crate::domain::{
    plan::{ExportPlan, SAMPLE_RATE},
    time::Micros,
};
use movie::{Chapter, Holds, Track, boxed, numbers, runs, table};
use piece::{Sound, is_whole};
use std::{
    fs::File,
    io::Write,
    ops::Range,
    path::{Path, PathBuf},
};
use tokio_util::sync::CancellationToken;

/// A finished export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub path: PathBuf,
    pub bytes: u64,
    pub frames: i64,
    pub duration: Micros,
    pub width: u32,
    pub height: u32,
}

/// Joins `chunks`, in playing order, and `sound` into one file; all of them are file names in the folder `work`.
pub async fn finish(
    plan: &ExportPlan,
    chunks: &[String],
    sound: &str,
    work: &Path,
    cancel: &CancellationToken,
) -> Result<Rendered, MediaError> {
    let file = work.join("reel.mp4");
    let part = file.with_extension("part");
    let chunks: Vec<PathBuf> = chunks.iter().map(|name| work.join(name)).collect();
    let (of, sound, to, cancel) = (plan.clone(), work.join(sound), part.clone(), cancel.clone());
    let joining = tokio::task::spawn_blocking(move || join(&of, &chunks, &sound, &to, &cancel));
    let bytes = super::chunk::join(joining).await?;
    publish(&part, &file).await?;
    Ok(Rendered {
        bytes,
        path: file,
        frames: plan.total_frames,
        duration: plan.duration(),
        width: plan.width,
        height: plan.height,
    })
}

/// Frames of a file that a program of ours wrote, by its index. Blocks.
pub fn count_frames(path: &Path) -> Result<i64, MediaError> {
    piece::count(path)
}

/// The bytes of what was written.
fn join(
    plan: &ExportPlan,
    chunks: &[PathBuf],
    sound: &Path,
    to: &Path,
    cancel: &CancellationToken,
) -> Result<u64, MediaError> {
    let form = Form { rate: plan.rate, width: plan.width, height: plan.height };
    let pieces = chunks.iter().map(|path| Pictures::open(path, form)).collect::<Result<Vec<_>, _>>()?;
    let sound = Sound::open(sound, SAMPLE_RATE, plan.total_samples)?;
    let frames: i64 = pieces.iter().map(Pictures::frames).sum();
    if frames != plan.total_frames {
        return Err(wrong(format!("{frames} frames, not {}", plan.total_frames)));
    }
    let movie = Movie::of(plan, &pieces, &sound)?;
    let (head, places) = movie.head();
    let mut file = File::create(to)?;
    file.write_all(&head)?;
    let mut written = head.len() as u64;
    let mut block = Vec::new();
    for (track, run) in movie.in_order() {
        if cancel.is_cancelled() {
            return Err(Kind::Cancelled.into());
        }
        block.clear();
        let samples = movie.tracks[track].runs[run].clone();
        match movie.tracks[track].holds {
            Holds::Titles => samples.for_each(|at| block.extend(movie::title(&movie.chapters[at].1))),
            Holds::Sound => sound.piece.read(samples, &mut block, |_| true)?,
            Holds::Picture { .. } => read_pictures(&pieces, samples, &mut block)?,
        }
        // What the index says and what is written cannot part.
        if places[track][run] != written {
            return Err(wrong("a place that was not foreseen"));
        }
        file.write_all(&block)?;
        written += block.len() as u64;
    }
    Ok(written)
}

fn wrong(what: impl std::fmt::Display) -> MediaError {
    MediaError::new(Kind::WrongOutput, what)
}

/// The samples of all pieces, counted through.
fn read_pictures(pieces: &[Pictures], wanted: Range<usize>, block: &mut Vec<u8>) -> Result<(), MediaError> {
    let mut first = 0;
    for Pictures { piece, .. } in pieces {
        let end = first + piece.samples.len();
        let (from, to) = (wanted.start.max(first), wanted.end.min(end));
        if from < to {
            piece.read(from - first..to - first, block, is_whole)?;
        }
        first = end;
    }
    Ok(())
}

/// What the file will be.
struct Movie {
    timescale: u32,
    length: u32,
    /// A picture, a sound, and titles where there are chapters.
    tracks: Vec<Track>,
    chapters: Vec<Chapter>,
}

impl Movie {
    fn of(plan: &ExportPlan, pieces: &[Pictures], sound: &Sound) -> Result<Self, MediaError> {
        let (ticks, frame) = clock(plan.rate);
        let in_ticks = |frames: i64| {
            let ticks = u64::try_from(frames).ok().and_then(|frames| frames.checked_mul(frame));
            ticks.and_then(|ticks| u32::try_from(ticks).ok()).ok_or_else(|| wrong("a day and more"))
        };
        let (timescale, length) = (u32::try_from(ticks).map_err(wrong)?, in_ticks(plan.total_frames)?);
        let mut tracks = vec![
            pictures(plan, pieces, timescale, in_ticks(1)?)?,
            Track {
                holds: Holds::Sound,
                timescale: SAMPLE_RATE,
                length: sound.total,
                unshown: sound.unheard,
                description: sound.piece.description.clone(),
                lengths: sound.lengths.clone(),
                more: Vec::new(),
                sizes: sound.piece.samples.iter().map(|sample| sample.bytes).collect(),
                runs: seconds(sound.piece.samples.len(), |at| {
                    sound.piece.samples.get(at).map_or(0, |sample| sample.shown / i64::from(SAMPLE_RATE))
                }),
            },
        ];
        let mut chapters: Vec<Chapter> = Vec::new();
        for clip in plan.clips.iter().filter(|_| plan.clips.len() > 1) {
            let title = clip.title.chars().filter(|c| !c.is_control()).collect();
            chapters.push((in_ticks(clip.first)?, title));
        }
        if !chapters.is_empty() {
            let ends = chapters.iter().skip(1).map(|(first, _)| *first).chain([length]);
            let lengths = chapters.iter().zip(ends).flat_map(|((first, _), end)| [1, end.saturating_sub(*first)]);
            tracks.push(Track {
                holds: Holds::Titles,
                timescale,
                length,
                unshown: 0,
                description: movie::of_titles(),
                lengths: table(2, lengths),
                more: Vec::new(),
                sizes: chapters
                    .iter()
                    .map(|(_, text)| u32::try_from(movie::title(text).len()).unwrap_or(u32::MAX))
                    .collect(),
                runs: std::iter::once(0..chapters.len()).collect(),
            });
        }
        Ok(Self { timescale, length, tracks, chapters })
    }

    /// The runs as they lie in the file: titles, then picture and sound, second by second. `(track, run)`.
    fn in_order(&self) -> Vec<(usize, usize)> {
        let longest = self.tracks.iter().map(|track| track.runs.len()).max().unwrap_or(0);
        let mut order = Vec::new();
        for run in 0..longest {
            for (track, held) in self.tracks.iter().enumerate() {
                if run < held.runs.len() {
                    order.push((track, run));
                }
            }
        }
        order
    }

    /// Everything in front of the media, and where the runs of each track will lie.
    fn head(&self) -> (Vec<u8>, Vec<Vec<u64>>) {
        let kind = boxed(*b"ftyp", &[b"isom", &numbers([512]), b"isomiso2avc1mp41"]);
        let media: u64 = self.tracks.iter().flat_map(|track| track.runs.iter().map(|run| track.bytes(run))).sum();
        let mdat = match u32::try_from(media + 8) {
            Ok(short) => [&short.to_be_bytes()[..], b"mdat"].concat(),
            Err(_) => [&1_u32.to_be_bytes()[..], b"mdat", &(media + 16).to_be_bytes()].concat(),
        };
        // Where the media begins decides how wide places are, and that where it begins: from the widest down.
        let mut start = u64::MAX - media;
        loop {
            let mut places: Vec<Vec<u64>> = vec![Vec::new(); self.tracks.len()];
            let mut at = start;
            for (track, run) in self.in_order() {
                places[track].push(at);
                at += self.tracks[track].bytes(&self.tracks[track].runs[run]);
            }
            let moov = movie::moov(self.timescale, self.length, &self.tracks, &places, &self.chapters);
            let head = [&kind[..], &moov, &mdat].concat();
            if head.len() as u64 == start {
                return (head, places);
            }
            start = head.len() as u64;
        }
    }
}

/// The pictures of all pieces as one track, every frame on its tick.
fn pictures(plan: &ExportPlan, pieces: &[Pictures], timescale: u32, frame: u32) -> Result<Track, MediaError> {
    let description = pieces.first().map(|first| first.piece.description.clone()).unwrap_or_default();
    if pieces.iter().any(|other| other.piece.description != description) {
        return Err(wrong("pieces that were encoded differently"));
    }
    // How far the first to be decoded has to run ahead of the first that is shown, so that none is late.
    let late = |order: &[usize]| order.iter().enumerate().map(|(n, shown)| n.saturating_sub(*shown)).max().unwrap_or(0);
    let ahead = pieces.iter().map(|piece| late(&piece.order)).max().unwrap_or(0);
    let offsets = pieces.iter().flat_map(|piece| {
        let offset = |(n, shown): (usize, &usize)| u32::try_from(shown + ahead - n).unwrap_or(u32::MAX);
        piece.order.iter().enumerate().map(offset)
    });
    let offsets = runs(offsets).into_iter().flat_map(|[count, frames]| [count, frames.saturating_mul(frame)]);
    let samples = || pieces.iter().flat_map(|piece| &piece.piece.samples);
    let keys = (1..).zip(samples()).filter_map(|(number, sample)| sample.is_key.then_some(number));
    let count = samples().count();
    let (many, unshown) = (u32::try_from(count).unwrap_or(u32::MAX), u32::try_from(ahead).unwrap_or(u32::MAX));
    Ok(Track {
        holds: Holds::Picture { width: plan.width, height: plan.height },
        timescale,
        length: many.saturating_mul(frame),
        unshown: unshown.saturating_mul(frame),
        lengths: table(2, [many, frame]),
        more: [boxed(*b"stss", &[&table(1, keys)]), boxed(*b"ctts", &[&table(2, offsets)])].concat(),
        sizes: samples().map(|sample| sample.bytes).collect(),
        runs: seconds(count, |at| i64::try_from(at).map_or(0, |at| plan.rate.frame_start(at).0 / 1_000_000)),
        description,
    })
}

/// Samples by the second in which they begin, so that picture and sound of one moment lie near each other.
fn seconds(count: usize, second: impl Fn(usize) -> i64) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut first = 0;
    for at in 1..=count {
        if at == count || second(at) != second(first) {
            runs.push(first..at);
            first = at;
        }
    }
    runs
}
