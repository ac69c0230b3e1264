//! One track's samples: where each lies in the file, and when it is shown.

use super::{
    IndexError,
    boxes::{child, inside, long, number, table},
};
use crate::domain::time::Micros;
use std::ops::Range;

/// More than three hours at 240 frames a second, and little enough to hold.
const MOST_SAMPLES: usize = 4_000_000;
/// Of one size: sound without compression has a sample for each instant, and such files come whole.
const MOST_EQUAL: usize = 100_000;
/// Decoders read ahead of what they are asked for, by their threads and by the depth of reordering.
const READ_AHEAD: usize = 32;
/// Less than this between two ranges is fetched with them: a request costs more.
const GAP: u64 = 64 << 10;

/// A sample as it lies in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    pub at: u64,
    pub bytes: u32,
    /// In the track's ticks, on the file's own clock.
    pub shown: i64,
    pub is_key: bool,
}

/// In decoding order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    samples: Vec<Sample>,
    timescale: u32,
}

impl Track {
    /// `timescale`: the movie's, in which edits are counted.
    pub(in crate::media) fn read(track: &[u8], movie_timescale: u32) -> Result<Self, IndexError> {
        let media = inside(track, &[b"mdia"])?;
        let header = inside(media, &[b"mdhd"])?;
        let timescale = number(header, if header.first() == Some(&1) { 20 } else { 12 })?;
        if timescale == 0 || movie_timescale == 0 {
            return Err(IndexError::Malformed);
        }
        let shift = match child(track, *b"edts")? {
            Some(edits) => shift_of(inside(edits, &[b"elst"])?, timescale, movie_timescale)?,
            None => 0,
        };
        let tables = inside(media, &[b"minf", b"stbl"])?;
        let sizes = sizes(tables)?;
        let places = places(tables, &sizes)?;
        let shown = shown(tables, sizes.len())?;
        let keys = keys(tables, sizes.len())?;
        let samples = sizes.into_iter().zip(places).zip(shown.into_iter().zip(keys));
        let samples = samples
            .map(|((bytes, at), (shown, is_key))| Sample { at, bytes, shown: shown.saturating_add(shift), is_key })
            .collect();
        Ok(Self { samples, timescale })
    }

    pub fn len(&self) -> usize {
        self.samples.len()
    }

    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// In decoding order.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// When each is shown, on the file's own clock, in decoding order.
    pub fn times(&self) -> impl Iterator<Item = Micros> + '_ {
        self.samples.iter().map(|sample| self.time(sample))
    }

    /// Ticks a second.
    pub const fn timescale(&self) -> u32 {
        self.timescale
    }

    fn time(&self, sample: &Sample) -> Micros {
        let micros = i128::from(sample.shown) * 1_000_000 / i128::from(self.timescale);
        Micros(i64::try_from(micros).unwrap_or(i64::MAX))
    }

    /// A time in the track's ticks, rounded down.
    fn ticks(&self, at: Micros) -> i64 {
        let ticks = (i128::from(at.0) * i128::from(self.timescale)).div_euclid(1_000_000);
        i64::try_from(ticks).unwrap_or(if at.0 < 0 { i64::MIN } else { i64::MAX })
    }

    /// The last sample not shown after `at` from which decoding can begin; the first of all when there is none.
    fn key_before(&self, at: Micros) -> usize {
        let at = self.ticks(at);
        self.samples.iter().rposition(|sample| sample.is_key && sample.shown <= at).unwrap_or(0)
    }

    /// Where a program begins to read that is to decode what is shown at `at`.
    pub fn start_of(&self, at: Micros) -> Micros {
        self.samples.get(self.key_before(at)).map_or(at, |sample| self.time(sample).min(at))
    }

    /// How long the track is shown.
    pub fn end(&self) -> Micros {
        self.samples.iter().max_by_key(|sample| sample.shown).map_or(Micros::ZERO, |sample| self.time(sample))
    }

    /// What a decoder needs for everything that is shown from `from` to `to` on the file's clock, in the order of the file.
    pub fn ranges(&self, from: Micros, to: Micros) -> Vec<Range<u64>> {
        let first = self.key_before(from);
        let to = self.ticks(to);
        let last = self.samples.iter().rposition(|sample| sample.shown <= to).unwrap_or(0);
        let end = last.saturating_add(READ_AHEAD).min(self.samples.len());
        let wanted = self.samples.get(first..end).unwrap_or_default();
        joined(wanted.iter().map(|sample| sample.at..sample.at.saturating_add(u64::from(sample.bytes))).collect())
    }
}

/// Sorted, and those that lie near each other as one.
pub(super) fn joined(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(GAP) => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// By how much the track's own times are moved: an empty edit in front, then one edit of it all at its own pace. Other edits are
/// for players, not for us.
fn shift_of(edits: &[u8], timescale: u32, movie_timescale: u32) -> Result<i64, IndexError> {
    let is_long = edits.first() == Some(&1);
    let mut shift = 0_i64;
    let mut has_media = false;
    for edit in table(edits, 4, if is_long { 20 } else { 12 })? {
        let (length, media_time, rate) = if is_long {
            (i128::from(long(edit, 0)?), long(edit, 8)?.cast_signed(), number(edit, 16)?)
        } else {
            (i128::from(number(edit, 0)?), i64::from(number(edit, 4)?.cast_signed()), number(edit, 8)?)
        };
        if has_media {
            return Err(IndexError::Unsupported("several edits"));
        }
        if media_time < 0 {
            let empty = length * i128::from(timescale) / i128::from(movie_timescale);
            shift = shift.saturating_add(i64::try_from(empty).map_err(|_| IndexError::Malformed)?);
        } else if rate == 1 << 16 {
            shift = shift.saturating_sub(media_time);
            has_media = true;
        } else {
            return Err(IndexError::Unsupported("an edit with a pace of its own"));
        }
    }
    Ok(shift)
}

fn sizes(tables: &[u8]) -> Result<Vec<u32>, IndexError> {
    let sizes = child(tables, *b"stsz")?.ok_or(IndexError::Unsupported("compact sizes"))?;
    let (all, count) = (number(sizes, 4)?, number(sizes, 8)? as usize);
    // Equal ones cost no bytes in the table, so that a small file could claim any number.
    if count > if all > 0 { MOST_EQUAL } else { MOST_SAMPLES } {
        return Err(IndexError::Unsupported("too many samples"));
    }
    if all > 0 {
        return Ok(vec![all; count]);
    }
    table(sizes, 8, 4)?.map(|size| number(size, 0)).collect()
}

/// Where each sample lies: chunks lie where the table says, samples in a chunk one after the other.
fn places(tables: &[u8], sizes: &[u32]) -> Result<Vec<u64>, IndexError> {
    let chunks: Vec<u64> = match child(tables, *b"stco")? {
        Some(places) => table(places, 4, 4)?.map(|place| number(place, 0).map(u64::from)).collect::<Result<_, _>>()?,
        None => table(inside(tables, &[b"co64"])?, 4, 8)?.map(|place| long(place, 0)).collect::<Result<_, _>>()?,
    };
    let runs: Vec<(u32, u32)> = table(inside(tables, &[b"stsc"])?, 4, 12)?
        .map(|run| Ok((number(run, 0)?, number(run, 4)?)))
        .collect::<Result<_, IndexError>>()?;
    let mut places = Vec::with_capacity(sizes.len());
    let mut sizes = sizes.iter();
    let mut run = runs.iter().peekable();
    let mut in_chunk = 0;
    for (number, &chunk) in (1_u32..).zip(&chunks) {
        while let Some((_, samples)) = run.next_if(|(first, _)| *first <= number) {
            in_chunk = *samples;
        }
        let mut at = chunk;
        for size in sizes.by_ref().take(in_chunk as usize) {
            places.push(at);
            at = at.checked_add(u64::from(*size)).ok_or(IndexError::Malformed)?;
        }
    }
    // Samples without a place: the tables do not belong together.
    if sizes.next().is_some() { Err(IndexError::Malformed) } else { Ok(places) }
}

/// When each sample is shown, in ticks: its decoding time and its offset.
fn shown(tables: &[u8], count: usize) -> Result<Vec<i64>, IndexError> {
    let mut times = Vec::with_capacity(count);
    let mut now = 0_i64;
    for run in table(inside(tables, &[b"stts"])?, 4, 8)? {
        let (samples, length) = (number(run, 0)? as usize, i64::from(number(run, 4)?));
        for _ in 0..samples.min(count - times.len()) {
            times.push(now);
            now = now.saturating_add(length);
        }
    }
    // Some writers leave the last one out.
    times.resize(count, now);
    if let Some(offsets) = child(tables, *b"ctts")? {
        let mut rest = times.iter_mut();
        for run in table(offsets, 4, 8)? {
            // Signed in version 1, and by many writers in version 0.
            let (samples, offset) = (number(run, 0)? as usize, i64::from(number(run, 4)?.cast_signed()));
            rest.by_ref().take(samples).for_each(|time| *time = time.saturating_add(offset));
        }
    }
    Ok(times)
}

fn keys(tables: &[u8], count: usize) -> Result<Vec<bool>, IndexError> {
    let Some(listed) = child(tables, *b"stss")? else { return Ok(vec![true; count]) };
    let mut keys = vec![false; count];
    for key in table(listed, 4, 4)? {
        if let Some(key) = (number(key, 0)? as usize).checked_sub(1).and_then(|at| keys.get_mut(at)) {
            *key = true;
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_ranges_are_one() {
        assert_eq!(joined(vec![500_000..500_010, 10..20, 15..30, 60_000..60_001]), [10..60_001, 500_000..500_010]);
        assert!(joined(Vec::new()).is_empty());
    }
}
