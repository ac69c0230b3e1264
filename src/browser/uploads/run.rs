//! One upload from the file to the video that can be played.

use super::{
    super::{files::LocalFile, locks, memory},
    End,
    engine::Engine,
    is_passing, lock_of, next_wish, ours, sums, unreadable, until_resumed,
};
use crate::{
    domain::ids::GameId,
    games::api::get_game,
    live::types::Topic,
    uploads::{
        api::{abort_upload, create_upload},
        queue::{TaskState, UploadQueue, Wish},
        types::{NewUpload, Upload, UploadState},
    },
    videos::types::{Video, VideoState},
};
use futures::channel::mpsc::UnboundedReceiver;
use gloo_timers::future::TimeoutFuture;

const POLL_MS: u32 = 3_000;

pub async fn run(queue: UploadQueue, key: u64, file: LocalFile, mut wishes: UnboundedReceiver<Wish>) {
    let Some(task) = queue.task(key) else { return };
    let mut end = transfer(queue, key, &file, &task.game, &mut wishes).await;
    if matches!(end, End::Arrived) {
        queue.change(key, |task| {
            task.sent = task.bytes;
            task.rate = None;
            task.state = TaskState::Finishing;
        });
        queue.versions.bump(&Topic::Games);
        end = until_ready(queue, key, &task.game).await;
    }
    match end {
        End::Arrived => {
            queue.change(key, |task| task.state = TaskState::Done);
            queue.toasts.say(format!("{} is uploaded", task.name));
        }
        End::Cancelled => {
            if let Some(upload) = queue.task(key).and_then(|task| task.upload) {
                let _ = abort_upload(upload).await;
            }
            queue.forget(key);
            queue.toasts.say(format!("Upload of {} cancelled", task.name));
        }
        End::Elsewhere => {
            queue.forget(key);
            queue.toasts.say(format!("{} is being uploaded in another tab", task.name));
        }
        End::Failed(why) => {
            queue.toasts.error(format!("{} is not uploaded. {why}", task.name));
            queue.change(key, |task| {
                task.rate = None;
                task.state = TaskState::Failed(why);
            });
        }
    }
    queue.versions.bump(&Topic::Games);
}

/// Asks the server for the upload of this file, then sends what it does not have.
async fn transfer(
    queue: UploadQueue,
    key: u64,
    file: &LocalFile,
    game: &GameId,
    wishes: &mut UnboundedReceiver<Wish>,
) -> End {
    let Some(fingerprint) = sums::fingerprint(file).await else { return End::Failed(unreadable()) };
    queue.change(key, |task| task.fingerprint = Some(fingerprint.clone()));
    let wanted = NewUpload {
        game: game.clone(),
        name: file.name(),
        size: file.size(),
        media_type: file.media_type(),
        fingerprint,
    };
    if let Some(end) = until_known(queue, key, game, wishes).await {
        return end;
    }
    let upload = match created(queue, key, wanted, wishes).await {
        Ok(upload) => upload,
        Err(end) => return end,
    };
    // One tab sends a file; the lock goes when this ends, in whatever way.
    let Some(_lock) = locks::try_lock(&lock_of(&upload.id)).await else { return End::Elsewhere };
    queue.begun(key, &upload);
    queue.versions.bump(&Topic::Games);
    ours::mark(&upload.id);
    memory::keep(&upload.id, file).await;
    if upload.state == UploadState::Complete {
        return End::Arrived;
    }
    if let Some(end) = until_its_turn(queue, key, wishes).await {
        return end;
    }
    Engine::new(queue, key, file.clone(), &upload).run(wishes).await
}

async fn created(
    queue: UploadQueue,
    key: u64,
    wanted: NewUpload,
    wishes: &mut UnboundedReceiver<Wish>,
) -> Result<Upload, End> {
    loop {
        match create_upload(wanted.clone()).await {
            Ok(upload) => return Ok(upload),
            Err(error) if is_passing(&error) => {
                queue.change(key, |task| task.state = TaskState::Waiting);
                if let Some(Some(Wish::Cancel)) = next_wish(wishes, POLL_MS).await {
                    return Err(End::Cancelled);
                }
            }
            Err(error) => return Err(End::Failed(error.message)),
        }
    }
}

/// The server hears of a game's files in the order in which they were chosen.
async fn until_known(queue: UploadQueue, key: u64, game: &GameId, wishes: &mut UnboundedReceiver<Wish>) -> Option<End> {
    while queue.is_behind(key, game) {
        if let Some(Some(Wish::Cancel)) = next_wish(wishes, 50).await {
            return Some(End::Cancelled);
        }
    }
    None
}

/// Files are sent one after the other.
async fn until_its_turn(queue: UploadQueue, key: u64, wishes: &mut UnboundedReceiver<Wish>) -> Option<End> {
    while queue.must_wait(key) {
        queue.change(key, |task| task.state = TaskState::Queued);
        match next_wish(wishes, 500).await {
            Some(Some(Wish::Cancel)) => return Some(End::Cancelled),
            Some(Some(Wish::Pause)) => {
                queue.change(key, |task| task.state = TaskState::Paused);
                if !until_resumed(wishes).await {
                    return Some(End::Cancelled);
                }
            }
            _ => {}
        }
    }
    None
}

/// Waits until the server has read the file.
async fn until_ready(queue: UploadQueue, key: u64, game: &GameId) -> End {
    loop {
        let video = queue.task(key).and_then(|task| task.video);
        let game = get_game(game.clone()).await;
        let found: Option<Video> = match game {
            Ok(game) => game.videos.into_iter().find(|known| Some(&known.id) == video.as_ref()),
            Err(error) if is_passing(&error) => {
                TimeoutFuture::new(POLL_MS).await;
                continue;
            }
            Err(error) => return End::Failed(error.message),
        };
        match found.map(|video| (video.state, video.error_code)) {
            Some((VideoState::Ready, _)) => return End::Arrived,
            Some((VideoState::Error, code)) => return End::Failed(unusable(code.as_deref())),
            Some(_) => TimeoutFuture::new(POLL_MS / 3).await,
            None => return End::Failed("Its game was deleted.".to_owned()),
        }
    }
}

fn unusable(code: Option<&str>) -> String {
    format!(
        "The file cannot be read as a video ({}). Check that it plays elsewhere, then choose another.",
        code.unwrap_or("unknown")
    )
}
