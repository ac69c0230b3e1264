//! The uploads of this tab, as the interface shows them. The engine that moves the bytes is `browser::uploads`.

use super::types::{OpenUpload, Upload};
use crate::{
    browser::{files::LocalFile, page},
    domain::{
        ids::{GameId, UploadId, VideoId},
        parts,
    },
    live::versions::Versions,
    ui::toast::Toasts,
};
use futures::channel::mpsc::UnboundedSender;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, rc::Rc};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskState {
    /// Reading the file and asking the server.
    Preparing,
    /// Another file is sent first.
    Queued,
    Sending,
    Paused,
    /// No connection or a failing store: tries again by itself.
    Waiting,
    /// Begun earlier, and no tab of this browser sends it: it needs its file again.
    Interrupted,
    /// Another browser or device sends it.
    Elsewhere,
    /// All bytes are there; the server reads the file.
    Finishing,
    Done,
    /// It cannot go on by itself: what happened and what to do.
    Failed(String),
}

impl TaskState {
    /// Whether bytes are not confirmed yet, and so closing the tab would stop it.
    pub fn needs_the_tab(&self) -> bool {
        matches!(self, Self::Preparing | Self::Queued | Self::Sending | Self::Paused | Self::Waiting)
    }

    /// Whether it is known from the server only: no tab of this browser sends it.
    pub fn is_remembered(&self) -> bool {
        matches!(self, Self::Interrupted | Self::Elsewhere)
    }

    /// Whether nothing happens any more unless somebody acts.
    pub fn has_ended(&self) -> bool {
        matches!(self, Self::Done | Self::Failed(_))
    }
}

/// One file on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UploadTask {
    /// Rises with time; no two tabs have the same.
    pub key: u64,
    /// The other tab of this browser that sends it; none: this one.
    pub tab: Option<u64>,
    pub game: GameId,
    pub video: Option<VideoId>,
    pub upload: Option<UploadId>,
    /// Of its game, for people.
    pub name: String,
    pub file_name: String,
    /// Of the file, once it was read.
    pub fingerprint: Option<String>,
    /// Whether the browser can find the file by itself.
    pub has_handle: bool,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    Pause,
    Resume,
    Cancel,
}

/// How the engine of one task is reached, and what it sends.
#[derive(Clone)]
pub struct Handle {
    pub file: Option<LocalFile>,
    pub wishes: UnboundedSender<Wish>,
}

/// A file of this computer, and what it was sent for. The video is none until the server knows it.
#[derive(Clone)]
struct Held {
    key: u64,
    game: GameId,
    video: Option<VideoId>,
    file: LocalFile,
}

/// In context; the same for every page of the tab.
#[derive(Clone, Copy)]
pub struct UploadQueue {
    pub tasks: RwSignal<Vec<UploadTask>>,
    pub versions: Versions,
    pub toasts: Toasts,
    /// Files of this computer that were sent or are being sent: editors play them at once.
    files: RwSignal<Vec<Held>>,
    /// Files that were dropped before their game was described, in playing order; `/games/new` takes them.
    pub pending: RwSignal<Vec<LocalFile>>,
    /// The game that a dropped file is added to, with its name; none where a dropped file begins a game.
    pub target: RwSignal<Option<(GameId, String)>>,
    handles: StoredValue<HashMap<u64, Handle>>,
    /// How another tab hears of a wish for one of its uploads.
    forward: StoredValue<Option<Forward>>,
}

/// Tab, key and wish. Made in the browser only.
type Forward = SendWrapper<Rc<dyn Fn(u64, u64, Wish)>>;

impl UploadQueue {
    pub fn provide(versions: Versions, toasts: Toasts) -> Self {
        let queue = Self {
            tasks: RwSignal::new(Vec::new()),
            versions,
            toasts,
            files: RwSignal::new(Vec::new()),
            pending: RwSignal::new(Vec::new()),
            target: RwSignal::new(None),
            handles: StoredValue::new(HashMap::new()),
            forward: StoredValue::new(None),
        };
        provide_context(queue);
        queue
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// Rises with time, and differs between tabs.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Below 2^53.
    fn new_key(self) -> u64 {
        let newest = self.tasks.with_untracked(|tasks| tasks.iter().map(|task| task.key).max()).unwrap_or_default();
        (page::now_ms() as u64 * 1000 + (page::random() * 1000.0) as u64).max(newest + 1)
    }

    /// A new task for a file; answers its key.
    pub fn add(self, game: GameId, name: String, file: &LocalFile, wishes: UnboundedSender<Wish>) -> u64 {
        let key = self.new_key();
        self.hold(key, game.clone(), None, file);
        self.set_handle(key, Handle { file: Some(file.clone()), wishes });
        self.tasks.update(|tasks| {
            // A failed attempt for the same game is over.
            tasks.retain(|task| task.game != game || !matches!(task.state, TaskState::Failed(_)));
            tasks.push(UploadTask {
                key,
                tab: None,
                game,
                video: None,
                upload: None,
                name,
                file_name: file.name(),
                fingerprint: None,
                has_handle: file.handle().is_some(),
                bytes: file.size(),
                sent: 0,
                rate: None,
                state: TaskState::Preparing,
                through_server: false,
            });
        });
        key
    }

    /// A task for an upload that was begun earlier, here or elsewhere; answers its key.
    pub fn remember(self, open: OpenUpload, has_handle: bool) -> u64 {
        let (key, sent, state) = (self.new_key(), sent_of(&open.upload), state_of(&open));
        let upload = open.upload;
        let task = UploadTask {
            key,
            tab: None,
            sent,
            game: upload.game,
            video: Some(upload.video),
            upload: Some(upload.id),
            name: open.game_name,
            file_name: upload.name,
            fingerprint: Some(open.fingerprint),
            has_handle,
            bytes: upload.bytes,
            rate: None,
            state,
            through_server: false,
        };
        self.tasks.update(|tasks| tasks.push(task));
        key
    }

    /// Keeps a file to be played.
    pub fn hold(self, key: u64, game: GameId, video: Option<VideoId>, file: &LocalFile) {
        self.files.update(|files| {
            files.retain(|held| held.key != key);
            files.push(Held { key, game, video, file: file.clone() });
        });
    }

    /// The file of a video, while this tab has it.
    pub fn file_of(self, video: &VideoId) -> Option<LocalFile> {
        self.held(|held| held.video.as_ref() == Some(video))
    }

    /// The first file of a game that the server does not know yet.
    pub fn new_file_of(self, game: &GameId) -> Option<LocalFile> {
        self.held(|held| held.video.is_none() && held.game == *game)
    }

    fn held(self, is_it: impl Fn(&Held) -> bool) -> Option<LocalFile> {
        self.files.with(|files| files.iter().find(|held| is_it(held)).map(|held| held.file.clone()))
    }

    /// The server knows the upload now. A task that only remembered it is taken over.
    pub fn begun(self, key: u64, upload: &Upload) {
        self.tasks.update(|tasks| {
            tasks.retain(|task| task.key == key || task.upload.as_ref() != Some(&upload.id));
            if let Some(task) = tasks.iter_mut().find(|task| task.key == key) {
                task.upload = Some(upload.id.clone());
                task.video = Some(upload.video.clone());
                task.state = TaskState::Preparing;
            }
        });
        self.files.update(|files| {
            if let Some(held) = files.iter_mut().find(|held| held.key == key) {
                held.video = Some(upload.video.clone());
            }
        });
    }

    /// Whether another file of the same game was chosen earlier and is not known to the server yet: videos are added in the
    /// order in which they were chosen.
    pub fn is_behind(self, key: u64, game: &GameId) -> bool {
        let is_ahead = |task: &UploadTask| {
            task.key < key && task.game == *game && task.upload.is_none() && !task.state.has_ended()
        };
        self.tasks.with_untracked(|tasks| tasks.iter().any(is_ahead))
    }

    /// Takes over how far the uploads are that no tab of this browser sends; those that are not open any more go.
    pub fn refresh_remembered(self, open: &[OpenUpload]) {
        let of = |task: &UploadTask| open.iter().find(|open| Some(&open.upload.id) == task.upload.as_ref());
        self.tasks.maybe_update(|tasks| {
            let before = tasks.clone();
            tasks.retain(|task| task.tab.is_some() || !task.state.is_remembered() || of(task).is_some());
            for task in tasks.iter_mut().filter(|task| task.tab.is_none() && task.state.is_remembered()) {
                if let Some(open) = of(task) {
                    task.sent = task.sent.max(sent_of(&open.upload));
                    task.state = state_of(open);
                }
            }
            *tasks != before
        });
    }

    pub fn remembers_any(self) -> bool {
        self.tasks.with_untracked(|tasks| tasks.iter().any(|task| task.tab.is_none() && task.state.is_remembered()))
    }

    /// Whether a task is about this upload.
    pub fn knows(self, upload: &UploadId) -> bool {
        self.tasks.with_untracked(|tasks| tasks.iter().any(|task| task.upload.as_ref() == Some(upload)))
    }

    /// The interrupted upload of a file with this name and length, to this game if one is given.
    pub fn interrupted_like(self, game: Option<&GameId>, file_name: &str, bytes: i64) -> Option<UploadTask> {
        let is_like = |task: &&UploadTask| {
            task.state == TaskState::Interrupted
                && task.bytes == bytes
                && task.file_name == file_name
                && game.is_none_or(|game| task.game == *game)
        };
        self.tasks.with_untracked(|tasks| tasks.iter().find(is_like).cloned())
    }

    /// What this tab sends.
    pub fn own_tasks(self) -> Vec<UploadTask> {
        let is_own = |task: &&UploadTask| task.tab.is_none() && !task.state.is_remembered();
        self.tasks.with(|tasks| tasks.iter().filter(is_own).cloned().collect())
    }

    /// What another tab sends takes the place of what it sent before; whether it was not known to send anything.
    pub fn mirror(self, tab: u64, sent: Vec<UploadTask>) -> bool {
        let is_known = self.tasks.with_untracked(|tasks| tasks.iter().any(|task| task.tab == Some(tab)));
        let is_new = !is_known && !sent.is_empty();
        self.tasks.update(|tasks| {
            tasks.retain(|task| {
                task.tab != Some(tab)
                    && (!task.state.is_remembered() || sent.iter().all(|other| other.upload != task.upload))
            });
            tasks.extend(sent.into_iter().map(|task| UploadTask { tab: Some(tab), ..task }));
        });
        is_new
    }

    pub fn forward_wishes(self, forward: impl Fn(u64, u64, Wish) + 'static) {
        self.forward.set_value(Some(SendWrapper::new(Rc::new(forward))));
    }

    pub fn handle(self, key: u64) -> Option<Handle> {
        self.handles.with_value(|handles| handles.get(&key).cloned())
    }

    pub fn set_handle(self, key: u64, handle: Handle) {
        self.handles.update_value(|handles| drop(handles.insert(key, handle)));
    }

    pub fn wish(self, key: u64, wish: Wish) {
        if let Some(tab) = self.task(key).and_then(|task| task.tab) {
            if let Some(forward) = self.forward.get_value() {
                forward(tab, key, wish);
            }
        } else if let Some(handle) = self.handle(key) {
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

    /// The task of a video that is not done.
    pub fn of_video(self, video: &VideoId) -> Option<UploadTask> {
        let is_it = |task: &&UploadTask| task.video.as_ref() == Some(video) && task.state != TaskState::Done;
        self.tasks.with(|tasks| tasks.iter().find(is_it).cloned())
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
            task.tab.is_none()
                && task.key < key
                && matches!(
                    task.state,
                    TaskState::Preparing | TaskState::Queued | TaskState::Sending | TaskState::Waiting
                )
        };
        self.tasks.with_untracked(|tasks| tasks.iter().any(is_before))
    }

    pub fn needs_the_tab(self) -> bool {
        self.tasks.with_untracked(|tasks| tasks.iter().any(|task| task.tab.is_none() && task.state.needs_the_tab()))
    }

    pub fn is_busy(self) -> bool {
        self.tasks
            .with_untracked(|tasks| tasks.iter().any(|task| !task.state.has_ended() && !task.state.is_remembered()))
    }
}

/// Bytes that the store has.
fn sent_of(upload: &Upload) -> i64 {
    let parts = upload.received.iter().filter_map(|part| parts::range(upload.bytes, upload.part_size, *part));
    parts.map(|(_, length)| length).sum()
}

fn state_of(open: &OpenUpload) -> TaskState {
    if open.is_active { TaskState::Elsewhere } else { TaskState::Interrupted }
}
