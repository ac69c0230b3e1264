//! Rules of videos: where they play from, how they stand on the game's clock, what goes with one that is removed.

use super::{
    store::{self, VideoRow},
    types::{Arrangement, Video, VideoState},
};
use crate::{
    domain::{clock::LONGEST_GAP, ids::VideoId, time::Micros},
    error::ApiError,
    games::{self, types::Game},
    live::types::{Event, Topic},
    reels,
    server::door::Caller,
    storage::{Disposition, ObjectKey},
    uploads,
};
use std::time::Duration;

/// How long a signed address of a video plays.
pub const PLAY_FOR: Duration = Duration::from_hours(12);

/// A video with the address at which this browser can play it.
pub async fn show(caller: &Caller, video: VideoRow) -> Result<Video, ApiError> {
    let stored = matches!(video.state, VideoState::Ready | VideoState::Probing);
    let url = if stored { Some(play_url(caller, &video).await?) } else { None };
    let mut facts = video.facts.clone();
    if let (Some(facts), Some(_)) = (&mut facts, &video.proxy_key) {
        // What is played begins at its first frame, whatever the recording does.
        facts.first_frame = Micros::ZERO;
    }
    Ok(Video {
        poster_url: super::media::poster_path(&video),
        sprites: video.sprites,
        sprites_url: video.sprites_key.as_ref().map(|_| super::media::sprites_path(video.id.as_str())),
        waveform_url: video.waveform_key.as_ref().map(|_| super::media::waveform_path(video.id.as_str())),
        // A copy for browsers lies on the grid.
        frames_url: video
            .frames_key
            .as_ref()
            .filter(|_| video.proxy_key.is_none())
            .map(|_| super::media::frames_path(video.id.as_str())),
        url,
        id: video.id,
        game: video.game,
        file_name: video.file_name,
        gap: video.gap,
        bytes: video.bytes,
        state: video.state,
        facts,
        loudness: video.loudness,
        has_proxy: video.proxy_key.is_some(),
        proxy_failed: video.proxy_failed,
        error_code: video.error_code,
        upload: video.upload,
    })
}

async fn play_url(caller: &Caller, video: &VideoRow) -> Result<String, ApiError> {
    match &video.proxy_key {
        Some(proxy) => show_url(caller, proxy, "video/mp4").await,
        None => show_url(caller, &video.object_key, media_type(&video.file_name)).await,
    }
}

/// A signed address at which this browser sees the object in the page.
pub async fn show_url(caller: &Caller, key: &str, media_type: &str) -> Result<String, ApiError> {
    let key = stored_key(key)?;
    Ok(caller.app.store.presign_get(&key, PLAY_FOR, &caller.base, &Disposition::Inline, media_type).await?.url)
}

/// A key as one of our rows has it.
pub fn stored_key(text: &str) -> Result<ObjectKey, ApiError> {
    text.parse().map_err(|_| {
        tracing::error!(key = text, "store.key_unreadable");
        ApiError::internal()
    })
}

/// The type under which the store serves a recording; what it is in truth the probe finds out.
pub fn media_type(file_name: &str) -> &'static str {
    match file_name.to_ascii_lowercase().rsplit('.').next() {
        Some("mov") => "video/quicktime",
        Some("mkv") => "video/x-matroska",
        Some("webm") => "video/webm",
        Some("avi") => "video/x-msvideo",
        Some("ts" | "mts" | "m2ts") => "video/mp2t",
        _ => "video/mp4",
    }
}

/// Where a video is played from.
pub async fn url(caller: &Caller, id: &VideoId) -> Result<String, ApiError> {
    play_url(caller, &owned(caller, id).await?).await
}

/// Where the poster of a video is shown from.
pub async fn poster_url(caller: &Caller, id: &VideoId) -> Result<String, ApiError> {
    let key = owned(caller, id).await?.poster_key.ok_or_else(|| ApiError::not_found("poster"))?;
    show_url(caller, &key, "image/jpeg").await
}

async fn owned(caller: &Caller, id: &VideoId) -> Result<VideoRow, ApiError> {
    store::get(&caller.app.db, caller.owner(), id).await?.ok_or_else(|| ApiError::not_found("video"))
}

/// Puts a game's videos into this order, with these gaps. Who arranges names all of them: one that came or went meanwhile
/// is a conflict.
pub async fn arrange(caller: &Caller, wanted: Arrangement) -> Result<Game, ApiError> {
    if wanted.videos.iter().any(|video| video.gap.0.saturating_abs() > LONGEST_GAP.0) {
        return Err(ApiError::invalid("gap", "A gap or overlap is at most six hours."));
    }
    let (db, owner) = (&caller.app.db, caller.owner());
    let mut tx = db.begin_write().await?;
    if !games::store::advance(&mut tx, owner, &wanted.id, wanted.version).await? {
        drop(tx);
        return Err(match games::store::get(db, owner, &wanted.id).await? {
            Some(_) => ApiError::conflict(),
            None => ApiError::not_found("game"),
        });
    }
    let mut named: Vec<_> = wanted.videos.iter().map(|video| video.id.clone()).collect();
    named.sort();
    if named != store::ids_of_game(&mut tx, owner, &wanted.id).await? {
        return Err(ApiError::conflict());
    }
    for (position, video) in (0..).zip(&wanted.videos) {
        store::place(&mut tx, owner, &video.id, position, video.gap).await?;
    }
    tx.commit().await?;
    caller.changed(Topic::Games);
    games::service::get(caller, &wanted.id).await
}

/// Removes a video from its game, with the clips that were marked in it and the reels that those made by themselves. An
/// open upload ends.
pub async fn remove(caller: &Caller, id: &VideoId) -> Result<(), ApiError> {
    let row = owned(caller, id).await?;
    if let Some(upload) = &row.upload {
        uploads::service::abort(caller, upload).await?;
    }
    let (db, owner) = (&caller.app.db, caller.owner());
    let mut tx = db.begin_write().await?;
    reels::made::store::delete_of_video(&mut tx, owner, id).await?;
    // An abort has removed it already when nothing was marked in it.
    store::delete(&mut tx, owner, id).await?;
    tx.commit().await?;
    caller.app.wake.sweep();
    caller.changed(Topic::Games);
    caller.changed(Topic::Clips(row.game));
    caller.app.hub.send(owner, Event::Resync);
    Ok(())
}
