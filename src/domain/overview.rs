//! A recording at a glance: a sheet of small pictures and the peaks of its sound. What the server makes and the timeline draws.

use super::{time::Micros, video::VideoFacts};
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Peaks for each second of sound.
pub const PEAKS_A_SECOND: i64 = 20;

const COLUMNS: i64 = 25;
const MOST: i64 = 600;
const HEIGHT: u32 = 72;
/// Nearer to each other they are the same picture.
const NEAREST: i64 = 1_000_000;

/// A sheet of small pictures, in rows, each `interval` after the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Sprites {
    /// Microseconds.
    #[cfg_attr(feature = "ssr", schema(value_type = i64))]
    pub interval: Micros,
    pub count: i64,
    pub columns: i64,
    /// Of one picture, in pixels.
    pub width: u32,
    pub height: u32,
}

impl Sprites {
    /// At most 600 pictures, at most one a second.
    pub fn of(facts: &VideoFacts) -> Self {
        let length = facts.duration.0.max(1);
        let interval = (length / MOST + i64::from(length % MOST > 0)).max(NEAREST);
        let count = (length / interval + i64::from(length % interval > 0)).clamp(1, MOST);
        let (across, down) = (u64::from(facts.width.max(1)), u64::from(facts.height.max(1)));
        // Even, and never so wide that a sheet is more than browsers take.
        let width = (u64::from(HEIGHT) * across / down).clamp(16, 320) / 2 * 2;
        Self {
            interval: Micros(interval),
            count,
            columns: COLUMNS.min(count),
            width: u32::try_from(width).unwrap_or(HEIGHT),
            height: HEIGHT,
        }
    }

    pub fn rows(&self) -> i64 {
        (self.count + self.columns - 1) / self.columns.max(1)
    }

    /// Which picture shows source time `at`, by column and row.
    pub fn place(&self, at: Micros) -> (i64, i64) {
        let number = (at.0.max(0) / self.interval.0.max(1)).min(self.count - 1).max(0);
        (number % self.columns.max(1), number / self.columns.max(1))
    }

    /// A `WebVTT` track that names for each stretch the part of `sheet` that shows it, as players of other makers read it.
    pub fn vtt(&self, sheet: &str) -> String {
        let mut text = "WEBVTT\n".to_owned();
        for number in 0..self.count {
            let (from, to) = (Micros(number * self.interval.0), Micros((number + 1) * self.interval.0));
            let (column, row) = self.place(from);
            let (x, y) = (column * i64::from(self.width), row * i64::from(self.height));
            let (from, to) = (clock(from), clock(to));
            // Writing to a text cannot fail.
            let _ = write!(text, "\n{from} --> {to}\n{sheet}#xywh={x},{y},{},{}\n", self.width, self.height);
        }
        text
    }
}

/// `00:01:02.345`
fn clock(at: Micros) -> String {
    let millis = at.0 / 1_000;
    let (hours, minutes, seconds) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1_000 % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{:03}", millis % 1_000)
}

/// The loudest of `peaks` (0 to 255, [`PEAKS_A_SECOND`]) from source time `from` to `to`; none where there is no sound.
pub fn loudest(peaks: &[u8], from: Micros, to: Micros) -> Option<u8> {
    let place = |at: Micros| usize::try_from(at.0.max(0) * PEAKS_A_SECOND / 1_000_000).unwrap_or(usize::MAX);
    let (first, end) = (place(from), place(to).min(peaks.len()));
    if to <= Micros::ZERO || first >= peaks.len() {
        return None;
    }
    peaks.get(first..end.max(first + 1))?.iter().copied().max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(seconds: i64, width: u32, height: u32) -> VideoFacts {
        let json = r#"{"width":1,"height":1,"rate":{"num":25,"den":1},"duration":0,"frames":1,"has_sound":true,"codec":"h264","container":"mp4"}"#;
        let facts: VideoFacts = serde_json::from_str(json).expect("facts");
        VideoFacts { duration: Micros::from_seconds(seconds), width, height, ..facts }
    }

    #[test]
    fn a_sheet_holds_the_whole_recording() {
        let game = Sprites::of(&facts(5_400, 1920, 1080));
        assert_eq!((game.interval, game.count, game.columns, game.rows()), (Micros(9_000_000), 600, 25, 24));
        assert_eq!((game.width, game.height), (128, 72));
        assert_eq!(game.place(Micros(5_399_999_999)), (24, 23));
        assert_eq!(game.place(Micros(9_000_000 * 26)), (1, 1));
        assert_eq!((game.place(Micros(-5)), game.place(Micros(i64::MAX))), ((0, 0), (24, 23)));
        let short = Sprites::of(&facts(7, 1080, 1920));
        assert_eq!(
            (short.interval, short.count, short.columns, short.rows(), short.width),
            (Micros::SECOND, 7, 7, 1, 40)
        );
        assert_eq!(Sprites::of(&facts(0, 8_192, 16)).width, 320);
    }

    #[test]
    fn the_track_says_where_each_picture_is() {
        let sprites = Sprites { interval: Micros(4_500_000), count: 3, columns: 2, width: 128, height: 72 };
        let lines: Vec<String> = sprites.vtt("/s").lines().map(str::to_owned).collect();
        assert_eq!(lines[..4], ["WEBVTT", "", "00:00:00.000 --> 00:00:04.500", "/s#xywh=0,0,128,72"]);
        assert_eq!(lines[8..], ["00:00:09.000 --> 00:00:13.500", "/s#xywh=0,72,128,72"]);
    }

    #[test]
    fn the_loudest_of_a_stretch() {
        let peaks = [10, 20, 200, 5];
        assert_eq!(loudest(&peaks, Micros(0), Micros(100_000)), Some(20));
        assert_eq!(loudest(&peaks, Micros(100_000), Micros(110_000)), Some(200), "less than one of them");
        assert_eq!(loudest(&peaks, Micros(150_000), Micros(9_000_000)), Some(5));
        assert_eq!(loudest(&peaks, Micros(200_000), Micros(250_000)), None);
        assert_eq!(loudest(&peaks, Micros(-50_000), Micros(0)), None);
        assert_eq!(loudest(&[], Micros(0), Micros(1)), None);
    }
}
