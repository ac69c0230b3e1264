//! Jobs in the background: the small pictures and the peaks along a recording's time, how loud it is, and a copy that browsers
//! play where they do not play the recording. Nothing waits for them; a recording without them is still one.

use super::{service, store, store::VideoRow};
use crate::{
    domain::{ids::VideoId, overview::Sprites, video::VideoFacts},
    error::ApiError,
    jobs::{
        self,
        runner::Work,
        scratch,
        types::{Failure, Outcome, Progress},
    },
    live::types::{Event, Topic},
    media::{
        MediaErrorKind,
        frames::frame_table,
        overview::{self, Heard},
        proxy,
    },
    server::door::Caller,
    storage::{LocalFile, keys},
};
use tokio::sync::watch;

pub async fn run_sprites(work: &Work) -> Result<Outcome, Failure> {
    let (video, facts, file) = recording(work).await?;
    let sheet = Sprites::of(&facts);
    work.report(Progress { stage: "sprites", done: 0, total: 1 });
    let jpeg = overview::sprites(&work.app.tools, file.path(), &facts, &sheet, &work.cancel).await?;
    let table = match frame_table(&work.app.tools, file.path(), &facts, &work.cancel).await {
        Err(error) if error.kind() == MediaErrorKind::Cancelled => return Err(error.into()),
        Err(error) => {
            // A recording without one is stepped through by its rate.
            tracing::warn!(video = %video, error = error.code(), log = error.log_tail(), "overview.no_frames");
            None
        }
        Ok(table) => table,
    };
    let frames = keys::frames(&work.job.owner, &video);
    let frames = table.as_ref().map(|_| &frames);
    if let (Some(key), Some(table)) = (frames, &table) {
        work.app.store.put_bytes(key, table.to_bytes().into(), "application/octet-stream").await?;
    }
    let key = keys::sprites(&work.job.owner, &video);
    work.app.store.put_bytes(&key, jpeg.into(), "image/jpeg").await?;
    publish(work, &video, &store::Overview::Sprites(&sheet, &key, frames)).await
}

pub async fn run_waveform(work: &Work) -> Result<Outcome, Failure> {
    let (video, facts, file) = recording(work).await?;
    work.report(Progress { stage: "waveform", done: 0, total: 1 });
    let Heard { peaks, loudness, .. } = overview::heard(&work.app.tools, file.path(), &facts, &work.cancel).await?;
    let key = keys::waveform(&work.job.owner, &video);
    work.app.store.put_bytes(&key, peaks.into(), "application/octet-stream").await?;
    publish(work, &video, &store::Overview::Waveform(&key, loudness)).await
}

/// A recording that no browser shows is looked at in a copy of it.
pub async fn run_proxy(work: &Work) -> Result<Outcome, Failure> {
    let (video, facts, file) = recording(work).await?;
    let Some(_slot) = work.local_slot().await else { return Err(Failure::Stopped) };
    let folder = scratch::folder(work, &format!("{}{video}", scratch::PROXY))?;
    let (written, mut news) = watch::channel(0);
    let told = async {
        while news.changed().await.is_ok() {
            work.report(Progress { stage: "proxy", done: *news.borrow_and_update(), total: 0 });
        }
        std::future::pending::<()>().await;
    };
    let on_bytes = move |bytes: u64| written.send_modify(|done| *done = i64::try_from(bytes >> 10).unwrap_or(i64::MAX));
    let made = proxy::proxy(&work.app.tools, file.path(), &facts, folder.path(), on_bytes, &work.cancel);
    let made = tokio::select! {
        made = made => made?,
        () = told => return Err(Failure::Stopped),
    };
    let key = keys::proxy(&work.job.owner, &video);
    work.app.store.put_file(&key, &made, "video/mp4").await?;
    publish(work, &video, &store::Overview::Proxy(&key)).await
}

/// The whole file: all read it from its beginning to its end.
async fn recording(work: &Work) -> Result<(VideoId, VideoFacts, LocalFile), Failure> {
    let gone = || Failure::permanent("not_found", "The video was deleted.");
    let video: VideoId = work.job.subject.parse().map_err(|_| gone())?;
    let row = store::get(&work.app.db, &work.job.owner, &video).await?.ok_or_else(gone)?;
    let facts = row.facts.ok_or_else(gone)?;
    let key = row.object_key.parse().map_err(|_| gone())?;
    work.report(Progress { stage: "fetch", done: 0, total: 1 });
    Ok((video, facts, work.app.store.materialise(&key, &work.cancel).await?))
}

/// The pointer and the job's end together. An object that is not wanted any more (the video is gone, or has one) is swept.
async fn publish(work: &Work, video: &VideoId, made: &store::Overview<'_>) -> Result<Outcome, Failure> {
    let (app, job) = (&work.app, &work.job);
    let mut tx = app.db.begin_write().await?;
    if !jobs::store::complete(&mut *tx, job, None).await? {
        drop(tx);
        doom(work, made).await?;
        return Err(Failure::Stopped);
    }
    let wanted = store::set_overview(&mut tx, &job.owner, video, made).await?;
    tx.commit().await?;
    if wanted {
        app.hub.send(&job.owner, Event::Changed { topic: Topic::Games });
    } else {
        doom(work, made).await?;
    }
    Ok(Outcome::Complete)
}

async fn doom(work: &Work, made: &store::Overview<'_>) -> Result<(), Failure> {
    for key in made.keys() {
        store::doom_object(&work.app.db, &work.job.owner, key).await?;
    }
    Ok(())
}

/// Where this browser finds the sheet of small pictures.
pub async fn sprites_url(caller: &Caller, id: &VideoId) -> Result<String, ApiError> {
    let key = owned(caller, id).await?.sprites_key.ok_or_else(|| ApiError::not_found("sheet"))?;
    service::show_url(caller, &key, "image/jpeg").await
}

/// Where this browser finds the peaks.
pub async fn waveform_url(caller: &Caller, id: &VideoId) -> Result<String, ApiError> {
    let key = owned(caller, id).await?.waveform_key.ok_or_else(|| ApiError::not_found("waveform"))?;
    service::show_url(caller, &key, "application/octet-stream").await
}

/// Where this browser finds the times of the pictures.
pub async fn frames_url(caller: &Caller, id: &VideoId) -> Result<String, ApiError> {
    let key = owned(caller, id).await?.frames_key.ok_or_else(|| ApiError::not_found("table of frames"))?;
    service::show_url(caller, &key, "application/octet-stream").await
}

/// The sheet as a track of thumbnails.
pub async fn vtt(caller: &Caller, id: &VideoId) -> Result<String, ApiError> {
    let sheet = owned(caller, id).await?.sprites.ok_or_else(|| ApiError::not_found("sheet"))?;
    Ok(sheet.vtt(&super::media::sprites_path(id.as_str())))
}

async fn owned(caller: &Caller, id: &VideoId) -> Result<VideoRow, ApiError> {
    store::get(&caller.app.db, caller.owner(), id).await?.ok_or_else(|| ApiError::not_found("video"))
}
