//! The one loop that sends what was changed: it goes on when the page is left, and the next page of the reel joins it.

use super::{SaveState, Session};
use crate::{
    browser::page::warn_before_leaving,
    domain::ids::ReelId,
    error::{ApiError, Code},
    live::types::Topic,
    reels::{
        api::{get_reel, update_framing, update_reel},
        editor::{
            draft::{Draft, Write, next_write},
            merge::{Of, Sent, take_back},
        },
        types::{FramingUpdate, ReelClip, ReelUpdate},
    },
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
};

/// Between attempts while the server does not answer, in milliseconds; each pause is twice the last.
const FIRST_PAUSE: u32 = 1_000;
const LONGEST_PAUSE: u32 = 15_000;
const SIGNED_OUT: &str = "You are signed out. Sign in again in another tab: what you did here waits for it.";

thread_local! {
    /// The sessions of this tab whose loop runs. Only changes by a person come here, so never a page that is rendered.
    static SENDING: RefCell<HashMap<ReelId, Session>> = RefCell::new(HashMap::new());
    /// The reels whose loop has ended since a page of theirs began.
    static ENDED: RefCell<HashSet<ReelId>> = RefCell::new(HashSet::new());
}

/// Whether something of this reel was sent after an earlier page of it was left, perhaps too late for what this page was given.
pub fn has_left(reel: &ReelId) -> bool {
    ENDED.with_borrow_mut(|all| all.remove(reel))
}

/// The session of this reel that still sends something.
pub fn of_tab(reel: &ReelId) -> Option<Session> {
    SENDING.with_borrow(|all| all.get(reel).copied())
}

impl Session {
    /// Sends what is not sent yet. It goes on when the page is left: what was shown as done is done.
    pub fn save(self) {
        self.remember();
        if self.running.get_untracked() {
            return;
        }
        self.running.set(true);
        self.state.set(SaveState::Saving);
        let home = detached_owner();
        let kept = home.with(|| {
            warn_before_leaving(|| true);
            self.kept()
        });
        let id = kept.id();
        SENDING.with_borrow_mut(|all| all.insert(id.clone(), kept));
        spawn_local(async move {
            let (wrote, is_all) = kept.send_all().await;
            if wrote {
                kept.versions.bump(&Topic::Reels(id.clone()));
            }
            SENDING.with_borrow_mut(|all| all.remove(&id));
            ENDED.with_borrow_mut(|all| all.insert(id));
            kept.running.set(false);
            kept.state.set(if is_all { SaveState::Saved } else { SaveState::Waiting });
            home.cleanup();
        });
    }

    /// Until the server has everything, or the reel is gone. Whether it got something, and whether everything.
    async fn send_all(self) -> (bool, bool) {
        let (mut wrote, mut told) = (false, false);
        let (mut pause, mut most) = (FIRST_PAUSE, usize::MAX);
        while let Some((write, result)) = self.write_next(most).await {
            match result {
                Ok(()) => {
                    (wrote, told, pause) = (true, false, FIRST_PAUSE);
                    self.state.set(SaveState::Saving);
                }
                Err(error) if error.code.may_pass() => {
                    // Nothing else helps whoever was signed out; they hear it once.
                    if error.code == Code::SignInNeeded && !told {
                        told = true;
                        self.toasts.error(SIGNED_OUT);
                    }
                    self.state.set(SaveState::Waiting);
                    TimeoutFuture::new(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                // One of several clips is refused: then each goes by itself.
                Err(error) if error.code != Code::Conflict && matches!(&write, Write::Add(all) if all.len() > 1) => {
                    most = 1;
                    self.sent.set(None);
                }
                Err(error) => {
                    if !self.give_up(&write, &error).await {
                        return (wrote, false);
                    }
                }
            }
            self.remember();
        }
        (wrote, true)
    }

    /// The same signals for an owner of their own, which outlives the page.
    pub(super) fn kept(self) -> Self {
        fn share<T: Send + Sync + 'static>(signal: RwSignal<T>) -> RwSignal<T> {
            RwSignal::from(ArcRwSignal::from(signal))
        }
        Self {
            reel: share(self.reel),
            server: share(self.server),
            additions: share(self.additions),
            sent: share(self.sent),
            refused: share(self.refused),
            state: share(self.state),
            history: share(self.history),
            current: share(self.current),
            running: share(self.running),
            ..self
        }
    }

    /// Sends one thing, what has no answer yet before all else; none when the server has everything.
    async fn write_next(self, most: usize) -> Option<(Write, Result<(), ApiError>)> {
        let server = self.server.try_get_untracked()?;
        let unanswered = self.sent.get_untracked().filter(|sent| sent.stands(&server));
        let next = || {
            let (known, local) = (Draft::of(&server), self.draft());
            let write = self.additions.with_untracked(|waiting| next_write(&known, &local, waiting, most))?;
            Sent::on(&server, write)
        };
        let sent = unanswered.or_else(next);
        self.sent.set(sent.clone());
        self.remember();
        let Sent { write, version } = sent?;
        let of_reel = ReelUpdate {
            id: server.id,
            version,
            name: None,
            aspect: None,
            order: None,
            add: Vec::new(),
            add_ids: Vec::new(),
        };
        let result = match write.clone() {
            Write::Reel { name, aspect, order } => {
                update_reel(ReelUpdate { name, aspect, order, ..of_reel }).await.map(|it| self.adopt(it, Of::Write))
            }
            Write::Add(additions) => {
                let (add, add_ids) = additions.into_iter().map(|addition| (addition.clip, addition.id)).unzip();
                update_reel(ReelUpdate { add, add_ids, ..of_reel }).await.map(|it| self.adopt(it, Of::Write))
            }
            Write::Framing(id, framing) => {
                update_framing(FramingUpdate { id, version, framing }).await.map(|it| self.adopt_clip(it))
            }
        };
        Some((write, result))
    }

    fn adopt_clip(self, saved: ReelClip) {
        self.sent.set(None);
        self.server.update(|server| {
            if let Some(clip) = server.clips.iter_mut().find(|clip| clip.id == saved.id) {
                *clip = saved;
            }
        });
    }

    /// After a refusal the latest is shown. What was changed here as well as elsewhere is kept for whoever decides; everything
    /// else of what was changed here is sent again. What is wrong in itself is taken back. False when there is no such reel: it
    /// may be in the trash, so what was done here is kept as long as the tab.
    async fn give_up(self, write: &Write, error: &ApiError) -> bool {
        let latest = get_reel(self.id()).await;
        if matches!(&latest, Err(error) if error.code == Code::NotFound) {
            self.toasts.error("This reel is not there any more. If it is in the trash, bring it back: what you did here waits for it.");
            return false;
        }
        if error.code != Code::Conflict {
            self.toasts.error(error.to_string());
            self.sent.set(None);
            match write {
                Write::Add(refused) => self.additions.update(|all| all.retain(|waiting| !refused.contains(waiting))),
                _ => self.server.with_untracked(|server| self.reel.update(|reel| take_back(reel, server, write))),
            }
        }
        if let Ok(latest) = latest {
            self.adopt(latest, Of::Refusal);
        }
        self.keep_current();
        // Nothing has moved: the same would be refused again at once.
        if self.sent.with_untracked(Option::is_some) {
            TimeoutFuture::new(FIRST_PAUSE).await;
        }
        true
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
