//! What an editor stores for one clip of a reel: crop keyframes, segments, what is drawn over it and how it follows the clip in
//! front of it, on the source's own time, in whole numbers.

use super::{
    bounds::Bounds,
    geometry::{Crop, CropSpace},
    overlay::{self, Spotlight, TextCard},
    straighten::Straighten,
    time::{FrameRate, Micros},
    transition::Transition,
    volume::Volume,
};
use serde::{Deserialize, Serialize};

/// How the crop travels from one keyframe to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ease {
    /// Monotone cubic: no overshoot, still where two neighbours are equal.
    #[default]
    Smooth,
    Linear,
    /// Stays until the next keyframe, then jumps.
    Hold,
}

/// The crop at one moment. Its width follows from the reel's aspect, so a crop of the wrong shape cannot be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CropKey {
    /// Source time, from the video's first frame.
    pub at: Micros,
    /// Centre and height, in thousandths of a source pixel (after rotation).
    pub x: i64,
    pub y: i64,
    pub h: i64,
    #[serde(default)]
    pub ease: Ease,
}

/// Playing speed in percent: 25 to 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Speed(u16);

impl Speed {
    pub const NORMAL: Self = Self(100);
    pub const HALF: Self = Self(50);
    /// What the interface offers.
    pub const STEPS: [Self; 5] = [Self(25), Self(50), Self(100), Self(150), Self(200)];

    pub const fn percent(self) -> i64 {
        self.0 as i64
    }
}

impl Default for Speed {
    fn default() -> Self {
        Self::NORMAL
    }
}

impl TryFrom<u16> for Speed {
    type Error = &'static str;

    fn try_from(percent: u16) -> Result<Self, Self::Error> {
        if (25..=200).contains(&percent) { Ok(Self(percent)) } else { Err("a speed is 25 to 200 percent") }
    }
}

impl From<Speed> for u16 {
    fn from(speed: Speed) -> Self {
        speed.0
    }
}

/// A stretch of the source that plays at one speed, or from one speed to another. Its end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    pub start: Micros,
    pub end: Micros,
    #[serde(default)]
    pub speed: Speed,
    /// The speed that it has reached at its end, evenly over the time that it plays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp_to: Option<Speed>,
    /// Slower than it was recorded, pictures between two recorded ones are mixed from both.
    #[serde(default, skip_serializing_if = "is_default")]
    pub blend: bool,
}

impl Segment {
    /// Twice the mean speed, in percent.
    pub fn twice_speed(&self) -> i64 {
        self.speed.percent() + self.ramp_to.unwrap_or(self.speed).percent()
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A clip's edit in a reel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framing {
    /// Ordered by time, no two at the same time. None: the largest crop in the middle, all the time.
    #[serde(default)]
    pub crop: Vec<CropKey>,
    /// In playing order. None: the whole clip at normal speed. The first start and the last end are the clip's trim.
    #[serde(default)]
    pub segments: Vec<Segment>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub straighten: Straighten,
    /// How it follows the clip in front of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub opening: Transition,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spotlights: Vec<Spotlight>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<TextCard>,
    #[serde(default, skip_serializing_if = "Volume::is_usual")]
    pub volume: Volume,
    /// The stretch that plays. None: that of the clip, whatever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Bounds>,
}

/// The stretch of a source that an editor works on: a clip's `start..end`, on the grid of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub start: Micros,
    pub end: Micros,
    pub rate: FrameRate,
}

impl Span {
    /// Where the first and the last keyframe stand: the presentation times of the first and the last frame.
    pub fn ends(self) -> (Micros, Micros) {
        let first = self.rate.frame_at(self.start);
        let last = (self.rate.frame_at(self.end) - 1).max(first);
        (self.rate.frame_start(first), self.rate.frame_start(last))
    }

    /// The presentation time of the frame shown at `at`, within the clip.
    pub fn snap(self, at: Micros) -> Micros {
        let (first, last) = self.ends();
        self.rate.shown_at(at).clamp_to(first, last)
    }
}

/// Edits of the keyframes. Each answers a new framing, so that undo is the old one.
impl Framing {
    /// The crop is `crop` at the frame shown at `at`: edits the keyframe within half a frame of it, or writes one. Both
    /// ends of the clip get a keyframe where they have none. The first crop that a clip gets is its crop all the time, and an
    /// end up to which the picture rested goes on resting ([`Self::resting_ends`]).
    #[must_use]
    pub fn with_key_at(&self, space: CropSpace, span: Span, at: Micros, crop: Crop) -> Self {
        let (at, crop) = (span.snap(at), space.clamp(crop));
        let mut framing = self.clone();
        if framing.crop.is_empty() {
            let (first, last) = span.ends();
            framing.set(span, first, crop);
            framing.set(span, last, crop);
        } else {
            framing = framing.with_ends(space, span);
            for end in framing.resting_ends(space, span, at) {
                framing.set(span, end, crop);
            }
        }
        framing.set(span, at, crop);
        framing
    }

    /// The ends of the clip up to which the picture rests as it is at `at`, with no keyframe between: who corrects the crop there
    /// does not mean it to travel from or to where it was wrong. Towards the start only from a keyframe that is there within the
    /// clip: a new one begins a travel.
    fn resting_ends(&self, space: CropSpace, span: Span, at: Micros) -> impl Iterator<Item = Micros> + use<> {
        let (first, last) = span.ends();
        let own = self.key_near(span.rate, at);
        let key_time = |index: Option<usize>, at| index.map_or(at, |index| self.crop[index].at);
        let at = key_time(own, at);
        // After a trim there may be keyframes outside of what plays.
        let [start, stop] = [first, last].map(|end| key_time(self.key_near(span.rate, end), end));
        let here = space.crop_at(&self.crop, at);
        let rests = |end: Micros| space.crop_at(&self.crop, end) == here;
        let is_free = |from: Micros, to: Micros| !self.crop.iter().any(|key| from < key.at && key.at < to);
        let to_start = own.is_some() && start < at && at < stop && is_free(start, at) && rests(start);
        let to_end = at < stop && is_free(at, stop) && rests(stop);
        [to_start.then_some(first), to_end.then_some(last)].into_iter().flatten()
    }

    /// A keyframe at both ends of the clip, each with the crop that is there already: for a clip whose bounds changed.
    #[must_use]
    pub fn with_ends(&self, space: CropSpace, span: Span) -> Self {
        let (first, last) = span.ends();
        let mut framing = self.clone();
        for at in [first, last] {
            if framing.key_near(span.rate, at).is_none() {
                framing.set(span, at, space.crop_at(&self.crop, at));
            }
        }
        framing
    }

    /// Without the keyframe at `at`. Those at the ends of the clip stay.
    #[must_use]
    pub fn without_key_at(&self, span: Span, at: Micros) -> Self {
        let (first, last) = span.ends();
        let mut framing = self.clone();
        if let Some(index) = framing.key_near(span.rate, at)
            && ![framing.key_near(span.rate, first), framing.key_near(span.rate, last)].contains(&Some(index))
        {
            framing.crop.remove(index);
        }
        framing
    }

    /// The keyframe at `at` with another easing.
    #[must_use]
    pub fn with_ease_at(&self, span: Span, at: Micros, ease: Ease) -> Self {
        let mut framing = self.clone();
        if let Some(index) = framing.key_near(span.rate, at) {
            framing.crop[index].ease = ease;
        }
        framing
    }

    /// The index of the keyframe within half a frame of `at`.
    pub fn key_near(&self, rate: FrameRate, at: Micros) -> Option<usize> {
        let near = |key: &CropKey| (key.at.0.saturating_sub(at.0)).saturating_abs().saturating_mul(2);
        let (index, key) = self.crop.iter().enumerate().min_by_key(|(_, key)| near(key))?;
        (near(key) < rate.frame_length().0).then_some(index)
    }

    fn set(&mut self, span: Span, at: Micros, Crop { x, y, h }: Crop) {
        if let Some(index) = self.key_near(span.rate, at) {
            let CropKey { at, ease, .. } = self.crop[index];
            self.crop[index] = CropKey { at, x, y, h, ease };
        } else {
            let index = self.crop.partition_point(|key| key.at < at);
            // Easing belongs to the stretch that follows, and that one was split in two.
            let ease = index.checked_sub(1).map_or(Ease::default(), |before| self.crop[before].ease);
            self.crop.insert(index, CropKey { at, x, y, h, ease });
        }
    }
}

impl Framing {
    /// How long a clip of `start..end` plays with this edit; to the microsecond, where a plan counts frames.
    pub fn playing_length(&self, start: Micros, end: Micros) -> Micros {
        if self.segments.is_empty() {
            return Micros((end - start).0.max(0));
        }
        let parts = self.segments.iter().map(|part| {
            let kept = part.end.min(end).0.saturating_sub(part.start.max(start).0).max(0);
            kept.saturating_mul(200) / part.twice_speed()
        });
        Micros(parts.fold(0, i64::saturating_add))
    }
}

/// Why a framing that came from outside is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FramingError {
    #[error("a clip has at most {} crop keyframes and {} segments", Framing::MOST_KEYS, Framing::MOST_SEGMENTS)]
    TooMany,
    #[error("crop keyframes are ordered by time, no two at the same time")]
    KeysUnordered,
    #[error("a crop keyframe lies outside what a picture can be")]
    KeyOutOfRange,
    #[error("a segment ends before it starts, or starts before the one in front of it ends")]
    SegmentsUnordered,
    #[error("a transition is longer than a minute, or shorter than nothing")]
    TransitionOutOfRange,
    #[error("what plays of a clip is within its recording, and at most an hour long")]
    BoundsOutOfRange,
    #[error("a spotlight or a text has a time, a size or a text that is not allowed, or there are too many of them")]
    OverlayOutOfRange,
}

impl FramingError {
    /// Stable; travels to the browser.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooMany => "framing_too_large",
            Self::KeysUnordered => "keys_unordered",
            Self::KeyOutOfRange => "key_out_of_range",
            Self::SegmentsUnordered => "segments_unordered",
            Self::TransitionOutOfRange => "transition_out_of_range",
            Self::BoundsOutOfRange => "bounds_out_of_range",
            Self::OverlayOutOfRange => "overlay_out_of_range",
        }
    }
}

impl Framing {
    pub const MOST_KEYS: usize = 2_000;
    pub const MOST_SEGMENTS: usize = 200;
    /// No time of a recording lies beyond this: 100 hours.
    pub const LATEST: Micros = Micros::from_seconds(360_000);
    /// No picture is larger, in thousandths of a pixel.
    const LARGEST: i64 = 100_000 * 1_000;

    /// What must hold before a framing is stored, whatever the video is. Bounds that depend on the video are no errors:
    /// the plan cuts segments to the clip and keeps the crop in the picture.
    pub fn check(&self) -> Result<(), FramingError> {
        if self.crop.len() > Self::MOST_KEYS || self.segments.len() > Self::MOST_SEGMENTS {
            return Err(FramingError::TooMany);
        }
        let in_time = |at: Micros| (Micros::ZERO..=Self::LATEST).contains(&at);
        let length = 0..=Self::LARGEST;
        if self.crop.windows(2).any(|pair| pair[0].at >= pair[1].at) {
            return Err(FramingError::KeysUnordered);
        }
        let sound = |key: &CropKey| in_time(key.at) && [key.x, key.y, key.h].iter().all(|value| length.contains(value));
        if !self.crop.iter().all(|key| sound(key) && key.h > 0) {
            return Err(FramingError::KeyOutOfRange);
        }
        let ordered = |pair: &[Segment]| pair[0].end <= pair[1].start;
        let sound = |part: &Segment| part.start < part.end && in_time(part.start) && in_time(part.end);
        if !self.segments.iter().all(sound) || !self.segments.windows(2).all(ordered) {
            return Err(FramingError::SegmentsUnordered);
        }
        if !(Micros::ZERO..=Transition::LONGEST).contains(&self.opening.length) {
            return Err(FramingError::TransitionOutOfRange);
        }
        if !self.bounds.as_ref().is_none_or(Bounds::is_sound) {
            return Err(FramingError::BoundsOutOfRange);
        }
        if overlay::is_sound(&self.spotlights, &self.cards) { Ok(()) } else { Err(FramingError::OverlayOutOfRange) }
    }
}

#[cfg(test)]
mod tests;
