//! Following one player through small grey pictures: normalised cross-correlation with two templates (the player as pointed
//! at, and as seen last), weighted towards the middle, around where a steady motion would be.

/// A picture of light alone, rows of `width` samples.
#[derive(Debug, Clone, Copy)]
pub struct Grey<'a> {
    pub width: usize,
    pub height: usize,
    pub samples: &'a [u8],
}

/// A place in a picture: the player's middle, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub x: f32,
    pub y: f32,
}

/// Where the player is in one picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    pub at: Place,
    /// How alike it looks, -1 to 1; while it is not seen, the place is a guess and this is low.
    pub confidence: f32,
    pub is_seen: bool,
}

/// From here on it is the player.
const SEEN: f32 = 0.62;
/// From here on the template may learn from it.
const LEARNS: f32 = 0.8;
/// How much it learns from one picture.
const RATE: f32 = 0.12;
/// How far around the expected place is looked, in pixels; what it grows by for each picture in which it was not seen.
const REACH: i32 = 9;
const GROWS: i32 = 2;
const FARTHEST: i32 = 30;
/// How much the motion follows what was measured.
const STEADY: f32 = 0.45;
/// How much a pixel away from the expected place costs: another player beside it looks alike.
const PULL: f32 = 0.004;

/// What a player looks like: samples and how much each counts, together 1.
#[derive(Debug, Clone)]
struct Template {
    /// With mean 0 and length 1 by the weights.
    samples: Vec<f32>,
}

#[derive(Debug, Clone)]
pub struct Tracker {
    half: (i32, i32),
    weights: Vec<f32>,
    first: Template,
    latest: Template,
    at: Place,
    velocity: (f32, f32),
    unseen: i32,
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap
)] // Pixels.
impl Tracker {
    /// A player whose middle is `at` in `frame`, `rx` and `ry` from there to the edges. None where there is nothing to see:
    /// a plain surface, or outside of the picture.
    pub fn new(frame: Grey<'_>, at: Place, (rx, ry): (f32, f32)) -> Option<Self> {
        let half = ((rx.clamp(4.0, 24.0)) as i32, (ry.clamp(4.0, 32.0)) as i32);
        let weights = weights(half);
        let patch = patch(frame, at, half);
        let first = template(&patch, &weights)?;
        let inside = at.x >= 0.0 && at.y >= 0.0 && at.x < frame.width as f32 && at.y < frame.height as f32;
        inside.then(|| Self { half, weights, latest: first.clone(), first, at, velocity: (0.0, 0.0), unseen: 0 })
    }

    /// How many pictures in a row it was not seen.
    pub fn unseen(&self) -> i32 {
        self.unseen
    }

    /// Where it is in the next picture.
    pub fn step(&mut self, frame: Grey<'_>) -> Found {
        let expected = Place { x: self.at.x + self.velocity.0, y: self.at.y + self.velocity.1 };
        let reach = (REACH + GROWS * self.unseen).min(FARTHEST);
        let (cx, cy) = (expected.x.round() as i32, expected.y.round() as i32);
        let side = (2 * reach + 1) as usize;
        let mut scores = vec![-1.0_f32; side * side];
        let mut best = (-2.0_f32, -1.0_f32, 0_usize);
        for (index, score) in scores.iter_mut().enumerate() {
            let (dx, dy) = ((index % side) as i32 - reach, (index / side) as i32 - reach);
            let like = self.likeness(frame, cx + dx, cy + dy);
            *score = like;
            let away = ((dx * dx + dy * dy) as f32).sqrt();
            let weighed = like - PULL * away;
            if weighed > best.0 {
                best = (weighed, like, index);
            }
        }
        let (_, like, index) = best;
        // What comes back after it was hidden has to look like the player that was pointed at.
        if like < SEEN + if self.unseen > 0 { 0.08 } else { 0.0 } {
            self.unseen += 1;
            self.at = clamp(expected, frame);
            // Nobody runs on for ever.
            self.velocity = (self.velocity.0 * 0.97, self.velocity.1 * 0.97);
            return Found { at: self.at, confidence: like.max(0.0), is_seen: false };
        }
        let (column, row) = (index % side, index / side);
        let score = |x: usize, y: usize| scores[y * side + x];
        let fine = |before: Option<f32>, here: f32, after: Option<f32>| match (before, after) {
            (Some(before), Some(after)) if before - 2.0 * here + after < -1e-6 => {
                ((before - after) / (2.0 * (before - 2.0 * here + after))).clamp(-0.5, 0.5)
            }
            _ => 0.0,
        };
        let across = fine(
            (column > 0).then(|| score(column - 1, row)),
            like,
            (column + 1 < side).then(|| score(column + 1, row)),
        );
        let down =
            fine((row > 0).then(|| score(column, row - 1)), like, (row + 1 < side).then(|| score(column, row + 1)));
        let at = Place { x: (cx + column as i32 - reach) as f32 + across, y: (cy + row as i32 - reach) as f32 + down };
        let steps = (self.unseen + 1) as f32;
        // A jump back from a guess says little about the speed.
        let follows = if self.unseen > 0 { STEADY / steps } else { STEADY };
        self.velocity.0 += follows * (at.x - expected.x);
        self.velocity.1 += follows * (at.y - expected.y);
        self.at = at;
        self.unseen = 0;
        if like > LEARNS {
            self.learn(frame);
        }
        Found { at, confidence: like, is_seen: true }
    }

    /// How much the pixels around (`x`, `y`) are like either template.
    fn likeness(&self, frame: Grey<'_>, x: i32, y: i32) -> f32 {
        let (hw, hh) = self.half;
        let columns = (2 * hw + 1) as usize;
        let mut sums = Sums::default();
        let inside = x - hw >= 0 && y - hh >= 0 && x + hw < frame.width as i32 && y + hh < frame.height as i32;
        if !inside {
            // The edge goes on.
            let patch = patch(frame, Place { x: x as f32, y: y as f32 }, self.half);
            sums.add(patch.into_iter(), &self.weights, &self.first.samples, &self.latest.samples);
            return sums.likeness();
        }
        let rows = self
            .weights
            .chunks_exact(columns)
            .zip(self.first.samples.chunks_exact(columns).zip(self.latest.samples.chunks_exact(columns)));
        for (row, (weights, (first, latest))) in rows.enumerate() {
            let start = ((y - hh) as usize + row) * frame.width + (x - hw) as usize;
            let seen = frame.samples[start..start + columns].iter().map(|sample| f32::from(*sample));
            sums.add(seen, weights, first, latest);
        }
        sums.likeness()
    }

    /// The latest template becomes a little more like what is seen.
    fn learn(&mut self, frame: Grey<'_>) {
        let Some(seen) = template(&patch(frame, self.at, self.half), &self.weights) else { return };
        let mixed: Vec<f32> =
            self.latest.samples.iter().zip(&seen.samples).map(|(old, new)| old + RATE * (new - old)).collect();
        if let Some(template) = template(&mixed, &self.weights) {
            self.latest = template;
        }
    }
}

/// Sums by weights over pixels, and their products with both templates.
#[derive(Default)]
struct Sums {
    samples: f32,
    squares: f32,
    first: f32,
    latest: f32,
}

impl Sums {
    #[inline]
    fn add(&mut self, samples: impl Iterator<Item = f32>, weights: &[f32], first: &[f32], latest: &[f32]) {
        for (((sample, weight), first), latest) in samples.zip(weights).zip(first).zip(latest) {
            let weighed = sample * weight;
            self.samples += weighed;
            self.squares += weighed * sample;
            self.first += weighed * first;
            self.latest += weighed * latest;
        }
    }

    /// Covariance over deviation, a template's being 1. Its samples have mean 0, so the products need no mean.
    fn likeness(&self) -> f32 {
        let variance = self.squares - self.samples * self.samples;
        if variance > 4.0 { self.first.max(self.latest) / variance.sqrt() } else { -1.0 }
    }
}

fn clamp(at: Place, frame: Grey<'_>) -> Place {
    #[allow(clippy::cast_precision_loss)] // Pixels.
    let (width, height) = (frame.width as f32, frame.height as f32);
    Place { x: at.x.clamp(0.0, width - 1.0), y: at.y.clamp(0.0, height - 1.0) }
}

/// A bell over the ellipse: the grass in the corners says nothing of the player.
#[allow(clippy::cast_precision_loss)] // Pixels.
fn weights((hw, hh): (i32, i32)) -> Vec<f32> {
    let bell = |x: i32, y: i32| {
        let (across, down) = (x as f32 / hw as f32, y as f32 / hh as f32);
        (-1.6 * (across * across + down * down)).exp()
    };
    let all: Vec<f32> = (-hh..=hh).flat_map(|y| (-hw..=hw).map(move |x| bell(x, y))).collect();
    let sum: f32 = all.iter().sum();
    all.into_iter().map(|weight| weight / sum).collect()
}

/// The samples around `at`, between pixels where it lies between them.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap
)] // Pixels.
fn patch(frame: Grey<'_>, at: Place, (hw, hh): (i32, i32)) -> Vec<f32> {
    let (left, top) = (at.x.floor(), at.y.floor());
    let (part_x, part_y) = (at.x - left, at.y - top);
    let sample = |x: i32, y: i32| {
        let x = x.clamp(0, frame.width as i32 - 1) as usize;
        let y = y.clamp(0, frame.height as i32 - 1) as usize;
        f32::from(frame.samples.get(y * frame.width + x).copied().unwrap_or_default())
    };
    let (left, top) = (left as i32, top as i32);
    let mixed = |x: i32, y: i32| {
        let above = sample(x, y) + part_x * (sample(x + 1, y) - sample(x, y));
        let below = sample(x, y + 1) + part_x * (sample(x + 1, y + 1) - sample(x, y + 1));
        above + part_y * (below - above)
    };
    (-hh..=hh).flat_map(|y| (-hw..=hw).map(move |x| mixed(left + x, top + y))).collect()
}

/// None where there is nothing to tell it by.
fn template(patch: &[f32], weights: &[f32]) -> Option<Template> {
    let mean: f32 = patch.iter().zip(weights).map(|(sample, weight)| sample * weight).sum();
    let variance: f32 = patch.iter().zip(weights).map(|(sample, weight)| (sample - mean).powi(2) * weight).sum();
    (variance > 1e-6).then(|| {
        let length = variance.sqrt();
        Template { samples: patch.iter().map(|sample| (sample - mean) / length).collect() }
    })
}

#[cfg(test)]
mod tests;
