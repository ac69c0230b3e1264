//! The edit session of a reel in this tab: what is shown, what the server has, and the one loop that makes them equal.
//! Every change is shown at once and sent at once; while a write runs, further changes wait and go together.

mod adding;

use super::draft::{Addition, Draft, Write, merge, next_write, pin, reshape, revert};
use crate::{
    domain::{
        aspect::Aspect,
        framing::Framing,
        ids::{ReelClipId, ReelId},
    },
    editor::history::{History, keep},
    error::{ApiError, Code},
    live::{types::Topic, versions::Versions},
    reels::{
        api::{get_reel, update_framing, update_reel},
        types::{FramingUpdate, Reel, ReelClip, ReelUpdate},
    },
    ui::toast::Toasts,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveState {
    Saved,
    Saving,
    /// The server does not answer; it is tried again.
    Waiting,
}

#[derive(Clone, Copy)]
pub struct Session {
    /// What is shown, changes included.
    pub reel: RwSignal<Reel>,
    /// What the server has, as far as we know.
    server: RwSignal<Reel>,
    additions: RwSignal<Vec<Addition>>,
    pub state: RwSignal<SaveState>,
    history: RwSignal<History<Draft>>,
    /// The clip being framed.
    pub current: RwSignal<Option<ReelClipId>>,
    running: RwSignal<bool>,
    /// Whether the whole reel is being watched.
    pub watching: RwSignal<bool>,
    /// What a toast of this page may do. Callbacks live as long as the owner they are made under: here the page's, not
    /// that of a row that was just removed.
    undo_action: Callback<()>,
    /// What was refused with a conflict, until somebody decides: what it stood on, and what was wanted here.
    pub refused: RwSignal<Option<(Draft, Draft)>>,
    versions: Versions,
    pub toasts: Toasts,
}

impl Session {
    pub fn new(reel: Reel, current: Option<ReelClipId>) -> Self {
        let chosen = current.filter(|id| reel.clips.iter().any(|clip| clip.id == *id));
        let first = || reel.clips.first().map(|clip| clip.id.clone());
        let page = StoredValue::new(None::<Self>);
        let undo_action = Callback::new(move |()| {
            if let Some(page) = page.get_value() {
                page.undo();
            }
        });
        let session = Self {
            current: RwSignal::new(chosen.or_else(first)),
            server: RwSignal::new(reel.clone()),
            reel: RwSignal::new(reel),
            additions: RwSignal::new(Vec::new()),
            state: RwSignal::new(SaveState::Saved),
            history: RwSignal::new(History::default()),
            running: RwSignal::new(false),
            watching: RwSignal::new(false),
            undo_action,
            refused: RwSignal::new(None),
            versions: Versions::expect(),
            toasts: Toasts::expect(),
        };
        page.set_value(Some(session));
        session
    }

    /// What was done can be undone after a reload, in this tab. Called in a component.
    pub fn keep_history(self) {
        keep(format!("history of reel {}", self.id()), self.history);
    }

    pub fn id(self) -> ReelId {
        self.reel.with_untracked(|reel| reel.id.clone())
    }

    /// The clip being framed.
    pub fn clip(self) -> Option<ReelClip> {
        self.current.with(|id| {
            let id = id.as_ref()?;
            self.reel.with(|reel| reel.clips.iter().find(|clip| clip.id == *id).cloned())
        })
    }

    /// A change by a person: shown, remembered for undo, sent. Changes of one `gesture` in a row are undone together.
    pub fn change(self, gesture: Option<String>, change: impl FnOnce(&mut Reel)) {
        let before = self.reel.with_untracked(Draft::of);
        self.reel.update(change);
        self.keep_current();
        self.commit(before, gesture);
    }

    /// Remembers and sends what was changed since `before`, for changes that were shown already.
    pub fn commit(self, before: Draft, gesture: Option<String>) {
        if self.reel.with_untracked(Draft::of) != before {
            // Once there is something to lose, what plays stays what it is.
            self.reel.update(pin);
            let after = self.reel.with_untracked(Draft::of);
            // An undo that a toast offered would now undo this.
            self.toasts.retract_actions();
            self.history.update(|history| history.push(before, after, gesture));
            self.save();
        }
    }

    pub fn draft(self) -> Draft {
        self.reel.with_untracked(Draft::of)
    }

    /// Shows another framing of the current clip without saving it yet: while a drag goes on.
    pub fn show_framing(self, framing: Framing) {
        let Some(id) = self.current.get_untracked() else { return };
        self.reel.update(|reel| {
            if let Some(clip) = reel.clips.iter_mut().find(|clip| clip.id == id) {
                clip.framing = framing;
            }
        });
    }

    pub fn set_framing(self, gesture: Option<String>, framing: Framing) {
        let before = self.draft();
        self.show_framing(framing);
        self.commit(before, gesture);
    }

    /// The framing of the current clip as it was before a gesture that one more step would go on with.
    pub fn framing_before(self, gesture: &str) -> Option<Framing> {
        let (now, id) = (self.draft(), self.current.get_untracked()?);
        self.history.with_untracked(|history| {
            let clip = history.before(gesture, &now)?.clips.iter().find(|clip| clip.id == id)?;
            Some(clip.framing.clone())
        })
    }

    pub fn set_aspect(self, aspect: Aspect) {
        self.change(None, |reel| reshape(reel, aspect));
    }

    /// Moves a clip to another place.
    pub fn move_clip(self, id: &ReelClipId, to: usize) {
        self.change(None, |reel| {
            if let Some(from) = reel.clips.iter().position(|clip| clip.id == *id) {
                let clip = reel.clips.remove(from);
                reel.clips.insert(to.min(reel.clips.len()), clip);
            }
        });
    }

    pub fn remove_clip(self, id: &ReelClipId) {
        let name = self.reel.with_untracked(|reel| {
            reel.clips.iter().find(|clip| clip.id == *id).map(|clip| clip.clip.title()).unwrap_or_default()
        });
        self.change(None, |reel| reel.clips.retain(|clip| clip.id != *id));
        self.toasts.with_action(format!("Removed {name}"), "Undo", self.undo_action);
    }

    pub fn can_undo(self) -> bool {
        self.history.with(History::can_undo)
    }

    pub fn can_redo(self) -> bool {
        self.history.with(History::can_redo)
    }

    pub fn undo(self) {
        self.step_history(History::undo);
    }

    pub fn redo(self) {
        self.step_history(History::redo);
    }

    fn step_history(self, step: impl FnOnce(&mut History<Draft>) -> Option<(Draft, Draft)>) {
        let Some((from, to)) = self.history.try_update(step).flatten() else { return };
        self.toasts.retract_actions();
        let additions = self.reel.try_update(|reel| revert(reel, &from, &to)).unwrap_or_default();
        self.additions.update(|all| all.extend(additions));
        self.keep_current();
        self.save();
    }

    /// Asks the server for the reel as it is now; what is being edited here stays.
    pub fn refresh(self) {
        let id = self.id();
        spawn_local(async move {
            if let Ok(latest) = get_reel(id).await {
                self.adopt(latest);
            }
        });
    }

    fn adopt(self, mut latest: Reel) {
        let Some(before) = self.server.try_with_untracked(Draft::of) else { return };
        // An answer that was overtaken by a write is older than what we have.
        if self.server.with_untracked(|known| known.version > latest.version) {
            return;
        }
        self.server.with_untracked(|known| {
            for clip in &mut latest.clips {
                if let Some(newer) =
                    known.clips.iter().find(|other| other.id == clip.id && other.version > clip.version)
                {
                    *clip = newer.clone();
                }
            }
        });
        let mut merged = self.reel.get_untracked();
        let mine = Draft::of(&merged);
        if merge(&mut merged, &before, &latest) {
            // Of several conflicts the first counts: what came after it stands on what is shown since.
            self.refused.try_update(|refused| {
                refused.get_or_insert((before, mine));
            });
        }
        if self.reel.with_untracked(|reel| *reel != merged) {
            self.reel.set(merged);
        }
        self.server.set(latest);
        self.keep_current();
    }

    /// The clip being framed is one of the reel.
    fn keep_current(self) {
        let first = self.reel.with_untracked(|reel| {
            let is_there =
                self.current.with_untracked(|id| reel.clips.iter().any(|clip| Some(&clip.id) == id.as_ref()));
            (!is_there).then(|| reel.clips.first().map(|clip| clip.id.clone()))
        });
        if let Some(first) = first {
            self.current.set(first);
        }
    }

    /// Sends what is not sent yet. It goes on when the page is left: what was shown as done is done.
    fn save(self) {
        if self.running.get_untracked() {
            return;
        }
        self.running.set(true);
        self.state.set(SaveState::Saving);
        let home = detached_owner();
        let kept = home.with(|| self.kept());
        spawn_local(async move {
            let mut wrote = false;
            let mut pause = 1_000;
            while let Some(result) = kept.write_next().await {
                match result {
                    Ok(()) => {
                        (wrote, pause) = (true, 1_000);
                        kept.state.set(SaveState::Saving);
                    }
                    Err(error) if matches!(error.code, Code::Unreachable | Code::StoreUnavailable) => {
                        kept.state.set(SaveState::Waiting);
                        TimeoutFuture::new(pause).await;
                        pause = (pause * 2).min(15_000);
                    }
                    Err(error) => kept.give_up(&error).await,
                }
            }
            kept.running.set(false);
            kept.state.set(SaveState::Saved);
            if wrote {
                kept.versions.bump(&Topic::Reels(kept.id()));
            }
            drop(home);
        });
    }

    /// The same signals for an owner of their own, which outlives the page.
    fn kept(self) -> Self {
        fn share<T: Send + Sync + 'static>(signal: RwSignal<T>) -> RwSignal<T> {
            RwSignal::from(ArcRwSignal::from(signal))
        }
        Self {
            reel: share(self.reel),
            server: share(self.server),
            additions: share(self.additions),
            state: share(self.state),
            history: share(self.history),
            current: share(self.current),
            running: share(self.running),
            ..self
        }
    }

    /// Sends one thing; none when the server has everything, or the page is gone.
    async fn write_next(self) -> Option<Result<(), ApiError>> {
        let server = self.server.try_get_untracked()?;
        let additions = self.additions.try_get_untracked()?;
        let local = self.reel.try_with_untracked(Draft::of)?;
        if !additions.is_empty() {
            return Some(self.send_additions(&server, additions).await);
        }
        let write = next_write(&Draft::of(&server), &local)?;
        Some(match write {
            Write::Reel { name, aspect, order } => {
                let update =
                    ReelUpdate { id: server.id, version: server.version, name, aspect, order, add: Vec::new() };
                update_reel(update).await.map(|latest| self.adopt(latest))
            }
            Write::Framing(id, framing) => {
                let version = server.clips.iter().find(|clip| clip.id == id)?.version;
                update_framing(FramingUpdate { id, version, framing }).await.map(|saved| self.adopt_clip(saved))
            }
        })
    }

    fn adopt_clip(self, saved: ReelClip) {
        self.server.try_update(|server| {
            if let Some(clip) = server.clips.iter_mut().find(|clip| clip.id == saved.id) {
                *clip = saved;
            }
        });
    }

    /// After a conflict: what was done here, on top of what is there now.
    pub fn keep_mine(self) {
        if let Some((base, mine)) = self.refused.try_update(Option::take).flatten() {
            self.change(None, |reel| drop(revert(reel, &base, &mine)));
        }
    }

    /// After a refusal the latest is shown. What was changed here as well as elsewhere is kept for whoever decides; everything
    /// else of what was changed here is sent again. What is wrong in itself is taken back.
    async fn give_up(self, error: &ApiError) {
        let is_conflict = error.code == Code::Conflict;
        if !is_conflict {
            self.additions.try_update(Vec::clear);
            self.toasts.error(error.to_string());
        }
        match get_reel(self.id()).await {
            Ok(latest) if is_conflict => self.adopt(latest),
            Ok(latest) => {
                self.server.set(latest.clone());
                self.reel.set(latest);
            }
            // A conflict is met again by the next try.
            Err(_) if is_conflict => TimeoutFuture::new(1_000).await,
            Err(_) => self.reel.set(self.server.get_untracked()),
        }
        self.keep_current();
    }
}

/// An owner that belongs to no page.
fn detached_owner() -> Owner {
    let current = Owner::current();
    let detached = Owner::new_root(None);
    if let Some(current) = current {
        current.set();
    }
    detached
}
