//! What the server has not confirmed yet. It is kept in the browser, so that a reload or a crash goes on with it.

use crate::{
    browser::storage,
    clips::{
        edits::Edits,
        types::{ClipDetails, NewClip},
    },
    domain::ids::{ClipId, GameId},
};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

#[derive(Default)]
pub struct Pending {
    pub edits: HashMap<ClipId, Edits>,
    /// Made here; the server has not answered.
    pub made: HashMap<ClipId, NewClip>,
    /// Deleted here; the server has not answered.
    pub leaving: HashSet<ClipId>,
    /// What the server has of each clip: its version, and its details as they are stored.
    pub known: HashMap<ClipId, (i64, ClipDetails)>,
}

/// As the browser keeps it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Kept {
    pub edits: Vec<(ClipId, Edits)>,
    pub made: Vec<(ClipId, NewClip)>,
    pub leaving: Vec<ClipId>,
}

impl Kept {
    fn is_empty(&self) -> bool {
        self.edits.is_empty() && self.made.is_empty() && self.leaving.is_empty()
    }
}

fn key(game: &GameId) -> String {
    format!("unsaved {game}")
}

impl Pending {
    pub fn is_idle(&self, id: &ClipId) -> bool {
        self.edits.get(id).is_none_or(Edits::is_idle) && !self.made.contains_key(id)
    }

    pub fn all_idle(&self) -> bool {
        self.made.is_empty() && self.leaving.is_empty() && self.edits.values().all(Edits::is_idle)
    }

    /// Writes what waits to this tab's memory, or takes it out when nothing waits.
    pub fn keep(&self, game: &GameId) {
        let kept = Kept {
            edits: self.edits.iter().filter_map(|(id, edit)| Some((id.clone(), edit.kept()?))).collect(),
            made: self.made.iter().map(|(id, new)| (id.clone(), new.clone())).collect(),
            leaving: self.leaving.iter().cloned().collect(),
        };
        let text = (!kept.is_empty()).then(|| serde_json::to_string(&kept).ok()).flatten();
        storage::keep_for_tab(&key(game), text.as_deref());
    }
}

/// What an earlier life of this tab could not send.
pub fn kept(game: &GameId) -> Kept {
    storage::of_tab(&key(game)).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}
