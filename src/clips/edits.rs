//! The edit session of one clip: its writes go one after another, each on the version that the last one gave; what is
//! changed meanwhile is joined into the next.

use super::{
    rebase::{collides, insisted, turned},
    types::{ClipDetails, ClipUpdate},
};
use crate::{domain::ids::ClipId, error::Code};
use serde::{Deserialize, Serialize};

/// So many states without an answer are remembered: who types without a connection makes a new one every few seconds.
const MOST_SENT: usize = 32;

/// What is known of a clip's saving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edits {
    id: ClipId,
    version: i64,
    /// What the server has at that version.
    base: ClipDetails,
    running: Option<ClipDetails>,
    pending: Option<ClipDetails>,
    /// What was sent without an answer: one of it may have been stored all the same.
    sent: Vec<ClipDetails>,
    /// Somebody asks what became of it elsewhere.
    #[serde(skip)]
    asking: bool,
    /// It was changed elsewhere in the same place: a person decides.
    held: bool,
}

/// What to do after a write failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The same again, later.
    TryAgain,
    /// It was changed elsewhere: ask what it is now, and [`Edits::rebase`].
    Rebase,
    /// It was deleted elsewhere: a person decides.
    Gone,
    /// The server does not take it: show why and load what it has.
    Refused,
}

/// As the server stores it.
fn cleaned(details: &ClipDetails) -> ClipDetails {
    let trimmed = |text: &String| text.trim().to_owned();
    let (name, players, notes) = (trimmed(&details.name), trimmed(&details.players), trimmed(&details.notes));
    ClipDetails { name, players, notes, ..details.clone() }
}

/// What became of changes on top of a newer version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rebased {
    /// Both stand.
    Joined(ClipDetails),
    /// A person decides: nothing is sent until then.
    Held,
}

impl Edits {
    pub fn new(id: ClipId, version: i64, base: ClipDetails) -> Self {
        Self { id, version, base, running: None, pending: None, sent: Vec::new(), asking: false, held: false }
    }

    /// Nothing of this clip is on its way.
    pub fn is_idle(&self) -> bool {
        self.running.is_none() && self.pending.is_none()
    }

    /// What the clip shall be, where the server has not confirmed it.
    pub fn wanted(&self) -> Option<&ClipDetails> {
        self.pending.as_ref().or(self.running.as_ref())
    }

    /// What the server has, and what it does not have yet.
    pub fn unsent(&self) -> Option<(ClipDetails, ClipDetails)> {
        Some((self.base.clone(), self.wanted()?.clone()))
    }

    /// The clip shall be so. Ask [`Edits::take_next`] what to send.
    pub fn want(&mut self, details: ClipDetails) {
        self.pending = Some(details);
    }

    /// The server has made the clip: what was changed since stands on that.
    pub fn made(&mut self, version: i64, base: ClipDetails) {
        (self.version, self.base) = (version, base);
    }

    /// The write to send now; none while one runs.
    pub fn take_next(&mut self) -> Option<ClipUpdate> {
        if self.running.is_some() || self.held || self.asking {
            return None;
        }
        let details = self.pending.take()?;
        self.running = Some(details.clone());
        Some(ClipUpdate { id: self.id.clone(), version: self.version, details })
    }

    /// The running write was stored, as this: texts are cleaned on the way.
    pub fn saved(&mut self, version: i64, stored: ClipDetails) {
        self.running = None;
        self.sent.clear();
        (self.version, self.base) = (version, stored);
    }

    /// Asks once more what a person has to decide.
    pub fn let_go(&mut self) -> bool {
        std::mem::take(&mut self.held)
    }

    /// It was deleted elsewhere: a person decides.
    pub fn hold(&mut self) {
        self.held = true;
    }

    /// The running write failed; what it would have written waits again, unless the server does not take it.
    pub fn failed(&mut self, code: Code) -> Next {
        let lost = self.running.take();
        match code {
            code if code.may_pass() => {
                self.remember(lost.as_ref());
                self.pending = self.pending.take().or(lost);
                Next::TryAgain
            }
            Code::Conflict => {
                self.pending = self.pending.take().or(lost);
                self.asking = true;
                Next::Rebase
            }
            Code::NotFound => {
                self.pending = self.pending.take().or(lost);
                self.held = true;
                Next::Gone
            }
            _ => {
                self.pending = None;
                Next::Refused
            }
        }
    }

    /// One state for each, however often it was tried.
    fn remember(&mut self, lost: Option<&ClipDetails>) {
        if let Some(lost) = lost.filter(|lost| !self.sent.contains(lost)) {
            if self.sent.len() >= MOST_SENT {
                self.sent.remove(0);
            }
            self.sent.push(lost.clone());
        }
    }

    /// Puts what waits on top of what the clip became elsewhere.
    pub fn rebase(&mut self, version: i64, theirs: &ClipDetails) -> Rebased {
        self.asking = false;
        // Stored, and its answer was lost: nobody else was here.
        if std::mem::take(&mut self.sent).iter().any(|sent| cleaned(sent) == cleaned(theirs)) {
            self.base = theirs.clone();
        }
        let Some(mine) = self.pending.clone() else {
            self.made(version, theirs.clone());
            return Rebased::Joined(theirs.clone());
        };
        if collides(&self.base, &mine, theirs) {
            self.held = true;
            return Rebased::Held;
        }
        self.stand_on(version, theirs, turned(theirs, &self.base, &mine))
    }

    /// A person decided: what was changed here counts.
    pub fn insist(&mut self, version: i64, theirs: &ClipDetails) -> Option<ClipDetails> {
        let mine = self.pending.clone()?;
        self.held = false;
        match self.stand_on(version, theirs, insisted(&self.base, &mine, theirs)) {
            Rebased::Joined(details) => Some(details),
            Rebased::Held => None,
        }
    }

    fn stand_on(&mut self, version: i64, theirs: &ClipDetails, wanted: ClipDetails) -> Rebased {
        self.made(version, theirs.clone());
        self.pending = (wanted != *theirs).then(|| wanted.clone());
        Rebased::Joined(wanted)
    }

    /// As it is kept over a reload: what was on its way waits again.
    #[must_use]
    pub fn kept(&self) -> Option<Self> {
        let pending = Some(self.wanted()?.clone());
        let sent = self.sent.iter().chain(&self.running).cloned().collect();
        Some(Self { running: None, pending, sent, asking: false, held: false, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{rating::Rating, time::Micros};

    fn details(name: &str) -> ClipDetails {
        ClipDetails { name: name.to_owned(), ..ClipDetails::of(Micros::ZERO, Micros::SECOND) }
    }

    fn edits() -> Edits {
        Edits::new("0192f0c1-2345-7abc-8def-0123456789ab".parse().expect("an id"), 7, details(""))
    }

    #[test]
    fn one_write_at_a_time_and_the_last_state_wins() {
        let mut edits = edits();
        edits.want(details("a"));
        assert_eq!(edits.take_next().map(|update| (update.version, update.details.name)), Some((7, "a".to_owned())));
        edits.want(details("b"));
        edits.want(details("c"));
        assert_eq!(edits.take_next(), None);
        edits.saved(8, details("a"));
        assert_eq!(edits.take_next().map(|update| (update.version, update.details.name)), Some((8, "c".to_owned())));
        edits.saved(9, details("c"));
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
        let _ = edits.take_next();
        edits.saved(8, details("b"));
        edits.want(details("c"));
        let _ = edits.take_next();
        assert_eq!(edits.failed(Code::Invalid), Next::Refused);
        assert!(edits.is_idle());
    }

    #[test]
    fn changes_of_other_fields_are_joined_and_of_the_same_held() {
        let rated = |name: &str| ClipDetails { rating: Rating::Brilliant, ..details(name) };
        let mut edits = edits();
        edits.want(details("Volley"));
        let _ = edits.take_next();
        assert_eq!(edits.failed(Code::Conflict), Next::Rebase);
        // Nothing is sent while somebody asks.
        edits.want(details("Volley"));
        assert_eq!(edits.take_next(), None);
        assert_eq!(edits.rebase(9, &rated("")), Rebased::Joined(rated("Volley")));
        assert_eq!(edits.take_next().map(|update| (update.version, update.details)), Some((9, rated("Volley"))));
        // The answer was lost: what is there is what was meant.
        assert_eq!(edits.failed(Code::Conflict), Next::Rebase);
        assert_eq!(edits.rebase(10, &rated("Volley")), Rebased::Joined(rated("Volley")));
        assert!(edits.is_idle());

        edits.want(rated("Header"));
        let _ = edits.take_next();
        assert_eq!(edits.failed(Code::Conflict), Next::Rebase);
        assert_eq!(edits.rebase(12, &details("Bicycle kick")), Rebased::Held);
        assert!(edits.take_next().is_none() && !edits.is_idle());
        let kept = edits.kept().expect("something waits");
        assert_eq!(kept.wanted(), Some(&rated("Header")));
        assert_eq!(edits.insist(12, &details("Bicycle kick")), Some(details("Header")));
        assert_eq!(
            edits.take_next().map(|update| (update.version, update.details.name)),
            Some((12, "Header".to_owned()))
        );
    }
    #[test]
    fn what_was_stored_without_an_answer_is_no_work_of_others() {
        let mut edits = edits();
        edits.want(details("Vol"));
        let _ = edits.take_next();
        assert_eq!(edits.failed(Code::Unreachable), Next::TryAgain);
        edits.want(details("Volley"));
        let kept = edits.kept().expect("something waits");
        for mut edits in [edits, kept] {
            let _ = edits.take_next();
            // The first one had arrived.
            assert_eq!(edits.failed(Code::Conflict), Next::Rebase);
            assert_eq!(edits.rebase(8, &details("Vol")), Rebased::Joined(details("Volley")));
        }
    }
    #[test]
    fn hours_without_a_connection_do_not_pile_up() {
        let mut edits = edits();
        for n in 0..500 {
            edits.want(details(&format!("{}", n / 5)));
            let _ = edits.take_next();
            assert_eq!(edits.failed(Code::Unreachable), Next::TryAgain);
        }
        assert_eq!(edits.sent.len(), MOST_SENT);
        assert_eq!(edits.sent.last(), Some(&details("99")));
    }
}
