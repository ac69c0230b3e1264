//! One source picture to one output picture: the crop, cut out and scaled with sub-pixel precision.

use super::{decode::frame_bytes, error::MediaError, error::MediaErrorKind as Kind};
use crate::domain::{geometry::Rect, straighten::Turn};
use fast_image_resize::{
    CropBox, DynamicImageView, DynamicImageViewMut, FilterType, ImageView, ImageViewMut, ResizeAlg, Resizer, pixels::U8,
};
use std::{fmt::Display, num::NonZeroU32, thread};

/// Width and height of a picture in pixels.
pub type Size = (u32, u32);

/// Scales pictures of one size to pictures of another. Keeps its tables and buffers between frames.
pub struct Compositor {
    source: Size,
    output: Size,
    /// For light and for colour: both are scaled at once.
    scalers: [Scaler; 2],
    /// What is turned, at the output's scale.
    upright: Vec<u8>,
}

impl Compositor {
    pub fn new(source: Size, output: Size) -> Self {
        Self { source, output, scalers: Default::default(), upright: Vec::new() }
    }

    /// Fills `output` (8 bit 4:2:0, of the output's size) with the box `crop` of `source`.
    pub fn compose(&mut self, source: &[u8], crop: Rect, output: &mut [u8]) -> Result<(), MediaError> {
        let wrong = || MediaError::new(Kind::WrongOutput, "a picture has the wrong size");
        if output.len() != frame_bytes(self.output.0, self.output.1) {
            return Err(wrong());
        }
        let from = planes(source, self.source).ok_or_else(wrong)?;
        let (luma, chroma) = output.split_at_mut(self.output.0 as usize * self.output.1 as usize);
        let (blue, red) = chroma.split_at_mut(chroma.len() / 2);
        let (small_from, small_to) = (halved(self.source), halved(self.output));
        let small_crop = chroma_box(crop, self.output);
        let (source, output) = (self.source, self.output);
        let [light, colour] = &mut self.scalers;
        // Colour has half as many samples as light: on another core it is done before.
        thread::scope(|scope| {
            let colour = scope.spawn(|| {
                colour.scale(from[1], small_from, small_crop, blue, small_to)?;
                colour.scale(from[2], small_from, small_crop, red, small_to)
            });
            let light = light.scale(from[0], source, crop, luma, output);
            light.and(colour.join().unwrap_or_else(|_| Err(wrong())))
        })
    }

    /// Fills `output` with the box `crop` of the straightened picture. `source` is the recorded one from (`left`, `top`) on. It
    /// is scaled with care first and turned then, so that the turn has nothing to do but to turn.
    pub fn compose_turned(
        &mut self,
        source: &[u8],
        (left, top): (f64, f64),
        turn: &Turn,
        crop: Rect,
        output: &mut [u8],
    ) -> Result<(), MediaError> {
        let wanted = turn.covered(crop);
        let (right, bottom) = (left + f64::from(self.source.0), top + f64::from(self.source.1));
        let (x, y) = (wanted.x.clamp(left, right - 1.0), wanted.y.clamp(top, bottom - 1.0));
        let part = Rect { x, y, w: wanted.w.min(right - x).max(1.0), h: wanted.h.min(bottom - y).max(1.0) };
        let scale = f64::from(self.output.0) / crop.w.max(1e-3) * turn.zoom;
        let size = (even_length(part.w * scale), even_length(part.h * scale));
        let mut upright = std::mem::take(&mut self.upright);
        upright.resize(frame_bytes(size.0, size.1), 0);
        let mut whole =
            Self { output: size, source: self.source, scalers: std::mem::take(&mut self.scalers), upright: Vec::new() };
        let scaled = whole.compose(source, Rect { x: x - left, y: y - top, ..part }, &mut upright);
        self.scalers = whole.scalers;
        // An output pixel's place in what was scaled.
        let per_pixel = crop.w / f64::from(self.output.0);
        let place = |across: f64, down: f64| {
            let (x, y) = turn.recorded(crop.x + across * per_pixel, crop.y + down * per_pixel);
            ((x - part.x) * f64::from(size.0) / part.w, (y - part.y) * f64::from(size.1) / part.h)
        };
        let done = scaled.and_then(|()| turned(&upright, size, place, output, self.output));
        self.upright = upright;
        done
    }
}

/// Scales planes, with its tables and buffers.
struct Scaler {
    resizer: Resizer,
    /// The rows that are read, as wide as the output.
    widened: Vec<u8>,
}

impl Default for Scaler {
    fn default() -> Self {
        Self { resizer: Resizer::new(ResizeAlg::Convolution(FilterType::CatmullRom)), widened: Vec::new() }
    }
}

impl Scaler {
    /// Fills `to` with the box `part` of `from`. The way across costs eight times the way down for each sample, and the crate always
    /// goes down first: where the picture grows that is twice the work, so here it goes across first.
    fn scale(&mut self, from: &[u8], size: Size, part: Rect, to: &mut [u8], to_size: Size) -> Result<(), MediaError> {
        let part = held_inside(part, size);
        let (top, rows) = rows_read(part, size.1);
        if rows >= to_size.1 {
            return resize(&mut self.resizer, from, size, part, to, to_size);
        }
        let (between, start) = ((to_size.0, rows), size.0 as usize * top as usize);
        let wrong = || MediaError::new(Kind::WrongOutput, "a picture has the wrong size");
        let from = from.get(start..start + size.0 as usize * rows as usize).ok_or_else(wrong)?;
        let mut widened = std::mem::take(&mut self.widened);
        widened.resize(between.0 as usize * rows as usize, 0);
        let across = Rect { y: 0.0, h: f64::from(rows), ..part };
        let down = Rect { x: 0.0, y: part.y - f64::from(top), w: f64::from(between.0), h: part.h };
        let done = resize(&mut self.resizer, from, (size.0, rows), across, &mut widened, between)
            .and_then(|()| resize(&mut self.resizer, &widened, between, down, to, to_size));
        self.widened = widened;
        done
    }
}

/// The first and the number of the rows that decide the box `part` of a picture of `height` rows when it is enlarged.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Of a picture, and bounded.
fn rows_read(part: Rect, height: u32) -> (u32, u32) {
    /// Catmull-Rom reads two rows on each side.
    const MARGIN: f64 = 3.0;
    let first = (part.y.floor() - MARGIN).clamp(0.0, f64::from(height)) as u32;
    let end = ((part.y + part.h).ceil() + MARGIN).clamp(0.0, f64::from(height)) as u32;
    (first, end - first)
}

fn resize(
    resizer: &mut Resizer,
    from: &[u8],
    size: Size,
    part: Rect,
    to: &mut [u8],
    to_size: Size,
) -> Result<(), MediaError> {
    let failed = |error: &dyn Display| MediaError::new(Kind::WrongOutput, error);
    let ((across, down), (to_across, to_down)) = (whole(size)?, whole(to_size)?);
    let mut from = ImageView::<U8>::from_buffer(across, down, from).map_err(|error| failed(&error))?;
    let part = CropBox { left: part.x, top: part.y, width: part.w, height: part.h };
    from.set_crop_box(part).map_err(|error| failed(&error))?;
    let to = ImageViewMut::<U8>::from_buffer(to_across, to_down, to).map_err(|error| failed(&error))?;
    let (from, mut to) = (DynamicImageView::U8(from), DynamicImageViewMut::U8(to));
    resizer.resize(&from, &mut to).map_err(|error| failed(&error))
}

fn whole((width, height): Size) -> Result<(NonZeroU32, NonZeroU32), MediaError> {
    let sides = NonZeroU32::new(width).zip(NonZeroU32::new(height));
    sides.ok_or_else(|| MediaError::new(Kind::WrongOutput, "a picture has no size"))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Of a picture, and bounded.
fn even_length(length: f64) -> u32 {
    (length.ceil().clamp(2.0, 16_384.0) as u32).next_multiple_of(2)
}

/// Fills every plane of `to` with what `from` has at the place that `place` says for each pixel, which is affine.
fn turned(
    from: &[u8],
    size: Size,
    place: impl Fn(f64, f64) -> (f64, f64),
    to: &mut [u8],
    to_size: Size,
) -> Result<(), MediaError> {
    let wrong = || MediaError::new(Kind::WrongOutput, "a picture has the wrong size");
    let from = planes(from, size).ok_or_else(wrong)?;
    let (light, colour) = to.split_at_mut(to_size.0 as usize * to_size.1 as usize);
    let half = colour.len() / 2;
    let (blue, red) = colour.split_at_mut(half);
    let whole = |samples, from| Sampled { samples, from, size, to: to_size, step: 1.0, first: (0.5, 0.5) };
    let small = |samples, from| Sampled {
        samples,
        from,
        size: halved(size),
        to: halved(to_size),
        step: 2.0,
        // Colour lies at the left one of two pixels, between two rows.
        first: (0.5, 1.0),
    };
    for plane in [whole(light, from[0]), small(blue, from[1]), small(red, from[2])] {
        plane.fill(&place);
    }
    Ok(())
}

/// A plane that is filled from another, and where the samples of both lie in their pictures.
struct Sampled<'a> {
    samples: &'a mut [u8],
    from: &'a [u8],
    size: Size,
    to: Size,
    step: f64,
    first: (f64, f64),
}

/// Fixed point: so many parts of a sample.
const PART: i64 = 1 << 16;

impl Sampled<'_> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)] // Places in a picture.
    fn fill(self, place: impl Fn(f64, f64) -> (f64, f64)) {
        let Self { samples, from, size, to, step, first } = self;
        let (width, height) = (i64::from(size.0), i64::from(size.1));
        let index = |column: f64, row: f64| {
            let (x, y) = place(first.0 + column * step, first.1 + row * step);
            ((x - first.0) / step, (y - first.1) / step)
        };
        let fixed = |value: f64| (value * PART as f64) as i64;
        let (origin, right) = (index(0.0, 0.0), index(1.0, 0.0));
        let along = (fixed(right.0 - origin.0), fixed(right.1 - origin.1));
        let stride = size.0 as usize;
        for (row, line) in (0_u32..).zip(samples.chunks_exact_mut(to.0 as usize)) {
            let start = index(0.0, f64::from(row));
            let (mut x, mut y) = (fixed(start.0), fixed(start.1));
            for sample in line {
                let (left, top) = (x.clamp(0, (width - 2) * PART), y.clamp(0, (height - 2) * PART));
                let (part_x, part_y) =
                    ((x - left / PART * PART).clamp(0, PART), (y - top / PART * PART).clamp(0, PART));
                let at = (top / PART) as usize * stride + (left / PART) as usize;
                let two = |at: usize| {
                    let pair = from.get(at..at + 2).unwrap_or(&[0, 0]);
                    (i64::from(pair[0]) * (PART - part_x) + i64::from(pair[1]) * part_x) >> 8
                };
                let value = two(at) * (PART - part_y) + two(at + stride) * part_y;
                *sample = ((value + (1 << 23)) >> 24) as u8;
                (x, y) = (x + along.0, y + along.1);
            }
        }
    }
}

/// Luma, blue and red of a 4:2:0 picture.
fn planes(picture: &[u8], size: Size) -> Option<[&[u8]; 3]> {
    let small = halved(size);
    let (luma, chroma) = picture.split_at_checked(size.0 as usize * size.1 as usize)?;
    let (blue, red) = chroma.split_at_checked(small.0 as usize * small.1 as usize)?;
    (blue.len() == red.len()).then_some([luma, blue, red])
}

const fn halved((width, height): Size) -> Size {
    (width.div_ceil(2), height.div_ceil(2))
}

/// The box on the chroma planes. Across, a chroma sample lies on the left one of its two luma samples, before and after
/// scaling; taking half the luma box would shift colour against light by a quarter of the difference. Down, samples lie
/// in the middle.
fn chroma_box(crop: Rect, output: Size) -> Rect {
    let scale = crop.w / f64::from(output.0);
    Rect { x: crop.x / 2.0 + 0.25 * (1.0 - scale), y: crop.y / 2.0, w: crop.w / 2.0, h: crop.h / 2.0 }
}

/// The box moved, and if need be cut, so that it lies inside a plane.
fn held_inside(part: Rect, (width, height): Size) -> Rect {
    let hold = |start: f64, length: f64, limit: f64| {
        let length = length.clamp(1e-3, limit);
        let start = start.max(0.0).min(limit - length);
        // `start + length` may still round to a little more than `limit`.
        (start, length.min(limit - start))
    };
    let ((x, w), (y, h)) = (hold(part.x, part.w, f64::from(width)), hold(part.y, part.h, f64::from(height)));
    Rect { x, y, w, h }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        aspect::Aspect,
        geometry::{Crop, CropSpace},
        straighten::Straighten,
    };

    /// A bright, soft blob: its centre of brightness is known far better than a pixel.
    fn blob(size: Size, centre: (f64, f64), sigma: f64) -> Vec<u8> {
        let at = |x: u32, y: u32| {
            let (dx, dy) = (f64::from(x) + 0.5 - centre.0, f64::from(y) + 0.5 - centre.1);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let level = (16.0 + 200.0 * (-(dx * dx + dy * dy) / (2.0 * sigma * sigma)).exp()).round() as u8;
            level
        };
        (0..size.1).flat_map(|y| (0..size.0).map(move |x| at(x, y))).collect()
    }

    fn centre(plane: &[u8], width: u32) -> (f64, f64) {
        let (mut sum, mut across, mut down) = (0.0, 0.0, 0.0);
        for (row, pixels) in (0_u32..).zip(plane.chunks(width as usize)) {
            for (column, level) in (0_u32..).zip(pixels) {
                let weight = f64::from(level.saturating_sub(20));
                sum += weight;
                across += weight * (f64::from(column) + 0.5);
                down += weight * (f64::from(row) + 0.5);
            }
        }
        (across / sum, down / sum)
    }

    #[test]
    fn light_and_colour_stand_where_the_crop_says() {
        let (source, output) = ((640, 360), (270, 480));
        let space = CropSpace::new(640, 360, Aspect::Portrait);
        let place = (300.3, 170.7);
        let mut picture = blob(source, place, 9.0);
        // The chroma plane's own coordinates of that place: left-sited across, centred down.
        let small = blob((320, 180), (place.0 / 2.0 + 0.25, place.1 / 2.0), 4.5);
        picture.extend_from_slice(&small);
        picture.extend_from_slice(&small);
        let mut compositor = Compositor::new(source, output);
        let mut result = vec![0; frame_bytes(270, 480)];
        for step in 0..24 {
            let crop = Crop { x: 300_000 + step * 137, y: 180_000, h: 300_000 - step * 53 };
            let rect = space.rect(crop);
            compositor.compose(&picture, rect, &mut result).expect("a picture");
            let expected = ((place.0 - rect.x) * 270.0 / rect.w, (place.1 - rect.y) * 480.0 / rect.h);
            let (luma, chroma) = result.split_at(270 * 480);
            let light = centre(luma, 270);
            let colour = centre(&chroma[..135 * 240], 135);
            let colour = (2.0 * colour.0 - 0.5, 2.0 * colour.1);
            for (found, axis) in [(light, "light"), (colour, "colour")] {
                let error = (found.0 - expected.0).hypot(found.1 - expected.1);
                assert!(error < 0.05, "{axis} is off by {error} at step {step}: {found:?}, not {expected:?}");
            }
        }
    }

    /// A place in the recording is where the straightened crop shows it, in light and colour.
    #[test]
    fn a_turned_picture_shows_every_place_where_it_belongs() {
        let (source, output, window) = ((640_u32, 360_u32), (270, 480), (20.0, 10.0));
        let space = CropSpace::new(640, 360, Aspect::Portrait);
        for angle in [-9_000, 700, 15_000] {
            let turn = Straighten::try_from(angle).expect("an angle").turn(source.0, source.1);
            let place = (310.3, 190.7);
            let cut = (source.0 - 40, source.1 - 20);
            let mut picture = blob(cut, (place.0 - window.0, place.1 - window.1), 9.0);
            let small =
                blob((cut.0 / 2, cut.1 / 2), ((place.0 - window.0) / 2.0 + 0.25, (place.1 - window.1) / 2.0), 4.5);
            picture.extend_from_slice(&small);
            picture.extend_from_slice(&small);
            let mut result = vec![0; frame_bytes(270, 480)];
            let rect = space.rect(Crop { x: 300_000, y: 180_000, h: 250_000 });
            Compositor::new(cut, output).compose_turned(&picture, window, &turn, rect, &mut result).expect("a picture");
            let (luma, chroma) = result.split_at(270 * 480);
            let (light, colour) = (centre(luma, 270), centre(&chroma[..135 * 240], 135));
            for found in [light, (2.0 * colour.0 - 0.5, 2.0 * colour.1)] {
                let seen = (rect.x + found.0 * rect.w / 270.0, rect.y + found.1 * rect.h / 480.0);
                let recorded = turn.recorded(seen.0, seen.1);
                let error = (recorded.0 - place.0).hypot(recorded.1 - place.1);
                assert!(error < 0.06, "off by {error} source pixels at {angle}: {recorded:?}");
            }
        }
    }

    /// Across first and down then, or the other way round: no sample is off by more than what is rounded on the way.
    #[test]
    fn the_order_of_the_passes_does_not_show() {
        let size = (320_u32, 180_u32);
        // Noise, but nowhere near black or white: what is cut off there on the way is not the same in both orders.
        let picture: Vec<u8> = (0..size.0 * size.1).map(|n| u8::try_from(80 + n * n % 91).expect("a byte")).collect();
        for (part, to) in [
            (Rect { x: 101.25, y: 10.5, w: 84.375, h: 150.0 }, (270, 480)),
            (Rect { x: 0.0, y: 0.0, w: 101.25, h: 180.0 }, (202, 360)),
            (Rect { x: 300.0, y: 170.0, w: 20.0, h: 10.0 }, (64, 32)),
        ] {
            let mut results = [vec![0; (to.0 * to.1) as usize], vec![0; (to.0 * to.1) as usize]];
            let mut scaler = Scaler::default();
            scaler.scale(&picture, size, part, &mut results[0], to).expect("scaled");
            resize(&mut scaler.resizer, &picture, size, part, &mut results[1], to).expect("scaled");
            let worst = results[0].iter().zip(&results[1]).map(|(one, other)| one.abs_diff(*other)).max();
            assert!(worst <= Some(2), "{worst:?} in {part:?}");
            let range = |of: &[u8]| (of.iter().min().copied(), of.iter().max().copied());
            assert!(range(&results[0]).0 < Some(90) && range(&results[0]).1 > Some(160), "{:?}", range(&results[0]));
        }
    }

    #[test]
    fn a_whole_picture_of_the_same_size_is_a_copy() {
        let picture: Vec<u8> = (0..frame_bytes(64, 48)).map(|n| u8::try_from(n * 7 % 251).expect("a byte")).collect();
        let mut result = vec![0; picture.len()];
        let whole = Rect { x: 0.0, y: 0.0, w: 64.0, h: 48.0 };
        Compositor::new((64, 48), (64, 48)).compose(&picture, whole, &mut result).expect("a picture");
        assert_eq!(picture, result);
    }

    #[test]
    fn odd_sizes_and_edges_are_no_trouble() {
        for (width, height) in [(853, 480), (641, 359), (17, 999)] {
            for aspect in Aspect::ALL {
                let space = CropSpace::new(width, height, aspect);
                let mut result = vec![0; frame_bytes(90, 160)];
                let mut compositor = Compositor::new((width, height), (90, 160));
                for x in [0, i64::from(width) * 1_000] {
                    for h in [0, 5_000_000] {
                        let rect = space.rect(Crop { x, y: x, h });
                        compositor
                            .compose(&vec![90; frame_bytes(width, height)], rect, &mut result)
                            .expect("a picture");
                        assert!(result.iter().all(|level| *level == 90));
                    }
                }
            }
        }
    }

    #[test]
    fn pictures_of_the_wrong_size_are_refused() {
        let rect = Rect { x: 0.0, y: 0.0, w: 8.0, h: 8.0 };
        let mut compositor = Compositor::new((16, 16), (16, 16));
        assert!(compositor.compose(&[0; 100], rect, &mut vec![0; frame_bytes(16, 16)]).is_err());
        assert!(compositor.compose(&vec![0; frame_bytes(16, 16)], rect, &mut [0; 5]).is_err());
    }
}
