//! One clip's writes, one after another; what was changed elsewhere meanwhile is joined, or a person decides.

use super::{AGAIN_MS, Saver, pending::Pending};
use crate::{
    browser::page,
    clips::{
        api::{clips_of_game, restore_clip, update_clip},
        edits::{Edits, Next, Rebased},
        types::{Clip, ClipDetails},
    },
    domain::ids::ClipId,
    error::{ApiError, Code},
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

    pub(super) async fn write(self, pending: ArcStoredValue<Pending>, id: ClipId) {
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
                    edit(&mut |edit| edit.saved(clip.version, clip.details.clone()));
                    // The text on the screen may be ahead: only the version is taken over.
                    self.set_version(&clip.id, clip.version);
                    pending.update_value(|pending| pending.know(&clip));
                    self.failing.try_set(false);
                    self.settle_of(&pending);
                    self.versions.bump(&Topic::Clips(clip.game));
                    continue;
                }
                Err(error) => error,
            };
            let mut next = None;
            edit(&mut |edit| next = Some(edit.failed(error.code)));
            // Deleted here meanwhile: nothing of it matters any more.
            let Some(next) = next else { return };
            match next {
                Next::TryAgain => self.pause(error.code).await,
                Next::Gone => return self.held(&pending, &id, None),
                Next::Rebase => {
                    let game = pending.with_value(Pending::game);
                    // The game may be gone, too.
                    let all = self.answered(|| clips_of_game(game.clone())).await.unwrap_or_default();
                    let Some(theirs) = all.into_iter().find(|clip| clip.id == id) else {
                        edit(&mut |edit| edit.hold());
                        return self.held(&pending, &id, None);
                    };
                    let mut rebased = None;
                    edit(&mut |edit| rebased = Some(edit.rebase(theirs.version, &theirs.details)));
                    match rebased {
                        Some(Rebased::Joined(details)) => self.join(&pending, &theirs, details),
                        Some(Rebased::Held) => return self.held(&pending, &id, Some(theirs)),
                        None => return,
                    }
                }
                Next::Refused => return self.refused(&pending, &id, error),
            }
        }
    }

    /// Asks until there is an answer that will stay as it is.
    pub(super) async fn answered<T, F>(self, ask: impl Fn() -> F) -> Result<T, ApiError>
    where
        F: Future<Output = Result<T, ApiError>>,
    {
        loop {
            match ask().await {
                Err(error) if error.code.may_pass() => self.pause(error.code).await,
                answer => return answer,
            }
        }
    }

    /// Before the next attempt. Who was signed out hears it once: nothing else helps.
    async fn pause(self, code: Code) {
        if code == Code::SignInNeeded && self.failing.try_get_untracked() == Some(false) {
            self.toasts.error("You are signed out. Sign in again in another tab: what you did here waits for it.");
        }
        self.failing.try_set(true);
        TimeoutFuture::new(AGAIN_MS).await;
    }

    pub(super) fn set_version(self, id: &ClipId, version: i64) {
        self.clips.try_update_untracked(|clips| {
            if let Some(known) = clips.iter_mut().find(|known| known.id == *id) {
                known.version = version;
            }
        });
    }

    /// What was changed elsewhere is shown beside what was changed here.
    pub(super) fn join(self, pending: &ArcStoredValue<Pending>, theirs: &Clip, details: ClipDetails) {
        pending.update_value(|pending| pending.know(theirs));
        self.set_version(&theirs.id, theirs.version);
        self.show(&theirs.id, self.shown_details(theirs, details));
        self.failing.try_set(false);
        self.settle_of(pending);
    }

    pub(super) fn held(self, pending: &ArcStoredValue<Pending>, id: &ClipId, theirs: Option<Clip>) {
        let title = pending.with_value(|pending| Some(pending.edits.get(id)?.wanted()?.title()));
        self.failing.try_set(false);
        self.settle_of(pending);
        self.hold(id, title.unwrap_or_default(), theirs);
    }

    /// Nothing of it is sent until somebody decides; what was done here stays on the screen.
    pub(super) fn hold(self, id: &ClipId, title: String, theirs: Option<Clip>) {
        let conflict = Conflict { id: id.clone(), title, theirs };
        self.conflicts.try_update(|conflicts| {
            conflicts.retain(|known| known.id != *id);
            conflicts.push(conflict);
        });
    }

    /// The conflict that is asked about.
    pub fn conflict(self) -> Option<Conflict> {
        self.conflicts.with(|conflicts| conflicts.first().cloned())
    }

    /// Whether somebody has to decide about this clip.
    pub fn is_held(self, id: &ClipId) -> bool {
        self.conflicts.with_untracked(|conflicts| conflicts.iter().any(|conflict| conflict.id == *id))
    }

    /// What was done here as text: it can be pasted wherever it belongs.
    pub fn copy_mine(self, conflict: &Conflict) {
        let shown = self.clips.with_untracked(|clips| clips.iter().find(|clip| clip.id == conflict.id).cloned());
        let waiting = || self.with_pending(|pending| pending.edits.get(&conflict.id)?.wanted().cloned()).flatten();
        if let Some(mine) = shown.map(|clip| clip.details).or_else(waiting) {
            let toasts = self.toasts;
            spawn_local(async move {
                if page::copy(&mine.as_text()).await {
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
        self.look_again();
    }

    /// Asks for the clips again: they may have moved on since.
    fn look_again(self) {
        if let Some(game) = self.game.try_get_value() {
            self.versions.bump(&Topic::Clips(game));
        }
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
        let Some(pending) = self.pending.try_get_value() else { return };
        let is_shown = self.clips.with_untracked(|clips| clips.iter().any(|clip| clip.id == theirs.id));
        if !is_shown {
            self.add(vec![theirs.clone()]);
        }
        let insist = |pending: &mut Pending| pending.edits.get_mut(&theirs.id)?.insist(theirs.version, &theirs.details);
        if let Some(details) = pending.try_update_value(insist).flatten() {
            self.join(&pending, theirs, details);
        }
        self.decided(&theirs.id);
        self.send(theirs.id.clone());
    }

    /// The server does not take it: show what it has.
    fn refused(self, pending: &ArcStoredValue<Pending>, id: &ClipId, error: ApiError) {
        self.toasts.error(error.message);
        let known = pending.with_value(|pending| pending.known.get(id).cloned());
        let shown = self.clips.try_with_untracked(|clips| clips.iter().find(|clip| clip.id == *id).cloned()).flatten();
        if let (Some((_, details)), Some(shown)) = (known, shown) {
            self.show(id, self.shown_details(&shown, details));
        }
        self.failing.try_set(false);
        self.settle_of(pending);
        self.look_again();
    }
}
