//! A crop that keeps a player in the frame: it goes where their spotlight goes, calmly.

use super::{
    framing::{CropKey, Ease, Framing, Span},
    geometry::{Crop, CropSpace, PIXEL},
    path::{Point, thinned},
    time::Micros,
};

/// How often the spotlight is asked where it is.
const STEP: Micros = Micros(200_000);
/// Over how long around each moment its way is evened out.
const CALM: Micros = Micros(600_000);
/// How far the crop's keyframes may be from that, in parts of the picture's width.
const LOOSE: f64 = 0.006;

/// From where on before, and until when after, the crop goes between its own way and the player's.
const TURN: Micros = Micros(600_000);

impl Framing {
    /// The crop follows spotlight `spot` while that is seen, in the size that it has at each moment. Around that it turns from its
    /// own way and back to it; a clip without a crop waits where the player comes, and stays where they go.
    #[must_use]
    pub fn with_crop_along(&self, space: CropSpace, span: Span, spot: usize) -> Self {
        let Some(light) = self.spotlights.get(spot) else { return self.clone() };
        let (first, last) = (span.snap(light.start.max(span.start)), span.snap(Micros(light.end.0 - 1).min(span.end)));
        let mut seen = Vec::new();
        let mut at = first;
        loop {
            if let Some(ellipse) = light.ellipse_at(at) {
                seen.push(Point { at, x: ellipse.x, y: ellipse.y });
            }
            if at >= last {
                break;
            }
            at = span.snap((at + STEP).min(last)).max(at + Micros(1)).min(last);
        }
        let way = thinned(&calm(&seen), f64::from(space.width) * LOOSE);
        let key = |point: &Point| self.crop_key(space, point);
        let mut crop: Vec<CropKey> = way.iter().map(key).collect();
        // Steadily from one to the next; what comes after the last has its own ease.
        if let Some(last) = crop.last_mut() {
            last.ease = Ease::default();
        }
        if self.crop.is_empty() {
            let ends = span.ends();
            let still = |at: Micros, key: Option<&CropKey>| key.map(|key| CropKey { at, ..*key });
            let before = still(ends.0, crop.first()).filter(|key| key.at < first);
            let after = still(ends.1, crop.last()).filter(|key| key.at > last);
            crop.splice(0..0, before);
            crop.extend(after);
        } else {
            let (from, to) = (first - TURN, last + TURN);
            let own = |at: Micros| {
                let Crop { x, y, h } = space.crop_at(&self.crop, at);
                let ease = self.crop.iter().rev().find(|key| key.at <= at).map_or(Ease::default(), |key| key.ease);
                CropKey { at, x, y, h, ease }
            };
            let turn = |at: Micros| span.snap(at);
            // Into the turn it does not hold still, whatever it did before.
            let before = (turn(from) < first).then(|| CropKey { ease: Ease::default(), ..own(turn(from)) });
            let after = (turn(to) > last).then(|| own(turn(to)));
            crop.splice(0..0, before);
            crop.extend(after);
            let stays = |key: &&CropKey| key.at < turn(from) || key.at > turn(to);
            crop.extend(self.crop.iter().filter(stays));
            crop.sort_by_key(|key| key.at);
        }
        // More than can be stored is not begun with.
        if crop.len() > Self::MOST_KEYS { self.clone() } else { Self { crop, ..self.clone() }.with_ends(space, span) }
    }

    /// In the size that the crop has then.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // Pixels.
    fn crop_key(&self, space: CropSpace, point: &Point) -> CropKey {
        let stored = |pixels: f64| libm::round(pixels * PIXEL as f64) as i64;
        let h = space.crop_at(&self.crop, point.at).h;
        let Crop { x, y, h } = space.clamp(Crop { x: stored(point.x), y: stored(point.y), h });
        CropKey { at: point.at, x, y, h, ease: Ease::Linear }
    }
}

/// Each point in the middle of those around it, as many before as after: or the ends would lag behind who runs.
fn calm(points: &[Point]) -> Vec<Point> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let around = |point: &Point| {
        let reach = CALM.min(point.at - first.at).min(last.at - point.at);
        let near = points.iter().filter(|other| (other.at - point.at).0.abs() <= reach.0);
        let (x, y, count) = near.fold((0.0, 0.0, 0.0), |(x, y, count), it| (x + it.x, y + it.y, count + 1.0));
        Point { at: point.at, x: x / count, y: y / count }
    };
    points.iter().map(around).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{aspect::Aspect, geometry::Rect, highlights::key_of, overlay::Ellipse, time::FrameRate};

    const SPACE: CropSpace = CropSpace::new(1920, 1080, Aspect::Portrait);
    const SPAN: Span = Span { start: Micros(0), end: Micros(10_000_000), rate: FrameRate { num: 25, den: 1 } };

    /// Somebody who runs from the left to the right, from 4 s to 6 s.
    fn lit() -> Framing {
        let crop = Rect { x: 600.0, y: 0.0, w: 607.5, h: 1080.0 };
        let (framing, _) = Framing::default().with_spotlight(SPAN, Micros(4_000_000), crop).expect("room");
        let there = |n: i32| Ellipse { x: 400.0 + 20.0 * f64::from(n), y: 500.0, rx: 40.0, ry: 60.0, angle: 0.0 };
        let key = |n: i32| key_of(Micros(4_000_000 + i64::from(n) * 40_000), there(n), Ease::Linear);
        framing.with_way(0, &(0..=50).map(key).collect::<Vec<_>>())
    }

    fn middle(framing: &Framing, at: i64) -> f64 {
        let rect = SPACE.rect_at(&framing.crop, Micros(at));
        rect.x + rect.w / 2.0
    }

    fn follows(framing: &Framing) {
        assert_eq!(framing.check(), Ok(()));
        for n in 0..50 {
            let at = 4_000_000 + n * 40_000;
            let player = framing.spotlights[0].ellipse_at(Micros(at)).expect("seen").x;
            let off = player - middle(framing, at);
            assert!(off.abs() < 608.0 / 6.0, "{off} at {at}");
        }
    }

    #[test]
    fn a_clip_without_a_crop_waits_and_stays() {
        let followed = lit().with_crop_along(SPACE, SPAN, 0);
        follows(&followed);
        assert!(followed.crop.len() <= 10, "{}", followed.crop.len());
        let (came, went) = (middle(&followed, 4_000_000), middle(&followed, 5_960_000));
        for (at, still) in [(0, came), (2_000_000, came), (7_000_000, went), (9_960_000, went)] {
            assert!((middle(&followed, at) - still).abs() < 1.0, "{} at {at}", middle(&followed, at));
        }
        assert_eq!(followed.with_crop_along(SPACE, SPAN, 7), followed);
    }

    #[test]
    fn before_and_after_the_crop_keeps_its_own_way() {
        let crop = |x: i64| Crop { x, y: 540_000, h: 900_000 };
        for ease in [Ease::Linear, Ease::Smooth, Ease::Hold] {
            let own = lit()
                .with_key_at(SPACE, SPAN, Micros(0), crop(1_500_000))
                .with_key_at(SPACE, SPAN, Micros(10_000_000), crop(1_300_000))
                .with_ease_at(SPAN, Micros(0), ease);
            let followed = own.with_crop_along(SPACE, SPAN, 0);
            follows(&followed);
            for at in [0, 1_000_000, 2_000_000, 3_360_000, 6_600_000, 8_000_000, 9_960_000] {
                let (now, then) = (middle(&followed, at), middle(&own, at));
                assert!((now - then).abs() < 25.0, "{ease:?}: {now}, not {then} at {at}");
            }
            let again = followed.with_crop_along(SPACE, SPAN, 0);
            follows(&again);
            assert!(again.crop.len() <= followed.crop.len() + 2, "{} of {}", again.crop.len(), followed.crop.len());
        }
    }
}
