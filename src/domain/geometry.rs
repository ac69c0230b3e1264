//! The crop: a box of the reel's shape that stays inside the picture.

use super::{
    aspect::Aspect,
    framing::{CropKey, Framing},
    keyframes::{Key, value_at},
    time::Micros,
};
use serde::{Deserialize, Serialize};

/// One pixel in the unit that geometry is stored in: thousandths of a source pixel.
pub const PIXEL: i64 = 1_000;

/// The smallest crop is this part of the largest: beyond it there is nothing left to see.
const SMALLEST_PART: i64 = 12;

/// A box in source pixels, from the picture's top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

/// Where a crop is: its centre and its height, in thousandths of a source pixel. Its width follows from the aspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Crop {
    pub x: i64,
    pub y: i64,
    pub h: i64,
}

impl CropKey {
    pub const fn crop(self) -> Crop {
        Crop { x: self.x, y: self.y, h: self.h }
    }
}

impl Key for CropKey {
    fn at(&self) -> Micros {
        self.at
    }

    fn ease(&self) -> super::framing::Ease {
        self.ease
    }
}

/// The eight handles of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Handle {
    North,
    NorthEast,
    East,
    SouthEast,
    South,
    SouthWest,
    West,
    NorthWest,
}

impl Handle {
    pub const ALL: [Self; 8] = [
        Self::North,
        Self::NorthEast,
        Self::East,
        Self::SouthEast,
        Self::South,
        Self::SouthWest,
        Self::West,
        Self::NorthWest,
    ];

    /// Which way it lies from the centre: -1, 0 or 1 to the right and down.
    pub const fn direction(self) -> (i64, i64) {
        match self {
            Self::North => (0, -1),
            Self::NorthEast => (1, -1),
            Self::East => (1, 0),
            Self::SouthEast => (1, 1),
            Self::South => (0, 1),
            Self::SouthWest => (-1, 1),
            Self::West => (-1, 0),
            Self::NorthWest => (-1, -1),
        }
    }
}

/// The picture that a crop is taken from and the shape that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CropSpace {
    /// Shown pixels.
    pub width: u32,
    pub height: u32,
    pub aspect: Aspect,
}

impl CropSpace {
    pub const fn new(width: u32, height: u32, aspect: Aspect) -> Self {
        Self { width, height, aspect }
    }

    const fn size(self) -> (i64, i64) {
        (self.width as i64 * PIXEL, self.height as i64 * PIXEL)
    }

    /// Height of the largest crop that fits.
    pub const fn largest_height(self) -> i64 {
        let ((w, h), (across, down)) = (self.size(), self.aspect.ratio());
        let by_width = w * down / across;
        if by_width < h { by_width } else { h }
    }

    pub const fn smallest_height(self) -> i64 {
        let part = self.largest_height() / SMALLEST_PART;
        if part > 1 { part } else { 1 }
    }

    /// Width of a crop of this height, rounded down, so that what fits stays fitting.
    pub const fn width_of(self, h: i64) -> i64 {
        let (across, down) = self.aspect.ratio();
        h.saturating_mul(across) / down
    }

    /// The largest crop, in the middle: what a clip has before anybody frames it.
    pub const fn largest(self) -> Crop {
        let (w, h) = self.size();
        Crop { x: w / 2, y: h / 2, h: self.largest_height() }
    }

    /// The crop that is allowed and nearest: neither too large nor too small, inside the picture.
    pub fn clamp(self, crop: Crop) -> Crop {
        let (w, h) = self.size();
        let height = crop.h.clamp(self.smallest_height(), self.largest_height().max(self.smallest_height()));
        Crop { x: inside(crop.x, self.width_of(height), w), y: inside(crop.y, height, h), h: height }
    }

    /// The box at `at`: keyframes interpolated (all three values by themselves), then held inside the picture.
    pub fn rect_at(self, keys: &[CropKey], at: Micros) -> Rect {
        let middle = self.largest();
        let value = |of: fn(&CropKey) -> i64, or: i64| value_at(keys, at, of).unwrap_or(real(or));
        self.rect_of(value(|key| key.x, middle.x), value(|key| key.y, middle.y), value(|key| key.h, middle.h))
    }

    pub fn rect(self, crop: Crop) -> Rect {
        self.rect_of(real(crop.x), real(crop.y), real(crop.h))
    }

    /// The crop at `at` in whole thousandths: what a new keyframe there starts from.
    #[allow(clippy::cast_possible_truncation)]
    pub fn crop_at(self, keys: &[CropKey], at: Micros) -> Crop {
        let rect = self.rect_at(keys, at);
        let stored = |pixels: f64| libm::round(pixels * 1e3) as i64;
        self.clamp(Crop { x: stored(rect.x + rect.w / 2.0), y: stored(rect.y + rect.h / 2.0), h: stored(rect.h) })
    }

    /// Centre and height in thousandths to a box in pixels.
    fn rect_of(self, x: f64, y: f64, h: f64) -> Rect {
        let (across, down) = self.aspect.ratio();
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let ratio = real(across) / real(down);
        let largest = height.min(width / ratio);
        let h = (h / 1e3).max(real(self.smallest_height()) / 1e3).min(largest);
        let w = (h * ratio).min(width);
        let left = |centre: f64, length: f64, limit: f64| (centre / 1e3 - length / 2.0).max(0.0).min(limit - length);
        Rect { x: left(x, w, width), y: left(y, h, height), w, h }
    }

    /// Moved by whole thousandths, stopping at the picture's edge.
    pub fn moved(self, crop: Crop, dx: i64, dy: i64) -> Crop {
        self.clamp(Crop { x: crop.x.saturating_add(dx), y: crop.y.saturating_add(dy), ..crop })
    }

    /// One handle dragged by `dx`, `dy`; the opposite edge or corner stays, the shape is kept, and the drag ends where
    /// the picture does. On a corner the larger of the two movements counts.
    pub fn resized(self, crop: Crop, handle: Handle, dx: i64, dy: i64) -> Crop {
        let crop = self.clamp(crop);
        let ((across, down), (right, below)) = (self.aspect.ratio(), handle.direction());
        let by_width = dx.saturating_mul(right).saturating_mul(down) / across;
        let by_height = dy.saturating_mul(below);
        let growth = match (right, below) {
            (0, _) => by_height,
            (_, 0) => by_width,
            _ if by_width.saturating_abs() > by_height.saturating_abs() => by_width,
            _ => by_height,
        };
        let (w, h) = self.size();
        // Room from the edge that stays; a handle in the middle of an edge grows both ways across it.
        let across_room = room(crop.x, self.width_of(crop.h), w, right);
        let room = room(crop.y, crop.h, h, below).min(across_room.saturating_mul(down) / across);
        let largest = room.min(self.largest_height()).max(self.smallest_height());
        let height = crop.h.saturating_add(growth).clamp(self.smallest_height(), largest);
        let x = crop.x + right * (self.width_of(height) - self.width_of(crop.h)) / 2;
        self.clamp(Crop { x, y: crop.y + below * (height - crop.h) / 2, h: height })
    }

    /// The crop with the same centre and the same part of the largest one, in another shape.
    pub fn retarget(self, crop: Crop, to: Self) -> Crop {
        let part = i128::from(crop.h) * i128::from(to.largest_height()) / i128::from(self.largest_height().max(1));
        to.clamp(Crop { h: i64::try_from(part).unwrap_or(i64::MAX), ..crop })
    }

    /// A whole framing for another shape; times, easing and segments stay.
    pub fn retarget_framing(self, framing: &Framing, to: Self) -> Framing {
        let key = |key: &CropKey| {
            let Crop { x, y, h } = self.retarget(key.crop(), to);
            CropKey { x, y, h, ..*key }
        };
        Framing { crop: framing.crop.iter().map(key).collect(), ..framing.clone() }
    }

    /// The CSS transform that shows `rect` of a video. The element fills the frame (`width: 100%; height: 100%;
    /// object-fit: fill; transform-origin: 0 0`), the frame has the crop's shape and hides what overflows.
    pub fn transform(self, rect: Rect) -> CropTransform {
        let (width, height) = (f64::from(self.width.max(1)), f64::from(self.height.max(1)));
        CropTransform {
            scale: (width / rect.w.max(1e-3), height / rect.h.max(1e-3)),
            translate: (-rect.x / width, -rect.y / height),
        }
    }
}

/// Scale and, before it, translation in parts of the element's own width and height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CropTransform {
    pub scale: (f64, f64),
    pub translate: (f64, f64),
}

impl CropTransform {
    /// The value of the CSS property `transform`.
    pub fn css(self) -> String {
        let ((sx, sy), (tx, ty)) = (self.scale, self.translate);
        format!("scale({sx:.6}, {sy:.6}) translate({:.6}%, {:.6}%)", tx * 100.0, ty * 100.0)
    }
}

/// Centre of a box of `length` within 0..`limit`, as near to `centre` as it can be.
fn inside(centre: i64, length: i64, limit: i64) -> i64 {
    let low = (length + 1) / 2;
    centre.clamp(low.min(limit / 2), (limit - low).max(limit / 2))
}

/// How long a box may become along one axis when it grows towards `direction` (0: both ways).
fn room(centre: i64, length: i64, limit: i64, direction: i64) -> i64 {
    let (before, after) = (centre + length / 2, limit - (centre - length / 2));
    match direction {
        -1 => before,
        1 => after,
        _ => 2 * centre.min(limit - centre),
    }
}

#[allow(clippy::cast_precision_loss)]
fn real(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::framing::Ease;
    use proptest::prelude::*;

    const HD: CropSpace = CropSpace::new(1920, 1080, Aspect::Portrait);

    #[test]
    fn the_default_is_the_largest_in_the_middle() {
        assert_eq!(HD.largest(), Crop { x: 960_000, y: 540_000, h: 1_080_000 });
        let rect = HD.rect(HD.largest());
        assert_eq!(rect, Rect { x: 656.25, y: 0.0, w: 607.5, h: 1080.0 });
        let upright = CropSpace::new(1080, 1920, Aspect::Wide);
        assert_eq!(upright.rect(upright.largest()), Rect { x: 0.0, y: 656.25, w: 1080.0, h: 607.5 });
        assert_eq!(HD.rect_at(&[], Micros(5)), rect);
    }

    #[test]
    fn moves_stop_at_the_edge() {
        let small = Crop { x: 960_000, y: 540_000, h: 400_000 };
        assert_eq!(HD.moved(small, -2_000_000, 0), Crop { x: 112_500, ..small });
        assert_eq!(HD.moved(small, i64::MAX, i64::MIN), Crop { x: 1_807_500, y: 200_000, h: 400_000 });
        assert_eq!(HD.moved(small, 500, -500), Crop { x: 960_500, y: 539_500, h: 400_000 });
    }

    #[test]
    fn resizing_keeps_the_other_side_and_the_shape() {
        let crop = Crop { x: 960_000, y: 540_000, h: 320_000 };
        let grown = HD.resized(crop, Handle::SouthEast, 0, 160_000);
        assert_eq!(grown, Crop { x: 1_005_000, y: 620_000, h: 480_000 });
        let taller = HD.resized(crop, Handle::North, 0, -160_000);
        assert_eq!(taller, Crop { x: 960_000, y: 460_000, h: 480_000 }, "grows both ways across the edge");
        let wider = HD.resized(crop, Handle::West, -90_000, 5);
        assert_eq!(wider, Crop { x: 915_000, y: 540_000, h: 480_000 });
    }

    #[test]
    fn another_shape_keeps_centre_and_part() {
        let crop = Crop { x: 900_000, y: 540_000, h: 540_000 };
        let wide = CropSpace { aspect: Aspect::Wide, ..HD };
        assert_eq!(HD.retarget(crop, wide), crop);
        let square = CropSpace::new(1080, 1920, Aspect::Square);
        let portrait = CropSpace { aspect: Aspect::Portrait, ..square };
        assert_eq!(portrait.retarget(portrait.largest(), square), square.largest());
    }

    #[test]
    fn the_transform_shows_the_crop() {
        let rect = Rect { x: 480.0, y: 270.0, w: 303.75, h: 540.0 };
        let css = HD.transform(rect).css();
        assert_eq!(css, "scale(6.320988, 2.000000) translate(-25.000000%, -25.000000%)");
    }

    fn spaces() -> impl Strategy<Value = CropSpace> {
        let aspect = prop::sample::select(Aspect::ALL.to_vec());
        (16_u32..8_000, 16_u32..8_000, aspect).prop_map(|(width, height, aspect)| CropSpace::new(width, height, aspect))
    }

    fn crops() -> impl Strategy<Value = Crop> {
        let near = (-20_000_000_i64..20_000_000, -20_000_000_i64..20_000_000, -1_000_i64..20_000_000);
        let near = near.prop_map(|(x, y, h)| Crop { x, y, h });
        prop_oneof![9 => near, 1 => any::<(i64, i64, i64)>().prop_map(|(x, y, h)| Crop { x, y, h })]
    }

    fn holds(space: CropSpace, rect: Rect) -> bool {
        let (across, down) = space.aspect.ratio();
        rect.x >= 0.0
            && rect.y >= 0.0
            && rect.x + rect.w <= f64::from(space.width) + 1e-9
            && rect.y + rect.h <= f64::from(space.height) + 1e-9
            && rect.h > 0.0
            && (rect.w * real(down) - rect.h * real(across)).abs() < 1e-6
    }

    proptest! {
        #[test]
        fn a_crop_never_leaves_the_picture(space in spaces(), crop in crops()) {
            prop_assert!(holds(space, space.rect(crop)));
            let clamped = space.clamp(crop);
            prop_assert_eq!(space.clamp(clamped), clamped);
            prop_assert!(holds(space, space.rect(clamped)));
        }

        #[test]
        fn neither_do_edits(space in spaces(), crop in crops(), which in 0_usize..8, dx: i64, dy: i64) {
            let handle = Handle::ALL[which];
            for (dx, dy) in [(dx, dy), (dx % 5_000_000, dy % 5_000_000)] {
                prop_assert!(holds(space, space.rect(space.moved(crop, dx, dy))));
                prop_assert!(holds(space, space.rect(space.resized(crop, handle, dx, dy))));
                let to = CropSpace { aspect: Aspect::Square, ..space };
                prop_assert!(holds(to, to.rect(space.retarget(crop, to))));
            }
        }

        /// In a picture with room, the corner that is not dragged stays where it is.
        #[test]
        fn the_opposite_corner_stays(crop in crops(), which in 0_usize..8, dx in -900_000_i64..900_000, dy in -900_000_i64..900_000) {
            let (crop, handle) = (HD.clamp(crop), Handle::ALL[which]);
            let (before, after) = (HD.rect(crop), HD.rect(HD.resized(crop, handle, dx, dy)));
            let fixed = |rect: Rect| match handle.direction() {
                (1, _) => rect.x,
                (-1, _) => rect.x + rect.w,
                (_, 1) => rect.y,
                _ => rect.y + rect.h,
            };
            prop_assert!((fixed(before) - fixed(after)).abs() < 0.003, "{before:?} {after:?}");
        }

        #[test]
        fn keyframes_move_only_inside_the_picture(space in spaces(), a in crops(), b in crops(), at in -5_i64..105) {
            let key = |at, Crop { x, y, h }: Crop| CropKey { at: Micros(at), x, y, h, ease: Ease::Smooth };
            prop_assert!(holds(space, space.rect_at(&[key(0, a), key(100, b)], Micros(at))));
        }
    }
}
