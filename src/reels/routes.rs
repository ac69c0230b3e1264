//! REST of reels.

use super::{
    follow as follower, service,
    types::{Follow, Followed, FramingUpdate, NewReel, Reel, ReelCard, ReelClip, ReelUpdate},
};
use crate::{
    domain::ids::{ReelClipId, ReelId},
    error::ApiError,
    server::{
        door::Caller,
        reply::{Body, Change, PathId, QueryOf},
    },
};
use axum::{
    Json,
    http::{StatusCode, header},
    response::IntoResponse,
};
use serde::Deserialize;

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

/// Follow a player from a spotlight on: keyframes of where they go
#[utoipa::path(post, path = "/api/reel-clips/{id}/follow", tag = "reels", params(("id" = String, Path)), request_body = Follow, responses((status = 200, body = Followed), (status = 404, body = ApiError), (status = 409, body = ApiError), (status = 422, body = ApiError)))]
pub async fn follow(
    caller: Caller,
    Change { change, .. }: Change<ReelClipId, Follow>,
) -> Result<Json<Followed>, ApiError> {
    follower::follow(&caller, change).await.map(Json)
}

/// Delete a reel; its clips stay
#[utoipa::path(delete, path = "/api/reels/{id}", tag = "reels", params(("id" = String, Path)), responses((status = 204), (status = 404, body = ApiError)))]
pub async fn delete(caller: Caller, PathId(id): PathId<ReelId>) -> Result<StatusCode, ApiError> {
    service::delete(&caller, &id).await.map(|()| StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub struct CardPicture {
    width: u32,
    height: u32,
    /// `domain::overlay::Card`, as JSON.
    card: String,
}

/// `GET /media/cards`: a card as an export of that size draws it. It follows from the address alone.
pub async fn card(_: Caller, QueryOf(wanted): QueryOf<CardPicture>) -> Result<impl IntoResponse, ApiError> {
    let png = service::card_picture(&wanted.card, (wanted.width, wanted.height)).await?;
    let kept = "private, max-age=86400, immutable";
    Ok(([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, kept)], png))
}
