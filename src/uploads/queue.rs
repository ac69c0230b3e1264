//! The uploads of this tab, as the interface shows them. The engine that moves the bytes is `browser::uploads`.

use crate::{
    browser::files::LocalFile,
    domain::ids::{GameId, UploadId, VideoId},
    live::versions::Versions,
    ui::toast::Toasts,
};
use futures::channel::mpsc::UnboundedSender;
use leptos::prelude::*;
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskState {
    /// Reading the file and asking the server; or waiting for its turn.
    Preparing,
    Sending,
    Paused,
    /// No connection or a failing store: tries again by itself.
    Waiting,
    /// All bytes are there; the server reads the file.
    Finishing,
    Done,
    /// It cannot go on by itself: what happened and what to do.
    Failed(String),
}

impl TaskState {
    /// Whether bytes are not confirmed yet, and so closing the tab would stop it.
    pub fn needs_the_tab(&self) -> bool {
        matches!(self, Self::Preparing | Self::Sending | Self::Paused | Self::Waiting)
    }

    pub fn has_ended(&self) -> bool {
        matches!(self, Self::Done | Self::Failed(_))
    }
}

/// One file on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct UploadTask {
    /// Counts up within the tab.
    pub key: u64,
    pub game: GameId,
    pub video: Option<VideoId>,
    pub upload: Option<UploadId>,
    pub name: String,
    pub bytes: i64,
    /// Confirmed and in flight; never falls.
    pub sent: i64,
    /// Bytes a second, smoothed; none until it is known.
    pub rate: Option<f64>,
    pub state: TaskState,
    /// Whether it goes through the server because the store cannot be reached.
    pub through_server: bool,
}

impl UploadTask {
    /// 0 to 99 while it runs; 100 only when the video is ready.
    pub fn percent(&self) -> i64 {
        match self.state {
            TaskState::Done => 100,
            _ if self.bytes <= 0 => 0,
            _ => (self.sent * 100 / self.bytes).clamp(0, 99),
        }
    }

    /// Seconds that are left at this rate.
    #[allow(clippy::cast_precision_loss)]
    pub fn seconds_left(&self) -> Option<f64> {
        let rate = self.rate.filter(|rate| *rate > 1.0)?;
        Some((self.bytes - self.sent).max(0) as f64 / rate)
    }
}

/// What a user asks of a running upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Pause,
    Resume,
    Cancel,
}

/// How the engine of one task is reached, and what it sends.
#[derive(Clone)]
pub struct Handle {
    pub file: LocalFile,
    pub wishes: UnboundedSender<Wish>,
}

/// In context; the same for every page of the tab.
#[derive(Clone, Copy)]
pub struct UploadQueue {
    pub tasks: RwSignal<Vec<UploadTask>>,
    pub versions: Versions,
    pub toasts: Toasts,
    /// Files of this computer by their game: Annotate plays them at once.
    pub files: RwSignal<HashMap<GameId, LocalFile>>,
    /// A file that was dropped before its game was described; `/games/new` takes it.
    pub pending: RwSignal<Option<LocalFile>>,
    handles: StoredValue<HashMap<u64, Handle>>,
}

impl UploadQueue {
    pub fn provide(versions: Versions, toasts: Toasts) -> Self {
        let queue = Self {
            tasks: RwSignal::new(Vec::new()),
            versions,
            toasts,
            files: RwSignal::new(HashMap::new()),
            pending: RwSignal::new(None),
            handles: StoredValue::new(HashMap::new()),
        };
        provide_context(queue);
        queue
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// A new task for a file; answers its key.
    pub fn add(self, game: GameId, name: String, handle: Handle) -> u64 {
        let key = self.tasks.with_untracked(|tasks| tasks.iter().map(|task| task.key).max().unwrap_or(0) + 1);
        self.files.update(|files| drop(files.insert(game.clone(), handle.file.clone())));
        let bytes = handle.file.size();
        self.handles.update_value(|handles| drop(handles.insert(key, handle)));
        self.tasks.update(|tasks| {
            // A failed attempt for the same game is over.
            tasks.retain(|task| task.game != game || !task.state.has_ended());
            tasks.push(UploadTask {
                key,
                game,
                video: None,
                upload: None,
                name,
                bytes,
                sent: 0,
                rate: None,
                state: TaskState::Preparing,
                through_server: false,
            });
        });
        key
    }

    pub fn handle(self, key: u64) -> Option<Handle> {
        self.handles.with_value(|handles| handles.get(&key).cloned())
    }

    pub fn set_handle(self, key: u64, handle: Handle) {
        self.handles.update_value(|handles| drop(handles.insert(key, handle)));
    }

    pub fn wish(self, key: u64, wish: Wish) {
        if let Some(handle) = self.handle(key) {
            let _ = handle.wishes.unbounded_send(wish);
        }
    }

    pub fn task(self, key: u64) -> Option<UploadTask> {
        self.tasks.with_untracked(|tasks| tasks.iter().find(|task| task.key == key).cloned())
    }

    /// The task of a game that is not done.
    pub fn of_game(self, game: &GameId) -> Option<UploadTask> {
        self.tasks.with(|tasks| tasks.iter().find(|task| task.game == *game && task.state != TaskState::Done).cloned())
    }

    /// Changes a task; nothing is told when nothing changed.
    pub fn change(self, key: u64, change: impl FnOnce(&mut UploadTask)) {
        self.tasks.maybe_update(|tasks| {
            let Some(task) = tasks.iter_mut().find(|task| task.key == key) else { return false };
            let before = task.clone();
            change(task);
            *task != before
        });
    }

    /// Takes a task off the list.
    pub fn forget(self, key: u64) {
        self.handles.update_value(|handles| drop(handles.remove(&key)));
        self.tasks.update(|tasks| tasks.retain(|task| task.key != key));
    }

    /// Whether another upload that came earlier still sends.
    pub fn must_wait(self, key: u64) -> bool {
        let is_before = |task: &UploadTask| {
            task.key < key && matches!(task.state, TaskState::Preparing | TaskState::Sending | TaskState::Waiting)
        };
        self.tasks.with_untracked(|tasks| tasks.iter().any(is_before))
    }

    pub fn needs_the_tab(self) -> bool {
        self.tasks.with_untracked(|tasks| tasks.iter().any(|task| task.state.needs_the_tab()))
    }

    pub fn is_busy(self) -> bool {
        self.tasks.with_untracked(|tasks| tasks.iter().any(|task| !task.state.has_ended()))
    }
}
