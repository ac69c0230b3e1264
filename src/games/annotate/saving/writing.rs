//! One clip's writes, one after another; what was changed elsewhere meanwhile is joined, or a person decides.

use super::{AGAIN_MS, Saver, pending::Pending};
use crate::{
    browser::page,
    clips::{
        api::{clips_of_game, restore_clip, update_clip},
        edits::{Edits, Next, Rebased},
        types::{Clip, ClipDetails},
    },
    domain::{ids::ClipId, time::Micros},
    error::ApiError,
    live::types::Topic,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

/// A clip that was changed here and elsewhere in the same place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub id: ClipId,
    /// What it is called here.
    pub title: String,
    /// What the server has; none when it was deleted.
    theirs: Option<Clip>,
}

impl Conflict {
    pub fn is_deletion(&self) -> bool {
        self.theirs.is_none()
    }
}

impl Saver {
    /// Sends what waits, unless a write of this clip runs already, or the clip is still being made.
    pub(super) fn send(self, id: ClipId) {
        let is_made = self.with_pending(|pending| !pending.made.contains_key(&id)).unwrap_or(true);
        if let Some(pending) = self.pending.try_get_value().filter(|_| is_made) {
            spawn_local(self.write(pending, id));
        }
    }

    async fn write(self, pending: ArcStoredValue<Pending>, id: ClipId) {
        let edit = |change: &mut dyn FnMut(&mut Edits)| {
            pending.update_value(|all| {
                if let Some(edit) = all.edits.get_mut(&id) {
                    change(edit);
                }
            });
        };
        loop {
            let mut update = None;
            edit(&mut |edit| update = edit.take_next());
            let Some(update) = update else { return };
            let error = match update_clip(update).await {
                Ok(clip) => {
                    edit(&mut |edit| edit.saved(clip.version));
                    self.stored(&clip);
                    continue;
                }
                Err(error) => error,
            };
            let mut next = Next::Refused;
            edit(&mut |edit| next = edit.failed(error.code));
            match next {
                Next::TryAgain => {
                    self.failing.try_set(true);
                    TimeoutFuture::new(AGAIN_MS).await;
                }
                Next::Gone => return self.hold(&id, None),
                Next::Rebase => {
                    let Some(game) = self.game.try_get_value() else { return };
                    let Ok(all) = clips_of_game(game).await else {
                        self.failing.try_set(true);
                        TimeoutFuture::new(AGAIN_MS).await;
                        continue;
                    };
                    let Some(theirs) = all.into_iter().find(|clip| clip.id == id) else { return self.hold(&id, None) };
                    let mut rebased = Rebased::Held;
                    edit(&mut |edit| rebased = edit.rebase(theirs.version, &theirs.details));
                    match rebased {
                        Rebased::Joined(details) => self.join(&theirs, details),
                        Rebased::Held => return self.hold(&id, Some(theirs)),
                    }
                }
                Next::Refused => return self.refused(&id, error),
            }
        }
    }

    fn stored(self, clip: &Clip) {
        // The text on the screen may be ahead: only the version is taken over.
        self.set_version(&clip.id, clip.version);
        self.know(clip);
        self.failing.try_set(false);
        self.settle();
        self.versions.bump(&Topic::Clips(clip.game.clone()));
    }

    pub(super) fn set_version(self, id: &ClipId, version: i64) {
        self.clips.try_update_untracked(|clips| {
            if let Some(known) = clips.iter_mut().find(|known| known.id == *id) {
                known.version = version;
            }
        });
    }

    /// What was changed elsewhere is shown beside what was changed here.
    fn join(self, theirs: &Clip, details: ClipDetails) {
        self.know(theirs);
        self.set_version(&theirs.id, theirs.version);
        self.show(&theirs.id, self.shown_details(theirs, details));
        self.failing.try_set(false);
        self.settle();
    }

    /// Nothing of it is sent until somebody decides; what was done here stays on the screen.
    fn hold(self, id: &ClipId, theirs: Option<Clip>) {
        let mine = self.clips.try_with_untracked(|clips| clips.iter().find(|clip| clip.id == *id).cloned()).flatten();
        let title = mine.map(|mine| mine.title()).unwrap_or_default();
        let conflict = Conflict { id: id.clone(), title, theirs };
        self.conflicts.try_update(|conflicts| {
            conflicts.retain(|known| known.id != *id);
            conflicts.push(conflict);
        });
        self.failing.try_set(false);
        self.settle();
    }

    /// The conflict that is asked about.
    pub fn conflict(self) -> Option<Conflict> {
        self.conflicts.with(|conflicts| conflicts.first().cloned())
    }

    /// What was done here as text: it can be pasted wherever it belongs.
    pub fn copy_mine(self, conflict: &Conflict) {
        let mine = self.clips.with_untracked(|clips| clips.iter().find(|clip| clip.id == conflict.id).cloned());
        if let Some(mine) = mine {
            let toasts = self.toasts;
            spawn_local(async move {
                if page::copy(&mine.details.as_text()).await {
                    toasts.say("Copied");
                } else {
                    toasts.error("The browser does not let this page copy. Select the text and copy it by hand.");
                }
            });
        }
    }

    fn decided(self, id: &ClipId) {
        self.conflicts.try_update(|conflicts| conflicts.retain(|known| known.id != *id));
        self.settle();
    }

    /// What was done elsewhere counts.
    pub fn take_theirs(self, conflict: Conflict) {
        self.with_pending(|pending| pending.edits.remove(&conflict.id));
        if let Some(theirs) = conflict.theirs {
            self.know(&theirs);
            self.set_version(&theirs.id, theirs.version);
            self.show(&theirs.id, self.shown_details(&theirs, theirs.details.clone()));
        } else {
            self.created.try_update_value(|created| created.remove(&conflict.id));
            self.clips.update(|clips| clips.retain(|clip| clip.id != conflict.id));
        }
        self.decided(&conflict.id);
        self.versions.clips.update(|version| *version += 1);
    }

    /// What was done here counts; a clip that was deleted is brought back for it.
    pub fn keep_mine(self, conflict: Conflict) {
        let Some(theirs) = conflict.theirs else {
            let id = conflict.id;
            spawn_local(async move {
                match restore_clip(id.clone()).await {
                    Ok(theirs) => self.insist(&theirs),
                    Err(error) => self.toasts.error(error.message),
                }
            });
            return;
        };
        self.insist(&theirs);
    }

    fn insist(self, theirs: &Clip) {
        let wanted = self
            .with_pending(|pending| pending.edits.get_mut(&theirs.id)?.insist(theirs.version, &theirs.details))
            .flatten();
        if let Some(details) = wanted {
            self.join(theirs, details);
        }
        self.decided(&theirs.id);
        self.send(theirs.id.clone());
    }

    /// The server does not take it: show what it has.
    fn refused(self, id: &ClipId, error: ApiError) {
        self.toasts.error(error.message);
        let known = self.with_pending(|pending| pending.known.get(id).cloned()).flatten();
        let start = self.clips.with_untracked(|clips| {
            clips.iter().find(|clip| clip.id == *id).map_or(Micros::ZERO, |clip| self.start_of(&clip.video))
        });
        if let Some((_, details)) = known {
            self.show(id, details.later(start));
        }
        self.failing.try_set(false);
        self.settle();
        self.versions.clips.update(|version| *version += 1);
    }
}
