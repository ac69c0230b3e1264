//! REST of uploads.

use super::{
    service,
    types::{FinishedUpload, NewUpload, OpenUpload, PartToSign, PartsToSign, SignedPart, Upload},
    whole,
};
use crate::{
    domain::ids::{GameId, UploadId},
    error::{ApiError, Code},
    jobs::listing::{Dismissed, Recent},
    server::{
        door::Caller,
        reply::{Body, PathId, QueryOf},
    },
};
use axum::{
    Json,
    body::Body as RawBody,
    extract::{Multipart, Path, multipart::MultipartRejection},
    http::{HeaderMap, StatusCode, header},
};
use serde::{Deserialize, Serialize};

/// Begin an upload, or find the open one of the same file
#[utoipa::path(post, path = "/api/uploads", tag = "uploads", request_body = NewUpload, responses((status = 201, body = Upload), (status = 413, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError), (status = 429, body = ApiError)))]
pub async fn create(caller: Caller, Body(upload): Body<NewUpload>) -> Result<(StatusCode, Json<Upload>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::create(&caller, upload).await?)))
}

/// What the store has of an upload
#[utoipa::path(get, path = "/api/uploads/{id}", tag = "uploads", params(("id" = String, Path)), responses((status = 200, body = Upload), (status = 404, body = ApiError)))]
pub async fn get(caller: Caller, PathId(id): PathId<UploadId>) -> Result<Json<Upload>, ApiError> {
    service::get(&caller, &id).await.map(Json)
}

/// Every upload that is not finished
#[utoipa::path(get, path = "/api/uploads", tag = "uploads", responses((status = 200, body = Vec<OpenUpload>)))]
pub async fn list(caller: Caller) -> Result<Json<Vec<OpenUpload>>, ApiError> {
    service::all_open(&caller).await.map(Json)
}

/// Uploads that ended well in the last hours, the newest first
#[utoipa::path(get, path = "/api/uploads/finished", tag = "uploads", params(Recent), responses((status = 200, body = Vec<FinishedUpload>), (status = 422, body = ApiError)))]
pub async fn finished(caller: Caller, QueryOf(recent): QueryOf<Recent>) -> Result<Json<Vec<FinishedUpload>>, ApiError> {
    service::finished(&caller, recent.hours).await.map(Json)
}

/// Take finished uploads off the list of jobs
#[utoipa::path(post, path = "/api/uploads/dismiss", tag = "uploads", request_body = Dismissed<String>, responses((status = 204), (status = 422, body = ApiError)))]
pub async fn dismiss(caller: Caller, Body(dismissed): Body<Dismissed<UploadId>>) -> Result<StatusCode, ApiError> {
    service::dismiss(&caller, &dismissed.ids).await.map(|()| StatusCode::NO_CONTENT)
}

/// Parts, at most 32
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct SomeParts {
    parts: Vec<PartToSign>,
}

/// Signed addresses for some parts
#[utoipa::path(post, path = "/api/uploads/{id}/sign", tag = "uploads", params(("id" = String, Path)), request_body = SomeParts, responses((status = 200, body = Vec<SignedPart>), (status = 409, body = ApiError), (status = 422, body = ApiError)))]
pub async fn sign(
    caller: Caller,
    PathId(upload): PathId<UploadId>,
    Body(SomeParts { parts }): Body<SomeParts>,
) -> Result<Json<Vec<SignedPart>>, ApiError> {
    service::sign(&caller, &PartsToSign { upload, parts }).await.map(Json)
}

/// One part through the server, where the store cannot be reached; with its checksum in the header that the store takes
#[utoipa::path(put, path = "/api/uploads/{id}/parts/{number}", tag = "uploads", params(("id" = String, Path), ("number" = i32, Path)), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 204), (status = 409, body = ApiError), (status = 422, body = ApiError)))]
pub async fn put_part(
    caller: Caller,
    Path((id, number)): Path<(String, String)>,
    headers: HeaderMap,
    body: RawBody,
) -> Result<StatusCode, ApiError> {
    let id: UploadId = id.parse().map_err(|_| ApiError::not_found("upload"))?;
    let number = number.parse().map_err(|_| ApiError::invalid("parts", "A part is a number from 1."))?;
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let header = caller.app.store.checksum().header();
    let checksum = header.and_then(|name| headers.get(name)).and_then(|value| value.to_str().ok());
    service::put_part(
        &caller,
        &id,
        PartToSign { number, checksum: checksum.map(str::to_owned) },
        length,
        body.into_data_stream(),
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Confirm that every byte is there
#[utoipa::path(post, path = "/api/uploads/{id}/complete", tag = "uploads", params(("id" = String, Path)), responses((status = 200, body = Upload), (status = 409, body = ApiError)))]
pub async fn complete(caller: Caller, PathId(id): PathId<UploadId>) -> Result<Json<Upload>, ApiError> {
    service::complete(&caller, &id).await.map(Json)
}

/// Cancel an upload
#[utoipa::path(delete, path = "/api/uploads/{id}", tag = "uploads", params(("id" = String, Path)), responses((status = 204), (status = 404, body = ApiError)))]
pub async fn abort(caller: Caller, PathId(id): PathId<UploadId>) -> Result<StatusCode, ApiError> {
    service::abort(&caller, &id).await.map(|()| StatusCode::NO_CONTENT)
}

/// A small file for a game
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct SmallFile {
    /// The file's name.
    name: String,
    /// Bytes; at most one part of 16 MiB.
    size: i64,
    /// The media type.
    #[serde(rename = "type", default)]
    media_type: String,
}

/// Where to PUT a small file
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UploadUrl {
    #[schema(value_type = String)]
    upload: UploadId,
    /// PUT the bytes here, exactly as many as announced, then confirm.
    url: String,
}

/// A signed PUT for a file of one part
#[utoipa::path(get, path = "/api/games/{id}/upload-url", tag = "uploads", params(("id" = String, Path), SmallFile), responses((status = 200, body = UploadUrl), (status = 404, body = ApiError), (status = 422, body = ApiError)))]
pub async fn upload_url(
    caller: Caller,
    PathId(game): PathId<GameId>,
    QueryOf(file): QueryOf<SmallFile>,
) -> Result<Json<UploadUrl>, ApiError> {
    let fingerprint = format!("{}:{}", file.size, file.name.chars().take(80).collect::<String>());
    let new = NewUpload { game, name: file.name, size: file.size, media_type: file.media_type, fingerprint };
    let (upload, url) = service::single_url(&caller, new).await?;
    Ok(Json(UploadUrl { upload, url }))
}

/// A form with the recording in its field `video`
#[derive(Debug, utoipa::ToSchema)]
#[allow(dead_code)] // Only described here: it is read as it comes.
pub struct VideoForm {
    #[schema(value_type = String, format = Binary)]
    video: Vec<u8>,
}

/// A whole recording, for scripts
#[utoipa::path(put, path = "/api/games/{id}/video", tag = "uploads", params(("id" = String, Path)), request_body(content = VideoForm, content_type = "multipart/form-data"), responses((status = 201, body = Upload), (status = 404, body = ApiError), (status = 413, body = ApiError), (status = 415, body = ApiError), (status = 422, body = ApiError)))]
pub async fn put_video(
    caller: Caller,
    PathId(game): PathId<GameId>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<Upload>), ApiError> {
    let malformed =
        |error: &dyn std::fmt::Display| ApiError::new(Code::Malformed, format!("The form cannot be read: {error}"));
    let mut form = form.map_err(|error| malformed(&error))?;
    while let Some(field) = form.next_field().await.map_err(|error| malformed(&error))? {
        if let Some(name) = field.file_name().map(str::to_owned) {
            let media_type = field.content_type().unwrap_or_default().to_owned();
            let upload = whole::put(&caller, game, name, media_type, field).await?;
            return Ok((StatusCode::CREATED, Json(upload)));
        }
    }
    Err(ApiError::invalid("video", "Send a form with the recording in its field \"video\"."))
}

/// Confirm the file of `upload-url`
#[utoipa::path(post, path = "/api/games/{id}/confirm-video", tag = "uploads", params(("id" = String, Path)), responses((status = 200, body = Upload), (status = 404, body = ApiError), (status = 409, body = ApiError)))]
pub async fn confirm_video(caller: Caller, PathId(id): PathId<GameId>) -> Result<Json<Upload>, ApiError> {
    service::complete_of_game(&caller, &id).await.map(Json)
}
