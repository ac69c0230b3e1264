//! Real recordings, and garbage.
#![cfg(test)]

use super::*;
use crate::media::{
    Tools, ToolsConfig, input,
    probe::probe,
    testing::{Footage, QUICK, tool},
};
use proptest::prelude::*;
use std::{
    fs::File,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};
use tokio_util::sync::CancellationToken;

async fn tools() -> Tools {
    Tools::find(&ToolsConfig::default()).await.expect("ffmpeg")
}

/// Walks over the file; its index, and where that is.
fn walk(path: &Path) -> Result<(Finder, Vec<u8>), IndexError> {
    let file = File::open(path).expect("a file");
    let mut finder = Finder::new(file.metadata().expect("about it").len());
    let read = |range: Range<u64>| {
        let mut bytes = vec![0; usize::try_from(range.end - range.start).expect("small")];
        file.read_exact_at(&mut bytes, range.start).expect("bytes");
        bytes
    };
    while let Some(range) = finder.wants() {
        finder.feed(&read(range))?;
    }
    let index = read(finder.index()?);
    Ok((finder, index))
}

/// A file that has these bytes of `path` and holes between them; how many they are.
fn with_holes(path: &Path, ranges: &[Range<u64>]) -> (PathBuf, u64) {
    let whole = std::fs::read(path).expect("a file");
    let holed = path.with_extension("holes");
    let file = File::create(&holed).expect("a file");
    file.set_len(whole.len() as u64).expect("holes");
    let at = |place: u64| usize::try_from(place).expect("small");
    for range in ranges {
        file.write_all_at(&whole[at(range.start)..at(range.end)], range.start).expect("bytes");
    }
    (holed, ranges.iter().map(|range| range.end - range.start).sum())
}

/// Raw pictures of `frames` frames from source time `at`, or raw sound for as long.
fn decoded(path: &Path, facts: &VideoFacts, at: Micros, frames: i64, sound: bool) -> Vec<u8> {
    let name = path.to_string_lossy().into_owned();
    let mut args: Vec<String> = ["-v", "error", "-threads", "8"].map(str::to_owned).to_vec();
    let texts = |line: Vec<std::ffi::OsString>| line.into_iter().map(|arg| arg.to_string_lossy().into_owned());
    args.extend(texts(input::reading(facts.container)));
    args.extend(texts(input::seek(facts, at)));
    args.extend(["-i".to_owned(), name]);
    if sound {
        let from = input::seconds(facts.stream_start + at);
        let to = input::seconds(facts.stream_start + at + facts.rate.frame_start(frames));
        args.extend(["-map", "0:a", "-af", &format!("atrim={from}:{to}"), "-f", "s16le", "-"].map(str::to_owned));
    } else {
        args.extend(["-map", "0:v", "-vf", &input::frames_from(facts, at)].map(str::to_owned));
        args.extend(["-frames:v", &frames.to_string(), "-f", "rawvideo", "-"].map(str::to_owned));
    }
    tool("ffmpeg", &args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A noisy half minute with a keyframe every four seconds, its last frames reordered.
fn game(folder: &Path, name: &str, rate: i64, muxer: &[&str]) -> PathBuf {
    let path = folder.join(name);
    let shown = path.to_string_lossy().into_owned();
    let pictures = format!("testsrc2=s=640x360:r={rate}:d=30,noise=alls=20:allf=t");
    let group = (rate * 4).to_string();
    let encoder = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "3", "-g", &group, "-b:v", "4M", "-c:a", "aac"];
    let start = ["-v", "error", "-f", "lavfi", "-i", &pictures, "-f", "lavfi", "-i", "sine=r=48000:d=30"];
    tool("ffmpeg", &[&start[..], &encoder, muxer, &["-pix_fmt", "yuv420p", &shown]].concat());
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_holes_decodes_like_the_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let tools = tools().await;
    let kinds: [(&str, i64, &[&str]); 5] = [
        ("end.mp4", 25, &[]),
        ("front.mp4", 25, &["-movflags", "+faststart"]),
        ("late.mp4", 25, &["-output_ts_offset", "3.2"]),
        ("quicktime.mov", 25, &[]),
        ("slow.mp4", 5, &[]),
    ];
    for (name, rate, muxer) in kinds {
        let path = game(folder.path(), name, rate, muxer);
        let facts = probe(&tools, &path, &CancellationToken::new()).await.expect("facts");
        let (finder, moov) = walk(&path).expect("an index");
        for (first, frames) in [(0, rate), (13 * rate + 8, rate), (16 * rate + rate / 5, rate), (29 * rate, rate)] {
            let span = Span { from: facts.rate.frame_start(first), to: facts.rate.frame_start(first + frames) };
            for (stream, sound) in [(Stream::Picture, false), (Stream::Sound, true)] {
                let ranges = ranges(&finder, &moov, &facts, &[span], stream).expect("ranges");
                let (holed, bytes) = with_holes(&path, &ranges);
                let [whole, part] = [&path, &holed].map(|file| decoded(file, &facts, span.from, frames, sound));
                assert!(!whole.is_empty() && whole == part, "{name} from {first}, sound: {sound}");
                // At most two groups of pictures of seven and a half, and what is read ahead.
                assert!(bytes < finder.length / 2, "{name}: {bytes} of {}", finder.length);
            }
        }
        // What it is can be told from its ends.
        let (holed, bytes) = with_holes(&path, &edges(&finder, &moov).expect("ranges"));
        assert_eq!(probe(&tools, &holed, &CancellationToken::new()).await.expect("facts"), facts);
        assert!(bytes < finder.length * 3 / 4, "{name}: {bytes} of {}", finder.length);
    }
}

const FRAGMENTS: &[&str] = &["-c:v", "libx264", "-preset", "ultrafast", "-movflags", "frag_keyframe+empty_moov"];

#[tokio::test(flavor = "multi_thread")]
async fn what_it_cannot_read_it_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let footage = Footage { frames: 30, sound: false, output: FRAGMENTS, ..Footage::small() };
    let path = footage.make(folder.path(), "fragments");
    assert_eq!(walk(&path).map(drop), Err(IndexError::Unsupported("fragments")));
    let path = Footage { frames: 30, output: QUICK, ..Footage::small() }.make(folder.path(), "short");
    let length = std::fs::metadata(&path).expect("about it").len();
    File::options().write(true).open(&path).expect("a file").set_len(length - 100).expect("cut");
    assert!(walk(&path).is_err());
    let (finder, moov) = {
        let path = Footage { frames: 30, sound: false, output: QUICK, ..Footage::small() }.make(folder.path(), "mute");
        walk(&path).expect("an index")
    };
    assert_eq!(track(&moov, 1).map(drop), Err(IndexError::NoTrack));
    assert_eq!(track(&moov, 0).expect("the picture").len(), 30);
    assert!(finder.index().is_ok());
}

/// An index of a real file, for damage.
fn real() -> &'static [u8] {
    static REAL: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    REAL.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = Footage { frames: 50, output: QUICK, ..Footage::small() }.make(folder.path(), "real");
        walk(&path).expect("an index").1
    })
}

/// How much garbage is tried: more in soak.
fn cases() -> u32 {
    if std::env::var_os("TOUCHLINE_LONG").is_some() { 200_000 } else { 2_000 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    /// Damaged at some places, cut short: an answer or an error, no panic, and nothing outside of what there is.
    #[test]
    fn garbage_is_no_harm(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
        from in -10_000_000_i64..10_000_000,
        length in 0_i64..10_000_000,
    ) {
        let mut moov = real().to_vec();
        for (at, byte) in damage {
            let at = at.index(moov.len());
            moov[at] = byte;
        }
        if cut.index(4) == 0 {
            moov.truncate(cut.index(moov.len()));
        }
        for stream in 0..3 {
            if let Ok(track) = track(&moov, stream) {
                let ranges = track.ranges(Micros(from), Micros(from + length));
                prop_assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start));
            }
        }
    }

    #[test]
    fn the_walk_ends(bytes in prop::collection::vec(any::<u8>(), 8..400), length in 8_u64..1_000_000_000) {
        let mut finder = Finder::new(length);
        let mut steps = 0;
        while let Some(range) = finder.wants() {
            steps += 1;
            prop_assert!(range.end <= length && steps <= 101);
            let at = usize::try_from(range.start % bytes.len() as u64).expect("small");
            let header: Vec<u8> = bytes.iter().cycle().skip(at).take(16).copied().collect();
            if finder.feed(&header).is_err() {
                break;
            }
        }
    }
}
