//! REST of videos, and the paths under which pages show them.

use super::{overview, service, types::Arrangement};
use crate::{
    domain::ids::{GameId, VideoId},
    error::ApiError,
    games::types::Game,
    server::{
        door::Caller,
        reply::{Change, PathId, see},
    },
};
use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

/// Put a game's videos in order, with gaps or overlaps between them
#[utoipa::path(put, path = "/api/games/{id}/videos", tag = "videos", params(("id" = String, Path)), request_body = Arrangement, responses((status = 200, body = Game), (status = 409, body = ApiError), (status = 422, body = ApiError)))]
pub async fn arrange(
    caller: Caller,
    Change { change, .. }: Change<GameId, Arrangement>,
) -> Result<Json<Game>, ApiError> {
    service::arrange(&caller, change).await.map(Json)
}

/// Remove a video from its game, with its clips
#[utoipa::path(delete, path = "/api/videos/{id}", tag = "videos", params(("id" = String, Path)), responses((status = 204), (status = 404, body = ApiError)))]
pub async fn delete(caller: Caller, PathId(id): PathId<VideoId>) -> Result<StatusCode, ApiError> {
    service::remove(&caller, &id).await.map(|()| StatusCode::NO_CONTENT)
}

/// `GET /media/videos/{id}`: leads to a signed address of the recording.
pub async fn video(caller: Caller, PathId(id): PathId<VideoId>) -> Result<Response, ApiError> {
    service::url(&caller, &id).await.map(|url| see(&url))
}

/// `GET /media/videos/{id}/sprites`: leads to the sheet of small pictures.
pub async fn sprites(caller: Caller, PathId(id): PathId<VideoId>) -> Result<Response, ApiError> {
    overview::sprites_url(&caller, &id).await.map(|url| see(&url))
}

/// `GET /media/videos/{id}/sprites.vtt`: the sheet as a track of thumbnails.
pub async fn vtt(caller: Caller, PathId(id): PathId<VideoId>) -> Result<impl IntoResponse, ApiError> {
    Ok(([(header::CONTENT_TYPE, "text/vtt; charset=utf-8")], overview::vtt(&caller, &id).await?))
}

/// `GET /media/videos/{id}/waveform`: leads to the peaks of the sound.
pub async fn waveform(caller: Caller, PathId(id): PathId<VideoId>) -> Result<Response, ApiError> {
    overview::waveform_url(&caller, &id).await.map(|url| see(&url))
}

/// `GET /media/videos/{id}/frames`: leads to the times of the pictures of a recording of variable rate.
pub async fn frames(caller: Caller, PathId(id): PathId<VideoId>) -> Result<Response, ApiError> {
    overview::frames_url(&caller, &id).await.map(|url| see(&url))
}

/// `GET /media/videos/{id}/poster`
pub async fn poster(caller: Caller, PathId(id): PathId<VideoId>) -> Result<Response, ApiError> {
    service::poster_url(&caller, &id).await.map(|url| see(&url))
}
