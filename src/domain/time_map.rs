//! Trim, splits and speed: which source frame every output frame shows, in whole numbers.
//!
//! Source frames are numbered on the source's own grid; [`FrameRate`] says which frame a time means. Output frame `j` of
//! a piece shows the source frame that is due after `j` output frames at the piece's speed, rounded down: at half speed
//! each frame twice, at double speed every second one. The crop is taken at the presentation time of the frame that is
//! shown, so that picture and crop never part. On a ramp the speed changes evenly over output time, so that where it is after
//! any number of frames is a quotient of whole numbers too.

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp_to: Option<Speed>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blend: bool,
    pub frames: i64,
}

impl Piece {
    fn goes_on_as(&self, segment: &Segment) -> bool {
        let steady = self.ramp_to.is_none() && segment.ramp_to.is_none();
        steady && self.speed == segment.speed && self.blend == segment.blend
    }
}

/// What an output frame shows: a source frame and, where pictures are mixed, how much of the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub frame: i64,
    /// Of 256.
    pub next: u8,
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
        let whole = [Segment { start, end, ..Segment::default() }];
        let segments = if segments.is_empty() { &whole } else { segments };
        if segments.windows(2).any(|pair| pair[1].start < pair[0].end || pair[0].end < pair[0].start) {
            return Err(TimeMapError::Overlap);
        }
        let mut pieces: Vec<Piece> = Vec::with_capacity(segments.len());
        for segment in segments.iter().map(|segment| cut(segment, start, end)) {
            let (first, last) = (source.frame_at(segment.start), source.frame_at(segment.end));
            match pieces.last_mut() {
                _ if last <= first => {}
                Some(before) if before.end == first && before.goes_on_as(&segment) => before.end = last,
                _ => pieces.push(Piece {
                    first,
                    end: last,
                    speed: segment.speed,
                    ramp_to: segment.ramp_to,
                    blend: segment.blend,
                    frames: 0,
                }),
            }
        }
        if pieces.is_empty() {
            return Err(TimeMapError::Empty);
        }
        let mut map = Self { source, output, pieces };
        for piece in &mut map.pieces {
            piece.frames = output_frames(source, output, piece);
        }
        Ok(map)
    }

    /// Of pieces whose frames are counted, in playing order.
    pub fn of_pieces(source: FrameRate, output: FrameRate, pieces: Vec<Piece>) -> Self {
        Self { source, output, pieces }
    }

    /// The speed at output frame `n`, in percent; beyond either end, the nearest.
    pub fn percent_at(&self, n: i64) -> i64 {
        let mut left = n.max(0);
        for piece in &self.pieces {
            if left < piece.frames {
                let (from, to) = (piece.speed.percent(), piece.ramp_to.unwrap_or(piece.speed).percent());
                return from + (to - from) * left / piece.frames.max(1);
            }
            left -= piece.frames;
        }
        self.pieces.last().map_or(100, |piece| piece.ramp_to.unwrap_or(piece.speed).percent())
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

    /// The presentation time of the source frame that is shown when `at` of the output has played; after all of it, where the
    /// last piece ends.
    pub fn source_time_at(&self, at: Micros) -> Micros {
        match (self.output.frame_at(at), self.pieces.last()) {
            (frame, Some(last)) if frame >= self.frames() => self.source.frame_start(last.end),
            (frame, _) => self.source_time(frame),
        }
    }

    /// When the source frame shown at `at` starts in the output; where it was cut away, when the next piece starts; after
    /// the last piece, the length.
    pub fn output_time(&self, at: Micros) -> Micros {
        let frame = self.source.frame_at(at);
        let mut before = 0;
        for piece in &self.pieces {
            if frame < piece.end {
                let within = played(self.source, self.output, piece, frame.max(piece.first));
                return self.output.frame_start(before + within);
            }
            before += piece.frames;
        }
        self.length()
    }
}

/// The segment within `start..end`; what is cut off a ramp takes its part of the change with it.
fn cut(segment: &Segment, start: Micros, end: Micros) -> Segment {
    let (from, to) = (segment.start.clamp_to(start, end), segment.end.clamp_to(start, end));
    let speed_at = |at: Micros| ramp_speed(segment, at);
    Segment {
        start: from,
        end: to,
        speed: speed_at(from),
        ramp_to: segment.ramp_to.map(|_| speed_at(to)),
        blend: segment.blend,
    }
}

/// The speed at source time `at`, to a whole percent. Even in output time, its square is even in source time.
pub fn ramp_speed(segment: &Segment, at: Micros) -> Speed {
    let Some(to) = segment.ramp_to else { return segment.speed };
    let since = |at: Micros| i128::from(at.0) - i128::from(segment.start.0);
    let length = since(segment.end).max(1);
    let passed = since(at).clamp(0, length);
    let (from, to) = (i128::from(segment.speed.percent()), i128::from(to.percent()));
    // Between two squares of speeds; times four, so that the root is to half a percent.
    let square = 4 * (from * from * (length - passed) + to * to * passed) / length;
    let percent = u16::try_from((square.isqrt() + 1) / 2).unwrap_or(100);
    Speed::try_from(percent.clamp(25, 200)).unwrap_or(segment.speed)
}

/// What output frame `j` of `piece` shows.
pub fn shown(piece: &Piece, source: FrameRate, output: FrameRate, j: i64) -> Shown {
    let (num, den) = advance(piece, source, output, j);
    let last = (piece.end - 1).max(piece.first);
    let frame = piece.first.saturating_add(floor_div(num, den));
    if !(piece.first..last).contains(&frame) {
        return Shown { frame: frame.clamp(piece.first, last), next: 0 };
    }
    let part = floor_div(num.rem_euclid(den.max(1)) * 256, den);
    Shown { frame, next: if piece.blend { u8::try_from(part).unwrap_or(0) } else { 0 } }
}

/// The source frame that output frame `j` of `piece` shows.
pub fn source_frame(piece: &Piece, source: FrameRate, output: FrameRate, j: i64) -> i64 {
    shown(piece, source, output, j).frame
}

/// Source frames that have passed before output frame `j`, as a ratio.
fn advance(piece: &Piece, source: FrameRate, output: FrameRate, j: i64) -> (i128, i128) {
    let (num, den) = source_per_output(source, output);
    let (j, from) = (i128::from(j), i128::from(piece.speed.percent()));
    match piece.ramp_to {
        None => (j * from * num, den * 100),
        Some(to) => {
            let (all, to) = (i128::from(piece.frames.max(1)), i128::from(to.percent()));
            (num * (2 * all * from * j + (to - from) * j * j), den * 200 * all)
        }
    }
}

/// Output frames of the piece, to the nearest, at least one.
fn output_frames(source: FrameRate, output: FrameRate, piece: &Piece) -> i64 {
    let (num, den) = source_per_output(source, output);
    let twice = i128::from(piece.speed.percent() + piece.ramp_to.unwrap_or(piece.speed).percent());
    round_div(i128::from(piece.end - piece.first) * den * 200, num * twice).max(1)
}

/// The first output frame of `piece` that shows source frame `frame`: the inverse of [`source_frame`].
fn played(source: FrameRate, output: FrameRate, piece: &Piece, frame: i64) -> i64 {
    let (mut low, mut high) = (0, piece.frames - 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if source_frame(piece, source, output, middle) < frame { low = middle + 1 } else { high = middle }
    }
    low
}

/// Source frames that pass in one output frame at normal speed, as a ratio.
fn source_per_output(source: FrameRate, output: FrameRate) -> (i128, i128) {
    let wide = |value: u32| i128::from(value);
    (wide(source.num) * wide(output.den), wide(source.den) * wide(output.num))
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
            ..Segment::default()
        };
        let segments: Vec<_> = segments.iter().map(segment).collect();
        TimeMap::new(source, output, Micros::ZERO, Micros::from_seconds(60), &segments)
    }

    #[test]
    fn a_clip_at_its_own_rate_is_its_own_frames() {
        let clip = TimeMap::new(NTSC, NTSC, NTSC.frame_start(100), NTSC.frame_start(250), &[]).expect("a clip");
        let piece = Piece { first: 100, end: 250, speed: Speed::NORMAL, ramp_to: None, blend: false, frames: 150 };
        assert_eq!(clip.pieces(), [piece]);
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

    /// From normal to half speed over 48 frames of 25 fps: 64 frames, half of the change after 32.
    #[test]
    fn a_ramp_changes_its_speed_evenly() {
        let half = Speed::HALF;
        let ramp = Segment { start: Micros(0), end: Micros(1_920_000), ramp_to: Some(half), ..Segment::default() };
        let clip = TimeMap::new(PAL, PAL, Micros(0), Micros(1_920_000), &[ramp]).expect("a clip");
        assert_eq!(clip.frames(), 64);
        // After j frames: j - j*j/256.
        assert_eq!([0, 1, 16, 32, 63].map(|n| clip.source_frame(n)), [0, 0, 15, 28, 47]);
        assert_eq!(ramp_speed(&ramp, Micros(960_000)).percent(), 79, "the root of (100 * 100 + 50 * 50) / 2");
        let cut = TimeMap::new(PAL, PAL, Micros(960_000), Micros(1_920_000), &[ramp]).expect("a clip");
        let piece = cut.pieces()[0];
        assert_eq!((piece.speed.percent(), piece.ramp_to, piece.frames), (79, Some(half), 37));
    }

    #[test]
    fn between_two_pictures_both_are_seen() {
        let slow =
            Segment { start: Micros(0), end: Micros(400_000), speed: Speed::HALF, blend: true, ..Segment::default() };
        let clip = TimeMap::new(PAL, PAL, Micros(0), Micros(400_000), &[slow]).expect("a clip");
        let shown: Vec<_> = (0..4).map(|j| shown(&clip.pieces()[0], PAL, PAL, j)).collect();
        let of = |frame, next| Shown { frame, next };
        assert_eq!(shown, [of(0, 0), of(0, 128), of(1, 0), of(1, 128)]);
        assert_eq!(super::shown(&clip.pieces()[0], PAL, PAL, 19), of(9, 0), "nothing follows the last one");
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
                let (num, den) = source_per_output(source, output);
                let exact = i128::from(piece.end - piece.first) * den * 100;
                let unit = num * i128::from(speed);
                prop_assert!(clip.frames() == 1 || (i128::from(clip.frames()) * unit * 2 - exact * 2).abs() <= unit);
            }
        }

        #[test]
        fn the_first_showing_of_a_frame_is_its_output_time(
            source in rates(), output in rates(), speed in 25_u16..=200, to in 25_u16..=200, is_ramp: bool, n in 0_i64..200,
        ) {
            let speed_of = |percent: u16| Speed::try_from(percent).expect("a speed");
            let segment = Segment {
                start: Micros(500_000), end: Micros(9_000_000), speed: speed_of(speed),
                ramp_to: is_ramp.then(|| speed_of(to)), blend: true,
            };
            let clip = TimeMap::new(source, output, Micros(0), Micros(60_000_000), &[segment]).expect("a clip");
            let all: Vec<_> = (0..clip.frames()).map(|n| clip.source_frame(n)).collect();
            prop_assert!(all.windows(2).all(|pair| pair[0] <= pair[1]));
            let step = 2 + 2 * i64::from(source.num) * i64::from(output.den) / (i64::from(source.den) * i64::from(output.num));
            prop_assert!(clip.pieces()[0].end - all[all.len() - 1] <= step + 1);
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
                start: Micros(start), end: Micros(end), speed: speed.try_into().expect("a speed"), ..Segment::default()
            };
            let segments: Vec<_> = raw.iter().map(segment).collect();
            if let Ok(clip) = TimeMap::new(FrameRate { num, den }, PAL, Micros(start), Micros(end), &segments) {
                let _ = (clip.frames(), clip.length(), clip.source_time(n), clip.output_time(Micros(n)));
            }
        }
    }
}
