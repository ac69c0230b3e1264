//! REST of the gallery, and the paths under which pages play, save and show its files.

use super::{service, types::Rendition};
use crate::{
    domain::ids::RenditionId,
    error::ApiError,
    server::{
        door::Caller,
        reply::{PathId, see},
    },
};
use axum::{Json, extract::Path, http::StatusCode, response::Response};

/// Finished files, the newest first
#[utoipa::path(get, path = "/api/renditions", tag = "gallery", responses((status = 200, body = Vec<Rendition>)))]
pub async fn list(caller: Caller) -> Result<Json<Vec<Rendition>>, ApiError> {
    service::list(&caller).await.map(Json)
}

/// One finished file
#[utoipa::path(get, path = "/api/renditions/{id}", tag = "gallery", params(("id" = String, Path)), responses((status = 200, body = Rendition), (status = 404, body = ApiError)))]
pub async fn get(caller: Caller, PathId(id): PathId<RenditionId>) -> Result<Json<Rendition>, ApiError> {
    service::get(&caller, &id).await.map(Json)
}

/// Delete a finished file
#[utoipa::path(delete, path = "/api/renditions/{id}", tag = "gallery", params(("id" = String, Path)), responses((status = 204), (status = 404, body = ApiError)))]
pub async fn delete(caller: Caller, PathId(id): PathId<RenditionId>) -> Result<StatusCode, ApiError> {
    service::delete(&caller, &id).await.map(|()| StatusCode::NO_CONTENT)
}

/// `GET /media/renditions/{id}`
pub async fn play(caller: Caller, PathId(id): PathId<RenditionId>) -> Result<Response, ApiError> {
    service::play_url(&caller, &id).await.map(|url| see(&url))
}

/// `GET /media/renditions/{id}/download`
pub async fn download(caller: Caller, PathId(id): PathId<RenditionId>) -> Result<Response, ApiError> {
    service::download_url(&caller, &id).await.map(|url| see(&url))
}

/// `GET /media/batches/{batch}/zip`
pub async fn zip(caller: Caller, Path(batch): Path<String>) -> Result<Response, ApiError> {
    super::zip::zip(&caller, &batch).await
}

/// `GET /media/renditions/{id}/poster`
pub async fn poster(caller: Caller, PathId(id): PathId<RenditionId>) -> Result<Response, ApiError> {
    service::poster_url(&caller, &id).await.map(|url| see(&url))
}
