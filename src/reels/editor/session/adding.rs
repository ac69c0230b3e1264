//! Clips that come into the reel: from the library, twice, or back after an undo.

use super::Session;
use crate::{
    browser::page,
    domain::{
        framing::Framing,
        ids::{ClipId, ReelClipId},
    },
    reels::{
        editor::draft::{Addition, DraftClip, Place, rename},
        types::{Reel, ReelClip},
    },
};
use leptos::prelude::*;

impl Session {
    pub fn add_clips(self, clips: Vec<ClipId>) {
        self.ask_for(clips.into_iter().map(|clip| (clip, None)).collect());
    }

    /// The same clip once more, framed the same, behind itself.
    pub fn duplicate(self, id: &ReelClipId) {
        let found = self.reel.with_untracked(|reel| {
            let at = reel.clips.iter().position(|clip| clip.id == *id)?;
            let place = Place { index: at + 1, framing: reel.clips[at].framing.clone() };
            Some((reel.clips[at].clip.id.clone(), Some(place)))
        });
        self.ask_for(found.into_iter().collect());
    }

    pub fn duplicate_current(self) {
        if let Some(id) = self.current.get_untracked() {
            self.duplicate(&id);
        }
    }

    fn ask_for(self, clips: Vec<(ClipId, Option<Place>)>) {
        let addition = |(clip, place)| Addition { id: new_id(), clip, place, is_back: false };
        self.additions.update(|all| all.extend(clips.into_iter().map(addition)));
        self.save();
    }

    /// Clips that were removed, by where they stood. They get new ids: to the server they are others.
    pub(super) fn bring_back(self, removed: Vec<(usize, DraftClip)>) {
        for (index, DraftClip { id: old, clip, framing }) in removed {
            let id = new_id();
            self.history.update(|history| rename(history.states_mut(), &old, &id));
            self.refused.update(|refused| {
                let drafts = refused.iter_mut().flat_map(|it| [&mut it.shown, &mut it.wanted]);
                rename(drafts, &old, &id);
            });
            let place = Some(Place { index, framing });
            self.additions.update(|all| all.push(Addition { id, clip, place, is_back: true }));
        }
    }

    /// The clips that were waited for and that `reel` has now go to their places, framed as they were, and are waited for no
    /// longer.
    pub(super) fn take_in(self, reel: &mut Reel) -> Vec<Addition> {
        let is_there = |addition: &Addition| reel.clips.iter().any(|clip| clip.id == addition.id);
        let (come, waiting): (Vec<_>, Vec<_>) = self.additions.get_untracked().into_iter().partition(is_there);
        for Addition { id, place, .. } in &come {
            // One that somebody worked on already stays as it is.
            let is_new = |clip: &ReelClip| clip.id == *id && clip.framing == Framing::default();
            let found = reel.clips.iter().position(is_new);
            if let (Some(at), Some(Place { index, framing })) = (found, place) {
                let clip = ReelClip { framing: framing.clone(), ..reel.clips.remove(at) };
                reel.clips.insert((*index).min(reel.clips.len()), clip);
            }
        }
        if !come.is_empty() {
            self.additions.set(waiting);
        }
        come
    }

    /// Clips that came are a step that can be undone, unless they came back by an undo.
    pub(super) fn have_come(self, come: Vec<Addition>) {
        if let Some(last) = come.iter().rfind(|addition| addition.place.is_some()) {
            self.current.set(Some(last.id.clone()));
        }
        let new: Vec<ReelClipId> =
            come.into_iter().filter(|addition| !addition.is_back).map(|addition| addition.id).collect();
        if !new.is_empty() {
            let after = self.draft();
            let mut before = after.clone();
            before.clips.retain(|clip| !new.contains(&clip.id));
            self.history.update(|history| history.push(before, after, None));
            // The page that would keep it may be gone.
            self.remember_history();
        }
    }
}

fn new_id() -> ReelClipId {
    let (now, random) = page::id_parts();
    ReelClipId::of_parts(now, random)
}
