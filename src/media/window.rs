//! The part of the source pictures that a shot shows at all: the decoder passes on nothing else, so that a crop of a quarter
//! of the picture moves a quarter of the bytes.

use super::decode::frame_bytes;
use crate::domain::{
    geometry::Rect,
    plan::{ChunkSpec, Shot},
};

/// Source pixels in whole chroma samples: `x` and `y` are even, and so are the sides unless they reach the picture's edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl Window {
    /// Holds every pixel that scaling any of the shot's pictures looks at.
    pub fn of(shot: &Shot, spec: &ChunkSpec) -> Self {
        let (space, facts) = (shot.space(spec.aspect), &shot.facts);
        if shot.whole {
            return Self { x: 0, y: 0, width: facts.width, height: facts.height };
        }
        let turn = shot.straighten.turn(facts.width, facts.height);
        let rects = shot.shown(spec.rate).map(|shown| {
            let rect = space.rect_at(&shot.crop, facts.rate.frame_start(shown.frame));
            if shot.straighten.is_none() { rect } else { turn.covered(rect) }
        });
        let (mut left, mut top, mut right, mut bottom) = (f64::INFINITY, f64::INFINITY, 0.0_f64, 0.0_f64);
        for rect in rects {
            let (across, down) = (margin(rect.w, spec.width), margin(rect.h, spec.height));
            left = left.min(rect.x - across);
            top = top.min(rect.y - down);
            right = right.max(rect.x + rect.w + across);
            bottom = bottom.max(rect.y + rect.h + down);
        }
        let (x, width) = side(left, right, facts.width);
        let (y, height) = side(top, bottom, facts.height);
        Self { x, y, width, height }
    }

    pub const fn bytes(self) -> usize {
        frame_bytes(self.width, self.height)
    }

    /// A box of the picture as the window's pixels are counted.
    pub fn inside(self, rect: Rect) -> Rect {
        Rect { x: rect.x - f64::from(self.x), y: rect.y - f64::from(self.y), ..rect }
    }

    /// The filter that cuts it out of a 4:2:0 picture; ffmpeg moves no byte for it.
    pub fn filter(self) -> String {
        format!("crop={}:{}:{}:{}:exact=1", self.width, self.height, self.x, self.y)
    }
}

/// How far beyond a crop scaling looks, in source pixels: two samples of the smaller planes, each as wide as what becomes one
/// output pixel, and one for the colour's place beside the light.
fn margin(length: f64, output: u32) -> f64 {
    4.0 * (length / f64::from(output)).max(1.0) + 2.0
}

/// Whole chroma samples around `from..to`, inside `0..limit`.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Between zero and a picture's side.
fn side(from: f64, to: f64, limit: u32) -> (u32, u32) {
    let from = from.clamp(0.0, f64::from(limit)) as u32 / 2 * 2;
    let to = (to.clamp(0.0, f64::from(limit)).ceil() as u32).next_multiple_of(2).min(limit);
    // Nothing to show, which no plan says: everything.
    if from < to { (from, to - from) } else { (0, limit) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            framing::{CropKey, Ease},
            time::Micros,
        },
        media::{compose::Compositor, testing},
    };

    fn spec(size: (u32, u32), crop: Vec<CropKey>) -> ChunkSpec {
        let mut spec = testing::chunk_spec();
        (spec.shot.facts.width, spec.shot.facts.height) = size;
        spec.shot.crop = crop;
        spec.shot.runs = vec![testing::run(0, 25, 100)];
        spec
    }

    fn of(spec: &ChunkSpec) -> Window {
        Window::of(&spec.shot, spec)
    }

    fn key(at: i64, x: i64, y: i64, h: i64) -> CropKey {
        CropKey { at: Micros(at), x, y, h, ease: Ease::Linear }
    }

    #[test]
    fn it_holds_what_is_shown_and_little_more() {
        let still = key(0, 500_000, 540_000, 540_000);
        // 540 high, so 303.75 wide, around 500: 348.1 to 651.9.
        let window = of(&spec((1920, 1080), vec![still]));
        assert_eq!(window, Window { x: 342, y: 264, width: 316, height: 552 });
        let moving = vec![still, key(1_000_000, 1_500_000, 540_000, 540_000)];
        assert_eq!(of(&spec((1920, 1080), moving)).width, 1276, "as far as its last frame");
        let whole = of(&spec((1920, 1080), Vec::new()));
        assert_eq!((whole.y, whole.height), (0, 1080), "to the edge");
        let window = of(&spec((641, 359), vec![key(0, 641_000, 180_000, 200_000)]));
        assert_eq!((window.x % 2, window.x + window.width), (0, 641), "an odd picture ends where it ends");
    }

    /// Scaling sees no difference between the whole picture and the window.
    #[test]
    fn pixels_are_the_same() {
        for size in [(640, 360), (641, 359)] {
            let picture: Vec<u8> = (0..frame_bytes(size.0, size.1))
                .map(|n| u8::try_from(n.wrapping_mul(2_654_435_761) >> 7 & 255).expect("a byte"))
                .collect();
            for (output, h) in [((270, 480), 100_000), ((54, 96), 330_000)] {
                for x in (100_000..600_000).step_by(61_237) {
                    let mut spec = spec(size, vec![key(0, x, 170_123, h)]);
                    (spec.width, spec.height) = output;
                    let (window, rect) =
                        (of(&spec), spec.shot.space(spec.aspect).rect_at(&spec.shot.crop, Micros::ZERO));
                    let (mut whole, mut part) =
                        (vec![0; frame_bytes(output.0, output.1)], vec![0; frame_bytes(output.0, output.1)]);
                    Compositor::new(size, output).compose(&picture, rect, &mut whole).expect("a picture");
                    let cut = cut(&picture, size, window);
                    let mut compositor = Compositor::new((window.width, window.height), output);
                    compositor.compose(&cut, window.inside(rect), &mut part).expect("a picture");
                    let differ = |by: u8| whole.iter().zip(&part).filter(|(a, b)| a.abs_diff(**b) >= by).count();
                    // A weight may round the other way, as `x` is counted from elsewhere: a level, here and there.
                    assert_eq!(differ(2), 0, "{window:?} for {rect:?}");
                    assert!(differ(1) * 50 < whole.len(), "{} of {}: {window:?} for {rect:?}", differ(1), whole.len());
                }
            }
        }
    }

    fn cut(picture: &[u8], (width, height): (u32, u32), window: Window) -> Vec<u8> {
        let (small, small_height) = (width.div_ceil(2), height.div_ceil(2));
        let luma = (width * height) as usize;
        let chroma = (small * small_height) as usize;
        let rows = |plane: &[u8], width: u32, x: u32, y: u32, w: u32, h: u32| -> Vec<u8> {
            let row = |row: u32| plane[(row * width + x) as usize..(row * width + x + w) as usize].to_vec();
            (y..y + h).flat_map(row).collect()
        };
        let Window { x, y, width: w, height: h } = window;
        let half = |plane: &[u8]| rows(plane, small, x / 2, y / 2, w.div_ceil(2), h.div_ceil(2));
        let (blue, red) = (&picture[luma..luma + chroma], &picture[luma + chroma..]);
        [rows(&picture[..luma], width, x, y, w, h), half(blue), half(red)].concat()
    }
}
