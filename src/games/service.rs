//! Rules of games and their videos.

use super::{
    store::{self, VideoRow},
    types::{Game, GameCard, GameDetails, GameQuery, GameUpdate, MAX_OPPONENT, Video, VideoState},
};
use crate::{
    domain::{
        ids::{GameId, VideoId},
        naming::Venue,
        text::clean,
        time::Micros,
    },
    error::ApiError,
    live::types::Topic,
    server::door::Caller,
    storage::{Disposition, ObjectKey},
};
use std::time::Duration;

/// How long a signed address of a video plays.
pub const PLAY_FOR: Duration = Duration::from_hours(12);

pub async fn list(caller: &Caller, query: &GameQuery) -> Result<Vec<GameCard>, ApiError> {
    Ok(store::cards(&caller.app.db, caller.owner(), query).await?)
}

pub async fn get(caller: &Caller, id: &GameId) -> Result<Game, ApiError> {
    let row = store::get(&caller.app.db, caller.owner(), id).await?.ok_or_else(|| ApiError::not_found("game"))?;
    let videos = store::videos(&caller.app.db, caller.owner(), id).await?;
    let mut shown = Vec::with_capacity(videos.len());
    for video in videos {
        shown.push(show_video(caller, video).await?);
    }
    Ok(Game {
        id: row.id,
        version: row.version,
        details: row.details,
        sport: row.sport,
        videos: shown,
        last_position: row.last_position,
    })
}

/// A video with the address at which this browser can play it.
pub async fn show_video(caller: &Caller, video: VideoRow) -> Result<Video, ApiError> {
    let stored = matches!(video.state, VideoState::Ready | VideoState::Probing);
    let url = if stored { Some(play_url(caller, &video).await?) } else { None };
    Ok(Video {
        poster_url: super::media::poster_path(&video),
        url,
        id: video.id,
        game: video.game,
        file_name: video.file_name,
        bytes: video.bytes,
        state: video.state,
        facts: video.facts,
        error_code: video.error_code,
        upload: video.upload,
    })
}

async fn play_url(caller: &Caller, video: &VideoRow) -> Result<String, ApiError> {
    show_url(caller, &video.object_key, media_type(&video.file_name)).await
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

/// Where the recording of a video is played from.
pub async fn video_url(caller: &Caller, id: &VideoId) -> Result<String, ApiError> {
    play_url(caller, &owned_video(caller, id).await?).await
}

/// Where the poster of a video is shown from.
pub async fn poster_url(caller: &Caller, id: &VideoId) -> Result<String, ApiError> {
    let key = owned_video(caller, id).await?.poster_key.ok_or_else(|| ApiError::not_found("poster"))?;
    show_url(caller, &key, "image/jpeg").await
}

async fn owned_video(caller: &Caller, id: &VideoId) -> Result<VideoRow, ApiError> {
    store::get_video(&caller.app.db, caller.owner(), id).await?.ok_or_else(|| ApiError::not_found("video"))
}

pub async fn create(caller: &Caller, details: GameDetails) -> Result<Game, ApiError> {
    let details = checked(details)?;
    let id = GameId::generate();
    store::insert(&caller.app.db, caller.owner(), &id, &details).await?;
    caller.changed(Topic::Games);
    get(caller, &id).await
}

pub async fn update(caller: &Caller, update: GameUpdate) -> Result<Game, ApiError> {
    let details = checked(update.details)?;
    let db = &caller.app.db;
    if !store::update(db, caller.owner(), &update.id, update.version, &details).await? {
        return Err(match store::get(db, caller.owner(), &update.id).await? {
            Some(_) => ApiError::conflict(),
            None => ApiError::not_found("game"),
        });
    }
    caller.changed(Topic::Games);
    get(caller, &update.id).await
}

/// Deletes the game, its videos, clips and their places in reels. Open uploads end at the store, too.
pub async fn delete(caller: &Caller, id: &GameId) -> Result<(), ApiError> {
    let videos = store::videos(&caller.app.db, caller.owner(), id).await?;
    for upload in videos.iter().filter_map(|video| video.upload.as_ref()) {
        crate::uploads::service::abort(caller, upload).await?;
    }
    if !store::delete(&caller.app.db, caller.owner(), id).await? {
        return Err(ApiError::not_found("game"));
    }
    caller.app.wake.sweep();
    caller.changed(Topic::Games);
    caller.app.hub.send(caller.owner(), crate::live::types::Event::Resync);
    Ok(())
}

pub async fn remember_position(caller: &Caller, id: &GameId, position: Micros) -> Result<(), ApiError> {
    let position = position.clamp_to(Micros::ZERO, Micros(i64::MAX / 4));
    if store::remember_position(&caller.app.db, caller.owner(), id, position).await? {
        Ok(())
    } else {
        Err(ApiError::not_found("game"))
    }
}

fn checked(details: GameDetails) -> Result<GameDetails, ApiError> {
    let too_long = |field| ApiError::invalid(field, format!("Use at most {MAX_OPPONENT} characters."));
    let opponent = clean(&details.opponent, MAX_OPPONENT).ok_or_else(|| too_long("opponent"))?;
    if opponent.is_empty() {
        return Err(ApiError::invalid("opponent", "Name the other team."));
    }
    let tournament = clean(&details.tournament, MAX_OPPONENT).ok_or_else(|| too_long("tournament"))?;
    let tournament = if details.venue == Venue::Tournament { tournament } else { String::new() };
    Ok(GameDetails { opponent, tournament, ..details })
}
