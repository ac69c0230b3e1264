//! Clips that come and go. Each is shown at once; its id is chosen here, so that a call whose answer was lost is made again
//! without making a second clip.

use super::{SOON_MS, Saver, sort};
use crate::{
    browser::page,
    clips::{
        api::{create_clip, delete_clip, restore_clip},
        edits::Rebased,
        rebase::turned,
        types::{Clip, ClipDetails, NewClip},
    },
    domain::{
        ids::{ClipId, VideoId},
        time::Micros,
    },
    error::Code,
    live::types::Topic,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use std::collections::HashSet;

impl Saver {
    /// Makes a clip: shown at once, saved as soon as the server answers.
    pub fn create(self, video: VideoId, details: ClipDetails) -> ClipId {
        let details = details.later(Micros::ZERO - self.start_of(&video));
        let (now, random) = page::id_parts();
        let id = ClipId::of_parts(now, random);
        self.make(NewClip { id: Some(id.clone()), video, details });
        id
    }

    pub(super) fn make(self, new: NewClip) {
        let (Some(id), Some(game)) = (new.id.clone(), self.game.try_get_value()) else { return };
        let clip = Clip { id: id.clone(), version: 0, game, video: new.video.clone(), details: new.details.clone() };
        self.with_pending(|pending| {
            pending.known.insert(id.clone(), (0, new.details.clone()));
            pending.made.insert(id.clone(), new.clone());
        });
        self.add(vec![clip]);
        self.settle();
        let Some(pending) = self.pending.try_get_value() else { return };
        spawn_local(async move {
            let answer = self.answered(|| create_clip(new.clone())).await;
            pending.update_value(|pending| drop(pending.made.remove(&id)));
            self.failing.try_set(false);
            match answer {
                Ok(clip) => {
                    // Where the answer was lost the first time, others may have changed it since.
                    let rebased = pending.try_update_value(|pending| match pending.edits.get_mut(&id) {
                        Some(edit) => edit.rebase(clip.version, &clip.details),
                        None => Rebased::Joined(clip.details.clone()),
                    });
                    self.versions.bump(&Topic::Clips(clip.game.clone()));
                    let is_leaving = pending.with_value(|pending| pending.leaving.contains(&id));
                    match rebased {
                        _ if is_leaving => {}
                        Some(Rebased::Joined(details)) => {
                            self.join(&pending, &clip, details);
                            self.write(pending.clone(), id).await;
                        }
                        Some(Rebased::Held) => self.held(&pending, &id, Some(clip)),
                        None => {}
                    }
                }
                Err(error) => {
                    pending.update_value(|pending| drop(pending.edits.remove(&id)));
                    self.created.try_update_value(|created| created.remove(&id));
                    self.clips.try_update(|clips| clips.retain(|clip| clip.id != id));
                    self.toasts.error(error.message);
                }
            }
            self.settle_of(&pending);
        });
    }

    /// Shows clips that were just made.
    pub fn add(self, made: Vec<Clip>) {
        let made: Vec<Clip> = made.into_iter().map(|clip| self.on_clock(clip)).collect();
        self.created.update_value(|created| created.extend(made.iter().map(|clip| clip.id.clone())));
        self.clips.update(|clips| {
            clips.retain(|known| made.iter().all(|clip| clip.id != known.id));
            clips.extend(made);
            sort(clips);
        });
    }

    /// Brings a deleted clip back, with all that hung on it; what was not sent before it was deleted is not lost either. `then`
    /// hears when it is shown.
    pub fn restore(self, id: ClipId, then: Option<Callback<ClipId>>) {
        let Some(pending) = self.pending.try_get_value() else { return };
        pending.update_value(|pending| pending.returning.extend([id.clone()]));
        self.settle();
        spawn_local(async move {
            // A deletion that is still on its way would come last.
            while pending.with_value(|pending| pending.leaving.contains(&id)) {
                TimeoutFuture::new(SOON_MS).await;
            }
            let answer = self.answered(|| restore_clip(id.clone())).await;
            pending.update_value(|pending| pending.returning.retain(|known| *known != id));
            self.failing.try_set(false);
            match answer {
                Ok(clip) => {
                    self.deleted.try_update_value(|deleted| deleted.remove(&id));
                    let (game, video) = (clip.game.clone(), clip.video.clone());
                    let unsent = pending.try_update_value(|pending| pending.unsent.remove(&id)).flatten();
                    let wanted = unsent.map(|(base, wanted)| turned(&clip.details, &base, &wanted));
                    let missing = wanted.filter(|wanted| *wanted != clip.details);
                    pending.update_value(|pending| pending.know(&clip));
                    if !self.clips.is_disposed() {
                        self.add(vec![clip]);
                        if let Some(wanted) = missing {
                            self.change(&id, wanted.later(self.start_of(&video)), true);
                        }
                        if let Some(then) = then {
                            let _ = then.try_run(id);
                        }
                    }
                    self.versions.bump(&Topic::Clips(game));
                }
                Err(error) => self.toasts.error(error.message),
            }
            self.settle_of(&pending);
        });
    }

    /// Takes clips away, one after the other at the server; `then` hears of all of them once they are gone.
    pub fn delete(self, gone: Vec<Clip>, then: Option<Callback<Vec<ClipId>>>) {
        let ids: HashSet<ClipId> = gone.iter().map(|clip| clip.id.clone()).collect();
        self.deleted.update_value(|deleted| deleted.extend(ids.iter().map(|id| (id.clone(), None))));
        self.with_pending(|pending| {
            pending.leaving.extend(ids.iter().cloned());
            for id in &ids {
                if let Some(unsent) = pending.edits.remove(id).and_then(|edit| edit.unsent()) {
                    pending.unsent.insert(id.clone(), unsent);
                }
            }
        });
        self.conflicts.update(|conflicts| conflicts.retain(|conflict| !ids.contains(&conflict.id)));
        self.clips.update(|clips| clips.retain(|known| !ids.contains(&known.id)));
        self.settle();
        let Some(pending) = self.pending.try_get_value() else { return };
        spawn_local(async move {
            let mut games = HashSet::new();
            let mut done = Vec::new();
            for clip in gone {
                // One that is still being made is there first.
                while pending.with_value(|pending| pending.made.contains_key(&clip.id)) {
                    TimeoutFuture::new(SOON_MS).await;
                }
                let answer = self.answered(|| delete_clip(clip.id.clone())).await;
                pending.update_value(|pending| pending.leaving.retain(|id| *id != clip.id));
                let asked = self.asked.try_get_value();
                self.deleted.try_update_value(|deleted| {
                    if let Some(confirmed) = deleted.get_mut(&clip.id) {
                        *confirmed = asked;
                    }
                });
                match answer {
                    Ok(()) => {
                        games.insert(clip.game);
                        done.push(clip.id);
                    }
                    Err(error) if error.code == Code::NotFound => {}
                    Err(error) => {
                        self.deleted.try_update_value(|deleted| deleted.remove(&clip.id));
                        self.toasts.error(error.message);
                        self.clips.try_update(|clips| {
                            clips.push(clip);
                            sort(clips);
                        });
                    }
                }
                self.failing.try_set(false);
                self.settle_of(&pending);
            }
            if let Some(then) = then.filter(|_| !done.is_empty()) {
                let _ = then.try_run(done);
            }
            for game in games {
                self.versions.bump(&Topic::Clips(game));
            }
        });
    }
}
