//! Edits of what is drawn over a clip: spotlights and cards, each kind on a lane of its own where none overlap. Each edit
//! answers a new framing, so that undo is the old one.

use super::{
    framing::{Ease, Framing, Span},
    geometry::{PIXEL, Rect},
    keyframes::Key,
    overlay::{Card, Colour, Ellipse, MOST_CARDS, MOST_SPOTLIGHTS, SpotKey, SpotStyle, Spotlight, TextCard},
    time::Micros,
};
use std::ops::RangeInclusive;

/// How long a new one is, and the shortest.
pub const USUAL: Micros = Micros::from_seconds(2);
pub const SHORTEST: Micros = Micros(500_000);
/// How long a new spotlight takes to come, and to go.
const FADE: Micros = Micros(250_000);
/// Of a new spotlight: radii in parts of the crop's height, percent.
const RADII: (f64, f64) = (0.075, 0.12);
const OPACITY: u8 = 60;
/// No radius is smaller, in source pixels.
const SMALLEST: f64 = 4.0;

/// One of the highlights of a clip, by its place in its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Highlight {
    Spot(usize),
    Card(usize),
}

/// What of a highlight is moved in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Start,
    End,
    Whole,
}

type Stretch = (Micros, Micros);

/// Where a new highlight at `at` has room between the others: two seconds, or what there is.
fn room(others: &[Stretch], whole: Stretch, at: Micros) -> Option<Stretch> {
    let at = at.clamp_to(whole.0, whole.1);
    if others.iter().any(|(start, end)| *start <= at && at < *end) {
        return None;
    }
    let low = others.iter().map(|(_, end)| *end).filter(|end| *end <= at).max().unwrap_or(whole.0).max(whole.0);
    let high = others.iter().map(|(start, _)| *start).filter(|start| *start > at).min().unwrap_or(whole.1).min(whole.1);
    let end = (at + USUAL).min(high);
    // Where little is left behind, it begins earlier.
    let start = at.min(end - SHORTEST).max(low);
    (end - start >= SHORTEST).then_some((start, end))
}

/// The stretch `own` of a lane with a part of it moved by `by`, kept within `whole` and between its neighbours.
fn shifted(others: &[Stretch], whole: Stretch, own: Stretch, part: Part, by: Micros) -> Stretch {
    let (start, end) = own;
    let low = others.iter().map(|(_, end)| *end).filter(|end| *end <= start).max().unwrap_or(whole.0).max(whole.0);
    let high = others.iter().map(|(start, _)| *start).filter(|next| *next >= end).min().unwrap_or(whole.1).min(whole.1);
    match part {
        Part::Start => ((start + by).clamp_to(low, (end - SHORTEST).max(low)), end),
        Part::End => (start, (end + by).clamp_to((start + SHORTEST).min(high), high)),
        Part::Whole => {
            let length = end - start;
            let start = (start + by).clamp_to(low, (high - length).max(low));
            (start, start + length)
        }
    }
}

/// A keyframe of an ellipse in source pixels; what cannot be stored becomes what can.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // Pixels.
pub fn key_of(at: Micros, ellipse: Ellipse, ease: Ease) -> SpotKey {
    let stored = |value: f64, range: RangeInclusive<i64>| {
        (libm::round(value * PIXEL as f64) as i64).clamp(*range.start(), *range.end())
    };
    SpotKey {
        at,
        x: stored(ellipse.x, SpotKey::PLACES),
        y: stored(ellipse.y, SpotKey::PLACES),
        rx: stored(ellipse.rx.max(SMALLEST), SpotKey::RADII),
        ry: stored(ellipse.ry.max(SMALLEST), SpotKey::RADII),
        angle: stored(ellipse.angle, SpotKey::ANGLES),
        ease,
    }
}

impl Framing {
    /// When a highlight is seen.
    pub fn stretch_of(&self, of: Highlight) -> Option<(Micros, Micros)> {
        match of {
            Highlight::Spot(at) => self.spotlights.get(at).map(|spot| (spot.start, spot.end)),
            Highlight::Card(at) => self.cards.get(at).map(|card| (card.start, card.end)),
        }
    }

    /// Of the same kind, but for this one.
    fn others(&self, of: Highlight) -> Vec<Stretch> {
        let all: Vec<Stretch> = match of {
            Highlight::Spot(_) => self.spotlights.iter().map(|spot| (spot.start, spot.end)).collect(),
            Highlight::Card(_) => self.cards.iter().map(|card| (card.start, card.end)).collect(),
        };
        let (Highlight::Spot(own) | Highlight::Card(own)) = of;
        all.into_iter().enumerate().filter(|(at, _)| *at != own).map(|(_, stretch)| stretch).collect()
    }

    /// A new spotlight at the frame shown at `at`, in the middle of `crop` (source pixels), with its place in the lane; none
    /// where there is no room for half a second.
    #[must_use]
    pub fn with_spotlight(&self, span: Span, at: Micros, crop: Rect) -> Option<(Self, Highlight)> {
        let at = span.snap(at);
        let (start, end) = room(&self.others(Highlight::Spot(usize::MAX)), (span.start, span.end), at)?;
        if self.spotlights.len() >= MOST_SPOTLIGHTS {
            return None;
        }
        let ellipse = Ellipse {
            x: crop.x + crop.w / 2.0,
            y: crop.y + crop.h / 2.0,
            rx: crop.h * RADII.0,
            ry: crop.h * RADII.1,
            angle: 0.0,
        };
        let spot = Spotlight {
            start,
            end,
            style: SpotStyle::default(),
            colour: Colour([255, 255, 255]),
            opacity: OPACITY,
            fade: FADE,
            keys: vec![key_of(at, ellipse, Ease::default())],
        };
        let mut framing = self.clone();
        let place = framing.spotlights.partition_point(|known| known.start < start);
        framing.spotlights.insert(place, spot);
        Some((framing, Highlight::Spot(place)))
    }

    /// A new card at the frame shown at `at`, as [`Framing::with_spotlight`].
    #[must_use]
    pub fn with_card(&self, span: Span, at: Micros, card: Card) -> Option<(Self, Highlight)> {
        let (start, end) = room(&self.others(Highlight::Card(usize::MAX)), (span.start, span.end), span.snap(at))?;
        if self.cards.len() >= MOST_CARDS {
            return None;
        }
        let mut framing = self.clone();
        let place = framing.cards.partition_point(|known| known.start < start);
        framing.cards.insert(place, TextCard { start, end, card });
        Some((framing, Highlight::Card(place)))
    }

    /// The spotlight is `ellipse` (source pixels) at the frame shown at `at`: edits the keyframe within half a frame of it, or
    /// writes one.
    #[must_use]
    pub fn with_ellipse_at(&self, spot: usize, span: Span, at: Micros, ellipse: Ellipse) -> Self {
        let at = span.snap(at);
        let mut framing = self.clone();
        let Some(keys) = framing.spotlights.get_mut(spot).map(|spot| &mut spot.keys) else { return framing };
        match key_near(keys, span, at) {
            Some(near) => keys[near] = key_of(keys[near].at, ellipse, keys[near].ease),
            None if keys.len() < Self::MOST_KEYS => {
                let place = keys.partition_point(|key| key.at < at);
                // Easing belongs to the stretch that follows, and that one was split in two.
                let ease = place.checked_sub(1).map_or(Ease::default(), |before| keys[before].ease);
                keys.insert(place, key_of(at, ellipse, ease));
            }
            None => {}
        }
        framing
    }

    /// Without the keyframe of the spotlight at `at`, in or out of what plays; its last one stays.
    #[must_use]
    pub fn without_ellipse_at(&self, spot: usize, span: Span, at: Micros) -> Self {
        let mut framing = self.clone();
        if let Some(keys) = framing.spotlights.get_mut(spot).map(|spot| &mut spot.keys)
            && keys.len() > 1
            && let Some(near) = key_near(keys, span, at)
        {
            keys.remove(near);
        }
        framing
    }

    /// A spotlight that follows: from the first of `keys` to the last its way is theirs; what it was before and after stays.
    #[must_use]
    pub fn with_way(&self, spot: usize, keys: &[SpotKey]) -> Self {
        let mut framing = self.clone();
        let ends = keys.first().zip(keys.last()).map(|(first, last)| (first.at, last.at));
        let Some(((first, last), own)) = ends.zip(framing.spotlights.get_mut(spot).map(|spot| &mut spot.keys)) else {
            return framing;
        };
        let mut all: Vec<SpotKey> =
            own.iter().filter(|key| key.at < first || key.at > last).chain(keys).copied().collect();
        all.sort_by_key(|key| key.at);
        all.truncate(Self::MOST_KEYS);
        *own = all;
        framing
    }

    /// Seen earlier, later, longer or shorter, by `by`; between its neighbours, and within the clip.
    #[must_use]
    pub fn with_shifted(&self, of: Highlight, span: Span, part: Part, by: Micros) -> Self {
        let mut framing = self.clone();
        let Some(own) = self.stretch_of(of) else { return framing };
        // What a trim left outside is not pulled back in before it is touched.
        let whole = (span.start.min(own.0), span.end.max(own.1));
        // Onto whole frames, however often it was moved by less.
        let edge = if part == Part::End { own.1 } else { own.0 };
        let by = span.rate.frame_start(span.rate.nearest_frame(edge + by)) - edge;
        let (start, end) = shifted(&self.others(of), whole, own, part, by);
        match of {
            Highlight::Spot(at) => (framing.spotlights[at].start, framing.spotlights[at].end) = (start, end),
            Highlight::Card(at) => (framing.cards[at].start, framing.cards[at].end) = (start, end),
        }
        framing
    }

    #[must_use]
    pub fn without(&self, of: Highlight) -> Self {
        let mut framing = self.clone();
        match of {
            Highlight::Spot(at) if at < framing.spotlights.len() => drop(framing.spotlights.remove(at)),
            Highlight::Card(at) if at < framing.cards.len() => drop(framing.cards.remove(at)),
            _ => {}
        }
        framing
    }

    /// How many there are of its kind.
    pub fn count_of(&self, of: Highlight) -> usize {
        match of {
            Highlight::Spot(_) => self.spotlights.len(),
            Highlight::Card(_) => self.cards.len(),
        }
    }

    /// Where a highlight is now that was `of` when there were `count` of its kind and it was seen in `stretch`: what undo, or
    /// somebody else, puts in front of it moves it on. None where it is gone.
    pub fn found_again(&self, of: Highlight, count: usize, stretch: (Micros, Micros)) -> Option<Highlight> {
        if self.count_of(of) == count {
            return self.stretch_of(of).map(|_| of);
        }
        let make: fn(usize) -> Highlight = match of {
            Highlight::Spot(_) => Highlight::Spot,
            Highlight::Card(_) => Highlight::Card,
        };
        (0..self.count_of(of)).map(make).find(|of| self.stretch_of(*of) == Some(stretch))
    }

    /// The highlight that is seen at `at`: a spotlight before a card.
    pub fn highlight_at(&self, at: Micros) -> Option<Highlight> {
        let spot = self.spotlights.iter().position(|spot| spot.start <= at && at < spot.end).map(Highlight::Spot);
        let card = || self.cards.iter().position(|card| card.start <= at && at < card.end).map(Highlight::Card);
        spot.or_else(card)
    }
}

/// The keyframe within half a frame of `at`.
pub(super) fn key_near(keys: &[SpotKey], span: Span, at: Micros) -> Option<usize> {
    let far = |key: &SpotKey| (key.at().0 - at.0).abs() * 2;
    let (index, key) = keys.iter().enumerate().min_by_key(|(_, key)| far(key))?;
    (far(key) < span.rate.frame_length().0).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{overlay::is_sound, time::FrameRate};
    use proptest::prelude::*;

    const SPAN: Span = Span { start: Micros(10_000_000), end: Micros(16_000_000), rate: FrameRate { num: 25, den: 1 } };
    const CROP: Rect = Rect { x: 600.0, y: 0.0, w: 607.5, h: 1080.0 };

    fn with_spot(at: i64) -> Framing {
        Framing::default().with_spotlight(SPAN, Micros(at), CROP).expect("room").0
    }

    fn stretches(framing: &Framing) -> Vec<(i64, i64)> {
        framing.spotlights.iter().map(|spot| (spot.start.0 / 1_000, spot.end.0 / 1_000)).collect()
    }

    #[test]
    fn a_new_one_takes_two_seconds_or_what_there_is() {
        let framing = with_spot(11_000_000);
        assert_eq!(stretches(&framing), [(11_000, 13_000)]);
        let add = |at| framing.with_spotlight(SPAN, Micros(at), CROP).map(|(framing, of)| (stretches(&framing), of));
        assert_eq!(add(12_000_000), None, "one is there");
        assert_eq!(add(10_400_000), Some((vec![(10_400, 11_000), (11_000, 13_000)], Highlight::Spot(0))));
        assert_eq!(add(10_800_000), Some((vec![(10_500, 11_000), (11_000, 13_000)], Highlight::Spot(0))));
        assert_eq!(add(15_960_000), Some((vec![(11_000, 13_000), (15_500, 16_000)], Highlight::Spot(1))));
    }

    #[test]
    fn a_drag_at_another_frame_makes_it_follow() {
        let framing = with_spot(11_000_000);
        let there = framing.spotlights[0].ellipse_at(Micros(11_000_000)).expect("an ellipse");
        assert_eq!((there.x, there.y), (903.75, 540.0));
        let moved = framing.with_ellipse_at(0, SPAN, Micros(12_010_000), Ellipse { x: 1000.0, ..there });
        let at = |framing: &Framing, at| framing.spotlights[0].ellipse_at(Micros(at)).map(|ellipse| ellipse.x);
        assert_eq!(moved.spotlights[0].keys.len(), 2);
        assert_eq!((at(&moved, 11_000_000), at(&moved, 12_000_000)), (Some(903.75), Some(1000.0)));
        let again = moved.with_ellipse_at(0, SPAN, Micros(12_015_000), Ellipse { x: 1100.0, ..there });
        assert_eq!((again.spotlights[0].keys.len(), at(&again, 12_500_000)), (2, Some(1100.0)));
        let one = again.without_ellipse_at(0, SPAN, Micros(12_000_000));
        assert_eq!(at(&one, 12_500_000), Some(903.75));
        assert_eq!(one.without_ellipse_at(0, SPAN, Micros(11_000_000)), one, "one keyframe stays");
    }

    #[test]
    fn a_way_replaces_what_was_there_and_nothing_else() {
        let there = Ellipse { x: 10.0, y: 10.0, rx: 9.0, ry: 9.0, angle: 0.0 };
        let framing = with_spot(11_000_000).with_ellipse_at(0, SPAN, Micros(12_000_000), there);
        let framing = framing.with_ellipse_at(0, SPAN, Micros(12_920_000), there);
        let way = [11_000_000, 11_480_000, 12_480_000].map(|at| key_of(Micros(at), there, Ease::Linear));
        let followed = framing.with_way(0, &way);
        let times: Vec<i64> = followed.spotlights[0].keys.iter().map(|key| key.at.0 / 1_000).collect();
        assert_eq!(times, [11_000, 11_480, 12_480, 12_920]);
        assert_eq!(framing.with_way(0, &[]), framing);
        assert!(is_sound(&followed.spotlights, &[]));
    }

    #[test]
    fn edges_stop_at_neighbours_and_half_a_second() {
        let two = with_spot(10_000_000).with_spotlight(SPAN, Micros(13_000_000), CROP).expect("room").0;
        let shift = |of, part, by| stretches(&two.with_shifted(Highlight::Spot(of), SPAN, part, Micros(by)))[of];
        assert_eq!(shift(0, Part::End, 9_000_000), (10_000, 13_000));
        assert_eq!(shift(0, Part::End, -9_000_000), (10_000, 10_500));
        assert_eq!(shift(1, Part::Start, -9_000_000), (12_000, 15_000));
        assert_eq!(shift(1, Part::Whole, 9_000_000), (14_000, 16_000));
        assert_eq!(shift(0, Part::Whole, 400_000), (10_400, 12_400));
        assert_eq!(shift(0, Part::Whole, 395_000), (10_400, 12_400), "a whole frame");
    }

    #[test]
    fn a_highlight_is_found_again_behind_what_came_before_it() {
        let late = with_spot(14_000_000);
        let stretch = late.stretch_of(Highlight::Spot(0)).expect("a stretch");
        let two = late.with_spotlight(SPAN, Micros(11_000_000), CROP).expect("room").0;
        assert_eq!(two.found_again(Highlight::Spot(0), 1, stretch), Some(Highlight::Spot(1)));
        let early = two.stretch_of(Highlight::Spot(0)).expect("a stretch");
        assert_eq!(late.found_again(Highlight::Spot(0), 2, early), None, "undone");
        let moved = late.with_shifted(Highlight::Spot(0), SPAN, Part::Whole, Micros(-80_000));
        assert_eq!(moved.found_again(Highlight::Spot(0), 1, stretch), Some(Highlight::Spot(0)));
    }

    #[test]
    fn a_keyframe_outside_of_a_trim_is_removed_itself() {
        let there = Ellipse { x: 10.0, y: 10.0, rx: 9.0, ry: 9.0, angle: 0.0 };
        let framing = with_spot(11_000_000).with_ellipse_at(0, SPAN, Micros(12_000_000), there);
        let trimmed = Span { start: Micros(12_000_000), ..SPAN };
        let left = framing.without_ellipse_at(0, trimmed, Micros(11_000_000));
        assert_eq!(left.spotlights[0].keys.iter().map(|key| key.at.0).collect::<Vec<_>>(), [12_000_000]);
        let huge = key_of(Micros(0), Ellipse { x: 1e12, rx: 1e12, angle: 1e9, ..there }, Ease::Linear);
        assert!(huge.is_possible(), "{huge:?}");
    }

    #[test]
    fn cards_have_a_lane_of_their_own() {
        let title = || Card::Title { text: "Fall 2026".to_owned() };
        let (framing, of) = with_spot(11_000_000).with_card(SPAN, Micros(11_000_000), title()).expect("room");
        assert_eq!((of, framing.stretch_of(of)), (Highlight::Card(0), Some((Micros(11_000_000), Micros(13_000_000)))));
        assert_eq!(framing.highlight_at(Micros(12_000_000)), Some(Highlight::Spot(0)));
        assert_eq!(framing.without(Highlight::Spot(0)).highlight_at(Micros(12_000_000)), Some(of));
        assert!(framing.with_card(SPAN, Micros(12_000_000), title()).is_none());
    }

    proptest! {
        #[test]
        fn whatever_is_done_none_overlap_and_all_can_be_stored(
            steps in prop::collection::vec((0..6u8, 0..4usize, 9_000_000..17_000_000_i64, -500.0..3000.0_f64), 1..40),
        ) {
            let mut framing = Framing::default();
            for (kind, at, time, x) in steps {
                let by = Micros(time - 13_000_000);
                let ellipse = Ellipse { x, y: x / 2.0, rx: x.abs() / 9.0, ry: 50.0, angle: x };
                let next = match kind {
                    0 => framing.with_spotlight(SPAN, Micros(time), CROP).map_or(framing.clone(), |(next, _)| next),
                    1 => framing.with_ellipse_at(at, SPAN, Micros(time), ellipse),
                    2 => framing.without_ellipse_at(at, SPAN, Micros(time)),
                    3 => framing.with_shifted(Highlight::Spot(at), SPAN, Part::Whole, by),
                    4 => framing.with_shifted(Highlight::Spot(at), SPAN, [Part::Start, Part::End][at % 2], by),
                    _ => framing.without(Highlight::Spot(at)),
                };
                framing = next;
                prop_assert!(is_sound(&framing.spotlights, &framing.cards), "{framing:?}");
                let all = stretches(&framing);
                prop_assert!(all.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{all:?}");
                prop_assert!(all.iter().all(|(start, end)| *start >= 10_000 && *end <= 16_000 && end - start >= 500), "{all:?}");
            }
        }
    }
}
