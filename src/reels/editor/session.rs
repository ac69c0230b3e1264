//! The edit session of a reel in this tab: what is shown, what the server has, and the one loop that makes them equal
//! (`sending`). Every change is shown at once and sent at once; while a write runs, further changes wait and go together.

mod adding;
mod sending;
mod unsent;

use super::{
    draft::{Addition, Draft, pin, reshape, revert, take_parts},
    merge::{Conflict, Of, Sent, join},
};
use crate::{
    domain::{
        aspect::Aspect,
        framing::Framing,
        ids::{ReelClipId, ReelId},
    },
    editor::history::History,
    live::versions::Versions,
    reels::{
        api::get_reel,
        types::{Reel, ReelClip},
    },
    ui::toast::Toasts,
};
use leptos::{prelude::*, task::spawn_local};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveState {
    Saved,
    Saving,
    /// The server does not answer; it is tried again.
    Waiting,
}

#[derive(Clone, Copy)]
pub struct Session {
    /// What is shown, changes included.
    pub reel: RwSignal<Reel>,
    /// What the server has, as far as we know.
    server: RwSignal<Reel>,
    additions: RwSignal<Vec<Addition>>,
    /// A write that has no answer yet: it is made again until there is one.
    sent: RwSignal<Option<Sent>>,
    pub state: RwSignal<SaveState>,
    history: RwSignal<History<Draft>>,
    /// The clip being framed.
    pub current: RwSignal<Option<ReelClipId>>,
    running: RwSignal<bool>,
    /// Whether the whole reel is being watched.
    pub watching: RwSignal<bool>,
    /// What a toast of this page may do. Callbacks live as long as the owner they are made under: here the page's, not
    /// that of a row that was just removed.
    undo_action: Callback<()>,
    /// What was changed here and elsewhere, until somebody decides.
    pub refused: RwSignal<Option<Conflict>>,
    versions: Versions,
    pub toasts: Toasts,
}

impl Session {
    pub fn new(reel: Reel, current: Option<ReelClipId>) -> Self {
        let page = StoredValue::new(None::<Self>);
        let undo_action = Callback::new(move |()| {
            if let Some(page) = page.get_value() {
                page.undo();
            }
        });
        let session = if let Some(earlier) = sending::of_tab(&reel.id) {
            // What an earlier page of this reel has not sent yet is a part of this one.
            let (watching, toasts) = (RwSignal::new(false), Toasts::expect());
            let session = Self { undo_action, watching, toasts, versions: Versions::expect(), ..earlier.kept() };
            session.adopt(reel, Of::Look);
            session
        } else {
            Self {
                current: RwSignal::new(reel.clips.first().map(|clip| clip.id.clone())),
                server: RwSignal::new(reel.clone()),
                reel: RwSignal::new(reel),
                additions: RwSignal::new(Vec::new()),
                sent: RwSignal::new(None),
                state: RwSignal::new(SaveState::Saved),
                history: RwSignal::new(History::default()),
                running: RwSignal::new(false),
                watching: RwSignal::new(false),
                undo_action,
                refused: RwSignal::new(None),
                versions: Versions::expect(),
                toasts: Toasts::expect(),
            }
        };
        if session.reel.with_untracked(|reel| reel.clips.iter().any(|clip| Some(&clip.id) == current.as_ref())) {
            session.current.set(current);
        }
        page.set_value(Some(session));
        session
    }

    pub fn id(self) -> ReelId {
        self.reel.with_untracked(|reel| reel.id.clone())
    }

    /// The clip being framed.
    pub fn clip(self) -> Option<ReelClip> {
        self.current.with(|id| {
            let id = id.as_ref()?;
            self.reel.with(|reel| reel.clips.iter().find(|clip| clip.id == *id).cloned())
        })
    }

    /// A change by a person: shown, remembered for undo, sent. Changes of one `gesture` in a row are undone together.
    pub fn change(self, gesture: Option<String>, change: impl FnOnce(&mut Reel)) {
        let before = self.reel.with_untracked(Draft::of);
        self.reel.update(change);
        self.keep_current();
        self.commit(before, gesture);
    }

    /// Remembers and sends what was changed since `before`, for changes that were shown already.
    pub fn commit(self, before: Draft, gesture: Option<String>) {
        if self.reel.with_untracked(Draft::of) != before {
            // Once there is something to lose, what plays stays what it is.
            self.reel.update(pin);
            let after = self.reel.with_untracked(Draft::of);
            // An undo that a toast offered would now undo this.
            self.toasts.retract_actions();
            self.history.update(|history| history.push(before, after, gesture));
            self.save();
        }
    }

    pub fn draft(self) -> Draft {
        self.reel.with_untracked(Draft::of)
    }

    /// Shows another framing of the current clip without saving it yet: while a drag goes on.
    pub fn show_framing(self, framing: Framing) {
        let Some(id) = self.current.get_untracked() else { return };
        self.reel.update(|reel| {
            if let Some(clip) = reel.clips.iter_mut().find(|clip| clip.id == id) {
                clip.framing = framing;
            }
        });
    }

    pub fn set_framing(self, gesture: Option<String>, framing: Framing) {
        let before = self.draft();
        self.show_framing(framing);
        self.commit(before, gesture);
    }

    /// The framing of the current clip as it was before a gesture that one more step would go on with.
    pub fn framing_before(self, gesture: &str) -> Option<Framing> {
        let (now, id) = (self.draft(), self.current.get_untracked()?);
        self.history.with_untracked(|history| {
            let clip = history.before(gesture, &now)?.clips.iter().find(|clip| clip.id == id)?;
            Some(clip.framing.clone())
        })
    }

    pub fn set_aspect(self, aspect: Aspect) {
        self.change(None, |reel| reshape(reel, aspect));
    }

    /// Moves a clip to another place.
    pub fn move_clip(self, id: &ReelClipId, to: usize) {
        self.change(None, |reel| {
            if let Some(from) = reel.clips.iter().position(|clip| clip.id == *id) {
                let clip = reel.clips.remove(from);
                reel.clips.insert(to.min(reel.clips.len()), clip);
            }
        });
    }

    pub fn remove_clip(self, id: &ReelClipId) {
        let name = self.reel.with_untracked(|reel| {
            reel.clips.iter().find(|clip| clip.id == *id).map(|clip| clip.clip.title()).unwrap_or_default()
        });
        self.change(None, |reel| reel.clips.retain(|clip| clip.id != *id));
        self.toasts.with_action(format!("Removed {name}"), "Undo", self.undo_action);
    }

    pub fn can_undo(self) -> bool {
        self.history.with(History::can_undo)
    }

    pub fn can_redo(self) -> bool {
        self.history.with(History::can_redo)
    }

    pub fn undo(self) {
        self.step_history(History::undo);
    }

    pub fn redo(self) {
        self.step_history(History::redo);
    }

    fn step_history(self, step: impl FnOnce(&mut History<Draft>) -> Option<(Draft, Draft)>) {
        let Some((from, to)) = self.history.try_update(step).flatten() else { return };
        self.toasts.retract_actions();
        let removed = self.reel.try_update(|reel| revert(reel, &from, &to)).unwrap_or_default();
        self.additions.update(|all| {
            // What has not come back yet, and now is not to.
            all.retain(|waiting| !from.has(&waiting.id) || to.has(&waiting.id));
            for Addition { id, place, .. } in all {
                if let (Some(place), Some(from), Some(to)) = (place, from.find(id), to.find(id)) {
                    take_parts(&mut place.framing, &from.framing, &to.framing, |same| !same.there);
                }
            }
        });
        self.bring_back(removed);
        self.keep_current();
        self.save();
    }

    /// Asks the server for the reel as it is now; what is being edited here stays.
    pub fn refresh(self) {
        let id = self.id();
        spawn_local(async move {
            if let Ok(latest) = get_reel(id).await {
                self.adopt(latest, Of::Look);
                // It is out of the trash again: what waits for it goes on.
                if self.state.try_get_untracked() == Some(SaveState::Waiting) {
                    self.save();
                }
            }
        });
    }

    fn adopt(self, mut latest: Reel, of: Of) {
        let Some(sent) = self.sent.try_get_untracked() else { return };
        if of == Of::Write {
            self.sent.set(None);
        }
        // An answer that was overtaken by a write is older than what we have.
        if of != Of::Refusal && self.server.with_untracked(|known| known.version > latest.version) {
            return;
        }
        let mut merged = self.reel.get_untracked();
        let conflict = self.server.with_untracked(|known| {
            for clip in latest.clips.iter_mut().filter(|_| of != Of::Refusal) {
                if let Some(newer) =
                    known.clips.iter().find(|other| other.id == clip.id && other.version > clip.version)
                {
                    *clip = newer.clone();
                }
            }
            let sent = sent.as_ref().map(|sent| &sent.write);
            self.additions.with_untracked(|additions| join(&mut merged, known, sent, additions, &latest, of))
        });
        if sent.is_some_and(|sent| !sent.stands(&latest)) {
            self.sent.set(None);
        }
        if let Some(conflict) = conflict {
            self.refused.update(|refused| *refused = Some(conflict.after(refused.take())));
        }
        let come = self.take_in(&mut merged);
        if self.reel.with_untracked(|reel| *reel != merged) {
            self.reel.set(merged);
        }
        self.server.set(latest);
        self.have_come(come);
        self.keep_current();
        self.remember();
    }

    /// The clip being framed is one of the reel.
    fn keep_current(self) {
        let first = self.reel.with_untracked(|reel| {
            let is_there =
                self.current.with_untracked(|id| reel.clips.iter().any(|clip| Some(&clip.id) == id.as_ref()));
            (!is_there).then(|| reel.clips.first().map(|clip| clip.id.clone()))
        });
        if let Some(first) = first {
            self.current.set(first);
        }
    }

    /// After a conflict: what was done here, on top of what is there now.
    pub fn keep_mine(self) {
        if let Some(Conflict { shown, wanted }) = self.refused.try_update(Option::take).flatten() {
            self.change(None, |reel| drop(revert(reel, &shown, &wanted)));
        }
    }
}
