//! How fast a transfer goes, smoothed so that a person can read it.

/// Bytes a second.
#[derive(Debug, Default)]
pub struct Rate {
    last: Option<(f64, i64)>,
    smoothed: Option<f64>,
}

impl Rate {
    /// How much of a new second counts.
    const WEIGHT: f64 = 0.25;

    /// `sent` bytes in all at `now` (milliseconds).
    #[allow(clippy::cast_precision_loss)] // Bytes of a few seconds.
    pub fn sample(&mut self, now: f64, sent: i64) -> Option<f64> {
        match self.last {
            None => self.last = Some((now, sent)),
            Some((then, before)) if now - then >= 1000.0 => {
                let fresh = (sent - before).max(0) as f64 / (now - then) * 1000.0;
                self.smoothed = Some(match self.smoothed {
                    None if fresh <= 0.0 => return None,
                    None => fresh,
                    Some(old) => old + (fresh - old) * Self::WEIGHT,
                });
                self.last = Some((now, sent));
            }
            Some(_) => {}
        }
        self.smoothed
    }

    /// After a pause the time in between does not count.
    pub fn restart(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;

    #[test]
    fn rate_is_smooth_and_none_until_bytes_move() {
        let mut rate = Rate::default();
        assert_eq!(rate.sample(0.0, 0), None);
        assert_eq!(rate.sample(1000.0, 0), None);
        assert_eq!(rate.sample(2000.0, 1000).map(|rate| rate > 0.0), Some(true));
        let before = rate.sample(2500.0, 2000);
        assert_eq!(rate.sample(2600.0, 9000), before);
    }
}
