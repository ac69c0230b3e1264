//! Trim, splits and speed: which source frame every output frame shows, in whole numbers.
//!
//! Source frames are numbered on the source's own grid; [`FrameRate`] says which frame a time means. Output frame `j` of
//! a piece shows the source frame that is due after `j` output frames at the piece's speed, rounded down: at half speed
//! each frame twice, at double speed every second one. The crop is taken at the presentation time of the frame that is
//! shown, so that picture and crop never part.

use super::{
    framing::{Segment, Speed},
    time::{FrameRate, Micros, floor_div, round_div},
};
use serde::{Deserialize, Serialize};

/// Source frames `first..end` at one speed, which become `frames` output frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Piece {
    pub first: i64,
    pub end: i64,
    pub speed: Speed,
    pub frames: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeMapError {
    #[error("segments overlap or are not in playing order")]
    Overlap,
    #[error("no frame is left")]
    Empty,
    #[error("the frame rate cannot be used")]
    Rate,
}

/// A clip's time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeMap {
    source: FrameRate,
    output: FrameRate,
    pieces: Vec<Piece>,
}

impl TimeMap {
    /// The clip `start..end` of a source at rate `source`, played at rate `output`. Segments are cut to the clip; those
    /// of no frame are dropped; neighbours that go on at the same speed become one piece. No segments: the whole clip.
    pub fn new(
        source: FrameRate,
        output: FrameRate,
        start: Micros,
        end: Micros,
        segments: &[Segment],
    ) -> Result<Self, TimeMapError> {
        if !source.is_usable() || !output.is_usable() {
            return Err(TimeMapError::Rate);
        }
        let whole = [Segment { start, end, speed: Speed::NORMAL }];
        let segments = if segments.is_empty() { &whole } else { segments };
        if segments.windows(2).any(|pair| pair[1].start < pair[0].end || pair[0].end < pair[0].start) {
            return Err(TimeMapError::Overlap);
        }
        let mut pieces: Vec<Piece> = Vec::with_capacity(segments.len());
        for segment in segments {
            let first = source.frame_at(segment.start.clamp_to(start, end));
            let last = source.frame_at(segment.end.clamp_to(start, end));
            match pieces.last_mut() {
                _ if last <= first => {}
                Some(before) if before.end == first && before.speed == segment.speed => before.end = last,
                _ => pieces.push(Piece { first, end: last, speed: segment.speed, frames: 0 }),
            }
        }
        if pieces.is_empty() {
            return Err(TimeMapError::Empty);
        }
        let mut map = Self { source, output, pieces };
        for piece in &mut map.pieces {
            piece.frames = output_frames(source, output, piece.end - piece.first, piece.speed);
        }
        Ok(map)
    }

    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Output frames.
    pub fn frames(&self) -> i64 {
        self.pieces.iter().fold(0, |sum, piece| sum.saturating_add(piece.frames))
    }

    /// How long the clip plays.
    pub fn length(&self) -> Micros {
        self.output.frame_start(self.frames())
    }

    /// The source frame that output frame `n` shows; beyond either end, the nearest.
    pub fn source_frame(&self, n: i64) -> i64 {
        let mut left = n.max(0);
        for piece in &self.pieces {
            if left < piece.frames {
                return source_frame(piece, self.source, self.output, left);
            }
            left -= piece.frames;
        }
        self.pieces.last().map_or(0, |piece| piece.end - 1)
    }

    /// The presentation time of the source frame that output frame `n` shows.
    pub fn source_time(&self, n: i64) -> Micros {
        self.source.frame_start(self.source_frame(n))
    }

    /// When the source frame shown at `at` starts in the output; where it was cut away, when the next piece starts; after
    /// the last piece, the length.
    pub fn output_time(&self, at: Micros) -> Micros {
        let frame = self.source.frame_at(at);
        let mut before = 0;
        for piece in &self.pieces {
            if frame < piece.end {
                let within = played(self.source, self.output, (frame - piece.first).max(0), piece.speed);
                return self.output.frame_start(before + within.min(piece.frames - 1));
            }
            before += piece.frames;
        }
        self.length()
    }
}

/// The source frame that output frame `j` of `piece` shows.
pub fn source_frame(piece: &Piece, source: FrameRate, output: FrameRate, j: i64) -> i64 {
    let (num, den) = source_per_output(source, output, piece.speed);
    let advance = floor_div(i128::from(j) * num, den);
    piece.first.saturating_add(advance).clamp(piece.first, (piece.end - 1).max(piece.first))
}

/// Output frames of `frames` source frames at `speed`, to the nearest, at least one.
fn output_frames(source: FrameRate, output: FrameRate, frames: i64, speed: Speed) -> i64 {
    let (num, den) = source_per_output(source, output, speed);
    round_div(i128::from(frames) * den, num).max(1)
}

/// The first output frame that shows source frame `frames` of its piece: the inverse of [`source_frame`].
fn played(source: FrameRate, output: FrameRate, frames: i64, speed: Speed) -> i64 {
    let (num, den) = source_per_output(source, output, speed);
    floor_div(i128::from(frames) * den + num - 1, num)
}

/// Source frames that pass in one output frame, as a ratio.
fn source_per_output(source: FrameRate, output: FrameRate, speed: Speed) -> (i128, i128) {
    let wide = |value: u32| i128::from(value);
    (wide(source.num) * wide(output.den) * i128::from(speed.percent()), wide(source.den) * wide(output.num) * 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAL: FrameRate = FrameRate { num: 25, den: 1 };
    const NTSC: FrameRate = FrameRate { num: 30000, den: 1001 };

    fn map(source: FrameRate, output: FrameRate, segments: &[(i64, i64, u16)]) -> Result<TimeMap, TimeMapError> {
        let segment = |&(start, end, speed): &(i64, i64, u16)| Segment {
            start: Micros(start),
            end: Micros(end),
            speed: speed.try_into().expect("a speed"),
        };
        let segments: Vec<_> = segments.iter().map(segment).collect();
        TimeMap::new(source, output, Micros::ZERO, Micros::from_seconds(60), &segments)
    }

    #[test]
    fn a_clip_at_its_own_rate_is_its_own_frames() {
        let clip = TimeMap::new(NTSC, NTSC, NTSC.frame_start(100), NTSC.frame_start(250), &[]).expect("a clip");
        assert_eq!(clip.pieces(), [Piece { first: 100, end: 250, speed: Speed::NORMAL, frames: 150 }]);
        assert!((0..150).all(|n| clip.source_frame(n) == 100 + n));
        assert_eq!(clip.output_time(NTSC.frame_start(120)), NTSC.frame_start(20));
        assert_eq!(clip.length(), Micros(5_005_000));
    }

    #[test]
    fn half_speed_shows_every_frame_twice() {
        let clip = map(PAL, PAL, &[(0, 1_000_000, 100), (1_000_000, 2_000_000, 50)]).expect("a clip");
        assert_eq!(clip.frames(), 75);
        assert_eq!([24, 25, 26, 27, 74].map(|n| clip.source_frame(n)), [24, 25, 25, 26, 49]);
        assert_eq!(clip.output_time(Micros(1_500_000)), Micros(2_000_000 - 40_000));
    }

    #[test]
    fn speeds_and_rates_combine() {
        let double = map(PAL, PAL, &[(0, 1_000_000, 200)]).expect("a clip");
        assert_eq!((double.frames(), double.source_frame(12)), (13, 24), "25 frames at twice the speed: 12.5, half up");
        let faster = map(PAL, FrameRate { num: 30, den: 1 }, &[(0, 1_000_000, 100)]).expect("a clip");
        assert_eq!((faster.frames(), faster.source_frame(6), faster.source_frame(29)), (30, 5, 24));
    }

    #[test]
    fn what_was_cut_away_moves_to_the_next_piece() {
        let clip = map(PAL, PAL, &[(1_000_000, 2_000_000, 100), (4_000_000, 5_000_000, 100)]).expect("a clip");
        assert_eq!(clip.output_time(Micros(0)), Micros::ZERO);
        assert_eq!(clip.output_time(Micros(3_000_000)), Micros(1_000_000));
        assert_eq!(clip.output_time(Micros(9_000_000)), Micros(2_000_000));
    }

    #[test]
    fn neighbours_join_and_wrong_order_is_refused() {
        let joined = map(PAL, PAL, &[(0, 1_000_000, 100), (1_000_000, 1_000_000, 50), (1_000_000, 2_000_000, 100)]);
        assert_eq!(joined.expect("a clip").pieces().len(), 1);
        assert_eq!(map(PAL, PAL, &[(0, 2_000_000, 100), (1_000_000, 3_000_000, 100)]), Err(TimeMapError::Overlap));
        assert_eq!(
            map(PAL, PAL, &[(2_000_000, 1_000_000, 100), (1_500_000, 3_000_000, 100)]),
            Err(TimeMapError::Overlap)
        );
        assert_eq!(map(PAL, PAL, &[(70_000_000, 80_000_000, 100)]), Err(TimeMapError::Empty));
        assert_eq!(map(FrameRate { num: 0, den: 0 }, PAL, &[]), Err(TimeMapError::Rate));
    }

    fn rates() -> impl Strategy<Value = FrameRate> {
        let rate = |num, den| Just(FrameRate { num, den });
        prop_oneof![rate(24000, 1001), rate(25, 1), rate(30000, 1001), rate(30, 1), rate(60000, 1001), rate(60, 1)]
    }

    proptest! {
        #[test]
        fn every_output_frame_shows_a_frame_of_its_piece_in_order(
            source in rates(), output in rates(), start in 0_i64..9_000_000, length in 40_000_i64..9_000_000, speed in 25_u16..=200,
        ) {
            if let Ok(clip) = map(source, output, &[(start, start + length, speed)]) {
                let piece = clip.pieces()[0];
                let shown: Vec<_> = (0..clip.frames()).map(|n| clip.source_frame(n)).collect();
                prop_assert!(shown.windows(2).all(|pair| pair[0] <= pair[1]));
                prop_assert!(shown.iter().all(|frame| (piece.first..piece.end).contains(frame)));
                prop_assert_eq!(shown[0], piece.first);
                // The length is right to half an output frame, or is the one frame that is always left.
                let exact = i128::from(piece.end - piece.first) * source_per_output(source, output, piece.speed).1;
                let unit = source_per_output(source, output, piece.speed).0;
                prop_assert!(clip.frames() == 1 || (i128::from(clip.frames()) * unit * 2 - exact * 2).abs() <= unit);
            }
        }

        #[test]
        fn the_first_showing_of_a_frame_is_its_output_time(
            source in rates(), output in rates(), speed in 25_u16..=200, n in 0_i64..200,
        ) {
            let clip = map(source, output, &[(500_000, 9_000_000, speed)]).expect("a clip");
            let n = n.min(clip.frames() - 1);
            let time = clip.output_time(clip.source_time(n));
            let first = output.frame_at(time);
            prop_assert!(first <= n);
            prop_assert_eq!(clip.source_frame(first), clip.source_frame(n));
            prop_assert!(first == 0 || clip.source_frame(first - 1) < clip.source_frame(n));
        }

        #[test]
        fn nothing_hostile_panics(
            num: u32, den: u32, start: i64, end: i64, raw in prop::collection::vec((any::<i64>(), any::<i64>(), 25_u16..=200), 0..5), n: i64,
        ) {
            let segment = |&(start, end, speed): &(i64, i64, u16)| Segment {
                start: Micros(start), end: Micros(end), speed: speed.try_into().expect("a speed"),
            };
            let segments: Vec<_> = raw.iter().map(segment).collect();
            if let Ok(clip) = TimeMap::new(FrameRate { num, den }, PAL, Micros(start), Micros(end), &segments) {
                let _ = (clip.frames(), clip.length(), clip.source_time(n), clip.output_time(Micros(n)));
            }
        }
    }
}
