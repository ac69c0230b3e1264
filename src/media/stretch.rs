//! Sound whose speed changes while it plays, at the pitch that it has: short grains, laid over each other where they fit best
//! (WSOLA). ffmpeg's `atempo` loses time at every change of speed.

/// Left and right.
const CHANNELS: usize = 2;
/// A grain is 40 ms at 48 kHz; half of it is shared with the next one.
const HOP: usize = 960;
const GRAIN: usize = 2 * HOP;
/// How far a grain may be moved to fit, and in which steps that is tried.
const REACH: usize = 480;
const STEP: usize = 8;

/// Stretches what `source` gives, from the place that `place` says for each output sample, both counted per channel. `source`
/// adds about so many more samples to its end, none after the last.
pub struct Stretch<S, P> {
    source: S,
    place: P,
    /// What was read, from sample `base` on.
    held: Vec<f32>,
    base: usize,
    has_ended: bool,
    /// Where the last grain began.
    last: Option<usize>,
    /// The second half of the last grain, which the next one is added to.
    tail: Vec<f32>,
    done: usize,
}

impl<S, P, E> Stretch<S, P>
where
    S: FnMut(usize, &mut Vec<f32>) -> Result<(), E>,
    P: Fn(f64) -> f64,
{
    pub fn new(source: S, place: P) -> Self {
        let tail = vec![0.0; HOP * CHANNELS];
        Self { source, place, held: Vec::new(), base: 0, has_ended: false, last: None, tail, done: 0 }
    }

    /// The next samples, always as many; silence where the source has ended.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Places in a recording.
    pub fn block(&mut self) -> Result<Vec<f32>, E> {
        let wanted = (self.place)(self.done as f64).max(0.0) as usize;
        self.read_to(wanted + REACH + GRAIN)?;
        let start = self.fitting(wanted);
        let mut out = std::mem::take(&mut self.tail);
        let mut tail = vec![0.0; HOP * CHANNELS];
        for n in 0..GRAIN {
            let phase = n as f32 / GRAIN as f32 * std::f32::consts::TAU;
            // The first grain has none in front of it that it could share with.
            let weight = if self.last.is_none() && n < HOP { 1.0 } else { 0.5 - 0.5 * phase.cos() };
            let (half, at) = if n < HOP { (&mut out, n) } else { (&mut tail, n - HOP) };
            for channel in 0..CHANNELS {
                half[at * CHANNELS + channel] += weight * self.sample(start + n, channel);
            }
        }
        self.tail = tail;
        self.last = Some(start);
        self.done += HOP;
        self.forget(start.saturating_sub(REACH).min(wanted.saturating_sub(REACH)));
        Ok(out)
    }

    /// The place near `wanted` where a grain goes on best from the one before it.
    fn fitting(&self, wanted: usize) -> usize {
        let Some(last) = self.last else { return wanted };
        let follows = last + HOP;
        let from = wanted.saturating_sub(REACH).max(self.base);
        let likeness = |at: usize| -> f32 {
            let pairs = (0..HOP).step_by(STEP).map(|n| (self.mono(at + n), self.mono(follows + n)));
            let (product, power) = pairs.fold((0.0, 1.0), |(product, power), (a, b)| (product + a * b, power + a * a));
            product / power.sqrt()
        };
        let mut best = (wanted, likeness(wanted) + 1e-3);
        for at in (from..=wanted + REACH).step_by(STEP) {
            let found = likeness(at);
            if found > best.1 {
                best = (at, found);
            }
        }
        best.0
    }

    fn mono(&self, at: usize) -> f32 {
        self.sample(at, 0) + self.sample(at, 1)
    }

    fn sample(&self, at: usize, channel: usize) -> f32 {
        let index = at.checked_sub(self.base).map(|at| at * CHANNELS + channel);
        index.and_then(|index| self.held.get(index)).copied().unwrap_or(0.0)
    }

    fn read_to(&mut self, end: usize) -> Result<(), E> {
        while !self.has_ended && self.base + self.held.len() / CHANNELS < end {
            let before = self.held.len();
            (self.source)(GRAIN, &mut self.held)?;
            self.has_ended = self.held.len() == before;
        }
        Ok(())
    }

    /// What lies in front of `start` is not looked at any more, but for what the next grain may be compared with.
    fn forget(&mut self, start: usize) {
        let count = start.saturating_sub(self.base).min(self.held.len() / CHANNELS);
        if count > 4 * GRAIN {
            self.held.drain(..count * CHANNELS);
            self.base += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    /// A tone of 440 Hz, of a length in samples.
    fn tone(length: usize) -> impl FnMut(usize, &mut Vec<f32>) -> Result<(), Infallible> {
        let mut at = 0;
        move |count, to| {
            #[allow(clippy::cast_precision_loss)]
            for n in at..(at + count).min(length) {
                let value = 10_000.0 * (n as f32 * 440.0 / 48_000.0 * std::f32::consts::TAU).sin();
                to.extend([value, value]);
            }
            at += count;
            Ok(())
        }
    }

    fn left(blocks: usize, length: usize, place: impl Fn(f64) -> f64) -> Vec<f32> {
        let mut stretch = Stretch::new(tone(length), place);
        let blocks = (0..blocks).flat_map(|_| {
            let Ok(block) = stretch.block();
            block
        });
        blocks.step_by(2).collect()
    }

    fn rising(samples: &[f32]) -> usize {
        samples.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count()
    }

    #[test]
    fn the_pitch_stays_whatever_the_speed() {
        for speed in [0.5, 1.0, 1.7] {
            let out = left(50, 480_000, |at| at * speed);
            assert!(rising(&out).abs_diff(440) <= 8, "{} in a second at {speed}", rising(&out));
            let loudest = out.iter().fold(0.0_f32, |most, it| most.max(it.abs()));
            assert!((9_000.0..10_800.0).contains(&loudest), "{loudest} at {speed}");
        }
    }

    #[test]
    fn at_its_own_speed_it_is_what_it_was() {
        let out = left(10, 48_000, |at| at);
        let mut plain = Vec::new();
        let Ok(()) = tone(48_000)(9_600, &mut plain);
        let off = out.iter().zip(plain.iter().step_by(2)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < 1.0, "{off}");
    }

    #[test]
    fn after_the_end_it_is_silent() {
        let out = left(20, 4_800, |at| at * 2.0);
        assert!(out[8_000..].iter().all(|it| it.abs() < 1.0));
    }
}
