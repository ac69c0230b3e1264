//! How many parts fly at once: one more is tried when the last one brought something, and given back when it did not.

/// Fewer lose time between two parts.
pub const LEAST: usize = 2;
/// Browsers open six connections to a host.
pub const MOST: usize = 6;
/// When the page's own requests share those connections.
pub const MOST_SHARED: usize = 3;
const START: usize = 3;
/// How long one width is measured, in milliseconds.
const WINDOW_MS: f64 = 8_000.0;
/// What a wider transfer must bring to stay so.
const GAIN: f64 = 1.05;
/// Windows without an attempt after one that brought nothing.
const HOLD: u32 = 6;

#[derive(Debug)]
pub struct Width {
    now: usize,
    most: usize,
    /// When the window began, and how much had been sent then.
    window: Option<(f64, i64)>,
    /// Bytes a millisecond of the window before the last step.
    before: Option<f64>,
    hold: u32,
}

impl Width {
    pub fn new(most: usize) -> Self {
        let most = most.clamp(LEAST, MOST);
        Self { now: START.min(most), most, window: None, before: None, hold: 0 }
    }

    pub fn widen(&mut self, most: usize) {
        self.most = most.clamp(LEAST, MOST);
    }

    pub const fn get(&self) -> usize {
        self.now
    }

    /// `sent` bytes in all at `now` (milliseconds); `busy` when as many parts fly as may.
    #[allow(clippy::cast_precision_loss)] // Bytes of some seconds.
    pub fn sample(&mut self, now: f64, sent: i64, busy: bool) {
        let Some((since, had)) = self.window.filter(|_| busy) else {
            // A window with an idle connection says nothing about one more.
            self.window = Some((now, sent));
            return;
        };
        if now - since < WINDOW_MS {
            return;
        }
        self.window = Some((now, sent));
        let rate = (sent - had).max(0) as f64 / (now - since);
        match self.before.take() {
            Some(before) if rate < before * GAIN => {
                self.now = (self.now - 1).max(LEAST);
                self.hold = HOLD;
            }
            _ if self.hold > 0 => self.hold -= 1,
            _ if self.now < self.most => {
                self.now += 1;
                self.before = Some(rate);
            }
            _ => {}
        }
    }

    /// The store or the line failed: fewer at once.
    pub fn failed(&mut self) {
        self.now = (self.now / 2).max(LEAST);
        (self.window, self.before, self.hold) = (None, None, HOLD);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The width after so many minutes on a line that gives this many bytes a second to `width` connections.
    fn after(minutes: u32, most: usize, line: impl Fn(usize) -> i64) -> usize {
        let mut width = Width::new(most);
        let mut sent = 0;
        for second in 0..minutes * 60 {
            width.sample(f64::from(second) * 1000.0, sent, true);
            sent += line(width.get());
        }
        width.get()
    }

    #[test]
    fn widens_while_it_brings_something() {
        assert_eq!(after(5, MOST, |width| 1_000_000 * i64::try_from(width).unwrap_or(0)), MOST);
        assert_eq!(after(5, MOST_SHARED, |width| 1_000_000 * i64::try_from(width).unwrap_or(0)), MOST_SHARED);
        let full = after(5, MOST, |_| 1_000_000);
        assert!((START..=START + 1).contains(&full), "one more than the line carries is only tried: {full}");
    }

    #[test]
    fn failures_narrow_it_and_idle_connections_say_nothing() {
        let mut width = Width::new(MOST);
        for second in 0..100 {
            width.sample(f64::from(second) * 1000.0, 0, false);
        }
        assert_eq!(width.get(), START);
        width.failed();
        width.failed();
        assert_eq!(width.get(), LEAST);
    }
}
