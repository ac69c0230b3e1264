//! What the server has not confirmed yet, and what can be undone. It is kept in the browser, so that a reload goes on with it.

use super::{Session, sending};
use crate::{
    browser::storage,
    editor::history,
    reels::editor::{
        draft::{Addition, Draft},
        merge::{Conflict, Sent, rebased},
    },
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Unsent {
    /// What the server had.
    base: Draft,
    wanted: Draft,
    sent: Option<Sent>,
    additions: Vec<Addition>,
    /// What waits for a decision.
    refused: Option<Conflict>,
}

impl Unsent {
    fn is_nothing(&self) -> bool {
        self.base == self.wanted && self.sent.is_none() && self.additions.is_empty() && self.refused.is_none()
    }
}

impl Session {
    /// What is not sent, not decided or can be undone is there after a reload, in this tab. Called in a component.
    pub fn keep(self) {
        Effect::new(move |began: Option<()>| {
            // What an earlier page still sends is here already.
            if began.is_none() && sending::has_left(&self.id()) {
                self.refresh();
            }
            if began.is_none() && !self.running.get_untracked() {
                if let Some(kept) = history::kept(&self.history_key()) {
                    self.history.set(kept);
                }
                self.resume();
            }
            self.history.track();
            self.remember_history();
            self.refused.track();
            self.remember();
        });
    }

    fn key(self) -> String {
        format!("unsaved reel {}", self.id())
    }

    fn history_key(self) -> String {
        format!("history of reel {}", self.id())
    }

    pub(super) fn remember_history(self) {
        self.history.with_untracked(|history| history::store(&self.history_key(), history));
    }

    /// After every change of what waits. It goes before what can be undone, where there is no room for both.
    pub(super) fn remember(self) {
        let unsent = Unsent {
            base: self.server.with_untracked(Draft::of),
            wanted: self.draft(),
            sent: self.sent.get_untracked(),
            additions: self.additions.get_untracked(),
            refused: self.refused.get_untracked(),
        };
        let text = (!unsent.is_nothing()).then(|| serde_json::to_string(&unsent).ok()).flatten();
        if !storage::keep_for_tab(&self.key(), text.as_deref()) {
            let _ = storage::keep_for_tab(&self.history_key(), None);
            let _ = storage::keep_for_tab(&self.key(), text.as_deref());
        }
    }

    /// Goes on with what an earlier life of this tab could not send.
    fn resume(self) {
        let kept = storage::of_tab(&self.key()).and_then(|text| serde_json::from_str::<Unsent>(&text).ok());
        let Some(Unsent { base, wanted, sent, additions, refused }) = kept else { return };
        let write = sent.as_ref().map(|sent| &sent.write);
        let (mut reel, conflict) =
            self.server.with_untracked(|fresh| rebased(fresh, &base, &wanted, write, &additions));
        self.additions.set(additions);
        let come = self.take_in(&mut reel);
        self.reel.set(reel);
        self.sent.set(self.server.with_untracked(|fresh| sent.filter(|sent| sent.stands(fresh))));
        self.refused.set(conflict.map(|conflict| conflict.after(refused.clone())).or(refused));
        self.have_come(come);
        self.keep_current();
        self.save();
    }
}
