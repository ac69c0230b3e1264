//! REST of clips.

use super::{
    service, transfer,
    types::{Clip, ClipFilter, ClipImport, ClipUpdate, Format, Imported, LibraryClip, NewClip},
};
use crate::{
    domain::ids::{ClipId, GameId},
    error::ApiError,
    server::{
        door::Caller,
        reply::{Body, Change, PathId, QueryOf},
    },
    storage::disposition::attachment,
};
use axum::{
    Json,
    http::{StatusCode, header},
    response::IntoResponse,
};
use serde::Deserialize;

/// Clips of every game that a filter lets through
#[utoipa::path(post, path = "/api/clips/search", tag = "clips", request_body = ClipFilter, responses((status = 200, body = Vec<LibraryClip>)))]
pub async fn search(caller: Caller, Body(filter): Body<ClipFilter>) -> Result<Json<Vec<LibraryClip>>, ApiError> {
    service::library(&caller, &filter).await.map(Json)
}

/// Mark a clip
#[utoipa::path(post, path = "/api/clips", tag = "clips", request_body = NewClip, responses((status = 201, body = Clip), (status = 404, body = ApiError), (status = 422, body = ApiError)))]
pub async fn create(caller: Caller, Body(clip): Body<NewClip>) -> Result<(StatusCode, Json<Clip>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::create(&caller, clip).await?)))
}

/// One clip
#[utoipa::path(get, path = "/api/clips/{id}", tag = "clips", params(("id" = String, Path)), responses((status = 200, body = Clip), (status = 404, body = ApiError)))]
pub async fn get(caller: Caller, PathId(id): PathId<ClipId>) -> Result<Json<Clip>, ApiError> {
    service::get(&caller, &id).await.map(Json)
}

/// Change a clip
#[utoipa::path(put, path = "/api/clips/{id}", tag = "clips", params(("id" = String, Path)), request_body = ClipUpdate, responses((status = 200, body = Clip), (status = 409, body = ApiError), (status = 422, body = ApiError)))]
pub async fn update(caller: Caller, Change { change, .. }: Change<ClipId, ClipUpdate>) -> Result<Json<Clip>, ApiError> {
    service::update(&caller, change).await.map(Json)
}

/// Delete a clip
#[utoipa::path(delete, path = "/api/clips/{id}", tag = "clips", params(("id" = String, Path)), responses((status = 204), (status = 404, body = ApiError)))]
pub async fn delete(caller: Caller, PathId(id): PathId<ClipId>) -> Result<StatusCode, ApiError> {
    service::delete(&caller, &id).await.map(|()| StatusCode::NO_CONTENT)
}

/// Bring a deleted clip back, with its places in reels
#[utoipa::path(post, path = "/api/clips/{id}/restore", tag = "clips", params(("id" = String, Path)), responses((status = 200, body = Clip), (status = 404, body = ApiError)))]
pub async fn restore(caller: Caller, PathId(id): PathId<ClipId>) -> Result<Json<Clip>, ApiError> {
    service::restore(&caller, &id).await.map(Json)
}

#[derive(Deserialize, utoipa::IntoParams)]
pub struct Wanted {
    /// `csv`, `tsv`, `json`, `lossless_cut`, `sportscode`, `web_vtt` or `chapters`.
    #[param(value_type = String)]
    format: Format,
}

/// The clips of a game as a file for another program
#[utoipa::path(get, path = "/api/games/{id}/clips/export", tag = "clips", params(("id" = String, Path), Wanted), responses((status = 200, body = String), (status = 404, body = ApiError)))]
pub async fn export(
    caller: Caller,
    PathId(game): PathId<GameId>,
    QueryOf(Wanted { format }): QueryOf<Wanted>,
) -> Result<impl IntoResponse, ApiError> {
    let (text, name) = transfer::export(&caller, &game, format).await?;
    let kind = format!("{}; charset=utf-8", format.file().1);
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, attachment(&name))], text))
}

/// Clips that another program wrote
#[utoipa::path(post, path = "/api/games/{id}/clips/import", tag = "clips", params(("id" = String, Path)), request_body = ClipImport, responses((status = 200, body = Imported), (status = 404, body = ApiError)))]
pub async fn import(
    caller: Caller,
    Change { change, .. }: Change<GameId, ClipImport>,
) -> Result<Json<Imported>, ApiError> {
    transfer::import(&caller, change).await.map(Json)
}
