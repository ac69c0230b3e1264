//! REST of exports.

use super::{
    service,
    types::{Export, NewBatch, NewExport},
};
use crate::{
    domain::ids::ExportId,
    error::ApiError,
    jobs::listing::{Dismissed, Recent},
    server::{
        door::Caller,
        reply::{Body, PathId, QueryOf},
    },
};
use axum::{Json, http::StatusCode};

/// Render a reel as it is now
#[utoipa::path(post, path = "/api/exports", tag = "exports", request_body = NewExport, responses((status = 202, body = Export), (status = 404, body = ApiError), (status = 409, body = ApiError), (status = 422, body = ApiError)))]
pub async fn create(caller: Caller, Body(export): Body<NewExport>) -> Result<(StatusCode, Json<Export>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(service::create(&caller, &export).await?)))
}

/// Make several files of a reel or a game
#[utoipa::path(post, path = "/api/exports/batch", tag = "exports", request_body = NewBatch, responses((status = 202, body = Vec<Export>), (status = 404, body = ApiError), (status = 409, body = ApiError), (status = 422, body = ApiError)))]
pub async fn create_batch(
    caller: Caller,
    Body(batch): Body<NewBatch>,
) -> Result<(StatusCode, Json<Vec<Export>>), ApiError> {
    Ok((StatusCode::ACCEPTED, Json(service::create_batch(&caller, &batch).await?)))
}

/// One export
#[utoipa::path(get, path = "/api/exports/{id}", tag = "exports", params(("id" = String, Path)), responses((status = 200, body = Export), (status = 404, body = ApiError)))]
pub async fn get(caller: Caller, PathId(id): PathId<ExportId>) -> Result<Json<Export>, ApiError> {
    service::get(&caller, &id).await.map(Json)
}

/// Exports that wait or run
#[utoipa::path(get, path = "/api/exports/active", tag = "exports", responses((status = 200, body = Vec<Export>)))]
pub async fn active(caller: Caller) -> Result<Json<Vec<Export>>, ApiError> {
    service::active(&caller).await.map(Json)
}

/// Exports of the last hours, the newest first
#[utoipa::path(get, path = "/api/exports/recent", tag = "exports", params(Recent), responses((status = 200, body = Vec<Export>), (status = 422, body = ApiError)))]
pub async fn recent(caller: Caller, QueryOf(recent): QueryOf<Recent>) -> Result<Json<Vec<Export>>, ApiError> {
    service::recent(&caller, recent.hours).await.map(Json)
}

/// Cancel an export
#[utoipa::path(delete, path = "/api/exports/{id}", tag = "exports", params(("id" = String, Path)), responses((status = 200, body = Export), (status = 404, body = ApiError)))]
pub async fn cancel(caller: Caller, PathId(id): PathId<ExportId>) -> Result<Json<Export>, ApiError> {
    service::cancel(&caller, &id).await.map(Json)
}

/// Try an export again
#[utoipa::path(post, path = "/api/exports/{id}/retry", tag = "exports", params(("id" = String, Path)), responses((status = 200, body = Export), (status = 404, body = ApiError), (status = 409, body = ApiError)))]
pub async fn retry(caller: Caller, PathId(id): PathId<ExportId>) -> Result<Json<Export>, ApiError> {
    service::retry(&caller, &id).await.map(Json)
}

/// Take ended exports off the list of jobs
#[utoipa::path(post, path = "/api/exports/dismiss", tag = "exports", request_body = Dismissed<String>, responses((status = 204), (status = 422, body = ApiError)))]
pub async fn dismiss(caller: Caller, Body(dismissed): Body<Dismissed<ExportId>>) -> Result<StatusCode, ApiError> {
    service::dismiss(&caller, &dismissed.ids).await.map(|()| StatusCode::NO_CONTENT)
}
