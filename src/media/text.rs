//! Text cards as pictures, drawn once for a chunk and laid over its frames. The font is bundled, so that every machine draws the
//! same.

use super::compose::Size;
use crate::domain::{overlay::Card, overlay::Colour, rating::Rating};
use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use std::sync::LazyLock;

static BOLD: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| FontRef::try_from_slice(include_bytes!("../../public/fonts/DejaVuSans-Bold.ttf")).ok());
static PLAIN: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| FontRef::try_from_slice(include_bytes!("../../public/fonts/DejaVuSans.ttf")).ok());

const WHITE: [u8; 3] = [255, 255, 255];
const BLACK: [u8; 3] = [0, 0, 0];
/// The ground of a text, and its shadow.
const GROUND: f32 = 0.62;
const SHADOW: f32 = 0.55;

/// A picture with an alpha channel, at its place: whole chroma samples.
pub struct Layer {
    left: usize,
    top: usize,
    width: usize,
    /// Value and alpha of each sample; light, then blue and red at a quarter of the samples.
    planes: [Vec<(u8, u8)>; 3],
}

impl Layer {
    /// The card for an output of this size.
    pub fn of(card: &Card, size: Size) -> Self {
        Canvas::of(card, size).layer()
    }

    /// Lays it over a picture of the size that it was made for.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Samples.
    pub fn lay(&self, picture: &mut [u8], (width, height): Size, opacity: f32) {
        let (width, height) = (width as usize, height as usize);
        let small = width.div_ceil(2);
        let (light, colour) = picture.split_at_mut(width * height);
        let (blue, red) = colour.split_at_mut(colour.len() / 2);
        for ((samples, stride, share), plane) in
            [(light, width, 1), (blue, small, 2), (red, small, 2)].into_iter().zip(&self.planes)
        {
            let across = (self.width / share).max(1);
            for (row, over) in plane.chunks_exact(across).enumerate() {
                let start = (self.top / share + row) * stride + self.left / share;
                let Some(under) = samples.get_mut(start..start + across) else { return };
                for (under, (value, alpha)) in under.iter_mut().zip(over).filter(|(_, (_, alpha))| *alpha > 0) {
                    let old = f32::from(*under);
                    let part = f32::from(*alpha) / 255.0 * opacity;
                    *under = (old + (f32::from(*value) - old) * part + 0.5) as u8;
                }
            }
        }
    }
}

/// The card as it is laid over an output of this size: a PNG with an alpha channel, of the whole output. For previews, which
/// so show what an export draws.
pub fn png(card: &Card, size: Size) -> Option<Vec<u8>> {
    let canvas = Canvas::of(card, size);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.0, size.1);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(canvas.pixels.as_flattened()).ok()?;
    writer.finish().ok()?;
    Some(bytes)
}

/// Straight colours with an alpha channel, of a whole output.
struct Canvas {
    width: usize,
    height: usize,
    /// Red, green, blue, alpha.
    pixels: Vec<[u8; 4]>,
    /// One pixel of a 1080 output.
    unit: f32,
}

/// Text at a size, which may be cut.
struct Line {
    text: String,
    size: f32,
    is_bold: bool,
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Pixels.
impl Canvas {
    fn new((width, height): Size) -> Self {
        let (width, height) = (width as usize, height as usize);
        Self { width, height, pixels: vec![[0; 4]; width * height], unit: width.min(height) as f32 / 1_080.0 }
    }

    fn of(card: &Card, size: Size) -> Self {
        let mut canvas = Self::new(size);
        match card {
            Card::Title { text } => title(&mut canvas, text),
            Card::LowerThird { text, line } => lower_third(&mut canvas, text, line),
            Card::Banner { rating, text, line } => banner(&mut canvas, *rating, text, line),
        }
        canvas
    }

    fn blend(&mut self, x: usize, y: usize, colour: [u8; 3], alpha: f32) {
        if x >= self.width || y >= self.height || alpha <= 0.0 {
            return;
        }
        let [red, green, blue, below] = &mut self.pixels[y * self.width + x];
        let rest = f32::from(*below) / 255.0 * (1.0 - alpha);
        let all = alpha + rest;
        for (under, over) in [red, green, blue].into_iter().zip(colour) {
            *under = ((f32::from(over) * alpha + f32::from(*under) * rest) / all).round() as u8;
        }
        *below = (all * 255.0).round() as u8;
    }

    fn fill(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), colour: [u8; 3], alpha: f32) {
        for row in y.max(0.0) as usize..(y + height).max(0.0) as usize {
            for column in x.max(0.0) as usize..(x + width).max(0.0) as usize {
                self.blend(column, row, colour, alpha);
            }
        }
    }

    /// Its top left corner at (`x`, `y`).
    fn write(&mut self, line: &Line, (x, y): (f32, f32), colour: [u8; 3], alpha: f32) {
        let Some(font) = line.font() else { return };
        let scale = line.scale(font);
        let scaled = font.as_scaled(scale);
        let mut at = x;
        let mut last = None;
        for glyph in line.text.chars().map(|c| font.glyph_id(c)) {
            at += last.map_or(0.0, |last| scaled.kern(last, glyph));
            let placed = glyph.with_scale_and_position(scale, point(at, y + scaled.ascent()));
            if let Some(outline) = font.outline_glyph(placed) {
                let bounds = outline.px_bounds();
                outline.draw(|column, row, coverage| {
                    let (x, y) = (bounds.min.x + column as f32, bounds.min.y + row as f32);
                    if x >= 0.0 && y >= 0.0 {
                        self.blend(x as usize, y as usize, colour, coverage.min(1.0) * alpha);
                    }
                });
            }
            at += scaled.h_advance(glyph);
            last = Some(glyph);
        }
    }

    /// What is drawn, cut out, as video.
    fn layer(self) -> Layer {
        let drawn = |of: fn(usize, usize) -> usize| {
            let places = self.pixels.iter().enumerate().filter(|(_, [.., alpha])| *alpha > 0);
            places.fold((usize::MAX, 0), |(low, high), (at, _)| {
                let place = of(at, self.width);
                (low.min(place), high.max(place + 1))
            })
        };
        let ((left, right), (top, bottom)) = (drawn(|at, width| at % width), drawn(|at, width| at / width));
        let (left, top) = (left.min(self.width) / 2 * 2, top.min(self.height) / 2 * 2);
        let even = |length: usize| length.next_multiple_of(2);
        let (width, height) = (even(right.saturating_sub(left)), even(bottom.saturating_sub(top)));
        let at = |x: usize, y: usize| {
            let inside = left + x < self.width && top + y < self.height;
            let pixel = if inside { self.pixels[(top + y) * self.width + left + x] } else { [0; 4] };
            let [red, green, blue, alpha] = pixel;
            ([red, green, blue], f32::from(alpha) / 255.0)
        };
        let yuv = |rgb: [u8; 3]| Colour(rgb).yuv();
        let stored = |value: f32, alpha: f32| (value.round() as u8, (alpha * 255.0).round() as u8);
        let all = |columns, rows| (0..rows).flat_map(move |y| (0..columns).map(move |x| (x, y)));
        let light = all(width, height).map(|(x, y)| at(x, y)).map(|(rgb, alpha)| stored(yuv(rgb)[0], alpha)).collect();
        let colour = |which: usize| {
            let four = |(x, y)| [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| at(2 * x + dx, 2 * y + dy));
            let mean = move |four: [([u8; 3], f32); 4]| {
                let alpha: f32 = four.iter().map(|(_, alpha)| alpha).sum();
                let sum: f32 = four.iter().map(|(rgb, alpha)| yuv(*rgb)[which] * alpha).sum();
                stored(if alpha > 0.0 { sum / alpha } else { 128.0 }, alpha / 4.0)
            };
            all(width / 2, height / 2).map(four).map(mean).collect()
        };
        Layer { left, top, width, planes: [light, colour(1), colour(2)] }
    }
}

impl Line {
    fn new(text: impl Into<String>, size: f32, is_bold: bool) -> Self {
        Self { text: text.into(), size, is_bold }
    }

    fn font(&self) -> Option<&'static FontRef<'static>> {
        if self.is_bold { BOLD.as_ref() } else { PLAIN.as_ref() }
    }

    /// The crate counts a font's height, everybody else its em.
    fn scale(&self, font: &FontRef) -> PxScale {
        PxScale::from(self.size * font.height_unscaled() / font.units_per_em().unwrap_or(1_000.0))
    }

    fn width(&self, text: &str) -> f32 {
        let Some(font) = self.font() else { return 0.0 };
        let scaled = font.as_scaled(self.scale(font));
        let mut last = None;
        text.chars().map(|c| font.glyph_id(c)).fold(0.0, |width, glyph| {
            let kern = last.replace(glyph).map_or(0.0, |last| scaled.kern(last, glyph));
            width + kern + scaled.h_advance(glyph)
        })
    }

    fn height(&self) -> f32 {
        self.size * 1.25
    }

    /// In lines no wider than `room`; what is too much ends with an ellipsis.
    fn wrapped(&self, room: f32, most: usize) -> Vec<Self> {
        let line = |text: String| Self { text, ..*self };
        let mut lines: Vec<Self> = Vec::new();
        for word in self.text.split_whitespace() {
            match lines.last_mut() {
                Some(last) if self.width(&format!("{} {word}", last.text)) <= room => {
                    last.text = format!("{} {word}", last.text);
                }
                _ => lines.push(line(word.to_owned())),
            }
        }
        let too_many = lines.len() > most;
        lines.truncate(most);
        let count = lines.len();
        for (at, cut) in lines.iter_mut().enumerate() {
            if (too_many && at + 1 == count) || self.width(&cut.text) > room {
                let mut text = cut.text.clone();
                while !text.is_empty() && self.width(&format!("{text}…")) > room {
                    text.pop();
                }
                cut.text = format!("{}…", text.trim_end());
            }
        }
        lines
    }
}

#[allow(clippy::cast_precision_loss)] // Pixels.
fn title(canvas: &mut Canvas, text: &str) {
    let (unit, width, height) = (canvas.unit, canvas.width as f32, canvas.height as f32);
    let lines = Line::new(text, 88.0 * unit, true).wrapped(width * 0.86, 4);
    let all: f32 = lines.iter().map(Line::height).sum();
    let mut y = (height - all) / 2.0;
    for line in lines {
        let x = (width - line.width(&line.text)) / 2.0;
        shadowed(canvas, &line, (x, y));
        y += line.height();
    }
}

/// Text that is read on any picture.
fn shadowed(canvas: &mut Canvas, line: &Line, (x, y): (f32, f32)) {
    let off = 3.0 * canvas.unit;
    for (dx, dy) in [(off, off), (-off, off), (off, -off), (-off, -off)] {
        canvas.write(line, (x + dx, y + dy), BLACK, SHADOW / 2.0);
    }
    canvas.write(line, (x, y), WHITE, 1.0);
}

/// Lines on a ground, the first at its top left.
fn block(canvas: &mut Canvas, (x, y): (f32, f32), lines: &[Line]) {
    let mut y = y;
    for line in lines {
        canvas.write(line, (x, y), WHITE, 1.0);
        y += line.height();
    }
}

#[allow(clippy::cast_precision_loss)] // Pixels.
fn lower_third(canvas: &mut Canvas, text: &str, line: &str) {
    let (unit, width, height) = (canvas.unit, canvas.width as f32, canvas.height as f32);
    let (margin, pad) = (56.0 * unit, 24.0 * unit);
    let room = width - 2.0 * margin - 2.0 * pad;
    let mut lines = Line::new(text, 52.0 * unit, true).wrapped(room, 1);
    lines.extend(Line::new(line, 34.0 * unit, false).wrapped(room, 2));
    let widest = lines.iter().map(|line| line.width(&line.text)).fold(0.0, f32::max);
    let all: f32 = lines.iter().map(Line::height).sum();
    // Above what players and phones put at the bottom.
    let top = height * 0.86 - all - 2.0 * pad;
    canvas.fill((margin, top), (widest + 2.0 * pad, all + 2.0 * pad), BLACK, GROUND);
    block(canvas, (margin + pad, top + pad), &lines);
}

#[allow(clippy::cast_precision_loss)] // Pixels.
fn banner(canvas: &mut Canvas, rating: Rating, text: &str, line: &str) {
    let (unit, width, height) = (canvas.unit, canvas.width as f32, canvas.height as f32);
    let (pad, badge) = (28.0 * unit, 84.0 * unit);
    let left = 2.0 * pad + badge;
    let room = width - left - pad;
    let mut lines = Line::new(text, 44.0 * unit, true).wrapped(room, 1);
    lines.extend(Line::new(line, 32.0 * unit, false).wrapped(room, 2));
    let all: f32 = lines.iter().map(Line::height).sum();
    let tall = all.max(badge) + 2.0 * pad;
    let top = height - tall;
    canvas.fill((0.0, top), (width, tall), BLACK, GROUND);
    canvas.fill((pad, top + pad), (badge, badge), rating.colour().0, 1.0);
    let mark = Line::new(rating.mark(), 48.0 * unit, true);
    let x = pad + (badge - mark.width(&mark.text)) / 2.0;
    let ink = if rating == Rating::Mistake { BLACK } else { WHITE };
    canvas.write(&mark, (x, top + pad + (badge - mark.height()) / 2.0), ink, 1.0);
    block(canvas, (left, top + (tall - all) / 2.0), &lines);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::decode::frame_bytes;

    const SIZE: Size = (480, 270);

    fn laid(card: &Card, opacity: f32) -> Vec<u8> {
        let mut picture = vec![128; frame_bytes(SIZE.0, SIZE.1)];
        Layer::of(card, SIZE).lay(&mut picture, SIZE, opacity);
        picture
    }

    /// Rows and columns where light is at least `level`.
    fn place(picture: &[u8], level: u8) -> (usize, usize, usize, usize) {
        let width = SIZE.0 as usize;
        let light = picture[..width * SIZE.1 as usize].iter().enumerate().filter(|(_, it)| **it >= level);
        light.fold((usize::MAX, 0, usize::MAX, 0), |(left, right, top, bottom), (at, _)| {
            (left.min(at % width), right.max(at % width), top.min(at / width), bottom.max(at / width))
        })
    }

    #[test]
    fn a_title_stands_in_the_middle() {
        let (left, right, top, bottom) = place(&laid(&Card::Title { text: "Semi final".to_owned() }, 1.0), 225);
        assert!((left + right).abs_diff(SIZE.0 as usize) < 6, "{left} to {right}");
        assert!((top + bottom).abs_diff(SIZE.1 as usize) < 16, "{top} to {bottom}");
        assert!(right - left > 90 && bottom - top > 12);
        let faint = laid(&Card::Title { text: "Semi final".to_owned() }, 0.0);
        assert!(faint.iter().all(|it| *it == 128));
    }

    #[test]
    fn a_banner_has_its_badge_and_its_words_at_the_bottom() {
        let card =
            |rating, text: &str| Card::Banner { rating, text: text.to_owned(), line: "Left foot, far post".to_owned() };
        let picture = laid(&card(Rating::Brilliant, "Brilliant Goal"), 1.0);
        let (left, _, top, bottom) = place(&picture, 225);
        assert!(left < 40 && top > 230 && bottom < 270, "{left} {top} {bottom}");
        let width = SIZE.0 as usize;
        assert_eq!(picture[..width * 230].iter().filter(|it| **it != 128).count(), 0);
        // The badge is green: less blue and less red than grey.
        let green = |plane: usize| picture[width * 270 + plane * (width / 2 * 135) + 250 / 2 * (width / 2) + 5];
        assert!(green(0) < 120 && green(1) < 120, "{} {}", green(0), green(1));
        let other = laid(&card(Rating::Brilliant, "Another name"), 1.0);
        assert_ne!(picture, other);
    }

    #[test]
    fn long_words_are_cut_and_strange_ones_do_no_harm() {
        let room = 200.0;
        for text in
            ["Wolverhampton Wanderers Under Fifteen Development Squad", &"W".repeat(120), "Ελλάς Україна 日本", "", " "]
        {
            let line = Line::new(text, 30.0, true);
            let lines = line.wrapped(room, 2);
            assert!(lines.len() <= 2 && lines.iter().all(|it| it.width(&it.text) <= room), "{text}");
            laid(&Card::LowerThird { text: text.to_owned(), line: text.to_owned() }, 1.0);
        }
        assert!(Line::new("W".repeat(120), 30.0, true).wrapped(room, 2)[0].text.ends_with('…'));
    }
}
