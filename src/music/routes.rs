//! REST of music, and the path under which it is heard.

use super::{service, types::MusicUpdate};
use crate::{
    domain::{ids::ReelId, music::Music},
    error::ApiError,
    server::{
        door::Caller,
        reply::{Change, PathId, QueryOf, see},
    },
};
use axum::{Json, body::Body, http::StatusCode, response::Response};
use serde::Deserialize;

#[derive(Deserialize, utoipa::IntoParams)]
pub struct Named {
    /// What it is called: the file's name.
    name: String,
}

/// Put music under a reel, instead of what it has
#[utoipa::path(put, path = "/api/reels/{id}/music", tag = "reels", params(("id" = String, Path), Named), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, body = Music), (status = 404, body = ApiError), (status = 413, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError)))]
pub async fn put(
    caller: Caller,
    PathId(reel): PathId<ReelId>,
    QueryOf(Named { name }): QueryOf<Named>,
    body: Body,
) -> Result<Json<Music>, ApiError> {
    service::put(&caller, &reel, &name, body.into_data_stream()).await.map(Json)
}

/// How loud the music of a reel is; with `restore`, what was taken away comes back
#[utoipa::path(put, path = "/api/reels/{id}/music/settings", tag = "reels", params(("id" = String, Path)), request_body = MusicUpdate, responses((status = 204), (status = 404, body = ApiError), (status = 422, body = ApiError)))]
pub async fn update(
    caller: Caller,
    Change { change, .. }: Change<ReelId, MusicUpdate>,
) -> Result<StatusCode, ApiError> {
    service::update(&caller, &change).await.map(|()| StatusCode::NO_CONTENT)
}

/// Take the music from a reel
#[utoipa::path(delete, path = "/api/reels/{id}/music", tag = "reels", params(("id" = String, Path)), responses((status = 204), (status = 404, body = ApiError)))]
pub async fn delete(caller: Caller, PathId(reel): PathId<ReelId>) -> Result<StatusCode, ApiError> {
    service::delete(&caller, &reel).await.map(|()| StatusCode::NO_CONTENT)
}

/// `GET /media/reels/{id}/music`
pub async fn play(caller: Caller, PathId(reel): PathId<ReelId>) -> Result<Response, ApiError> {
    service::play_url(&caller, &reel).await.map(|url| see(&url))
}
