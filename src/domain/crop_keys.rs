//! Moving keyframes of a crop in time.

use super::{
    framing::{CropKey, Framing, Span},
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
        let at = |key: Option<&CropKey>| key.map(|key| key.at);
        let before = at(index.checked_sub(1).and_then(|before| self.crop.get(before)));
        if let Some(to) = span.between(before, at(self.crop.get(index + 1)), to) {
            framing.crop[index].at = to;
        }
        framing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        aspect::Aspect,
        geometry::{Crop, CropSpace},
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
}
