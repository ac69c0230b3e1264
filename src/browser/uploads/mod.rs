//! Uploads of this tab: what a user can do with them. `run` follows one from the file to the video, `engine` moves the
//! bytes, `resume` finds what was interrupted, `tabs` shows what other tabs send.

mod engine;
mod ours;
mod resume;
mod run;
mod sums;
mod tabs;
mod trial;

pub use resume::go_on;
pub use trial::{Verdict, try_store};

use super::files::LocalFile;
use crate::{
    domain::ids::{GameId, UploadId},
    error::{ApiError, Code},
    uploads::{
        api::abort_upload,
        queue::{Handle, TaskState, UploadQueue, Wish},
    },
};
use futures::{
    FutureExt, StreamExt,
    channel::mpsc::{UnboundedReceiver, unbounded},
};
use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;

/// How an upload ended.
enum End {
    Arrived,
    Cancelled,
    /// Another tab of this browser sends it.
    Elsewhere,
    Failed(String),
}

/// Called once in a tab: hears of the other tabs, and offers what was interrupted.
pub fn open(queue: UploadQueue) {
    tabs::join(queue);
    spawn_local(resume::watch(queue));
}

/// Sends files to a game, to be its videos in this order. The tasks are in the queue when this returns.
pub fn start(queue: UploadQueue, game: &GameId, game_name: &str, files: Vec<LocalFile>) {
    for file in files {
        let (wishes, received) = unbounded();
        let key = queue.add(game.clone(), game_name.to_owned(), &file, wishes);
        spawn_local(run::run(queue, key, file, received));
    }
}

/// Goes on with an interrupted upload of this very file (to this game, if one is given); whether there was one.
pub fn take_up(queue: UploadQueue, game: Option<&GameId>, file: &LocalFile) -> bool {
    let Some(task) = queue.interrupted_like(game, &file.name(), file.size()) else { return false };
    let key = task.key;
    queue.toasts.say(format!("Going on with the upload of {}", task.name));
    spawn_local(resume::go_on_with(queue, key, file.clone()));
    true
}

/// Goes on with this interrupted upload, if the file is the one.
pub fn go_on_with(queue: UploadQueue, key: u64, file: LocalFile) {
    spawn_local(resume::go_on_with(queue, key, file));
}

pub fn pause(queue: UploadQueue, key: u64) {
    queue.wish(key, Wish::Pause);
}

pub fn resume(queue: UploadQueue, key: u64) {
    queue.wish(key, Wish::Resume);
}

/// Stops it and throws away what was sent.
pub fn cancel(queue: UploadQueue, key: u64) {
    let Some(task) = queue.task(key) else { return };
    match (task.state, task.upload) {
        (state, Some(upload)) if state.is_remembered() && task.tab.is_none() => spawn_local(async move {
            match abort_upload(upload).await {
                Ok(()) => queue.forget(key),
                Err(error) => queue.toasts.error(error.message),
            }
        }),
        (state, _) if state.has_ended() => queue.forget(key),
        _ => queue.wish(key, Wish::Cancel),
    }
}

/// Begins again after a failure; what arrived is not sent twice.
pub fn retry(queue: UploadQueue, key: u64) {
    let Some(file) = queue.handle(key).and_then(|handle| handle.file) else { return };
    let (wishes, received) = unbounded();
    queue.set_handle(key, Handle { file: Some(file.clone()), wishes });
    queue.change(key, |task| task.state = TaskState::Preparing);
    spawn_local(run::run(queue, key, file, received));
}

/// The lock that the tab holds which sends this upload.
fn lock_of(upload: &UploadId) -> String {
    format!("touchline-upload-{upload}")
}

/// The next wish within some time: `None` when there was none, `Some(None)` when nobody can wish any more.
async fn next_wish(wishes: &mut UnboundedReceiver<Wish>, milliseconds: u32) -> Option<Option<Wish>> {
    futures::select_biased! {
        wish = wishes.next().fuse() => Some(wish),
        () = TimeoutFuture::new(milliseconds).fuse() => None,
    }
}

/// Whether it goes on (else it was cancelled).
async fn until_resumed(wishes: &mut UnboundedReceiver<Wish>) -> bool {
    loop {
        match wishes.next().await {
            Some(Wish::Resume) => return true,
            Some(Wish::Pause) => {}
            Some(Wish::Cancel) | None => return false,
        }
    }
}

/// Whether trying again later may help.
fn is_passing(error: &ApiError) -> bool {
    matches!(error.code, Code::Unreachable | Code::StoreUnavailable | Code::Internal)
}

fn unreadable() -> String {
    "The file changed or moved on this computer. Choose it again to continue.".to_owned()
}
