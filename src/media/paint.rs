//! Drawing on 8 bit 4:2:0 pictures: spotlights, text, light that comes and goes, two pictures as one. What each means is in
//! `domain::overlay`, where the browser's preview takes it from too.

use super::{compose::Size, decode::frame_bytes};
use crate::domain::{
    geometry::Rect,
    overlay::{BRIGHTER, EDGE, Ellipse, RING, SpotStyle, Spotlight},
    time::Micros,
};
use std::thread;

/// One plane, and where its samples lie in the picture.
struct Plane<'a> {
    samples: &'a mut [u8],
    width: usize,
    /// Of a sample's distance to its neighbour, and of the first one's place, in pixels.
    step: f32,
    first: (f32, f32),
    /// 0: light, 1 and 2: colour.
    which: usize,
}

fn planes(picture: &mut [u8], (width, height): Size) -> [Plane<'_>; 3] {
    let (width, height) = (width as usize, height as usize);
    let (light, colour) = picture.split_at_mut(width * height);
    let (blue, red) = colour.split_at_mut(colour.len() / 2);
    let small = width.div_ceil(2);
    // Colour is sampled at the left one of two pixels, between two rows.
    let of = |samples, which| Plane { samples, width: small, step: 2.0, first: (0.5, 1.0), which };
    let light = Plane { samples: light, width, step: 1.0, first: (0.5, 0.5), which: 0 };
    [light, of(blue, 1), of(red, 2)]
}

/// `part` of 256 of `over`, the rest of `under`, into `under`.
pub fn mix(under: &mut [u8], over: &[u8], part: u16) {
    let (part, rest) = (part.min(256), 256 - part.min(256));
    for (under, over) in under.iter_mut().zip(over) {
        // At most 255 * 256 + 128.
        *under = ((u16::from(*under) * rest + u16::from(*over) * part + 128) >> 8) as u8;
    }
}

/// Lays `inner`, which is no larger, into the middle of a black picture.
pub fn centre(picture: &mut [u8], size: Size, inner: &[u8], inner_size: Size) {
    darken(picture, size, 0);
    let (left, top) = ((size.0 - inner_size.0.min(size.0)) / 4 * 2, (size.1 - inner_size.1.min(size.1)) / 4 * 2);
    let mut rest = inner;
    for plane in planes(picture, size) {
        let share = if plane.which == 0 { 1 } else { 2 };
        let (across, down) = (inner_size.0.div_ceil(share) as usize, inner_size.1.div_ceil(share) as usize);
        let (from, after) = rest.split_at(across * down);
        rest = after;
        let start = (top / share) as usize * plane.width + (left / share) as usize;
        for (row, line) in from.chunks_exact(across).enumerate() {
            plane.samples[start + row * plane.width..][..across].copy_from_slice(line);
        }
    }
}

/// `part` of 256 of the picture's light, the rest black.
pub fn darken(picture: &mut [u8], size: Size, part: u16) {
    let part = part.min(256);
    for plane in planes(picture, size) {
        dim(plane.samples, if plane.which == 0 { 16 } else { 128 }, part);
    }
}

/// `part` of 256 of what differs from `black`.
fn dim(samples: &mut [u8], black: u16, part: u16) {
    let rest = black * (256 - part) + 128;
    for sample in samples {
        *sample = ((u16::from(*sample) * part + rest) >> 8) as u8;
    }
}

/// The spotlights that are seen at source time `at`, on a picture that shows `crop` of the source.
pub fn spotlights(picture: &mut [u8], size: Size, crop: Rect, at: Micros, all: &[Spotlight]) {
    debug_assert_eq!(picture.len(), frame_bytes(size.0, size.1));
    let seen: Vec<_> = all
        .iter()
        .filter_map(|spot| {
            let (ellipse, opacity) = (spot.ellipse_at(at)?, spot.opacity_at(at));
            (opacity > 0.0).then(|| (spot, Shape::of(ellipse.shown(crop, f64::from(size.0))), opacity))
        })
        .collect();
    if seen.is_empty() {
        return;
    }
    let paint_all = |mut plane: Plane| {
        for (spot, shape, opacity) in &seen {
            paint(&mut plane, shape, spot, *opacity);
        }
    };
    let [light, blue, red] = planes(picture, size);
    // Colour has half as many samples as light: on another core it is done before.
    thread::scope(|scope| {
        scope.spawn(|| [blue, red].map(paint_all));
        paint_all(light);
    });
}

/// An ellipse as it is asked for millions of points.
struct Shape {
    centre: (f32, f32),
    /// To the ellipse's own axes, in radii.
    across: (f32, f32),
    down: (f32, f32),
    /// Half of the box around it.
    reach: (f32, f32),
}

impl Shape {
    #[allow(clippy::cast_possible_truncation)] // Pixels.
    fn of(ellipse: Ellipse) -> Self {
        let (sin, cos) = (ellipse.angle.to_radians() as f32).sin_cos();
        let (rx, ry) = ((ellipse.rx as f32).max(0.5), (ellipse.ry as f32).max(0.5));
        Self {
            centre: (ellipse.x as f32, ellipse.y as f32),
            across: (cos / rx, sin / rx),
            down: (-sin / ry, cos / ry),
            reach: ((rx * cos).hypot(ry * sin), (rx * sin).hypot(ry * cos)),
        }
    }

    /// The square of the distance from the centre, in radii.
    fn square(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = (x - self.centre.0, y - self.centre.1);
        let (u, v) = (self.across.0 * dx + self.across.1 * dy, self.down.0 * dx + self.down.1 * dy);
        u * u + v * v
    }
}

/// 0 to 1 between two distances.
fn rise(distance: f32, (from, to): (f32, f32)) -> f32 {
    ((distance - from) / (to - from)).clamp(0.0, 1.0)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)] // Samples and their places.
fn paint(plane: &mut Plane, shape: &Shape, spot: &Spotlight, opacity: f32) {
    let Plane { ref mut samples, width, step, first, which } = *plane;
    let height = samples.len() / width.max(1);
    let colour = spot.colour.yuv()[which];
    let black = if which == 0 { 16.0 } else { 128.0 };
    let index = |place: f32, first: f32, limit: usize| (((place - first) / step).max(0.0) as usize).min(limit);
    let rows = index(shape.centre.1 - shape.reach.1, first.1, height)
        ..index(shape.centre.1 + shape.reach.1 + 2.0 * step, first.1, height);
    let columns = index(shape.centre.0 - shape.reach.0, first.0, width)
        ..index(shape.centre.0 + shape.reach.0 + 2.0 * step, first.0, width);
    // Nothing changes nearer to the centre than this, which is most of it.
    let unchanged = match spot.style {
        SpotStyle::Dim => EDGE.0 * EDGE.0,
        SpotStyle::Ring => RING[0] * RING[0],
        SpotStyle::Brighten | SpotStyle::Fill => -1.0,
    };
    let outside = |samples: &mut [u8]| dim(samples, black as u16, 256 - (opacity * 256.0) as u16);
    for (number, row) in samples.chunks_exact_mut(width.max(1)).enumerate() {
        let seen = rows.contains(&number);
        if spot.style == SpotStyle::Dim {
            let (left, right) = if seen { (columns.start, columns.end) } else { (width, width) };
            outside(&mut row[..left]);
            outside(&mut row[right..]);
        }
        if !seen {
            continue;
        }
        let y = first.1 + number as f32 * step;
        for (column, sample) in row.iter_mut().enumerate().take(columns.end).skip(columns.start) {
            let square = shape.square(first.0 + column as f32 * step, y);
            if square <= unchanged {
                continue;
            }
            let value = f32::from(*sample);
            let to = |target: f32, part: f32| value + (target - value) * part * opacity;
            let inside = || if square <= EDGE.0 * EDGE.0 { 1.0 } else { 1.0 - rise(square.sqrt(), EDGE) };
            let new = match spot.style {
                _ if square >= 1.0 && spot.style != SpotStyle::Dim => continue,
                SpotStyle::Brighten => value + (value - black) * BRIGHTER * inside() * opacity,
                SpotStyle::Fill => to(colour, inside()),
                SpotStyle::Dim => to(black, 1.0 - inside()),
                SpotStyle::Ring => {
                    let distance = square.sqrt();
                    let part = rise(distance, (RING[0], RING[1])) - rise(distance, (RING[2], RING[3]));
                    to(colour, part)
                }
            };
            // What is lighter than white stays white. Half is added rather than `round` called, which is slow.
            let (low, high) = if which == 0 { (0.0, 235.0_f32.max(value)) } else { (16.0, 240.0) };
            *sample = (new.clamp(low, high) + 0.5) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        framing::Ease,
        overlay::{Colour, SpotKey},
    };

    const SIZE: Size = (200, 120);

    fn spot(style: SpotStyle) -> Spotlight {
        let key = SpotKey { at: Micros(0), x: 50_000, y: 30_000, rx: 20_000, ry: 10_000, angle: 0, ease: Ease::Linear };
        Spotlight {
            start: Micros(0),
            end: Micros(1_000_000),
            style,
            colour: Colour([255, 255, 255]),
            opacity: 100,
            fade: Micros(0),
            keys: vec![key],
        }
    }

    /// Half of the source, twice as large: the ellipse is at (100, 60), 40 by 20.
    fn painted(style: SpotStyle) -> Vec<u8> {
        let mut picture = vec![100; frame_bytes(SIZE.0, SIZE.1)];
        picture[(SIZE.0 * SIZE.1) as usize..].fill(140);
        let crop = Rect { x: 0.0, y: 0.0, w: 100.0, h: 60.0 };
        spotlights(&mut picture, SIZE, crop, Micros(5), &[spot(style)]);
        picture
    }

    fn light(picture: &[u8], x: usize, y: usize) -> u8 {
        picture[y * SIZE.0 as usize + x]
    }

    fn blue(picture: &[u8], x: usize, y: usize) -> u8 {
        picture[(SIZE.0 * SIZE.1) as usize + y / 2 * (SIZE.0 as usize / 2) + x / 2]
    }

    #[test]
    fn each_style_does_what_it_says_and_nothing_elsewhere() {
        let brighter = painted(SpotStyle::Brighten);
        assert_eq!((light(&brighter, 100, 60), light(&brighter, 100, 38), light(&brighter, 145, 60)), (142, 100, 100));
        assert_eq!((blue(&brighter, 100, 60), blue(&brighter, 2, 2)), (146, 140));
        let filled = painted(SpotStyle::Fill);
        assert_eq!((light(&filled, 100, 60), light(&filled, 136, 60), light(&filled, 142, 60)), (235, 235, 100));
        assert_eq!(blue(&filled, 100, 60), 128);
        let dim = painted(SpotStyle::Dim);
        assert_eq!(
            (light(&dim, 100, 60), light(&dim, 5, 60), light(&dim, 100, 5), light(&dim, 199, 119)),
            (100, 16, 16, 16)
        );
        assert_eq!((blue(&dim, 100, 60), blue(&dim, 4, 4)), (140, 128));
        let ring = painted(SpotStyle::Ring);
        assert_eq!((light(&ring, 100, 60), light(&ring, 136, 60), light(&ring, 145, 60)), (100, 235, 100));
    }

    /// Its edge lies where the ellipse ends, to a fraction of a pixel: as many pixels are lighter as the ellipse has.
    #[test]
    fn an_ellipse_is_as_large_as_it_says() {
        let filled = painted(SpotStyle::Fill);
        let sum: f64 = filled[..(SIZE.0 * SIZE.1) as usize].iter().map(|it| (f64::from(*it) - 100.0) / 135.0).sum();
        // The mean radius of the soft edge, squared, over all its steps.
        let (from, to) = (f64::from(EDGE.0), f64::from(EDGE.1));
        let area = std::f64::consts::PI * 40.0 * 20.0 * (from * from + from * to + to * to) / 3.0;
        assert!((sum / area - 1.0).abs() < 0.01, "{sum} of {area}");
    }

    #[test]
    fn half_of_two_pictures_and_half_of_the_light() {
        let mut under = vec![16; 96];
        mix(&mut under, &[200; 96], 128);
        assert_eq!(under, [108; 96]);
        mix(&mut under, &[1; 96], 0);
        assert_eq!(under, [108; 96]);
        mix(&mut under, &[1; 96], 256);
        assert_eq!(under, [1; 96]);
        let mut picture = vec![200; frame_bytes(8, 8)];
        darken(&mut picture, (8, 8), 128);
        assert_eq!((picture[0], picture[70]), (108, 164));
        darken(&mut picture, (8, 8), 0);
        assert_eq!((picture[0], picture[70]), (16, 128));
    }
}
