//! The index of a file that we write: boxes of the ISO base media format (ISO/IEC 14496-12), and what Apple adds for chapters.

use std::ops::Range;

/// As they are, without turning or scaling.
const UNTURNED: [u32; 9] = [1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30];
/// "und": a language that is not said.
const LANGUAGE: u16 = 0x55C4;

/// What a track holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    Picture {
        width: u32,
        height: u32,
    },
    Sound,
    /// The titles of chapters.
    Titles,
}

/// One track of the file, ready to be written.
#[derive(Debug, Clone)]
pub struct Track {
    pub holds: Holds,
    /// Ticks a second, and its length in them, with what is not shown.
    pub timescale: u32,
    pub length: u32,
    /// What is not shown in front of the first that is, in ticks.
    pub unshown: u32,
    /// Contents of `stsd` and `stts`.
    pub description: Vec<u8>,
    pub lengths: Vec<u8>,
    /// Boxes about order and keyframes, whole.
    pub more: Vec<u8>,
    /// Bytes of each sample.
    pub sizes: Vec<u32>,
    /// Samples that lie in one place, one after the other.
    pub runs: Vec<Range<usize>>,
}

impl Track {
    pub fn bytes(&self, run: &Range<usize>) -> u64 {
        self.sizes.get(run.clone()).unwrap_or_default().iter().copied().map(u64::from).sum()
    }
}

/// A chapter: its first tick of the movie, and its title.
pub type Chapter = (u32, String);

/// A box around its parts.
pub fn boxed(name: [u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let length = 8 + parts.iter().map(|part| part.len()).sum::<usize>();
    let mut bytes = Vec::with_capacity(length);
    bytes.extend(u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend(name);
    for part in parts {
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Numbers one after the other.
pub fn numbers(numbers: impl IntoIterator<Item = u32>) -> Vec<u8> {
    numbers.into_iter().flat_map(u32::to_be_bytes).collect()
}

/// A table: no flags, the count of its entries, the entries, of `width` numbers each.
pub fn table(width: usize, entries: impl IntoIterator<Item = u32>) -> Vec<u8> {
    let entries = numbers(entries);
    let count = u32::try_from(entries.len() / (4 * width)).unwrap_or(u32::MAX);
    [numbers([0, count]), entries].concat()
}

/// Equal ones that follow each other, as their count and their value.
pub fn runs(values: impl IntoIterator<Item = u32>) -> Vec<[u32; 2]> {
    let mut runs: Vec<[u32; 2]> = Vec::new();
    for value in values {
        match runs.last_mut() {
            Some([count, last]) if *last == value => *count += 1,
            _ => runs.push([1, value]),
        }
    }
    runs
}

/// The whole `moov`. `length`: in ticks of the movie. `places`: where the runs of each track lie.
pub fn moov(timescale: u32, length: u32, tracks: &[Track], places: &[Vec<u64>], chapters: &[Chapter]) -> Vec<u8> {
    let next = u32::try_from(tracks.len() + 1).unwrap_or(u32::MAX);
    let header = [0, 0, 0, timescale, length, 1 << 16, 0x0100_0000, 0, 0].into_iter();
    let header = numbers(header.chain(UNTURNED).chain([0; 6]).chain([next]));
    let mut movie = vec![boxed(*b"mvhd", &[&header])];
    let titles = (1..).zip(tracks).find(|(_, track)| track.holds == Holds::Titles).map(|(id, _)| id);
    for ((id, track), places) in (1..).zip(tracks).zip(places) {
        movie.push(trak(id, length, track, places, titles.filter(|titles| *titles != id)));
    }
    if !chapters.is_empty() {
        movie.push(boxed(*b"udta", &[&chpl(timescale, chapters)]));
    }
    boxed(*b"moov", &movie.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn trak(id: u32, length: u32, track: &Track, places: &[u64], titles: Option<u32>) -> Vec<u8> {
    // Enabled and part of the movie; titles are only looked up.
    let flags = if track.holds == Holds::Titles { 2 } else { 3 };
    let volume = if track.holds == Holds::Sound { 0x0100_0000 } else { 0 };
    let (width, height) = match track.holds {
        Holds::Picture { width, height } => (width << 16, height << 16),
        Holds::Sound | Holds::Titles => (0, 0),
    };
    let group = u32::from(track.holds == Holds::Sound);
    let header = [flags, 0, 0, id, 0, length, 0, 0, group, volume].into_iter();
    let header = numbers(header.chain(UNTURNED).chain([width, height]));
    let edit = boxed(*b"elst", &[&table(3, [length, track.unshown, 1 << 16])]);
    let mut parts = vec![boxed(*b"tkhd", &[&header]), boxed(*b"edts", &[&edit])];
    if let Some(titles) = titles {
        parts.push(boxed(*b"tref", &[&boxed(*b"chap", &[&numbers([titles])])]));
    }
    parts.push(mdia(track, places));
    boxed(*b"trak", &parts.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn mdia(track: &Track, places: &[u64]) -> Vec<u8> {
    let header =
        [numbers([0, 0, 0, track.timescale, track.length]), LANGUAGE.to_be_bytes().into(), vec![0; 2]].concat();
    let (kind, name, media) = match track.holds {
        Holds::Picture { .. } => (b"vide", "VideoHandler", boxed(*b"vmhd", &[&numbers([1, 0, 0])])),
        Holds::Sound => (b"soun", "SoundHandler", boxed(*b"smhd", &[&numbers([0, 0])])),
        Holds::Titles => (b"text", "Chapters", gmhd()),
    };
    let handler = boxed(*b"hdlr", &[&[0; 8], kind, &[0; 12], name.as_bytes(), &[0]]);
    let here = boxed(*b"dref", &[&numbers([0, 1]), &boxed(*b"url ", &[&numbers([1])])]);
    let information = boxed(*b"minf", &[&media, &boxed(*b"dinf", &[&here]), &stbl(track, places)]);
    boxed(*b"mdia", &[&boxed(*b"mdhd", &[&header]), &handler, &information])
}

fn stbl(track: &Track, places: &[u64]) -> Vec<u8> {
    let count = u32::try_from(track.sizes.len()).unwrap_or(u32::MAX);
    let sizes = numbers([0, 0, count].into_iter().chain(track.sizes.iter().copied()));
    let mut first = 1;
    let in_runs = runs(track.runs.iter().map(|run| u32::try_from(run.len()).unwrap_or(u32::MAX)));
    let in_runs = in_runs.into_iter().flat_map(|[times, samples]| {
        let entry = [first, samples, 1];
        first += times;
        entry
    });
    let places = if places.iter().all(|place| u32::try_from(*place).is_ok()) {
        boxed(*b"stco", &[&table(1, places.iter().map(|place| u32::try_from(*place).unwrap_or(u32::MAX)))])
    } else {
        let halves = places.iter().flat_map(|place| [(place >> 32) as u32, (place & 0xFFFF_FFFF) as u32]);
        boxed(*b"co64", &[&table(2, halves)])
    };
    let parts = [
        boxed(*b"stsd", &[&track.description]),
        boxed(*b"stts", &[&track.lengths]),
        track.more.clone(),
        boxed(*b"stsc", &[&table(3, in_runs)]),
        boxed(*b"stsz", &[&sizes]),
        places,
    ];
    boxed(*b"stbl", &parts.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// The header of a track that is neither picture nor sound: drawn as it is, unturned.
fn gmhd() -> Vec<u8> {
    let drawn: [u16; 8] = [0, 0, 0x0040, 0x8000, 0x8000, 0x8000, 0, 0];
    let drawn: Vec<u8> = drawn.into_iter().flat_map(u16::to_be_bytes).collect();
    boxed(*b"gmhd", &[&boxed(*b"gmin", &[&drawn]), &boxed(*b"text", &[&numbers(UNTURNED)])])
}

/// How the titles of chapters look, which nobody draws: the content of an `stsd` of Apple's text.
pub fn of_titles() -> Vec<u8> {
    // Six unused bytes, the first reference, then flags, place, colours and font, all zero.
    let entry = boxed(*b"text", &[&[0, 0, 0, 0, 0, 0, 0, 1], &[0; 43]]);
    [numbers([0, 1]), entry].concat()
}

/// A title as a sample: its length, itself, and that it is UTF-8.
pub fn title(title: &str) -> Vec<u8> {
    let mut end = title.len().min(usize::from(u8::MAX));
    while !title.is_char_boundary(end) {
        end -= 1;
    }
    let text = title.get(..end).unwrap_or_default().as_bytes();
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes(), text, &boxed(*b"encd", &[&[0, 0, 1, 0]])].concat()
}

/// Nero's list of chapters, which most players but Apple's read: times in tenths of a microsecond, at most 255 of them.
fn chpl(timescale: u32, chapters: &[Chapter]) -> Vec<u8> {
    let count = chapters.len().min(usize::from(u8::MAX));
    let mut list = [&[1, 0, 0, 0, 0, 0, 0, 0][..], &[u8::try_from(count).unwrap_or(u8::MAX)]].concat();
    for (first, text) in chapters.iter().take(count) {
        let text = title(text);
        let text = text.get(2..text.len() - 12).unwrap_or_default();
        let at = u128::from(*first) * 10_000_000 / u128::from(timescale.max(1));
        list.extend(u64::try_from(at).unwrap_or(u64::MAX).to_be_bytes());
        list.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
        list.extend(text);
    }
    boxed(*b"chpl", &[&list])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ones_are_counted() {
        assert_eq!(runs([30, 30, 30, 7]), [[3, 30], [1, 7]]);
        assert!(runs([]).is_empty());
    }

    #[test]
    fn a_long_title_ends_between_letters() {
        let sample = title(&"ü".repeat(200));
        assert_eq!(sample.len(), 2 + 254 + 12);
        assert!(std::str::from_utf8(&sample[2..256]).is_ok());
    }

    #[test]
    fn beyond_four_gigabytes_places_are_wide() {
        let track = Track {
            holds: Holds::Sound,
            timescale: 48_000,
            length: 1_024,
            unshown: 0,
            description: Vec::new(),
            lengths: Vec::new(),
            more: Vec::new(),
            sizes: vec![10],
            runs: std::iter::once(0..1).collect(),
        };
        let has = |place: u64, name: &[u8]| stbl(&track, &[place]).windows(4).any(|four| four == name);
        assert!(has(u32::MAX.into(), b"stco") && has(1 << 32, b"co64"));
    }
}
