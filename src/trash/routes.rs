//! REST of the trash.

use super::{
    service,
    types::{Item, Trashed},
};
use crate::{error::ApiError, server::door::Caller};
use axum::{
    Json,
    extract::{Path, rejection::PathRejection},
    http::StatusCode,
};

/// What kind of thing, and which.
type Named = Result<Path<(String, String)>, PathRejection>;

/// What was deleted and can be brought back, the last one first
#[utoipa::path(get, path = "/api/trash", tag = "trash", responses((status = 200, body = Vec<Trashed>)))]
pub async fn list(caller: Caller) -> Result<Json<Vec<Trashed>>, ApiError> {
    service::list(&caller).await.map(Json)
}

/// Delete all that is in the trash for good
#[utoipa::path(delete, path = "/api/trash", tag = "trash", responses((status = 204)))]
pub async fn empty(caller: Caller) -> Result<StatusCode, ApiError> {
    service::empty(&caller).await.map(|()| StatusCode::NO_CONTENT)
}

/// Bring something back: a `game` with its videos and clips, a `reel`, a `rendition`
#[utoipa::path(post, path = "/api/trash/{kind}/{id}/restore", tag = "trash", params(("kind" = String, Path), ("id" = String, Path)), responses((status = 204), (status = 404, body = ApiError)))]
pub async fn restore(caller: Caller, path: Named) -> Result<StatusCode, ApiError> {
    service::restore(&caller, &item(path)?).await.map(|()| StatusCode::NO_CONTENT)
}

/// Delete something that is in the trash for good
#[utoipa::path(delete, path = "/api/trash/{kind}/{id}", tag = "trash", params(("kind" = String, Path), ("id" = String, Path)), responses((status = 204), (status = 404, body = ApiError)))]
pub async fn purge(caller: Caller, path: Named) -> Result<StatusCode, ApiError> {
    service::purge(&caller, &item(path)?).await.map(|()| StatusCode::NO_CONTENT)
}

/// Free the rendered pieces that make exports fast
#[utoipa::path(delete, path = "/api/pieces", tag = "trash", responses((status = 204)))]
pub async fn free_pieces(caller: Caller) -> Result<StatusCode, ApiError> {
    service::free_pieces(&caller).await.map(|_| StatusCode::NO_CONTENT)
}

fn item(path: Named) -> Result<Item, ApiError> {
    let named = path.ok().and_then(|Path((kind, id))| Item::of(&kind, &id));
    named.ok_or_else(|| ApiError::not_found("item in the trash"))
}
