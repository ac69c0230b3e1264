//! Clips that come into the reel: from the library, twice, or back after an undo.

use super::Session;
use crate::{
    domain::ids::{ClipId, ReelClipId},
    error::ApiError,
    reels::{
        api::update_reel,
        editor::draft::{Addition, AsWas, rename},
        types::{Reel, ReelClip, ReelUpdate},
    },
};
use leptos::prelude::*;

impl Session {
    pub fn add_clips(self, clips: Vec<ClipId>) {
        let addition = |clip| Addition { clip, as_was: None };
        self.additions.update(|all| all.extend(clips.into_iter().map(addition)));
        self.save();
    }

    /// The same clip once more, framed the same, behind itself.
    pub fn duplicate(self, id: &ReelClipId) {
        let found = self.reel.with_untracked(|reel| {
            let at = reel.clips.iter().position(|clip| clip.id == *id)?;
            Some((reel.clips[at].clip.id.clone(), at + 1, reel.clips[at].framing.clone()))
        });
        if let Some((clip, place, framing)) = found {
            self.additions.update(|all| all.push(Addition { clip, as_was: Some(AsWas { place, old: None, framing }) }));
            self.save();
        }
    }

    pub fn duplicate_current(self) {
        if let Some(id) = self.current.get_untracked() {
            self.duplicate(&id);
        }
    }

    pub(super) async fn send_additions(self, server: &Reel, additions: Vec<Addition>) -> Result<(), ApiError> {
        let add = additions.iter().map(|addition| addition.clip.clone()).collect();
        let update =
            ReelUpdate { id: server.id.clone(), version: server.version, name: None, aspect: None, order: None, add };
        let latest = update_reel(update).await?;
        let is_new = |clip: &&ReelClip| !server.clips.iter().any(|known| known.id == clip.id);
        let new: Vec<ReelClipId> = latest.clips.iter().filter(is_new).map(|clip| clip.id.clone()).collect();
        self.additions.try_update(|all| all.drain(..additions.len()).for_each(drop));
        let before = self.draft();
        self.adopt(latest);
        for (addition, id) in additions.into_iter().zip(new) {
            let is_new = addition.as_was.as_ref().is_none_or(|as_was| as_was.old.is_none());
            if let Some(as_was) = addition.as_was {
                self.restore(&id, as_was);
            }
            if is_new {
                self.history.update(|history| history.push(before.clone(), self.draft(), Some(id.to_string())));
            }
        }
        Ok(())
    }

    /// A clip that came back goes where it was, framed as it was; so does a second one of the same.
    fn restore(self, id: &ReelClipId, AsWas { place, old, framing }: AsWas) {
        if let Some(old) = old {
            self.history.update(|history| rename(history, &old, id));
        }
        self.reel.update(|reel| {
            if let Some(at) = reel.clips.iter().position(|clip| clip.id == *id) {
                let mut clip = reel.clips.remove(at);
                clip.framing = framing;
                reel.clips.insert(place.min(reel.clips.len()), clip);
            }
        });
        self.current.set(Some(id.clone()));
    }
}
