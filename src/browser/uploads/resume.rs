//! Uploads that were interrupted: found again after a reload, and gone on with.

use super::{
    super::{locks, memory},
    lock_of, ours, run, sums,
};
use crate::{
    browser::files::LocalFile,
    domain::size::size,
    uploads::{
        api::open_uploads,
        queue::{Handle, TaskState, UploadQueue},
    },
};
use futures::channel::mpsc::unbounded;
use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;

/// How often it is asked again how far they are.
const LOOK_MS: u32 = 15_000;
const UNCLEAR_MS: u32 = 1_000;

/// Keeps up with the uploads that no tab of this browser sends, as long as there are any.
pub async fn watch(queue: UploadQueue) {
    settle(queue).await;
    loop {
        TimeoutFuture::new(LOOK_MS).await;
        if queue.remembers_any() {
            settle(queue).await;
        }
    }
}

/// Looks until it is clear of every upload who sends it: the locks of a tab that goes are let go one after the other.
pub async fn settle(queue: UploadQueue) {
    while find(queue).await {
        TimeoutFuture::new(UNCLEAR_MS).await;
    }
}

/// Asks the server which uploads are open, and offers those that no tab of this browser sends. Whether one is held by a tab
/// that has not said so (yet, or any more).
async fn find(queue: UploadQueue) -> bool {
    let Ok(mut open) = open_uploads().await else { return false };
    let mut is_unclear = false;
    let ids: Vec<_> = open.iter().map(|open| open.upload.id.clone()).collect();
    ours::retain(&ids);
    for open in &mut open {
        open.is_active &= !ours::is_ours(&open.upload.id);
    }
    queue.refresh_remembered(&open);
    memory::retain(&ids).await;
    let held = locks::held().await;
    for open in open {
        if queue.knows(&open.upload.id) {
            continue;
        }
        if held.contains(&lock_of(&open.upload.id)) {
            is_unclear = true;
            continue;
        }
        let handle = memory::recall(&open.upload.id).await;
        let is_granted = match &handle {
            Some(handle) => handle.is_granted().await,
            None => false,
        };
        let is_active = open.is_active;
        let key = queue.remember(open, handle.is_some());
        // The browser remembers that the file may be read: nobody has to click.
        if is_granted && !is_active {
            go_on(queue, key);
        }
    }
    is_unclear
}

/// Goes on with an interrupted upload whose file the browser can find; call it from a click.
pub fn go_on(queue: UploadQueue, key: u64) {
    let Some(upload) = queue.task(key).and_then(|task| task.upload) else { return };
    spawn_local(async move {
        let file = match memory::recall(&upload).await {
            Some(handle) => handle.open().await,
            None => None,
        };
        match file {
            Some(file) => go_on_with(queue, key, file).await,
            // It was moved, deleted, or the user said no.
            None => queue.change(key, |task| task.has_handle = false),
        }
    });
}

/// Goes on with this file, if it is the one that was interrupted.
pub async fn go_on_with(queue: UploadQueue, key: u64, file: LocalFile) {
    let Some(task) = queue.task(key) else { return };
    let found = sums::fingerprint(&file).await;
    if found.is_none() || found != task.fingerprint {
        queue.change(key, |task| task.has_handle = false);
        queue.toasts.error(format!(
            "That is another file. Choose {} ({}), as it was.",
            task.file_name,
            size(task.bytes)
        ));
        return;
    }
    let (wishes, received) = unbounded();
    queue.set_handle(key, Handle { file: Some(file.clone()), wishes });
    queue.hold(key, task.game.clone(), task.video.clone(), &file);
    queue.change(key, |task| task.state = TaskState::Preparing);
    run::run(queue, key, file, received).await;
}
