//! The edit session of one clip: its writes go one after another, each on the version that the last one gave; what is
//! changed meanwhile is joined into the next.

use super::types::{ClipDetails, ClipUpdate};
use crate::{domain::ids::ClipId, error::Code};

/// What is known of a clip's saving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edits {
    id: ClipId,
    version: i64,
    running: Option<ClipDetails>,
    pending: Option<ClipDetails>,
}

/// What to do after a write failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The same again, later.
    TryAgain,
    /// Somebody else changed it: load the latest.
    Reload,
    /// The server does not take it: show why and load what it has.
    Refused,
}

impl Edits {
    pub fn new(id: ClipId, version: i64) -> Self {
        Self { id, version, running: None, pending: None }
    }

    /// Nothing of this clip is on its way.
    pub fn is_idle(&self) -> bool {
        self.running.is_none() && self.pending.is_none()
    }

    pub fn version(&self) -> i64 {
        self.version
    }

    /// The clip shall be so. Ask [`Edits::take_next`] what to send.
    pub fn want(&mut self, details: ClipDetails) {
        self.pending = Some(details);
    }

    /// The write to send now; none while one runs.
    pub fn take_next(&mut self) -> Option<ClipUpdate> {
        if self.running.is_some() {
            return None;
        }
        let details = self.pending.take()?;
        self.running = Some(details.clone());
        Some(ClipUpdate { id: self.id.clone(), version: self.version, details })
    }

    /// The running write was stored under this version.
    pub fn saved(&mut self, version: i64) {
        self.running = None;
        self.version = version;
    }

    /// The running write failed.
    pub fn failed(&mut self, code: Code) -> Next {
        let lost = self.running.take();
        match code {
            Code::Unreachable | Code::StoreUnavailable | Code::Internal | Code::TooMany => {
                self.pending = self.pending.take().or(lost);
                Next::TryAgain
            }
            Code::Conflict | Code::NotFound => {
                self.pending = None;
                Next::Reload
            }
            _ => {
                self.pending = None;
                Next::Refused
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{rating::Rating, time::Micros};

    fn details(name: &str) -> ClipDetails {
        ClipDetails {
            start: Micros::ZERO,
            end: Micros::SECOND,
            rating: Rating::default(),
            tags: Vec::new(),
            name: name.to_owned(),
            players: String::new(),
            notes: String::new(),
        }
    }

    fn edits() -> Edits {
        Edits::new("0192f0c1-2345-7abc-8def-0123456789ab".parse().expect("an id"), 7)
    }

    #[test]
    fn one_write_at_a_time_and_the_last_state_wins() {
        let mut edits = edits();
        edits.want(details("a"));
        assert_eq!(edits.take_next().map(|update| (update.version, update.details.name)), Some((7, "a".to_owned())));
        edits.want(details("b"));
        edits.want(details("c"));
        assert_eq!(edits.take_next(), None);
        edits.saved(8);
        assert_eq!(edits.take_next().map(|update| (update.version, update.details.name)), Some((8, "c".to_owned())));
        edits.saved(9);
        assert!(edits.is_idle() && edits.take_next().is_none());
    }

    #[test]
    fn what_could_not_be_sent_is_sent_again_unless_it_is_out_of_date() {
        let mut edits = edits();
        edits.want(details("a"));
        let _ = edits.take_next();
        assert_eq!(edits.failed(Code::Unreachable), Next::TryAgain);
        assert_eq!(edits.take_next().map(|update| update.details.name), Some("a".to_owned()));
        edits.want(details("b"));
        assert_eq!(edits.failed(Code::Unreachable), Next::TryAgain);
        assert_eq!(edits.take_next().map(|update| update.details.name), Some("b".to_owned()));
        assert_eq!(edits.failed(Code::Conflict), Next::Reload);
        assert!(edits.is_idle());
    }
}
