//! The index of an MP4 (`moov`): which bytes hold what is shown when. With it, a clip of a game of gigabytes costs megabytes
//! (`storage::ranges`). Files that it cannot read (fragments, odd edits, damage) are fetched whole; nothing depends on it.
//!
//! It reads foreign bytes inside our process: `boxes` believes no length, `track` no count, and both are tried with garbage.

pub(super) mod boxes;
mod tests;
mod track;

pub use track::{Sample, Track};

use super::input;
use crate::domain::{time::Micros, video::VideoFacts};
use boxes::{Header, child, children, inside, number};
use std::ops::Range;

/// Three hours have 10 MB of it.
const MOST_BYTES: u64 = 64 << 20;
const MOST_BOXES: usize = 100;
/// Cameras write two, some with their own data four or five.
const MOST_TRACKS: u32 = 16;
/// Small boxes beside the media are fetched whole: programs read them on their way.
const SMALL: u64 = 1 << 20;
/// Seeking aims at some way in front of its target (`input::run_up`); more than that, since a clock may be off by some frames.
const BEFORE: Micros = Micros(300_000);
const AFTER: Micros = Micros(100_000);
/// What is read of a file's beginning and end to learn what it is.
const FIRST: Micros = Micros(6_000_000);
const LAST: Micros = Micros(4_000_000);

/// Why an index cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    #[error("the index is damaged")]
    Malformed,
    #[error("not used: {0}")]
    Unsupported(&'static str),
    #[error("a stream that is no track")]
    NoTrack,
}

/// Finds the index by walking over the boxes of a file, of which it wants only the headers.
#[derive(Debug)]
pub struct Finder {
    length: u64,
    at: u64,
    boxes: usize,
    index: Option<Range<u64>>,
    /// What has to be there, beside the index and the media, for a program to find its way.
    frame: Vec<Range<u64>>,
}

impl Finder {
    /// Of a file of so many bytes.
    pub const fn new(length: u64) -> Self {
        Self { length, at: 0, boxes: 0, index: None, frame: Vec::new() }
    }

    /// The bytes to [`Self::feed`] next; `None` at the end of the file.
    pub fn wants(&self) -> Option<Range<u64>> {
        (self.at + 8 <= self.length).then(|| self.at..(self.at + Header::BYTES).min(self.length))
    }

    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), IndexError> {
        self.boxes += 1;
        if self.boxes > MOST_BOXES {
            return Err(IndexError::Unsupported("too many boxes"));
        }
        let header = Header::read(bytes)?;
        let left = self.length - self.at;
        let whole = header.whole.unwrap_or(left);
        // A recording that was cut short: it is refused elsewhere, with its reason.
        if whole > left {
            return Err(IndexError::Malformed);
        }
        let range = self.at..self.at + whole;
        match &header.name {
            b"moov" if whole > MOST_BYTES => return Err(IndexError::Unsupported("a huge index")),
            // Programs read the first.
            b"moov" if self.index.is_some() => return Err(IndexError::Unsupported("two indexes")),
            b"moov" => self.index = Some(range.clone()),
            b"moof" => return Err(IndexError::Unsupported("fragments")),
            b"mdat" => self.frame.push(range.start..range.start + Header::BYTES.min(whole)),
            _ if whole <= SMALL => self.frame.push(range.clone()),
            _ => self.frame.push(range.start..range.start + Header::BYTES),
        }
        self.at = range.end;
        Ok(())
    }

    /// What every reader needs.
    fn frame(&self) -> Result<Vec<Range<u64>>, IndexError> {
        let mut frame = self.frame.clone();
        frame.push(self.index()?);
        Ok(frame)
    }

    /// Merged, when all of it is in the file.
    fn inside(&self, wanted: Vec<Range<u64>>) -> Result<Vec<Range<u64>>, IndexError> {
        let fits = wanted.iter().all(|range| range.end <= self.length);
        if fits { Ok(track::joined(wanted)) } else { Err(IndexError::Malformed) }
    }

    /// Where the index lies, with its header, once the walk has ended.
    pub fn index(&self) -> Result<Range<u64>, IndexError> {
        self.index.clone().ok_or(IndexError::Unsupported("no index"))
    }
}

/// A stretch of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Source time, from the first frame.
    pub from: Micros,
    pub to: Micros,
}

/// Which of a recording's streams is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Picture,
    Sound,
}

/// The bytes of the file in which `finder` found the index `moov` (with its header) that hold `spans`.
pub fn ranges(
    finder: &Finder,
    moov: &[u8],
    facts: &VideoFacts,
    spans: &[Span],
    stream: Stream,
) -> Result<Vec<Range<u64>>, IndexError> {
    let mut wanted = finder.frame()?;
    let picture = track(moov, facts.video_stream)?;
    let sound = match (stream, facts.sound_stream) {
        (Stream::Picture, _) => None,
        (Stream::Sound, Some(number)) => Some(track(moov, number)?),
        // Silence costs nothing.
        (Stream::Sound, None) => return finder.inside(wanted),
    };
    // A frame more, since a moment lies anywhere in its frame.
    let before = BEFORE + input::run_up(facts.container, facts.rate) + facts.rate.frame_length();
    for span in spans {
        let (from, to) = (facts.stream_start + span.from - before, facts.stream_start + span.to + AFTER);
        match &sound {
            // Programs look for the picture's keyframe in front, whichever stream they want, and read from there.
            Some(sound) => wanted.extend(sound.ranges(picture.start_of(from), to)),
            None => wanted.extend(picture.ranges(from, to)),
        }
    }
    finder.inside(wanted)
}

/// The bytes that tell what a recording is: the beginning and the end of every track.
pub fn edges(finder: &Finder, moov: &[u8]) -> Result<Vec<Range<u64>>, IndexError> {
    let mut wanted = finder.frame()?;
    for stream in 0..=MOST_TRACKS {
        match track(moov, stream) {
            Ok(_) if stream == MOST_TRACKS => return Err(IndexError::Unsupported("many tracks")),
            Ok(track) => {
                wanted.extend(track.ranges(Micros::ZERO, FIRST));
                wanted.extend(track.ranges(Micros(track.end().0.saturating_sub(LAST.0)), Micros(i64::MAX)));
            }
            Err(IndexError::NoTrack) if stream > 0 => break,
            Err(error) => return Err(error),
        }
    }
    finder.inside(wanted)
}

/// The track that ffmpeg counts as stream `wanted`.
pub fn track(moov: &[u8], wanted: u32) -> Result<Track, IndexError> {
    let (track, timescale) = track_box(moov, wanted)?;
    Track::read(track, timescale)
}

/// What is in the box of the track that ffmpeg counts as stream `wanted`, and the movie's timescale.
pub(super) fn track_box(moov: &[u8], wanted: u32) -> Result<(&[u8], u32), IndexError> {
    let movie = child(moov, *b"moov")?.ok_or(IndexError::Malformed)?;
    if child(movie, *b"mvex")?.is_some() {
        return Err(IndexError::Unsupported("fragments"));
    }
    let header = inside(movie, &[b"mvhd"])?;
    let timescale = number(header, if header.first() == Some(&1) { 20 } else { 12 })?;
    let mut streams = 0;
    for found in children(movie) {
        let (name, inside) = found?;
        if name == *b"trak" {
            if streams == wanted {
                return Ok((inside, timescale));
            }
            streams += 1;
        }
    }
    Err(IndexError::NoTrack)
}
