//! What the server has not confirmed yet. It is kept in the browser, so that a reload or a crash goes on with it.

use crate::{
    browser::storage,
    clips::{
        edits::Edits,
        types::{Clip, ClipDetails, NewClip},
    },
    domain::ids::{ClipId, GameId},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
};

pub struct Pending {
    game: GameId,
    pub edits: HashMap<ClipId, Edits>,
    /// Made here; the server has not answered.
    pub made: HashMap<ClipId, NewClip>,
    /// Deleted here; the server has not answered.
    pub leaving: HashSet<ClipId>,
    /// What was not sent of a clip when it was deleted: what the server had, and what was wanted. Should it come back, it is.
    pub unsent: HashMap<ClipId, (ClipDetails, ClipDetails)>,
    /// Brought back here; the server has not answered.
    pub returning: HashSet<ClipId>,
    /// What the server has of each clip: its version, and its details as they are stored.
    pub known: HashMap<ClipId, (i64, ClipDetails)>,
}

/// As the browser keeps it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    pub edits: Vec<(ClipId, Edits)>,
    pub made: Vec<(ClipId, NewClip)>,
    pub leaving: Vec<ClipId>,
    pub returning: Vec<ClipId>,
    pub unsent: Vec<(ClipId, (ClipDetails, ClipDetails))>,
}

impl Kept {
    fn is_empty(&self) -> bool {
        let has_calls = !self.made.is_empty() || !self.leaving.is_empty() || !self.returning.is_empty();
        !has_calls && self.edits.is_empty() && self.unsent.is_empty()
    }
}

fn key(game: &GameId) -> String {
    format!("unsaved {game}")
}

thread_local! {
    /// What waits in this tab, by game: a page that is left goes on sending, and the next one of the same game goes on with the
    /// same. Only the browser's effects come here.
    static OF_TAB: RefCell<HashMap<GameId, ArcStoredValue<Pending>>> = RefCell::new(HashMap::new());
}

/// What an earlier page of this game still sends; `fresh` from now on where there is none. Answers whether there was one.
pub fn of_tab(game: &GameId, fresh: &ArcStoredValue<Pending>) -> (ArcStoredValue<Pending>, bool) {
    OF_TAB.with_borrow_mut(|all| {
        all.retain(|known, pending| known == game || pending.with_value(|pending| !pending.all_idle()));
        if let Some(known) = all.get(game).filter(|pending| pending.with_value(|pending| !pending.all_idle())) {
            return (known.clone(), true);
        }
        all.insert(game.clone(), fresh.clone());
        (fresh.clone(), false)
    })
}

impl Pending {
    pub fn new(game: GameId) -> Self {
        Self {
            game,
            edits: HashMap::new(),
            made: HashMap::new(),
            leaving: HashSet::new(),
            returning: HashSet::new(),
            unsent: HashMap::new(),
            known: HashMap::new(),
        }
    }

    /// Remembers what the server has of a clip.
    pub fn know(&mut self, clip: &Clip) {
        self.known.insert(clip.id.clone(), (clip.version, clip.details.clone()));
    }

    pub fn game(&self) -> GameId {
        self.game.clone()
    }

    pub fn is_idle(&self, id: &ClipId) -> bool {
        self.edits.get(id).is_none_or(Edits::is_idle) && !self.made.contains_key(id)
    }

    pub fn all_idle(&self) -> bool {
        let has_calls = !self.made.is_empty() || !self.leaving.is_empty() || !self.returning.is_empty();
        !has_calls && self.edits.values().all(Edits::is_idle)
    }

    /// Writes what waits to this tab's memory, or takes it out when nothing waits.
    pub fn keep(&self) {
        let kept = Kept {
            edits: self.edits.iter().filter_map(|(id, edit)| Some((id.clone(), edit.kept()?))).collect(),
            made: self.made.iter().map(|(id, new)| (id.clone(), new.clone())).collect(),
            leaving: self.leaving.iter().cloned().collect(),
            returning: self.returning.iter().cloned().collect(),
            unsent: self.unsent.iter().map(|(id, unsent)| (id.clone(), unsent.clone())).collect(),
        };
        let text = (!kept.is_empty()).then(|| serde_json::to_string(&kept).ok()).flatten();
        let _ = storage::keep_for_tab(&key(&self.game), text.as_deref());
    }
}

/// What an earlier life of this tab could not send.
pub fn kept(game: &GameId) -> Kept {
    storage::of_tab(&key(game)).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}
