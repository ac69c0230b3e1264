//! A piece of an export as it lies on the disk: what its index says, checked before anything is made of it. Its bytes may come
//! from another machine, and may have been damaged since they were written.

use crate::{
    domain::time::FrameRate,
    media::{
        encode::clock,
        error::{MediaError, MediaErrorKind as Kind},
        index::{
            Finder, IndexError, Sample, Track,
            boxes::{children, inside, number},
            track_box,
        },
    },
};
use std::{
    fs::File,
    ops::Range,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

/// A sample entry of a picture has so many bytes in front of the boxes in it (ISO/IEC 14496-12, 12.1.3).
const ENTRY: usize = 78;

fn wrong(what: impl std::fmt::Display) -> MediaError {
    MediaError::new(Kind::WrongOutput, what)
}

/// Frames of the first stream of a file that a program of ours wrote. Blocks.
pub fn count(path: &Path) -> Result<i64, MediaError> {
    let (_, moov) = index_of(path)?;
    let (content, timescale) = track_box(&moov, 0)?;
    Ok(i64::try_from(Track::read(content, timescale)?.len()).unwrap_or(i64::MAX))
}

/// The file, and its index with its header. Blocks.
pub fn index_of(path: &Path) -> Result<(File, Vec<u8>), MediaError> {
    let file = File::open(path)?;
    let mut finder = Finder::new(file.metadata()?.len());
    while let Some(range) = finder.wants() {
        finder.feed(&bytes(&file, range)?)?;
    }
    let moov = bytes(&file, finder.index()?)?;
    Ok((file, moov))
}

/// A file of one stream, and where its samples lie. It is open only while it is read: a reel has more pieces than a process may
/// have files.
pub struct Piece {
    path: PathBuf,
    pub samples: Vec<Sample>,
    /// What a decoder is told before the first sample: the content of an `stsd` box.
    pub description: Vec<u8>,
}

/// What all pieces of a picture have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    pub rate: FrameRate,
    pub width: u32,
    pub height: u32,
}

/// The pictures of a piece.
pub struct Pictures {
    pub piece: Piece,
    /// The number of each sample's frame, in decoding order: every frame of the piece once.
    pub order: Vec<usize>,
}

/// The sound of an export.
pub struct Sound {
    pub piece: Piece,
    /// The content of an `stts` box: how long each packet sounds.
    pub lengths: Vec<u8>,
    /// Samples of sound, with those in front of the first that is heard.
    pub total: u32,
    pub unheard: u32,
}

impl Pictures {
    /// Reads the index of `path`. Blocks.
    pub fn open(path: &Path, form: Form) -> Result<Self, MediaError> {
        let (mut piece, track, _) = Piece::open(path)?;
        let (ticks, frame) = clock(form.rate);
        if u64::from(track.timescale()) != ticks {
            return Err(wrong(format!("{} ticks a second, not {ticks}", track.timescale())));
        }
        piece.description = entry_of(&piece.description, form)?;
        let order = order(track.samples(), i64::try_from(frame).unwrap_or(i64::MAX))?;
        if !track.samples().first().is_some_and(|sample| sample.is_key) {
            return Err(wrong("a piece does not begin with a keyframe"));
        }
        Ok(Self { piece, order })
    }

    pub fn frames(&self) -> i64 {
        i64::try_from(self.order.len()).unwrap_or(i64::MAX)
    }
}

impl Sound {
    /// Reads the index of `path`, which holds `heard` samples at `rate`. Blocks.
    pub fn open(path: &Path, rate: u32, heard: i64) -> Result<Self, MediaError> {
        let (piece, track, content) = Piece::open(path)?;
        if track.timescale() != rate || piece.description.get(12..16) != Some(b"mp4a") {
            return Err(wrong(format!("a sound of {} samples a second", track.timescale())));
        }
        let total = number(inside(&content, &[b"mdia", b"mdhd"])?, 16)?;
        let lengths = inside(&content, &[b"mdia", b"minf", b"stbl", b"stts"])?.to_vec();
        let first = track.samples().first().map_or(0, |sample| sample.shown);
        let unheard = u32::try_from(-first).map_err(|_| wrong("a sound that begins late"))?;
        // AAC comes in packets of 1024.
        let more = i64::from(total) - i64::from(unheard) - heard;
        if !(0..=1_024).contains(&more) {
            return Err(wrong(format!("{more} samples more than {heard}")));
        }
        Ok(Self { piece, lengths, total, unheard })
    }
}

impl Piece {
    /// The piece, its track, and the content of the track's box.
    fn open(path: &Path) -> Result<(Self, Track, Vec<u8>), MediaError> {
        let (file, moov) = index_of(path)?;
        let length = file.metadata()?.len();
        let (content, timescale) = track_box(&moov, 0)?;
        let track = Track::read(content, timescale)?;
        if !matches!(track_box(&moov, 1), Err(IndexError::NoTrack)) {
            return Err(wrong("a piece of several streams"));
        }
        let within = |sample: &Sample| sample.at.checked_add(sample.bytes.into()).is_some_and(|end| end <= length);
        if track.is_empty() || !track.samples().iter().all(within) {
            return Err(wrong("a piece lacks some of its bytes"));
        }
        let description = inside(content, &[b"mdia", b"minf", b"stbl", b"stsd"])?.to_vec();
        let (path, samples) = (path.to_owned(), track.samples().to_vec());
        Ok((Self { path, samples, description }, track, content.to_vec()))
    }

    /// Adds the bytes of some samples to `to`, each of which is `good`.
    pub fn read(
        &self,
        samples: Range<usize>,
        to: &mut Vec<u8>,
        good: impl Fn(&[u8]) -> bool,
    ) -> Result<(), MediaError> {
        let wanted = self.samples.get(samples).unwrap_or_default();
        if wanted.is_empty() {
            return Ok(());
        }
        let file = File::open(&self.path)?;
        for sample in wanted {
            let start = to.len();
            to.resize(start + sample.bytes as usize, 0);
            let bytes = to.get_mut(start..).unwrap_or_default();
            file.read_exact_at(bytes, sample.at)?;
            if !good(bytes) {
                return Err(wrong("a torn sample"));
            }
        }
        Ok(())
    }
}

fn bytes(file: &File, range: Range<u64>) -> Result<Vec<u8>, MediaError> {
    let mut bytes = vec![0; usize::try_from(range.end - range.start).map_err(wrong)?];
    file.read_exact_at(&mut bytes, range.start)?;
    Ok(bytes)
}

/// The number of each sample's frame; every frame must be there once.
fn order(samples: &[Sample], frame: i64) -> Result<Vec<usize>, MediaError> {
    let mut seen = vec![false; samples.len()];
    let mut order = Vec::with_capacity(samples.len());
    for sample in samples {
        // The clock of the movie may be coarser than the track's, in which a shift is counted.
        let number = usize::try_from((sample.shown + frame / 2).div_euclid(frame)).ok();
        let Some((number, seen)) = number.and_then(|number| Some((number, seen.get_mut(number)?))) else {
            return Err(wrong(format!("a picture at {} of {} frames", sample.shown, samples.len())));
        };
        if std::mem::replace(seen, true) {
            return Err(wrong(format!("frame {number} of a piece twice")));
        }
        order.push(number);
    }
    Ok(order)
}

/// The description without the bit rate of this very piece: what is left is the same in all of them.
fn entry_of(description: &[u8], form: Form) -> Result<Vec<u8>, MediaError> {
    let mut entries = children(description.get(8..).unwrap_or_default());
    let (Some(Ok((name, entry))), None) = (entries.next(), entries.next()) else {
        return Err(wrong("a piece is not described once"));
    };
    let fixed = entry.get(..ENTRY).ok_or_else(|| wrong("a description cut short"))?;
    let size = number(fixed, 24)?;
    if name != *b"avc1" || size != form.width << 16 | form.height {
        return Err(wrong(format!("{} x {}, not {} x {}", size >> 16, size & 0xFFFF, form.width, form.height)));
    }
    let mut kept = vec![fixed.to_vec()];
    for inner in children(&entry[ENTRY..]) {
        let (name, content) = inner?;
        if name != *b"btrt" {
            kept.push(super::movie::boxed(name, &[content]));
        }
    }
    let kept: Vec<&[u8]> = kept.iter().map(Vec::as_slice).collect();
    Ok([&description[..8], &super::movie::boxed(name, &kept)].concat())
}

/// H.264 in MP4 is units with their lengths in front. That they fill the sample to its last byte says that it is whole.
pub fn is_whole(mut sample: &[u8]) -> bool {
    while let Some((length, rest)) = sample.split_first_chunk() {
        let Some(rest) = rest.get(u32::from_be_bytes(*length) as usize..) else { return false };
        sample = rest;
    }
    sample.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_is_there_once() {
        let of = |shown: &[i64]| {
            let samples: Vec<_> = shown.iter().map(|&shown| Sample { at: 0, bytes: 1, shown, is_key: false }).collect();
            order(&samples, 400)
        };
        assert_eq!(of(&[0, 1_200, 400, 801]).expect("an order"), [0, 3, 1, 2]);
        for broken in [&[0, 400, 400][..], &[400, 800], &[-400, 0], &[0, 800]] {
            assert_eq!(of(broken).map_err(|error| error.kind()), Err(Kind::WrongOutput), "{broken:?}");
        }
    }

    #[test]
    fn units_fill_their_sample() {
        assert!(is_whole(&[0, 0, 0, 1, 9, 0, 0, 0, 2, 7, 7]));
        for torn in [&[0, 0, 0, 2, 9][..], &[0, 0, 0, 1, 9, 0], &[0xFF, 0xFF, 0xFF, 0xFF, 1]] {
            assert!(!is_whole(torn), "{torn:?}");
        }
    }
}
