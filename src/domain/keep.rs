//! A crop that keeps a player in the frame: it goes where their spotlight goes, calmly.

use super::{
    framing::{Framing, Span},
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

impl Framing {
    /// The crop follows spotlight `spot` while that is seen; its size stays what it is at each moment, and what the crop does
    /// before and after stays.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // Pixels.
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
        let mut framing = self.clone();
        framing.crop.retain(|key| key.at < first || key.at > last);
        let stored = |pixels: f64| libm::round(pixels * PIXEL as f64) as i64;
        for point in way {
            let h = space.crop_at(&self.crop, point.at).h;
            let crop = Crop { x: stored(point.x), y: stored(point.y), h };
            framing = framing.with_key_at(space, span, point.at, crop);
        }
        framing
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
    use crate::domain::{
        aspect::Aspect, framing::Ease, geometry::Rect, highlights::key_of, overlay::Ellipse, time::FrameRate,
    };

    const SPACE: CropSpace = CropSpace::new(1920, 1080, Aspect::Portrait);
    const SPAN: Span = Span { start: Micros(0), end: Micros(10_000_000), rate: FrameRate { num: 25, den: 1 } };

    #[test]
    fn the_player_stays_in_the_middle_of_the_frame() {
        let there = |x: f64| Ellipse { x, y: 500.0, rx: 40.0, ry: 60.0, angle: 0.0 };
        let crop = Rect { x: 600.0, y: 0.0, w: 607.5, h: 1080.0 };
        let (framing, _) = Framing::default().with_spotlight(SPAN, Micros(2_000_000), crop).expect("room");
        let way: Vec<_> = (0..=50)
            .map(|n| {
                key_of(
                    Micros(2_000_000 + n * 40_000),
                    there(400.0 + 20.0 * f64::from(i32::try_from(n).expect("few"))),
                    Ease::Linear,
                )
            })
            .collect();
        let followed = framing.with_way(0, &way).with_crop_along(SPACE, SPAN, 0);
        assert_eq!(followed.check(), Ok(()));
        assert!(followed.crop.len() <= 8, "{}", followed.crop.len());
        for n in 0..50 {
            let at = Micros(2_000_000 + n * 40_000);
            let player = followed.spotlights[0].ellipse_at(at).expect("seen").x;
            let rect = SPACE.rect_at(&followed.crop, at);
            let off = player - (rect.x + rect.w / 2.0);
            assert!(off.abs() < rect.w / 6.0, "{off} at {n}");
        }
        // What is outside of it stays: a second time from a framed clip.
        let own = followed.with_key_at(SPACE, SPAN, Micros(8_000_000), Crop { x: 1_200_000, y: 540_000, h: 700_000 });
        let again = own.with_crop_along(SPACE, SPAN, 0);
        assert_eq!(SPACE.crop_at(&again.crop, Micros(8_000_000)), SPACE.crop_at(&own.crop, Micros(8_000_000)));
        assert_eq!(again.with_crop_along(SPACE, SPAN, 7), again);
    }
}
