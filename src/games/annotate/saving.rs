//! Saving clips: at once, one write after another for each clip, with the state for the top bar. Clips are shown on the
//! game's clock and stored in their video's own time: this is where one becomes the other.

use crate::{
    browser::page,
    clips::{
        api::{create_clip, delete_clip, restore_clip, update_clip},
        edits::{Edits, Next},
        types::{Clip, ClipDetails, NewClip},
    },
    domain::{
        clock::GameClock,
        ids::{ClipId, VideoId},
        time::Micros,
    },
    error::{ApiError, Code},
    live::{types::Topic, versions::Versions},
    ui::toast::Toasts,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use std::collections::{HashMap, HashSet};

/// How long typing may pause before it is saved.
const TYPING_MS: u32 = 500;
/// Between looks at whether an answer has come.
const SOON_MS: u32 = 50;
/// Between attempts while the server does not answer.
const AGAIN_MS: u32 = 3_000;

/// What the top bar says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SaveState {
    #[default]
    Saved,
    Saving,
    /// The server does not answer; it is tried again.
    Trying,
}

#[derive(Clone, Copy)]
pub struct Saver {
    clips: RwSignal<Vec<Clip>>,
    /// Where each video begins on the clock.
    starts: StoredValue<HashMap<VideoId, Micros>>,
    /// Counted references: writes go on when the page is left.
    edits: StoredValue<ArcStoredValue<HashMap<ClipId, Edits>>>,
    /// Counts changes of a clip, so that only the last of a typing pause is saved.
    touched: StoredValue<HashMap<ClipId, u32>>,
    deleted: StoredValue<HashSet<ClipId>>,
    /// Whose deletion the server has not answered: who brings one back waits, or the deletion would come last.
    leaving: StoredValue<HashSet<ClipId>>,
    /// Made here and not yet in an answer of the server.
    created: StoredValue<HashSet<ClipId>>,
    /// Creations and deletions that run.
    calls: RwSignal<u32>,
    unsaved: RwSignal<bool>,
    failing: RwSignal<bool>,
    versions: Versions,
    toasts: Toasts,
}

impl Saver {
    pub fn new(clips: RwSignal<Vec<Clip>>, versions: Versions, toasts: Toasts) -> Self {
        Self {
            clips,
            starts: StoredValue::new(HashMap::new()),
            edits: StoredValue::new(ArcStoredValue::new(HashMap::new())),
            touched: StoredValue::new(HashMap::new()),
            deleted: StoredValue::new(HashSet::new()),
            leaving: StoredValue::new(HashSet::new()),
            created: StoredValue::new(HashSet::new()),
            calls: RwSignal::new(0),
            unsaved: RwSignal::new(false),
            failing: RwSignal::new(false),
            versions,
            toasts,
        }
    }

    pub fn state(self) -> SaveState {
        match (self.failing.get(), self.unsaved.get() || self.calls.get() > 0) {
            (true, _) => SaveState::Trying,
            (false, true) => SaveState::Saving,
            (false, false) => SaveState::Saved,
        }
    }

    /// Takes over where the game's videos begin; the clips that are shown move with their videos.
    pub fn set_clock(self, clock: &GameClock) {
        let fresh: HashMap<_, _> = clock.videos().iter().map(|placed| (placed.video.clone(), placed.start)).collect();
        if self.starts.with_value(|known| *known == fresh) {
            return;
        }
        let moved = |clip: &Clip| fresh.get(&clip.video).copied().unwrap_or_default() - self.start_of(&clip.video);
        if self.clips.with_untracked(|clips| clips.iter().any(|clip| moved(clip) != Micros::ZERO)) {
            self.clips.update(|clips| {
                for clip in clips.iter_mut() {
                    clip.details = clip.details.clone().later(moved(clip));
                }
                sort(clips);
            });
        }
        self.starts.set_value(fresh);
    }

    fn start_of(self, video: &VideoId) -> Micros {
        self.starts.try_with_value(|starts| starts.get(video).copied()).flatten().unwrap_or_default()
    }

    /// As it is shown, from how it is stored.
    fn on_clock(self, clip: Clip) -> Clip {
        let start = self.start_of(&clip.video);
        Clip { details: clip.details.later(start), ..clip }
    }

    pub fn has_unsaved(self) -> bool {
        self.unsaved.get_untracked() || self.calls.get_untracked() > 0
    }

    /// Shows new details without saving them (while dragging).
    pub fn show(self, id: &ClipId, details: ClipDetails) {
        self.clips.update(|clips| {
            if let Some(clip) = clips.iter_mut().find(|clip| clip.id == *id) {
                clip.details = details;
            }
        });
    }

    /// Shows and saves: at once, or when typing pauses.
    pub fn change(self, id: &ClipId, details: ClipDetails, at_once: bool) {
        self.show(id, details.clone());
        self.clips.update(|clips| sort(clips));
        let known = self.clips.with_untracked(|clips| {
            clips.iter().find(|clip| clip.id == *id).map(|clip| (clip.version, self.start_of(&clip.video)))
        });
        let Some((version, start)) = known else { return };
        let details = details.later(Micros::ZERO - start);
        self.edits.get_value().update_value(|edits| {
            let edit = edits.entry(id.clone()).or_insert_with(|| Edits::new(id.clone(), version));
            edit.want(details);
        });
        self.unsaved.set(true);
        let touched = self.touched.try_update_value(|touched| {
            let count = touched.entry(id.clone()).or_default();
            *count += 1;
            *count
        });
        if at_once {
            self.send(id.clone());
            return;
        }
        let id = id.clone();
        spawn_local(async move {
            TimeoutFuture::new(TYPING_MS).await;
            if self.touched.try_with_value(|all| all.get(&id).copied()).flatten() == touched {
                self.send(id);
            }
        });
    }

    /// Sends what waits, unless a write of this clip runs already.
    fn send(self, id: ClipId) {
        if let Some(edits) = self.edits.try_get_value() {
            spawn_local(self.write(edits, id));
        }
    }

    /// Everything that waits for a pause in typing: the page is left.
    pub fn flush(self) {
        let waiting: Vec<ClipId> = self.edits.get_value().with_value(|edits| edits.keys().cloned().collect());
        for id in waiting {
            self.send(id);
        }
    }

    async fn write(self, edits: ArcStoredValue<HashMap<ClipId, Edits>>, id: ClipId) {
        let edit = |change: &mut dyn FnMut(&mut Edits)| {
            edits.update_value(|all| {
                if let Some(edit) = all.get_mut(&id) {
                    change(edit);
                }
            });
        };
        loop {
            let mut update = None;
            edit(&mut |edit| update = edit.take_next());
            let Some(update) = update else { return };
            match update_clip(update).await {
                Ok(clip) => {
                    edit(&mut |edit| edit.saved(clip.version));
                    self.stored(&clip);
                }
                Err(error) => {
                    let mut next = Next::Refused;
                    edit(&mut |edit| next = edit.failed(error.code));
                    if next != Next::TryAgain {
                        self.refused(&id, error);
                        return;
                    }
                    self.failing.try_set(true);
                    TimeoutFuture::new(AGAIN_MS).await;
                }
            }
        }
    }

    fn stored(self, clip: &Clip) {
        // The text on the screen may be ahead: only the version is taken over.
        self.clips.try_update_untracked(|clips| {
            if let Some(known) = clips.iter_mut().find(|known| known.id == clip.id) {
                known.version = clip.version;
            }
        });
        self.failing.try_set(false);
        self.settle();
        self.versions.bump(&Topic::Clips(clip.game.clone()));
    }

    /// The server has something else, or does not take it: show what it has.
    fn refused(self, id: &ClipId, error: ApiError) {
        let mine = self.clips.with_untracked(|clips| clips.iter().find(|clip| clip.id == *id).cloned());
        match (error.code, mine) {
            // What was typed here is not lost: it can be pasted wherever it belongs.
            (Code::Conflict, Some(mine)) => {
                let text = mine.details.as_text();
                let copy = Callback::new(move |()| {
                    let text = text.clone();
                    spawn_local(async move {
                        page::copy(&text).await;
                    });
                });
                self.toasts.with_action("Changed elsewhere: this clip now shows the latest", "Copy my work", copy);
            }
            _ => self.toasts.error(error.message),
        }
        // Older than anything, so that what the server has is taken in.
        self.clips.try_update_untracked(|clips| {
            if let Some(clip) = clips.iter_mut().find(|clip| clip.id == *id) {
                clip.version = 0;
            }
        });
        self.failing.try_set(false);
        self.settle();
        self.versions.clips.update(|version| *version += 1);
    }

    fn settle(self) {
        if let Some(edits) = self.edits.try_get_value() {
            self.unsaved.try_set(!edits.with_value(|edits| edits.values().all(Edits::is_idle)));
        }
    }

    /// Makes a clip on the server and shows it.
    pub fn create(self, video: VideoId, details: ClipDetails, then: Callback<ClipId>) {
        let details = details.later(Micros::ZERO - self.start_of(&video));
        self.bring_in(move || create_clip(NewClip { video: video.clone(), details: details.clone() }), then);
    }

    /// A clip's details as they are stored: on its video's own time.
    pub fn stored_details(self, clip: &Clip) -> ClipDetails {
        clip.details.clone().later(Micros::ZERO - self.start_of(&clip.video))
    }

    /// The other way.
    pub fn shown_details(self, clip: &Clip, stored: ClipDetails) -> ClipDetails {
        stored.later(self.start_of(&clip.video))
    }

    /// Brings a deleted clip back, with all that hung on it.
    pub fn restore(self, id: ClipId, then: Callback<ClipId>) {
        let ask = move || {
            let id = id.clone();
            async move {
                while self.leaving.try_with_value(|leaving| leaving.contains(&id)).unwrap_or(false) {
                    TimeoutFuture::new(SOON_MS).await;
                }
                restore_clip(id).await
            }
        };
        self.bring_in(ask, then);
    }

    /// Shows clips that the server has just made.
    pub fn add(self, made: Vec<Clip>) {
        let made: Vec<Clip> = made.into_iter().map(|clip| self.on_clock(clip)).collect();
        self.created.update_value(|created| created.extend(made.iter().map(|clip| clip.id.clone())));
        self.clips.update(|clips| {
            clips.extend(made);
            sort(clips);
        });
    }

    /// Asks until the server answers, and shows the clip that comes of it.
    fn bring_in<F: Future<Output = Result<Clip, ApiError>>>(
        self,
        ask: impl Fn() -> F + 'static,
        then: Callback<ClipId>,
    ) {
        self.calls.try_update(|calls| *calls += 1);
        spawn_local(async move {
            loop {
                match ask().await {
                    Ok(clip) => {
                        let clip = self.on_clock(clip);
                        let (id, game) = (clip.id.clone(), clip.game.clone());
                        self.deleted.try_update_value(|deleted| deleted.remove(&id));
                        self.created.try_update_value(|created| created.insert(id.clone()));
                        let shown = self.clips.try_update(|clips| {
                            if clips.iter().all(|known| known.id != clip.id) {
                                clips.push(clip);
                            }
                            sort(clips);
                        });
                        if shown.is_some() {
                            let _ = then.try_run(id);
                        }
                        self.failing.try_set(false);
                        self.versions.bump(&Topic::Clips(game));
                        break;
                    }
                    Err(error) if error.code == Code::Unreachable => {
                        self.failing.try_set(true);
                        TimeoutFuture::new(AGAIN_MS).await;
                    }
                    Err(error) => {
                        self.toasts.error(error.message);
                        break;
                    }
                }
            }
            self.calls.try_update(|calls| *calls -= 1);
        });
    }

    /// Takes clips away, one after the other at the server; `then` hears of each that is gone.
    pub fn delete(self, gone: Vec<Clip>, then: Callback<ClipId>) {
        let ids: HashSet<ClipId> = gone.iter().map(|clip| clip.id.clone()).collect();
        self.deleted.update_value(|deleted| deleted.extend(ids.iter().cloned()));
        self.leaving.update_value(|leaving| leaving.extend(ids.iter().cloned()));
        self.edits.get_value().update_value(|edits| edits.retain(|id, _| !ids.contains(id)));
        self.settle();
        self.clips.update(|clips| clips.retain(|known| !ids.contains(&known.id)));
        self.calls.update(|calls| *calls += 1);
        spawn_local(async move {
            let mut games = HashSet::new();
            for clip in gone {
                let id = clip.id.clone();
                match delete_clip(id.clone()).await {
                    Ok(()) => {
                        games.insert(clip.game);
                        let _ = then.try_run(id.clone());
                    }
                    Err(error) if error.code == Code::NotFound => {}
                    Err(error) => {
                        self.deleted.try_update_value(|deleted| deleted.remove(&id));
                        self.toasts.error(error.message);
                        self.clips.try_update(|clips| {
                            clips.push(clip);
                            sort(clips);
                        });
                    }
                }
                self.leaving.try_update_value(|leaving| leaving.remove(&id));
            }
            for game in games {
                self.versions.bump(&Topic::Clips(game));
            }
            self.calls.try_update(|calls| *calls -= 1);
        });
    }

    /// Takes in what the server has. A clip with unsaved changes, or one that is newer here, stays as it is shown.
    pub fn take_in(self, fresh: Vec<Clip>) {
        let changed = self.clips.try_update_untracked(|clips| {
            let mut next: Vec<Clip> = Vec::with_capacity(fresh.len());
            for clip in fresh.into_iter().map(|clip| self.on_clock(clip)) {
                if self.deleted.with_value(|deleted| deleted.contains(&clip.id)) {
                    continue;
                }
                let known = clips.iter().find(|known| known.id == clip.id);
                if let Some(known) = known.filter(|known| known.version >= clip.version || !self.is_idle(&clip.id)) {
                    next.push(known.clone());
                } else {
                    self.edits.get_value().update_value(|edits| drop(edits.remove(&clip.id)));
                    next.push(clip);
                }
            }
            for clip in clips.iter() {
                let is_new = self.created.with_value(|created| created.contains(&clip.id));
                if next.iter().any(|known| known.id == clip.id) {
                    self.created.update_value(|created| drop(created.take(&clip.id)));
                } else if is_new {
                    next.push(clip.clone());
                }
            }
            sort(&mut next);
            let differs = *clips != next;
            *clips = next;
            differs
        });
        if changed == Some(true) {
            self.clips.notify();
        }
    }

    fn is_idle(self, id: &ClipId) -> bool {
        self.edits.get_value().with_value(|edits| edits.get(id).is_none_or(Edits::is_idle))
    }

    /// Warns before the tab closes with something unsaved.
    pub fn guard(self) {
        page::warn_before_leaving(move || self.has_unsaved());
        on_cleanup(move || self.flush());
    }
}

fn sort(clips: &mut [Clip]) {
    clips.sort_by(|a, b| (a.details.start, a.details.end, &a.id).cmp(&(b.details.start, b.details.end, &b.id)));
}
