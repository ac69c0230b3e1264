//! REST of reels.

use super::{
    service,
    types::{FramingUpdate, NewReel, Reel, ReelCard, ReelClip, ReelUpdate},
};
use crate::{
    domain::ids::{ReelClipId, ReelId},
    error::ApiError,
    server::{
        door::Caller,
        reply::{Body, Change, PathId},
    },
};
use axum::{Json, http::StatusCode};

/// Reels, the one that was changed last first
#[utoipa::path(get, path = "/api/reels", tag = "reels", responses((status = 200, body = Vec<ReelCard>)))]
pub async fn list(caller: Caller) -> Result<Json<Vec<ReelCard>>, ApiError> {
    service::list(&caller).await.map(Json)
}

/// Make a reel of clips
#[utoipa::path(post, path = "/api/reels", tag = "reels", request_body = NewReel, responses((status = 201, body = Reel), (status = 404, body = ApiError), (status = 422, body = ApiError)))]
pub async fn create(caller: Caller, Body(reel): Body<NewReel>) -> Result<(StatusCode, Json<Reel>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::create(&caller, reel).await?)))
}

/// A reel with its clips
#[utoipa::path(get, path = "/api/reels/{id}", tag = "reels", params(("id" = String, Path)), responses((status = 200, body = Reel), (status = 404, body = ApiError)))]
pub async fn get(caller: Caller, PathId(id): PathId<ReelId>) -> Result<Json<Reel>, ApiError> {
    service::get(&caller, &id).await.map(Json)
}

/// Rename, reshape, reorder; add and remove clips
#[utoipa::path(put, path = "/api/reels/{id}", tag = "reels", params(("id" = String, Path)), request_body = ReelUpdate, responses((status = 200, body = Reel), (status = 409, body = ApiError), (status = 422, body = ApiError)))]
pub async fn update(caller: Caller, Change { change, .. }: Change<ReelId, ReelUpdate>) -> Result<Json<Reel>, ApiError> {
    service::update(&caller, change).await.map(Json)
}

/// Frame a clip of a reel: crop keyframes, trim, speed
#[utoipa::path(put, path = "/api/reel-clips/{id}/framing", tag = "reels", params(("id" = String, Path)), request_body = FramingUpdate, responses((status = 200, body = ReelClip), (status = 409, body = ApiError), (status = 422, body = ApiError)))]
pub async fn update_framing(
    caller: Caller,
    Change { change, .. }: Change<ReelClipId, FramingUpdate>,
) -> Result<Json<ReelClip>, ApiError> {
    service::update_framing(&caller, change).await.map(Json)
}

/// Delete a reel; its clips stay
#[utoipa::path(delete, path = "/api/reels/{id}", tag = "reels", params(("id" = String, Path)), responses((status = 204), (status = 404, body = ApiError)))]
pub async fn delete(caller: Caller, PathId(id): PathId<ReelId>) -> Result<StatusCode, ApiError> {
    service::delete(&caller, &id).await.map(|()| StatusCode::NO_CONTENT)
}
