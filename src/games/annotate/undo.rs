//! What Annotate takes back and does again.

use super::annotation::Annotation;
use crate::{
    clips::{
        history::{ClipState, Way, ways},
        rebase::turned,
        types::{Clip, ClipDetails},
    },
    domain::ids::ClipId,
    editor::history::{self, History},
    live::types::Topic,
};
use leptos::prelude::*;

impl Annotation {
    /// Undo reaches back over a reload. Called in a component.
    pub fn keep_history(self) {
        let game = self.game.with_untracked(|game| game.id.clone());
        history::keep(format!("undo {game}"), self.history);
    }

    pub(super) fn made(self, id: &ClipId) {
        self.selected.set(Some(id.clone()));
        let clip = self.clips.with_untracked(|clips| clips.iter().find(|clip| clip.id == *id).cloned());
        if let Some(clip) = clip {
            let after = Some(self.saver.stored_details(&clip));
            self.record(id, None, after, None);
        }
    }

    pub(super) fn record(
        self,
        id: &ClipId,
        before: Option<ClipDetails>,
        after: Option<ClipDetails>,
        gesture: Option<String>,
    ) {
        let state = |details| vec![ClipState { id: id.clone(), details }];
        self.record_all(state(before), state(after), gesture);
    }

    /// Several clips in one step.
    pub(super) fn record_all(self, before: Vec<ClipState>, after: Vec<ClipState>, gesture: Option<String>) {
        if before != after {
            // An undo that a toast offered would now undo this.
            self.toasts.retract_actions();
            self.history.update(|history| history.push(before, after, gesture));
        }
    }

    /// Clips that were made of a file: one step of undo takes all of them away again.
    pub fn imported(self, made: Vec<Clip>) {
        // The page may be left by now.
        if made.is_empty() || self.clips.is_disposed() {
            return;
        }
        let state = |details: Option<&Clip>, id: &ClipId| ClipState {
            id: id.clone(),
            details: details.map(|clip| clip.details.clone()),
        };
        let before = made.iter().map(|clip| state(None, &clip.id)).collect();
        let after = made.iter().map(|clip| state(Some(clip), &clip.id)).collect();
        self.toasts.retract_actions();
        self.history.update(|history| history.push(before, after, None));
        let game = self.game.with_untracked(|game| game.id.clone());
        self.saver.add(made);
        self.versions.bump(&Topic::Clips(game));
    }

    pub fn can_undo(self) -> bool {
        self.history.with(History::can_undo)
    }

    pub fn can_redo(self) -> bool {
        self.history.with(History::can_redo)
    }

    pub fn undo(self) {
        self.go(History::undo);
    }

    pub fn redo(self) {
        self.go(History::redo);
    }

    fn go(self, step: impl FnOnce(&mut History<Vec<ClipState>>) -> Option<(Vec<ClipState>, Vec<ClipState>)>) {
        let Some((from, to)) = self.history.try_update(step).flatten() else { return };
        self.toasts.retract_actions();
        let mut leaving = Vec::new();
        for (id, way) in ways(from, to) {
            let clip = self.clips.with_untracked(|clips| clips.iter().find(|clip| clip.id == id).cloned());
            match (way, clip) {
                (Way::Restore, None) => self.saver.restore(id, Some(self.choose)),
                (Way::Delete, Some(clip)) => {
                    self.selected.set(None);
                    leaving.push(clip);
                }
                (Way::Change(change), Some(clip)) => {
                    let now = self.saver.stored_details(&clip);
                    let turned = turned(&now, &change.0, &change.1);
                    if turned == now {
                        self.toasts.say("That was changed again since: it stays as it is");
                    }
                    self.saver.change(&id, self.saver.shown_details(&clip, turned), true);
                    // The playhead stays: somebody may be watching.
                    self.selected.set(Some(id));
                }
                (Way::Restore, Some(_)) => {}
                (Way::Delete | Way::Change(..), None) => {
                    self.toasts.say("That clip is not there any more: nothing was changed");
                }
            }
        }
        if !leaving.is_empty() {
            self.saver.delete(leaving, Some(self.gone));
        }
    }

    /// The toast's undo is of this deletion, or there is none.
    pub(super) fn gone(self, ids: &[ClipId]) {
        let is_last = self.history.with_untracked(|history| {
            history.last().is_some_and(|(before, after)| {
                let is = |states: &[ClipState], there: bool| {
                    states.iter().all(|state| ids.contains(&state.id) && state.details.is_some() == there)
                };
                is(before, true) && is(after, false)
            })
        });
        if is_last {
            let text = if ids.len() == 1 { "Clip deleted".to_owned() } else { format!("{} clips deleted", ids.len()) };
            self.toasts.with_action(text, "Undo", self.undo_action);
        }
    }
}
