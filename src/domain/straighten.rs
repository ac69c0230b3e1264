//! A level horizon: the whole picture turned about its middle, and enlarged just so far that nothing beyond its edges is seen.
//! Crops and overlays are on the straightened picture, so they know nothing of it.

use super::{
    framing::Framing,
    geometry::{Crop, CropSpace, PIXEL, Rect},
    highlights::key_of,
    overlay::{Ellipse, SpotKey},
};
use serde::{Deserialize, Serialize};

/// Clockwise, in thousandths of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct Straighten(i32);

impl Straighten {
    pub const MOST: i32 = 15_000;

    pub const fn thousandths(self) -> i32 {
        self.0
    }

    pub fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl TryFrom<i32> for Straighten {
    type Error = &'static str;

    fn try_from(angle: i32) -> Result<Self, Self::Error> {
        let fits = (-Self::MOST..=Self::MOST).contains(&angle);
        if fits { Ok(Self(angle)) } else { Err("a picture is straightened by at most 15 degrees") }
    }
}

impl From<Straighten> for i32 {
    fn from(angle: Straighten) -> Self {
        angle.0
    }
}

/// From the straightened picture to the recorded one, both in pixels from the top left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn {
    cos: f64,
    sin: f64,
    /// How much larger the straightened picture is.
    pub zoom: f64,
    centre: (f64, f64),
}

impl Straighten {
    pub fn turn(self, width: u32, height: u32) -> Turn {
        let angle = f64::from(self.0) / 1e3 * (core::f64::consts::PI / 180.0);
        let (sin, cos) = (libm::sin(angle), libm::cos(angle));
        let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
        let longer = (width / height).max(height / width);
        Turn { cos, sin, zoom: cos + sin.abs() * longer, centre: (width / 2.0, height / 2.0) }
    }
}

impl Turn {
    /// Where what is seen at (`x`, `y`) was recorded.
    pub fn recorded(&self, x: f64, y: f64) -> (f64, f64) {
        let (dx, dy) = ((x - self.centre.0) / self.zoom, (y - self.centre.1) / self.zoom);
        (self.centre.0 + self.cos * dx + self.sin * dy, self.centre.1 - self.sin * dx + self.cos * dy)
    }

    /// Where what was recorded at (`x`, `y`) is seen: the inverse of [`Turn::recorded`].
    pub fn seen(&self, x: f64, y: f64) -> (f64, f64) {
        let (dx, dy) = (x - self.centre.0, y - self.centre.1);
        let (across, down) = (self.cos * dx - self.sin * dy, self.sin * dx + self.cos * dy);
        (self.centre.0 + across * self.zoom, self.centre.1 + down * self.zoom)
    }

    /// From recorded pixels to those of a picture of `width` x `height` that shows `rect` of what is seen: [a, b, c, d, e, f],
    /// x' = a x + c y + e, y' = b x + d y + f.
    pub fn matrix(&self, rect: Rect, width: f64, height: f64) -> [f64; 6] {
        let (across, down) = (width / rect.w, height / rect.h);
        let (x, y) = self.seen(0.0, 0.0);
        let (cos, sin) = (self.cos * self.zoom, self.sin * self.zoom);
        [cos * across, sin * down, -sin * across, cos * down, (x - rect.x) * across, (y - rect.y) * down]
    }

    /// What of the recorded picture is seen in `rect` of the straightened one, and a little more: its four corners are in it.
    pub fn covered(&self, rect: Rect) -> Rect {
        let corners = [(0.0, 0.0), (rect.w, 0.0), (0.0, rect.h), (rect.w, rect.h)];
        let corners = corners.map(|(dx, dy)| self.recorded(rect.x + dx, rect.y + dy));
        let low = |of: fn((f64, f64)) -> f64| corners.iter().map(|at| of(*at)).fold(f64::INFINITY, f64::min);
        let high = |of: fn((f64, f64)) -> f64| corners.iter().map(|at| of(*at)).fold(f64::NEG_INFINITY, f64::max);
        let (x, y) = (low(|at| at.0), low(|at| at.1));
        Rect { x, y, w: high(|at| at.0) - x, h: high(|at| at.1) - y }
    }
}

impl Framing {
    /// Straightened to another angle: crop and spotlights go with what they show.
    #[must_use]
    pub fn straightened(&self, space: CropSpace, to: Straighten) -> Self {
        let [old, new] = [self.straighten, to].map(|angle| angle.turn(space.width, space.height));
        let scale = new.zoom / old.zoom;
        let moved = |x: i64, y: i64| {
            let (x, y) = old.recorded(pixels(x), pixels(y));
            new.seen(x, y)
        };
        let mut framing = Self { straighten: to, ..self.clone() };
        for key in &mut framing.crop {
            let (x, y) = moved(key.x, key.y);
            let crop = Crop { x: stored(x), y: stored(y), h: stored(pixels(key.h) * scale) };
            let Crop { x, y, h } = space.clamp(crop);
            (key.x, key.y, key.h) = (x, y, h);
        }
        let angle = f64::from(to.0 - self.straighten.0) / 1e3;
        for key in framing.spotlights.iter_mut().flat_map(|spot| &mut spot.keys) {
            let SpotKey { at, ease, .. } = *key;
            let (x, y) = moved(key.x, key.y);
            let (rx, ry) = (pixels(key.rx) * scale, pixels(key.ry) * scale);
            *key = key_of(at, Ellipse { x, y, rx, ry, angle: pixels(key.angle) + angle }, ease);
        }
        framing
    }
}

/// Thousandths as what they are of; pixels as degrees.
#[allow(clippy::cast_precision_loss)]
fn pixels(value: i64) -> f64 {
    value as f64 / PIXEL as f64
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // Pixels.
fn stored(value: f64) -> i64 {
    libm::round(value * PIXEL as f64) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        aspect::Aspect,
        framing::{CropKey, Ease},
        overlay::{Colour, SpotStyle, Spotlight},
        time::Micros,
    };
    use proptest::prelude::*;

    #[test]
    fn turning_clockwise_brings_the_right_down() {
        let turn = Straighten(10_000).turn(1920, 1080);
        let centre = turn.recorded(960.0, 540.0);
        assert!((centre.0 - 960.0).abs() < 1e-9 && (centre.1 - 540.0).abs() < 1e-9);
        // What is seen level at the right was recorded higher up.
        assert!(turn.recorded(1_900.0, 540.0).1 < 450.0);
        assert_eq!(Straighten(0).turn(1920, 1080).recorded(5.0, 7.0), (5.0, 7.0));
        assert!((Straighten(-2_500).turn(1000, 1000).zoom - 1.042_668).abs() < 1e-6);
    }

    #[test]
    fn a_matrix_takes_what_was_recorded_where_it_is_seen() {
        let rect = Rect { x: 400.0, y: 100.0, w: 480.0, h: 800.0 };
        for angle in [0, 10_000, -3_300] {
            let turn = Straighten(angle).turn(1920, 1080);
            let m = turn.matrix(rect, 240.0, 400.0);
            for (x, y) in [(0.0, 0.0), (1920.0, 0.0), (700.0, 333.0)] {
                let seen = turn.seen(x, y);
                assert!((m[0] * x + m[2] * y + m[4] - (seen.0 - 400.0) / 2.0).abs() < 1e-9);
                assert!((m[1] * x + m[3] * y + m[5] - (seen.1 - 100.0) / 2.0).abs() < 1e-9);
            }
        }
    }

    proptest! {
        /// What a spotlight and a crop show stays in their middle, however the picture is turned.
        #[test]
        fn what_is_shown_stays_shown(from in -15_000_i32..=15_000, to in -15_000_i32..=15_000, x in 500_i64..1_400, y in 400_i64..700) {
            let space = CropSpace::new(1920, 1080, Aspect::Portrait);
            let (x, y) = (x * PIXEL, y * PIXEL);
            let crop = CropKey { at: Micros(0), x, y, h: 300 * PIXEL, ease: Ease::Smooth };
            let key = SpotKey { at: Micros(0), x, y, rx: 40 * PIXEL, ry: 60 * PIXEL, angle: 0, ease: Ease::Linear };
            let spot = Spotlight { start: Micros(0), end: Micros(1), style: SpotStyle::Dim, colour: Colour([0; 3]), opacity: 9, fade: Micros(0), keys: vec![key] };
            let before = Framing { straighten: Straighten(from), crop: vec![crop], spotlights: vec![spot], ..Framing::default() };
            let after = before.straightened(space, Straighten(to));
            let recorded = |framing: &Framing, x, y| framing.straighten.turn(1920, 1080).recorded(pixels(x), pixels(y));
            let place = recorded(&before, x, y);
            let (crop, key) = (after.crop[0], after.spotlights[0].keys[0]);
            for now in [recorded(&after, crop.x, crop.y), recorded(&after, key.x, key.y)] {
                prop_assert!((now.0 - place.0).hypot(now.1 - place.1) < 0.01, "{now:?} is not {place:?}");
            }
            let back = after.straightened(space, Straighten(from)).spotlights[0].keys[0];
            prop_assert!((back.x - x).abs() <= 2 && (back.rx - 40 * PIXEL).abs() <= 2 && back.angle == 0, "{back:?}");
        }

        /// However it is turned, no corner shows what was never recorded.
        #[test]
        fn nothing_beyond_the_edges_is_seen(angle in -15_000_i32..=15_000, width in 16_u32..8_000, height in 16_u32..8_000) {
            let turn = Straighten(angle).turn(width, height);
            let (w, h) = (f64::from(width), f64::from(height));
            let seen = turn.covered(Rect { x: 0.0, y: 0.0, w, h });
            prop_assert!(seen.x >= -1e-6 && seen.y >= -1e-6, "{seen:?}");
            prop_assert!(seen.x + seen.w <= w + 1e-6 && seen.y + seen.h <= h + 1e-6, "{seen:?}");
        }
    }
}
