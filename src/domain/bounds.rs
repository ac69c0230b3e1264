//! Which stretch of its recording a clip plays in a reel once somebody worked on it there: marks that are moved later change no
//! edit behind anybody's back.

use super::{
    framing::{Framing, Span},
    geometry::CropSpace,
    time::{FrameRate, Micros},
};
use serde::{Deserialize, Serialize};

type Stretch = (Micros, Micros);

/// Source time; the end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    pub start: Micros,
    pub end: Micros,
    /// What the clip was when somebody said that this stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declined: Option<Stretch>,
}

impl Bounds {
    /// No clip is longer: an hour.
    const LONGEST: Micros = Micros::from_seconds(3_600);

    pub fn is_sound(&self) -> bool {
        let sound = |(start, end): Stretch| {
            start >= Micros::ZERO && start < end && end <= Framing::LATEST && end - start <= Self::LONGEST
        };
        sound((self.start, self.end)) && self.declined.is_none_or(sound)
    }
}

impl Framing {
    /// What plays of a clip: where it was when it was worked on, or where it is.
    pub fn stretch(&self, clip: Stretch) -> Stretch {
        self.bounds.map_or(clip, |bounds| (bounds.start, bounds.end))
    }

    /// Whether the clip was changed since, and nobody has said yet what of that counts here.
    pub fn is_overtaken(&self, clip: Stretch) -> bool {
        self.bounds.is_some_and(|bounds| (bounds.start, bounds.end) != clip && bounds.declined != Some(clip))
    }

    /// Holds what plays now once there is something to lose; what says nothing follows its clip.
    pub fn pin(&mut self, clip: Stretch) {
        let says_nothing = Self { bounds: None, ..self.clone() } == Self::default();
        self.bounds = match self.bounds {
            _ if says_nothing => None,
            None => Some(Bounds { start: clip.0, end: clip.1, declined: None }),
            bounds => bounds,
        };
    }

    /// The clip as it is now is what plays. What began and ended with the old stretch does so with the new one; what a trim or a
    /// gap left out stays out; crop and spotlights stay on what they show.
    #[must_use]
    pub fn with_new_stretch(&self, space: CropSpace, rate: FrameRate, clip: Stretch) -> Self {
        let ((old_start, old_end), (start, end)) = (self.stretch(clip), clip);
        let mut framing = self.clone();
        if let Some(first) = framing.segments.first_mut().filter(|first| first.start <= old_start) {
            first.start = start.min(first.end);
        }
        if let Some(last) = framing.segments.last_mut().filter(|last| last.end >= old_end) {
            last.end = end.max(last.start);
        }
        for segment in &mut framing.segments {
            (segment.start, segment.end) = (segment.start.clamp_to(start, end), segment.end.clamp_to(start, end));
        }
        framing.segments.retain(|segment| segment.start < segment.end);
        framing.bounds = Some(Bounds { start, end, declined: None });
        if framing.crop.is_empty() { framing } else { framing.with_ends(space, Span { start, end, rate }) }
    }

    /// What plays here stays, whatever the clip is now.
    #[must_use]
    pub fn kept(&self, clip: Stretch) -> Self {
        Self { bounds: self.bounds.map(|bounds| Bounds { declined: Some(clip), ..bounds }), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        aspect::Aspect,
        framing::{Segment, Speed},
        geometry::Crop,
    };

    const SPACE: CropSpace = CropSpace::new(1920, 1080, Aspect::Portrait);
    const RATE: FrameRate = FrameRate { num: 25, den: 1 };
    const OLD: Stretch = (Micros(1_000_000), Micros(5_000_000));

    fn pinned(mut framing: Framing) -> Framing {
        framing.pin(OLD);
        framing
    }

    fn part(start: i64, end: i64) -> Segment {
        Segment { start: Micros(start), end: Micros(end), speed: Speed::HALF, ..Segment::default() }
    }

    fn moved(segments: Vec<Segment>, to: Stretch) -> Vec<(i64, i64)> {
        let framing = pinned(Framing { segments, ..Framing::default() }).with_new_stretch(SPACE, RATE, to);
        assert_eq!(framing.check(), Ok(()));
        framing.segments.iter().map(|it| (it.start.0, it.end.0)).collect()
    }

    #[test]
    fn what_nobody_touched_follows_its_clip() {
        let new = (Micros(0), Micros(2_000_000));
        assert_eq!(pinned(Framing::default()).stretch(new), new);
        let framed = pinned(Framing { segments: vec![part(1_000_000, 5_000_000)], ..Framing::default() });
        assert_eq!((framed.stretch(new), framed.is_overtaken(new), framed.is_overtaken(OLD)), (OLD, true, false));
        let kept = framed.kept(new);
        assert_eq!((kept.stretch(new), kept.is_overtaken(new)), (OLD, false));
        assert!(kept.is_overtaken((Micros(0), Micros(3_000_000))), "it was changed once more");
        // Held as it was at the first edit, whatever comes then; undone, it follows again.
        let mut again = framed.clone();
        again.pin(new);
        assert_eq!(again, framed);
        again.segments.clear();
        again.pin(new);
        assert_eq!(again, Framing::default());
    }

    #[test]
    fn what_ended_with_the_clip_ends_with_it_again() {
        let (wider, narrower) = ((Micros(0), Micros(9_000_000)), (Micros(2_000_000), Micros(3_000_000)));
        assert_eq!(moved(vec![part(1_000_000, 5_000_000)], wider), [(0, 9_000_000)]);
        assert_eq!(moved(vec![part(1_000_000, 5_000_000)], narrower), [(2_000_000, 3_000_000)]);
        // Trimmed at its start, with a gap.
        let two = || vec![part(1_500_000, 2_000_000), part(2_400_000, 5_000_000)];
        assert_eq!(moved(two(), wider), [(1_500_000, 2_000_000), (2_400_000, 9_000_000)]);
        assert_eq!(moved(two(), narrower), [(2_400_000, 3_000_000)]);
        // Nothing that played is in it any more: all of it plays.
        assert_eq!(moved(two(), (Micros(6_000_000), Micros(8_000_000))), [(6_000_000, 8_000_000)]);
        assert_eq!(moved(vec![part(2_000_000, 3_000_000)], (Micros(6_000_000), Micros(8_000_000))), []);
    }

    #[test]
    fn the_crop_stays_on_what_it_shows() {
        let span = Span { start: OLD.0, end: OLD.1, rate: RATE };
        let crop = Crop { x: 700_000, y: 540_000, h: 800_000 };
        let framing = pinned(Framing::default().with_key_at(SPACE, span, Micros(2_000_000), crop));
        let new = framing.with_new_stretch(SPACE, RATE, (Micros(0), Micros(6_000_000)));
        let at = |framing: &Framing, at| SPACE.crop_at(&framing.crop, Micros(at));
        assert_eq!((at(&new, 2_000_000), at(&new, 5_500_000)), (crop, crop));
        assert_eq!((new.crop[0].at, new.crop.last().map(|key| key.at)), (Micros(0), Some(Micros(5_960_000))));
    }
}
