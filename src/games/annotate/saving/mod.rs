//! Saving clips: at once, one write after another for each clip, with the state for the top bar. Clips are shown on the
//! game's clock and stored in their video's own time: this is where one becomes the other.

mod coming;
mod pending;
mod writing;

use self::pending::Pending;
pub use self::writing::Conflict;
use crate::{
    browser::page,
    clips::{
        edits::Edits,
        types::{Clip, ClipDetails, NewClip},
    },
    domain::{
        clock::GameClock,
        ids::{ClipId, GameId, VideoId},
        time::Micros,
    },
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
    /// Something was changed elsewhere: a person decides.
    Held,
}

#[derive(Clone, Copy)]
pub struct Saver {
    clips: RwSignal<Vec<Clip>>,
    game: StoredValue<GameId>,
    /// Where each video begins on the clock.
    starts: StoredValue<HashMap<VideoId, Micros>>,
    /// A counted reference: writes go on when the page is left.
    pending: StoredValue<ArcStoredValue<Pending>>,
    /// Counts changes of a clip, so that only the last of a typing pause is saved.
    touched: StoredValue<HashMap<ClipId, u32>>,
    /// Deleted here: not shown again. Once the server has confirmed it, how many lists had been asked for by then: a later one
    /// that has it means that somebody brought it back.
    deleted: StoredValue<HashMap<ClipId, Option<u64>>>,
    asked: StoredValue<u64>,
    /// Made here and not yet in a list of the server.
    created: StoredValue<HashSet<ClipId>>,
    /// What waits for a decision, the oldest first.
    conflicts: RwSignal<Vec<Conflict>>,
    unsaved: RwSignal<bool>,
    failing: RwSignal<bool>,
    versions: Versions,
    toasts: Toasts,
}

impl Saver {
    pub fn new(clips: RwSignal<Vec<Clip>>, game: GameId, versions: Versions, toasts: Toasts) -> Self {
        Self {
            clips,
            game: StoredValue::new(game.clone()),
            starts: StoredValue::new(HashMap::new()),
            pending: StoredValue::new(ArcStoredValue::new(Pending::new(game))),
            touched: StoredValue::new(HashMap::new()),
            deleted: StoredValue::new(HashMap::new()),
            asked: StoredValue::new(0),
            created: StoredValue::new(HashSet::new()),
            conflicts: RwSignal::new(Vec::new()),
            unsaved: RwSignal::new(false),
            failing: RwSignal::new(false),
            versions,
            toasts,
        }
    }

    pub fn state(self) -> SaveState {
        if self.conflicts.with(|conflicts| !conflicts.is_empty()) {
            return SaveState::Held;
        }
        match (self.failing.get(), self.unsaved.get()) {
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

    /// A clip's details as they are stored: on its video's own time.
    pub fn stored_details(self, clip: &Clip) -> ClipDetails {
        clip.details.clone().later(Micros::ZERO - self.start_of(&clip.video))
    }

    /// The other way.
    pub fn shown_details(self, clip: &Clip, stored: ClipDetails) -> ClipDetails {
        stored.later(self.start_of(&clip.video))
    }

    pub fn has_unsaved(self) -> bool {
        self.unsaved.get_untracked()
    }

    /// Shows new details without saving them (while dragging).
    pub fn show(self, id: &ClipId, details: ClipDetails) {
        self.clips.try_update(|clips| {
            if let Some(clip) = clips.iter_mut().find(|clip| clip.id == *id) {
                clip.details = details;
            }
        });
    }

    /// Shows and saves: at once, or when typing pauses.
    pub fn change(self, id: &ClipId, details: ClipDetails, at_once: bool) {
        self.change_all(vec![(id.clone(), details)], at_once);
    }

    /// Several clips in one step.
    pub fn change_all(self, changes: Vec<(ClipId, ClipDetails)>, at_once: bool) {
        let mut wanted = Vec::with_capacity(changes.len());
        self.clips.update(|clips| {
            let mut changes: HashMap<ClipId, ClipDetails> = changes.into_iter().collect();
            for clip in clips.iter_mut() {
                if let Some(details) = changes.remove(&clip.id) {
                    let before = std::mem::replace(&mut clip.details, details.clone());
                    let by = Micros::ZERO - self.start_of(&clip.video);
                    wanted.push((clip.id.clone(), clip.version, before.later(by), details.later(by)));
                }
            }
            sort(clips);
        });
        self.with_pending(|pending| {
            for (id, version, before, details) in &wanted {
                let (version, base) = pending.known.get(id).cloned().unwrap_or_else(|| (*version, before.clone()));
                let edit = pending.edits.entry(id.clone()).or_insert_with(|| Edits::new(id.clone(), version, base));
                edit.want(details.clone());
            }
        });
        self.settle();
        for (id, ..) in wanted {
            if at_once { self.send(id) } else { self.send_later(id) }
        }
    }

    fn send_later(self, id: ClipId) {
        let count = |touched: &mut HashMap<ClipId, u32>| {
            let count = touched.entry(id.clone()).or_default();
            *count += 1;
            *count
        };
        let mine = self.touched.try_update_value(count);
        spawn_local(async move {
            TimeoutFuture::new(TYPING_MS).await;
            if self.touched.try_with_value(|all| all.get(&id).copied()).flatten() == mine {
                self.send(id);
            }
        });
    }

    fn with_pending<R>(self, act: impl FnOnce(&mut Pending) -> R) -> Option<R> {
        self.pending.try_get_value()?.try_update_value(act)
    }

    /// Everything that waits for a pause in typing: the page is left.
    pub fn flush(self) {
        let waiting: Vec<ClipId> =
            self.with_pending(|pending| pending.edits.keys().cloned().collect()).unwrap_or_default();
        for id in waiting {
            self.send(id);
        }
    }

    /// After every change of what waits: what the top bar says, and what a reload would go on with.
    fn settle(self) {
        if let Some(pending) = self.pending.try_get_value() {
            self.settle_of(&pending);
        }
    }

    /// The same for a call that may outlive the page.
    fn settle_of(self, pending: &ArcStoredValue<Pending>) {
        let idle = pending.with_value(|pending| {
            pending.keep();
            pending.all_idle()
        });
        self.unsaved.try_set(!idle);
    }

    /// Goes on with what an earlier page or an earlier life of this tab could not send. Effects only.
    pub fn resume(self) {
        let game = self.game.get_value();
        let mine = self.pending.get_value();
        let (pending, is_known) = pending::of_tab(&game, &mine);
        if is_known {
            self.join_earlier(&mine, pending);
            return;
        }
        let kept = pending::kept(&game);
        for (_, new) in kept.made {
            self.make(new);
        }
        for (id, mut edit) in kept.edits {
            let Some(wanted) = edit.wanted().cloned() else { continue };
            let clip = self.clips.with_untracked(|clips| clips.iter().find(|clip| clip.id == id).cloned());
            if let Some(clip) = clip {
                let shown = self.shown_details(&clip, wanted);
                self.with_pending(|pending| pending.edits.insert(id.clone(), edit));
                self.show(&id, shown);
                self.send(id);
            } else {
                // Deleted elsewhere meanwhile.
                edit.hold();
                self.with_pending(|pending| pending.edits.insert(id.clone(), edit));
                self.hold(&id, wanted.title(), None);
            }
        }
        self.with_pending(|pending| pending.unsent.extend(kept.unsent));
        for id in kept.returning {
            self.restore(id, None);
        }
        let is_leaving = |clip: &&Clip| kept.leaving.contains(&clip.id);
        let leaving: Vec<Clip> = self.clips.with_untracked(|clips| clips.iter().filter(is_leaving).cloned().collect());
        if !leaving.is_empty() {
            self.delete(leaving, None);
        }
        self.settle();
    }

    /// Another page of this game was left while something waited: that goes on by itself, and is shown here.
    fn join_earlier(self, mine: &ArcStoredValue<Pending>, earlier: ArcStoredValue<Pending>) {
        let known = mine.try_update_value(|mine| std::mem::take(&mut mine.known)).unwrap_or_default();
        let (made, wanted, leaving, held) = earlier
            .try_update_value(|pending| {
                for (id, known) in known {
                    if pending.is_idle(&id) {
                        pending.edits.remove(&id);
                        pending.known.insert(id, known);
                    }
                }
                let made: Vec<NewClip> = pending.made.values().cloned().collect();
                let wanted = pending.edits.iter().filter_map(|(id, edit)| Some((id.clone(), edit.wanted()?.clone())));
                let wanted = wanted.collect::<Vec<_>>();
                let held = pending.edits.iter_mut().filter_map(|(id, edit)| edit.let_go().then(|| id.clone()));
                (made, wanted, pending.leaving.clone(), held.collect::<Vec<_>>())
            })
            .unwrap_or_default();
        self.pending.set_value(earlier.clone());
        let game = self.game.get_value();
        let made = made.into_iter().filter_map(|new| {
            Some(Clip { id: new.id?, version: 0, game: game.clone(), video: new.video, details: new.details })
        });
        self.add(made.collect());
        for (id, wanted) in wanted {
            let clip = self.clips.with_untracked(|clips| clips.iter().find(|clip| clip.id == id).cloned());
            if let Some(clip) = clip {
                self.show(&id, self.shown_details(&clip, wanted));
            }
        }
        self.deleted.update_value(|deleted| deleted.extend(leaving.iter().map(|id| (id.clone(), None))));
        self.clips.update(|clips| clips.retain(|clip| !leaving.contains(&clip.id)));
        for id in held {
            self.send(id);
        }
        spawn_local(async move {
            loop {
                self.settle_of(&earlier);
                if self.clips.is_disposed() || earlier.with_value(Pending::all_idle) {
                    break;
                }
                TimeoutFuture::new(TYPING_MS).await;
            }
            // Answered there, and nobody told this page: a list that is asked for from now on is right about them.
            let asked = self.asked.try_get_value();
            self.deleted.try_update_value(|deleted| {
                deleted.extend(leaving.iter().map(|id| (id.clone(), asked)));
            });
            self.versions.bump(&Topic::Clips(game));
        });
    }

    /// A list of the server is about to be asked for: hand the number to [`Saver::take_in`] with it.
    pub fn ask(self) -> u64 {
        self.asked
            .try_update_value(|asked| {
                *asked += 1;
                *asked
            })
            .unwrap_or_default()
    }

    /// Whether a clip that was deleted here is not to be shown, though the list has it.
    fn is_gone(self, id: &ClipId, asked: u64) -> bool {
        self.deleted
            .try_update_value(|deleted| match deleted.get(id) {
                Some(Some(confirmed)) if *confirmed < asked => {
                    deleted.remove(id);
                    false
                }
                known => known.is_some(),
            })
            .unwrap_or(false)
    }

    /// Takes in what the server has. A clip with unsaved changes, or one that is newer here, stays as it is shown.
    pub fn take_in(self, fresh: Vec<Clip>, asked: u64) {
        let changed = self.clips.try_update_untracked(|clips| {
            let shown: HashMap<&ClipId, &Clip> = clips.iter().map(|clip| (&clip.id, clip)).collect();
            let mut next: Vec<Clip> = Vec::with_capacity(fresh.len());
            for clip in fresh {
                if self.is_gone(&clip.id, asked) {
                    continue;
                }
                let idle = self.with_pending(|pending| pending.is_idle(&clip.id)).unwrap_or(true);
                let known = shown.get(&clip.id).filter(|known| known.version >= clip.version || !idle);
                if let Some(known) = known {
                    if known.version == clip.version && idle {
                        self.know(&clip);
                    }
                    next.push((*known).clone());
                } else {
                    self.with_pending(|pending| pending.edits.remove(&clip.id));
                    self.know(&clip);
                    next.push(self.on_clock(clip));
                }
            }
            let listed: HashSet<ClipId> = next.iter().map(|clip| clip.id.clone()).collect();
            for clip in clips.iter().filter(|clip| !listed.contains(&clip.id)) {
                let is_mine = self.created.with_value(|created| created.contains(&clip.id))
                    || self.with_pending(|pending| !pending.is_idle(&clip.id)).unwrap_or(false);
                if is_mine {
                    next.push(clip.clone());
                }
            }
            self.created.update_value(|created| created.retain(|id| !listed.contains(id)));
            sort(&mut next);
            let differs = *clips != next;
            *clips = next;
            differs
        });
        if changed == Some(true) {
            self.clips.notify();
        }
    }

    /// Remembers what the server has of a clip.
    fn know(self, clip: &Clip) {
        self.with_pending(|pending| pending.know(clip));
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
