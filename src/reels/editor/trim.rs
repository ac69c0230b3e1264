//! Trim, splits and speed of one clip, as its segments say them. Pure; all times on the grid of the source.

use crate::domain::{
    framing::{Framing, Segment, Span, Speed},
    time::Micros,
    time_map::ramp_speed,
};

/// The segments that play, cut to the clip; the whole clip at normal speed when there are none.
pub fn segments(framing: &Framing, span: Span) -> Vec<Segment> {
    let cut = |segment: &Segment| Segment {
        start: segment.start.clamp_to(span.start, span.end),
        end: segment.end.clamp_to(span.start, span.end),
        ..*segment
    };
    let segments: Vec<_> = framing.segments.iter().map(cut).filter(|segment| segment.start < segment.end).collect();
    if segments.is_empty() {
        vec![Segment { start: span.start, end: span.end, ..Segment::default() }]
    } else {
        segments
    }
}

/// Where the clip starts and ends playing.
pub fn bounds(framing: &Framing, span: Span) -> (Micros, Micros) {
    let segments = segments(framing, span);
    (segments[0].start, segments[segments.len() - 1].end)
}

/// The presentation times of the first and the last frame that play.
pub fn frames(framing: &Framing, span: Span) -> (Micros, Micros) {
    let (start, end) = bounds(framing, span);
    Span { start, end, ..span }.ends()
}

/// The speed at `at`; of the nearest segment where none plays.
pub fn speed_at(framing: &Framing, span: Span, at: Micros) -> Speed {
    let segments = segments(framing, span);
    ramp_speed(&segments[index_at(&segments, at)], at)
}

/// Another start, at least one frame before the end.
pub fn with_start(framing: &Framing, span: Span, start: Micros) -> Framing {
    let mut segments = segments(framing, span);
    let last = span.rate.frame_start(span.rate.frame_at(bounds(framing, span).1) - 1);
    let start = on_grid(span, start).clamp_to(span.start, last.clamp_to(span.start, span.end));
    segments.retain(|segment| segment.end > start);
    if let Some(first) = segments.first_mut() {
        first.start = start;
    }
    stored(framing, span, segments)
}

/// Another end, at least one frame after the start.
pub fn with_end(framing: &Framing, span: Span, end: Micros) -> Framing {
    let mut segments = segments(framing, span);
    let first = span.rate.frame_start(span.rate.frame_at(bounds(framing, span).0) + 1);
    let end = on_grid(span, end).clamp_to(first.clamp_to(span.start, span.end), span.end);
    segments.retain(|segment| segment.start < end);
    if let Some(last) = segments.last_mut() {
        last.end = end;
    }
    stored(framing, span, segments)
}

/// Another speed for the segment at `at`.
pub fn with_speed(framing: &Framing, span: Span, at: Micros, speed: Speed) -> Framing {
    with_segment(framing, span, at, |segment| (segment.speed, segment.ramp_to) = (speed, None))
}

/// The segment at `at`, or the next one where nothing plays; its number from 0, and how many there are.
pub fn segment_at(framing: &Framing, span: Span, at: Micros) -> (usize, usize, Segment) {
    let segments = segments(framing, span);
    let index = index_at(&segments, at);
    (index, segments.len(), segments[index])
}

/// What lies between segments that play: it is skipped.
pub fn gaps(framing: &Framing, span: Span) -> Vec<(Micros, Micros)> {
    let segments = segments(framing, span);
    let between = segments.windows(2).map(|pair| (pair[0].end, pair[1].start));
    between.filter(|(from, to)| from < to).collect()
}

/// The segment at `at` in two, each with its part of a ramp; none where it would have no frame on one side.
pub fn split(framing: &Framing, span: Span, at: Micros) -> Option<Framing> {
    let mut segments = segments(framing, span);
    let (at, index) = (on_grid(span, at), index_at(&segments, at));
    let before = segments[index];
    let is_inside = before.start < at && at < before.end;
    if !is_inside || segments.len() >= Framing::MOST_SEGMENTS {
        return None;
    }
    let middle = ramp_speed(&before, at);
    segments[index] = Segment { end: at, ramp_to: before.ramp_to.map(|_| middle), ..before };
    segments.insert(index + 1, Segment { start: at, speed: middle, ..before });
    Some(Framing { segments, ..framing.clone() })
}

/// Without the segment at `at`; none when nothing would be left.
pub fn without_segment(framing: &Framing, span: Span, at: Micros) -> Option<Framing> {
    let mut segments = segments(framing, span);
    if segments.len() < 2 {
        return None;
    }
    let index = index_at(&segments, at);
    segments.remove(index);
    Some(stored(framing, span, segments))
}

/// The segment at `at` and the one before it as one, at the speed of the first, with what was cut away between them.
pub fn joined(framing: &Framing, span: Span, at: Micros) -> Option<Framing> {
    let mut segments = segments(framing, span);
    let index = index_at(&segments, at).checked_sub(1)?;
    let after = segments.remove(index + 1);
    segments[index].end = after.end;
    Some(stored(framing, span, segments))
}

/// The border between segment `index` and the one before it at `to`. Neighbours that touch go on touching; each keeps a frame.
pub fn with_border(framing: &Framing, span: Span, index: usize, to: Micros) -> Framing {
    let mut segments = segments(framing, span);
    let Some(before) = index.checked_sub(1).filter(|_| index < segments.len()) else { return framing.clone() };
    let frame = |at: Micros, by: i64| span.rate.frame_start(span.rate.frame_at(at) + by);
    let touching = segments[before].end == segments[index].start;
    let low = if touching { frame(segments[before].start, 1) } else { segments[before].end };
    let high = frame(segments[index].end, -1);
    let to = on_grid(span, to).clamp_to(low.min(high), high);
    segments[index].start = to;
    if touching {
        segments[before].end = to;
    }
    stored(framing, span, segments)
}

/// The end of the segment before `index` at `to`, at most up to the next: what lies between is cut out. It keeps a frame.
pub fn with_gap_from(framing: &Framing, span: Span, index: usize, to: Micros) -> Framing {
    let mut segments = segments(framing, span);
    let Some(before) = index.checked_sub(1).filter(|_| index < segments.len()) else { return framing.clone() };
    let first = span.rate.frame_start(span.rate.frame_at(segments[before].start) + 1);
    let next = segments[index].start;
    segments[before].end = on_grid(span, to).clamp_to(first.min(next), next);
    stored(framing, span, segments)
}

/// The segment at `at` changed; its bounds stay.
pub fn with_segment(framing: &Framing, span: Span, at: Micros, change: impl FnOnce(&mut Segment)) -> Framing {
    let mut segments = segments(framing, span);
    let index = index_at(&segments, at);
    let Segment { start, end, .. } = segments[index];
    change(&mut segments[index]);
    (segments[index].start, segments[index].end) = (start, end);
    stored(framing, span, segments)
}

fn index_at(segments: &[Segment], at: Micros) -> usize {
    segments.iter().position(|segment| at < segment.end).unwrap_or(segments.len() - 1)
}

/// The start of the frame nearest to `at`; what lies beyond the last whole frame is the end itself.
fn on_grid(span: Span, at: Micros) -> Micros {
    let frame = span.rate.nearest_frame(at);
    if frame >= span.rate.frame_at(span.end) { span.end } else { span.rate.frame_start(frame) }
}

/// The whole clip at normal speed is stored as nothing, so that it follows the clip's own bounds.
fn stored(framing: &Framing, span: Span, segments: Vec<Segment>) -> Framing {
    let frame = |at| span.rate.frame_at(at);
    let is_whole = matches!(segments.as_slice(), [one]
        if one.speed == Speed::NORMAL && one.ramp_to.is_none() && !one.blend && frame(one.start) == frame(span.start) && frame(one.end) == frame(span.end));
    Framing { segments: if is_whole { Vec::new() } else { segments }, ..framing.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::FrameRate;

    const SPAN: Span = Span { start: Micros(1_000_000), end: Micros(5_000_000), rate: FrameRate { num: 25, den: 1 } };

    #[test]
    fn the_whole_clip_is_stored_as_nothing() {
        let framing = Framing::default();
        assert_eq!(bounds(&framing, SPAN), (SPAN.start, SPAN.end));
        let trimmed = with_start(&framing, SPAN, Micros(2_010_000));
        assert_eq!(bounds(&trimmed, SPAN), (Micros(2_000_000), SPAN.end));
        assert_eq!(with_start(&trimmed, SPAN, Micros(0)).segments, []);
    }

    #[test]
    fn a_trim_leaves_at_least_one_frame() {
        let late = with_start(&Framing::default(), SPAN, Micros(9_000_000));
        assert_eq!(bounds(&late, SPAN), (Micros(4_960_000), SPAN.end));
        let early = with_end(&Framing::default(), SPAN, Micros(0));
        assert_eq!(bounds(&early, SPAN), (SPAN.start, Micros(1_040_000)));
        assert_eq!(frames(&early, SPAN), (SPAN.start, SPAN.start));
    }

    #[test]
    fn a_speed_belongs_to_its_segment() {
        let slow = with_speed(&Framing::default(), SPAN, Micros(2_000_000), Speed::HALF);
        assert_eq!(
            slow.segments,
            [Segment { start: SPAN.start, end: SPAN.end, speed: Speed::HALF, ..Segment::default() }]
        );
        assert_eq!(speed_at(&slow, SPAN, Micros(0)), Speed::HALF);
        assert_eq!(with_speed(&slow, SPAN, Micros(0), Speed::NORMAL).segments, []);
    }

    #[test]
    fn several_segments_keep_theirs() {
        let part = |start, end, speed| Segment { start: Micros(start), end: Micros(end), speed, ..Segment::default() };
        let two = Framing {
            segments: vec![part(1_000_000, 2_000_000, Speed::NORMAL), part(3_000_000, 5_000_000, Speed::HALF)],
            ..Framing::default()
        };
        let later = with_start(&two, SPAN, Micros(3_400_000));
        assert_eq!(later.segments, [part(3_400_000, 5_000_000, Speed::HALF)]);
        let earlier = with_end(&two, SPAN, Micros(1_400_000));
        assert_eq!(earlier.segments, [part(1_000_000, 1_400_000, Speed::NORMAL)]);
        assert_eq!(speed_at(&two, SPAN, Micros(2_500_000)), Speed::HALF);
    }

    #[test]
    fn a_split_shows_nothing_else_and_can_be_joined_again() {
        let framing = Framing::default();
        assert_eq!(split(&framing, SPAN, SPAN.start), None);
        assert_eq!(split(&framing, SPAN, Micros(4_999_999)), None);
        let two = split(&framing, SPAN, Micros(2_010_000)).expect("two");
        let part = |start, end| Segment { start: Micros(start), end: Micros(end), ..Segment::default() };
        assert_eq!(two.segments, [part(1_000_000, 2_000_000), part(2_000_000, 5_000_000)]);
        assert_eq!(gaps(&two, SPAN), []);
        assert_eq!(joined(&two, SPAN, Micros(3_000_000)), Some(framing.clone()));
        assert_eq!(joined(&two, SPAN, Micros(1_500_000)), None);
        // The middle of three is cut out, and skipped.
        let three = split(&two, SPAN, Micros(3_000_000)).expect("three");
        let without = without_segment(&three, SPAN, Micros(2_500_000)).expect("two again");
        assert_eq!(gaps(&without, SPAN), [(Micros(2_000_000), Micros(3_000_000))]);
        assert_eq!(segment_at(&without, SPAN, Micros(2_500_000)), (1, 2, part(3_000_000, 5_000_000)));
        assert_eq!(joined(&without, SPAN, Micros(3_000_000)), Some(framing.clone()));
        assert_eq!(without_segment(&framing, SPAN, SPAN.start), None);
    }

    #[test]
    fn a_ramp_is_split_where_it_is() {
        let speed = |percent| Speed::try_from(percent).expect("a speed");
        let ramp = with_segment(&Framing::default(), SPAN, SPAN.start, |it| {
            (it.speed, it.ramp_to) = (speed(100), Some(speed(50)));
        });
        let two = split(&ramp, SPAN, Micros(3_000_000)).expect("two").segments;
        // Its square is even in source time: between 100 and 25 hundreds of it.
        assert_eq!(
            (two[0].speed, two[0].ramp_to, two[1].speed, two[1].ramp_to),
            (speed(100), Some(speed(79)), speed(79), Some(speed(50)))
        );
    }

    #[test]
    fn a_border_keeps_a_frame_on_both_sides() {
        let two = split(&Framing::default(), SPAN, Micros(2_000_000)).expect("two");
        let ends = |framing: &Framing| framing.segments.iter().map(|it| (it.start.0, it.end.0)).collect::<Vec<_>>();
        assert_eq!(ends(&with_border(&two, SPAN, 1, Micros(0))), [(1_000_000, 1_040_000), (1_040_000, 5_000_000)]);
        assert_eq!(
            ends(&with_border(&two, SPAN, 1, Micros(9_000_000))),
            [(1_000_000, 4_960_000), (4_960_000, 5_000_000)]
        );
        assert_eq!(with_border(&two, SPAN, 0, Micros(0)), two);
        let part = |start, end| Segment { start: Micros(start), end: Micros(end), ..Segment::default() };
        let apart =
            Framing { segments: vec![part(1_000_000, 2_000_000), part(3_000_000, 5_000_000)], ..Framing::default() };
        assert_eq!(ends(&with_border(&apart, SPAN, 1, Micros(0))), [(1_000_000, 2_000_000), (2_000_000, 5_000_000)]);
        // The other side of a gap.
        let gap_from = |to| ends(&with_gap_from(&apart, SPAN, 1, Micros(to)));
        assert_eq!(gap_from(1_510_000), [(1_000_000, 1_520_000), (3_000_000, 5_000_000)]);
        assert_eq!(gap_from(0), [(1_000_000, 1_040_000), (3_000_000, 5_000_000)]);
        assert_eq!(gap_from(9_000_000), [(1_000_000, 3_000_000), (3_000_000, 5_000_000)]);
        assert_eq!(with_gap_from(&apart, SPAN, 0, Micros(0)), apart);
    }
}
