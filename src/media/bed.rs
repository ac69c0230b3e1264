//! Music under the sound of a reel: one song, again and again, softer while the game is loud.

use super::{
    error::{MediaError, MediaErrorKind as Kind},
    input::{self, strings},
    overview::{Heard, listen},
    process::Running,
    tools::Tools,
};
use crate::domain::{music, plan::SAMPLE_RATE, time::Micros};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};
use tokio_util::sync::CancellationToken;

/// A song longer than an hour is cut: no reel is.
const LONGEST: Micros = Micros::from_seconds(3_600);
/// Samples: 0.25 s, and 1.5 s.
const COMES: i64 = 12_000;
const GOES: i64 = 72_000;
/// How fast it hears that the game grows loud, and soft again, in seconds.
const ATTACK: f32 = 0.03;
const RELEASE: f32 = 0.5;
/// From here on, in decibels below full scale, the game counts as loud; a speaker or a near crowd does, murmur does not.
const LOUD: f32 = -30.0;
/// Decibels softer for each that the game is louder, and how much at most.
const SLOPE: f32 = 0.75;
const MOST: f32 = 12.0;
/// How much its share changes from one look to the next, so that nobody hears a step: all of it in 60 ms.
const FASTEST: f32 = 0.02;
/// Samples between two looks at how loud the game is.
const STEP: usize = 64;

/// The demuxer for a song that starts with `head`.
fn demuxer(head: &[u8]) -> Option<&'static str> {
    let named = |at: usize, name: &[u8]| head.get(at..at + name.len()) == Some(name);
    match head {
        _ if named(0, b"ID3") => Some("mp3"),
        [0xFF, second, ..] if second & 0xE6 == 0xE2 => Some("mp3"),
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => Some("aac"),
        _ if named(0, b"fLaC") => Some("flac"),
        _ if named(0, b"OggS") => Some("ogg"),
        _ if named(0, b"RIFF") && named(8, b"WAVE") => Some("wav"),
        _ if named(4, b"ftyp") => Some("mov"),
        _ => None,
    }
}

/// A song as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Song {
    pub path: PathBuf,
    pub length: Micros,
    /// Hundredths of LUFS; none of silence.
    pub loudness: Option<i64>,
}

/// Turns the foreign file `source` into plain sound in the folder `work`.
pub async fn song(tools: &Tools, source: &Path, work: &Path, cancel: &CancellationToken) -> Result<Song, MediaError> {
    let work = tokio::fs::canonicalize(work).await?;
    let source = tokio::fs::canonicalize(source).await?;
    let head = super::sniff::head(&source).await?;
    let demuxer = demuxer(&head).ok_or(Kind::UnsupportedMusic)?;
    let path = work.join("song.m4a");
    let mut args = strings(["-hide_banner", "-nostdin", "-loglevel", "error", "-y"]);
    args.extend(strings(["-protocol_whitelist", "file,pipe", "-f", demuxer, "-i"]));
    args.push(input::file(&source));
    args.extend(strings(["-map", "0:a:0", "-vn", "-t", &input::seconds(LONGEST), "-ac", "2", "-ar"]));
    args.extend(strings([&SAMPLE_RATE.to_string(), "-c:a", "aac", "-b:a", "192k", "-map_metadata", "-1"]));
    args.extend(strings(["-map_chapters", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-f", "mp4"]));
    args.extend(strings(["-movflags", "+faststart"]));
    args.push(input::file(&path));
    let mut call = tools.ffmpeg(args, &[&source]);
    call.needs.writes = Some(work);
    tools.output(call, 4_096, cancel).await.map_err(|error| match error.kind() {
        // It was started, and it is the file that it does not like.
        Kind::ToolFailed => MediaError::new(Kind::UnsupportedMusic, error.log_tail()),
        _ => error,
    })?;
    let call = tools.ffmpeg(reading(&path, LONGEST, false), &[&path]);
    let Heard { loudness, samples, .. } = listen(tools, call, cancel).await?;
    let length = Micros(i64::try_from(samples).unwrap_or(0) * 1_000_000 / i64::from(SAMPLE_RATE));
    if length < Micros::SECOND {
        return Err(Kind::UnsupportedMusic.into());
    }
    Ok(Song { path, length, loudness })
}

fn reading(path: &Path, length: Micros, again: bool) -> Vec<OsString> {
    let mut args = strings(["-hide_banner", "-nostdin", "-loglevel", "error"]);
    if again {
        args.extend(strings(["-stream_loop", "-1"]));
    }
    args.extend(strings(["-protocol_whitelist", "file,pipe", "-f", "mov", "-i"]));
    args.push(input::file(path));
    args.extend(strings(["-map", "0:a:0", "-t", &input::seconds(length), "-ac", "2", "-ar"]));
    args.extend(strings([&SAMPLE_RATE.to_string(), "-f", "s16le", "pipe:1"]));
    args
}

/// The song on its way under a reel.
pub struct Bed {
    reader: Running,
    block: Vec<u8>,
    gain: f32,
    duck: Option<Duck>,
    at: i64,
    total: i64,
}

impl Bed {
    /// For a reel of `total` samples. Blocks.
    pub fn start(
        tools: &Tools,
        path: &Path,
        bed: &music::Bed,
        total: i64,
        cancel: &CancellationToken,
    ) -> Result<Self, MediaError> {
        let length = Micros(total * 1_000_000 / i64::from(SAMPLE_RATE)) + Micros::SECOND;
        let reader = tools.start(&tools.ffmpeg(reading(path, length, true), &[path]), cancel)?;
        let duck = bed.ducks.then(Duck::default);
        Ok(Self { reader, block: Vec::new(), gain: super::audio::factor(bed.gain), duck, at: 0, total })
    }

    /// Adds what comes next to samples of the game, left and right in turn.
    pub fn add(&mut self, game: &mut [f32]) -> Result<(), MediaError> {
        self.block.resize(game.len() * 2, 0);
        let read = self.reader.fill(&mut self.block)?;
        if read < self.block.len() {
            return Err(MediaError::new(Kind::WrongOutput, "the song ended"));
        }
        let mut song = self
            .block
            .chunks_exact(4)
            .map(|both| [[both[0], both[1]], [both[2], both[3]]].map(|one| f32::from(i16::from_le_bytes(one))));
        for some in game.chunks_mut(2 * STEP) {
            let steps = self.duck.as_mut().map_or((1.0, 0.0), |duck| duck.hear(some));
            let mut part = steps.0;
            for both in some.chunks_exact_mut(2) {
                let loud = self.gain * part * edge(self.at, self.total);
                part += steps.1;
                self.at += 1;
                for (sum, one) in both.iter_mut().zip(song.next().unwrap_or_default()) {
                    *sum += one * loud;
                }
            }
        }
        Ok(())
    }
}

/// Comes at the start and goes at the end.
#[allow(clippy::cast_precision_loss)]
fn edge(at: i64, total: i64) -> f32 {
    let share = |passed: i64, length: i64| (passed.max(0) as f32 / length.min(total / 4).max(1) as f32).min(1.0);
    share(at, COMES) * share(total - 1 - at, GOES)
}

/// How loud the game is, and how much softer the song is for it.
struct Duck {
    /// The mean of the square, full scale being 1.
    power: f32,
    part: f32,
}

impl Default for Duck {
    fn default() -> Self {
        Self { power: 0.0, part: 1.0 }
    }
}

impl Duck {
    /// The song's share at the start of these samples, and how it changes from one to the next.
    #[allow(clippy::cast_precision_loss)]
    fn hear(&mut self, game: &[f32]) -> (f32, f32) {
        let rate = SAMPLE_RATE as f32;
        let (rise, fall) = (1.0 - (-1.0 / (ATTACK * rate)).exp(), 1.0 - (-1.0 / (RELEASE * rate)).exp());
        for both in game.chunks_exact(2) {
            let loudest = both[0].abs().max(both[1].abs()) / 32_768.0;
            let square = loudest * loudest;
            self.power += (square - self.power) * if square > self.power { rise } else { fall };
        }
        let decibels = 10.0 * self.power.max(1e-12).log10();
        let less = ((decibels - LOUD) * SLOPE).clamp(0.0, MOST);
        let from = self.part;
        let to = from + (10_f32.powf(-less / 20.0) - from).clamp(-FASTEST, FASTEST);
        self.part = to;
        (from, (to - from) / (game.len() / 2).max(1) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{
        testing::{samples, tool},
        tests::tools,
    };

    #[test]
    fn songs_are_known_by_their_first_bytes() {
        for (head, known) in [
            (&b"ID3\x04"[..], Some("mp3")),
            (&[0xFF, 0xFB, 0x90, 0x64], Some("mp3")),
            (&[0xFF, 0xF1, 0x50, 0x80], Some("aac")),
            (b"RIFF\x24\0\0\0WAVEfmt ", Some("wav")),
            (b"RIFF\x24\0\0\0AVI LIST", None),
            (b"\0\0\0\x20ftypM4A ", Some("mov")),
            (b"fLaC\0\0\0\x22", Some("flac")),
            (b"OggS\0\x02", Some("ogg")),
            (b"#EXTM3U\n", None),
            (b"", None),
        ] {
            assert_eq!(demuxer(head), known, "{head:?}");
        }
    }

    /// Half a second of loud game in four of silence.
    #[test]
    fn it_is_softer_while_the_game_is_loud() {
        let mut duck = Duck::default();
        let mut parts = Vec::new();
        for n in 0..3_000 {
            let loud = if (375..750).contains(&n) { 8_000.0 } else { 20.0 };
            parts.push(duck.hear(&vec![loud; 2 * STEP]).0);
        }
        assert!(
            (parts[370] - 1.0).abs() < 1e-6 && (parts[2_999] - 1.0).abs() < 1e-3,
            "{} {}",
            parts[370],
            parts[2_999]
        );
        let softest = 10_f32.powf(-MOST / 20.0);
        assert!((parts[740] - softest).abs() < 1e-3, "{}", parts[740]);
        assert!(parts[425] < 0.3 && parts[800] < 0.3, "fast down, slow up: {} {}", parts[420], parts[800]);
        assert!(parts.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.03), "without a step");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn any_song_becomes_plain_sound_and_what_is_none_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let (tools, cancel) = (tools().await, CancellationToken::new());
        for (name, encoder) in
            [("a.mp3", "libmp3lame"), ("a.flac", "flac"), ("a.ogg", "libvorbis"), ("a.wav", "pcm_s16le")]
        {
            let path = folder.path().join(name);
            let to = path.to_string_lossy();
            tool("ffmpeg", &["-v", "error", "-f", "lavfi", "-i", "sine=440:r=44100:d=3", "-c:a", encoder, &to]);
            let song = song(tools, &path, folder.path(), &cancel).await.expect(name);
            assert!((song.length.0 - 3_000_000).abs() < 60_000, "{name}: {:?}", song.length);
            assert!(
                song.loudness.is_some_and(|loudness| (-2_600..-1_500).contains(&loudness)),
                "{name}: {:?}",
                song.loudness
            );
            assert!(samples(&song.path).len() > 140_000);
        }
        for (name, bytes) in [
            ("list.mp3", &b"#EXTM3U\nhttp://127.0.0.1/x.mp3\n"[..]),
            ("torn.mp3", b"ID3\x04\0\0\0\0\0\0 and nothing that sounds"),
            ("empty.mp3", b""),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("written");
            let kind = song(tools, &path, folder.path(), &cancel).await.map(drop).map_err(|error| error.kind());
            assert_eq!(kind, Err(Kind::UnsupportedMusic), "{name}");
        }
    }
}
