//! What is drawn over a clip: spotlights that follow a player, and text. All on source time and, but for text, on the source's
//! pixels, so that trims, speeds and crops never part them from what they show.

use super::{
    framing::{Ease, Framing},
    geometry::{PIXEL, Rect},
    keyframes::{Key, keys_for, value_at},
    rating::Rating,
    time::Micros,
};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// An sRGB colour; in JSON `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour(pub [u8; 3]);

impl TryFrom<String> for Colour {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii());
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let [_, colour @ ..] = number.ok_or("a colour is # and six hexadecimal digits")?.to_be_bytes();
        Ok(Self(colour))
    }
}

impl From<Colour> for String {
    fn from(Colour([red, green, blue]): Colour) -> Self {
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Colour {
    /// Y, Cb and Cr of BT.709, limited range.
    pub fn yuv(self) -> [f32; 3] {
        let [r, g, b] = self.0.map(f32::from);
        let light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        [
            16.0 + light * 219.0 / 255.0,
            128.0 + (b - light) / 1.8556 * 224.0 / 255.0,
            128.0 + (r - light) / 1.5748 * 224.0 / 255.0,
        ]
    }
}

/// What a spotlight does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpotStyle {
    /// Lightens the inside: at full opacity by half, as CSS `brightness(1.5)` does.
    #[default]
    Brighten,
    /// Lays the colour over the inside.
    Fill,
    /// Darkens the outside: at full opacity to black.
    Dim,
    /// An outline in the colour: flat at a player's feet.
    Ring,
}

/// Where a spotlight is at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpotKey {
    pub at: Micros,
    /// Centre and radii in thousandths of a source pixel.
    pub x: i64,
    pub y: i64,
    pub rx: i64,
    pub ry: i64,
    /// Clockwise, in thousandths of a degree.
    #[serde(default)]
    pub angle: i64,
    #[serde(default)]
    pub ease: Ease,
}

impl SpotKey {
    /// What a place, a radius and an angle can be.
    pub const PLACES: RangeInclusive<i64> = -100_000 * PIXEL..=200_000 * PIXEL;
    pub const RADII: RangeInclusive<i64> = 1..=100_000 * PIXEL;
    pub const ANGLES: RangeInclusive<i64> = -360_000..=360_000;

    pub fn is_possible(&self) -> bool {
        [self.x, self.y].iter().all(|place| Self::PLACES.contains(place))
            && [self.rx, self.ry].iter().all(|radius| Self::RADII.contains(radius))
            && Self::ANGLES.contains(&self.angle)
    }
}

impl Key for SpotKey {
    fn at(&self) -> Micros {
        self.at
    }

    fn ease(&self) -> Ease {
        self.ease
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spotlight {
    /// Source time; the end is not part of it.
    pub start: Micros,
    pub end: Micros,
    #[serde(default)]
    pub style: SpotStyle,
    pub colour: Colour,
    /// Percent.
    pub opacity: u8,
    /// How long it takes to come, and to go.
    #[serde(default)]
    pub fade: Micros,
    /// Ordered by time, at least one.
    pub keys: Vec<SpotKey>,
}

/// An ellipse in pixels; the angle in degrees, clockwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ellipse {
    pub x: f64,
    pub y: f64,
    pub rx: f64,
    pub ry: f64,
    pub angle: f64,
}

impl Ellipse {
    /// In pixels of an output of `width` that shows `crop` of the source.
    #[must_use]
    pub fn shown(self, crop: Rect, width: f64) -> Self {
        let scale = width / crop.w.max(1e-3);
        Self {
            x: (self.x - crop.x) * scale,
            y: (self.y - crop.y) * scale,
            rx: self.rx * scale,
            ry: self.ry * scale,
            ..self
        }
    }
}

/// From the centre, of 1, where the inside begins to end and where it has ended: an SVG radial gradient says the same.
pub const EDGE: (f32, f32) = (0.92, 1.0);
/// Where a ring begins, is full, begins to end and has ended.
pub const RING: [f32; 4] = [0.84, 0.87, 0.97, 1.0];
/// How much lighter [`SpotStyle::Brighten`] makes it at full opacity.
pub const BRIGHTER: f32 = 0.5;

impl Spotlight {
    /// Its ellipse at source time `at`, in source pixels; none before and after it.
    pub fn ellipse_at(&self, at: Micros) -> Option<Ellipse> {
        if !(self.start..self.end).contains(&at) {
            return None;
        }
        let value = |of: fn(&SpotKey) -> i64| value_at(&self.keys, at, of);
        Some(Ellipse {
            x: value(|key| key.x)? / 1e3,
            y: value(|key| key.y)? / 1e3,
            rx: value(|key| key.rx)? / 1e3,
            ry: value(|key| key.ry)? / 1e3,
            angle: value(|key| key.angle)? / 1e3,
        })
    }

    /// 0 to 1, with its fades.
    pub fn opacity_at(&self, at: Micros) -> f32 {
        f32::from(self.opacity.min(100)) / 100.0 * faded(self.start, self.end, self.fade, at)
    }

    /// What of it matters from `start` to `end`; none when nothing does.
    #[must_use]
    pub fn part(&self, start: Micros, end: Micros) -> Option<Self> {
        let seen = self.start < end && self.end > start && self.opacity > 0;
        seen.then(|| Self { keys: keys_for(&self.keys, start, end).to_vec(), ..self.clone() })
    }

    fn is_sound(&self) -> bool {
        let key = |key: &SpotKey| in_time(key.at) && key.is_possible();
        is_stretch(self.start, self.end)
            && self.opacity <= 100
            && in_time(self.fade)
            && (1..=Framing::MOST_KEYS).contains(&self.keys.len())
            && self.keys.iter().all(key)
            && self.keys.windows(2).all(|pair| pair[0].at < pair[1].at)
    }
}

/// Text on the picture.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Card {
    /// Large, in the middle.
    Title { text: String },
    /// A name with a line below it, at the bottom left.
    LowerThird {
        text: String,
        #[serde(default)]
        line: String,
    },
    /// What an annotated game says of a clip: mark, name and notes along the bottom.
    Banner {
        rating: Rating,
        text: String,
        #[serde(default)]
        line: String,
    },
}

impl Card {
    pub const MOST_TEXT: usize = 120;
    pub const MOST_LINE: usize = 280;

    pub fn texts(&self) -> (&str, &str) {
        match self {
            Self::Title { text } => (text, ""),
            Self::LowerThird { text, line } | Self::Banner { text, line, .. } => (text, line),
        }
    }
}

/// A card and when it is seen, in source time; the end is not part of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TextCard {
    pub start: Micros,
    pub end: Micros,
    #[serde(flatten)]
    pub card: Card,
}

impl TextCard {
    /// How long a card takes to come, and to go. A banner is there all the time.
    const FADE: Micros = Micros(250_000);

    /// 0 to 1; 0 before and after it.
    pub fn opacity_at(&self, at: Micros) -> f32 {
        let fade = if matches!(self.card, Card::Banner { .. }) { Micros::ZERO } else { Self::FADE };
        if (self.start..self.end).contains(&at) { faded(self.start, self.end, fade, at) } else { 0.0 }
    }

    fn is_sound(&self) -> bool {
        let (text, line) = self.card.texts();
        let plain = |text: &str, most| text.chars().count() <= most && !text.chars().any(char::is_control);
        is_stretch(self.start, self.end) && plain(text, Card::MOST_TEXT) && plain(line, Card::MOST_LINE)
    }
}

#[allow(clippy::cast_precision_loss)] // A share.
fn faded(start: Micros, end: Micros, fade: Micros, at: Micros) -> f32 {
    let room = (at - start).0.min((end - at).0).max(0);
    if fade.0 <= 0 { 1.0 } else { (room as f32 / fade.0 as f32).min(1.0) }
}

fn in_time(at: Micros) -> bool {
    (Micros::ZERO..=Framing::LATEST).contains(&at)
}

fn is_stretch(start: Micros, end: Micros) -> bool {
    in_time(start) && in_time(end) && start < end
}

pub const MOST_SPOTLIGHTS: usize = 100;
pub const MOST_CARDS: usize = 20;

/// What must hold before it is stored.
pub fn is_sound(spotlights: &[Spotlight], cards: &[TextCard]) -> bool {
    spotlights.len() <= MOST_SPOTLIGHTS
        && cards.len() <= MOST_CARDS
        && spotlights.iter().all(Spotlight::is_sound)
        && cards.iter().all(TextCard::is_sound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot() -> Spotlight {
        let key = |at, x| SpotKey { at: Micros(at), x, y: 0, rx: 50_000, ry: 90_000, angle: 0, ease: Ease::Linear };
        Spotlight {
            start: Micros(1_000_000),
            end: Micros(3_000_000),
            style: SpotStyle::Ring,
            colour: Colour([255, 0, 0]),
            opacity: 80,
            fade: Micros(500_000),
            keys: vec![key(1_000_000, 0), key(3_000_000, 200_000)],
        }
    }

    #[test]
    fn a_spotlight_comes_stays_and_goes() {
        let opacity = |at| spot().opacity_at(Micros(at));
        assert!((opacity(1_250_000) - 0.4).abs() < 1e-6 && (opacity(2_000_000) - 0.8).abs() < 1e-6);
        assert_eq!(spot().ellipse_at(Micros(999_999)), None);
        assert_eq!(spot().ellipse_at(Micros(3_000_000)), None);
        let middle = spot().ellipse_at(Micros(2_000_000)).expect("an ellipse");
        assert_eq!((middle.x, middle.rx), (100.0, 50.0));
        let shown = middle.shown(Rect { x: 50.0, y: 0.0, w: 270.0, h: 480.0 }, 540.0);
        assert_eq!((shown.x, shown.ry), (100.0, 180.0));
    }

    #[test]
    fn documents_read_as_they_were_written() {
        let json = serde_json::to_string(&spot()).expect("plain");
        assert!(json.contains(r##""colour":"#ff0000""##), "{json}");
        assert_eq!(serde_json::from_str::<Spotlight>(&json).expect("a spotlight"), spot());
        let card = r#"{"start":0,"end":5,"kind":"lower_third","text":"Ilse","line":"No. 10"}"#;
        let read: TextCard = serde_json::from_str(card).expect("a card");
        assert_eq!(read.card.texts(), ("Ilse", "No. 10"));
        assert!(serde_json::from_str::<Colour>("\"#12345\"").is_err());
    }

    #[test]
    fn hostile_ones_are_refused() {
        assert!(is_sound(&[spot()], &[]));
        let with = |change: fn(&mut Spotlight)| {
            let mut spot = spot();
            change(&mut spot);
            is_sound(&[spot], &[])
        };
        assert!(!with(|it| it.keys.clear()));
        assert!(!with(|it| it.keys[1].at = Micros(0)));
        assert!(!with(|it| it.keys[0].rx = 0));
        assert!(!with(|it| it.keys[0].x = i64::MAX));
        assert!(!with(|it| it.opacity = 101));
        assert!(!with(|it| it.end = it.start));
        assert!(!with(|it| it.fade = Micros(-1)));
        let card = |text: &str| {
            let card = Card::Title { text: text.to_owned() };
            is_sound(&[], &[TextCard { start: Micros(0), end: Micros(5), card }])
        };
        assert!(card("Goal of the month") && !card("two\nlines") && !card(&"x".repeat(121)));
    }

    #[test]
    fn colours_are_what_video_says() {
        let near = |colour: [u8; 3], yuv: [f32; 3]| {
            Colour(colour).yuv().iter().zip(yuv).all(|(found, wanted)| (found - wanted).abs() < 0.6)
        };
        assert!(near([255, 255, 255], [235.0, 128.0, 128.0]) && near([0, 0, 0], [16.0, 128.0, 128.0]));
        assert!(near([255, 0, 0], [63.0, 102.0, 240.0]), "{:?}", Colour([255, 0, 0]).yuv());
    }
}
