//! Moving keyframes in time: those of a crop, those of a spotlight.

use super::{
    framing::{Framing, Span},
    highlights::key_near,
    keyframes::Key,
    time::Micros,
};

impl Framing {
    /// The keyframe at `at` moved to the frame shown at `to`, kept between its neighbours. Those at the ends of the clip stay.
    #[must_use]
    pub fn with_key_moved(&self, span: Span, at: Micros, to: Micros) -> Self {
        let (first, last) = span.ends();
        let mut framing = self.clone();
        let Some(index) = framing.key_near(span.rate, at) else { return framing };
        if [framing.key_near(span.rate, first), framing.key_near(span.rate, last)].contains(&Some(index)) {
            return framing;
        }
        if let Some(to) = moved(&self.crop, index, span, to) {
            framing.crop[index].at = to;
        }
        framing
    }

    /// The keyframe of a spotlight at `at` moved in the same way; it has none that stay.
    #[must_use]
    pub fn with_ellipse_moved(&self, spot: usize, span: Span, at: Micros, to: Micros) -> Self {
        let mut framing = self.clone();
        if let Some(keys) = framing.spotlights.get_mut(spot).map(|spot| &mut spot.keys)
            && let Some(index) = key_near(keys, span, at)
            && let Some(to) = moved(keys, index, span, to)
        {
            keys[index].at = to;
        }
        framing
    }
}

/// The frame shown at `to`, at least one after the keyframe before `index` and one before the next; none where there is no room.
fn moved<K: Key>(keys: &[K], index: usize, span: Span, to: Micros) -> Option<Micros> {
    let frame = |index: usize| keys.get(index).map(|key| span.rate.nearest_frame(key.at()));
    let low = index.checked_sub(1).and_then(frame).map_or(i64::MIN, |frame| frame + 1);
    let high = frame(index + 1).map_or(i64::MAX, |frame| frame - 1);
    let wanted = span.rate.frame_at(span.snap(to));
    (low <= high).then(|| span.rate.frame_start(wanted.clamp(low, high)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        aspect::Aspect,
        geometry::{Crop, CropSpace, Rect},
        overlay::Ellipse,
        time::FrameRate,
    };

    #[test]
    fn a_keyframe_moves_between_its_neighbours() {
        let span = Span { start: Micros(1_000_000), end: Micros(3_000_000), rate: FrameRate { num: 25, den: 1 } };
        let space = CropSpace::new(1920, 1080, Aspect::Portrait);
        let crop = |x| Crop { x, y: 540_000, h: 800_000 };
        let framing = Framing::default().with_key_at(space, span, Micros(1_500_000), crop(700_000));
        let framing = framing.with_key_at(space, span, Micros(2_000_000), crop(900_000));
        let times = |framing: &Framing| framing.crop.iter().map(|key| key.at.0).collect::<Vec<_>>();
        let moved = |to| times(&framing.with_key_moved(span, Micros(1_480_000), Micros(to)));
        assert_eq!(moved(1_730_000), [1_000_000, 1_720_000, 2_000_000, 2_960_000]);
        assert_eq!(moved(9_000_000), [1_000_000, 1_960_000, 2_000_000, 2_960_000]);
        assert_eq!(moved(-5), [1_000_000, 1_040_000, 2_000_000, 2_960_000]);
        // Those at the ends stay, and where there is none nothing moves.
        assert_eq!(framing.with_key_moved(span, Micros(1_000_000), Micros(1_200_000)), framing);
        assert_eq!(framing.with_key_moved(span, Micros(1_200_000), Micros(1_300_000)), framing);
    }

    #[test]
    fn a_keyframe_of_a_spotlight_stays_between_its_neighbours() {
        let span = Span { start: Micros(10_000_000), end: Micros(16_000_000), rate: FrameRate { num: 25, den: 1 } };
        let crop = Rect { x: 600.0, y: 0.0, w: 607.5, h: 1080.0 };
        let (framing, _) = Framing::default().with_spotlight(span, Micros(11_000_000), crop).expect("room");
        let ellipse = framing.spotlights[0].ellipse_at(Micros(11_000_000)).expect("an ellipse");
        let framing = framing.with_ellipse_at(0, span, Micros(12_000_000), Ellipse { x: 1000.0, ..ellipse });
        let moved = |at, to| {
            let moved = framing.with_ellipse_moved(0, span, Micros(at), Micros(to));
            moved.spotlights[0].keys.iter().map(|key| (key.at.0 / 1_000, key.x / 1_000)).collect::<Vec<_>>()
        };
        assert_eq!(moved(12_010_000, 11_530_000), [(11_000, 903), (11_520, 1000)]);
        assert_eq!(moved(12_000_000, 0), [(11_000, 903), (11_040, 1000)]);
        assert_eq!(moved(11_000_000, 99_000_000), [(11_960, 903), (12_000, 1000)]);
        assert_eq!(moved(12_000_000, 99_000_000), [(11_000, 903), (15_960, 1000)]);
        assert_eq!(moved(14_000_000, 15_000_000), [(11_000, 903), (12_000, 1000)], "there is none");
    }
}
