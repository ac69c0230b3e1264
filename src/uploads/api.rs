//! Server functions of uploads.

use super::types::{FinishedUpload, NewUpload, OpenUpload, PartsToSign, SignedPart, Trial, TrialSent, Upload};
use crate::{browser::client::TabClient, domain::ids::UploadId, error::ApiError};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Begins an upload, or answers the open one of the same file.
#[server(endpoint = "uploads/create", input = Json, client = TabClient)]
pub async fn create_upload(upload: NewUpload) -> Result<Upload, ApiError> {
    crate::server::door::serve(async |door| super::service::create(&door, upload).await).await
}

/// Signed addresses for some parts.
#[server(endpoint = "uploads/sign", input = Json, client = TabClient)]
pub async fn sign_parts(parts: PartsToSign) -> Result<Vec<SignedPart>, ApiError> {
    crate::server::door::serve(async |door| super::service::sign(&door, &parts).await).await
}

/// What the store has.
#[server(endpoint = "uploads/get", input = Json, client = TabClient)]
pub async fn get_upload(id: UploadId) -> Result<Upload, ApiError> {
    crate::server::door::serve(async |door| super::service::get(&door, &id).await).await
}

/// Says that it is being sent, so that other browsers do not take it for interrupted.
#[server(endpoint = "uploads/beat", input = Json, client = TabClient)]
pub async fn beat_upload(id: UploadId) -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::service::beat(&door, &id).await).await
}

/// Every upload that is not finished.
#[server(endpoint = "uploads/open", input = Json, client = TabClient)]
pub async fn open_uploads() -> Result<Vec<OpenUpload>, ApiError> {
    crate::server::door::serve(async |door| super::service::all_open(&door).await).await
}

/// Those that ended well in the last `hours` (1 to 168), the newest first.
#[server(endpoint = "uploads/finished", input = Json, client = TabClient)]
pub async fn finished_uploads(hours: i64) -> Result<Vec<FinishedUpload>, ApiError> {
    crate::server::door::serve(async |door| super::service::finished(&door, hours).await).await
}

/// Takes finished ones (at most 500) off the list of jobs.
#[server(endpoint = "uploads/dismiss", input = Json, client = TabClient)]
pub async fn dismiss_uploads(ids: Vec<UploadId>) -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::service::dismiss(&door, &ids).await).await
}

/// Confirms that every byte is there; a second call is a success.
#[server(endpoint = "uploads/complete", input = Json, client = TabClient)]
pub async fn complete_upload(id: UploadId) -> Result<Upload, ApiError> {
    crate::server::door::serve(async |door| super::service::complete(&door, &id).await).await
}

#[server(endpoint = "uploads/abort", input = Json, client = TabClient)]
pub async fn abort_upload(id: UploadId) -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::service::abort(&door, &id).await).await
}

/// Signed addresses by which this browser tries its way to the store.
#[server(endpoint = "uploads/trial", input = Json, client = TabClient)]
pub async fn begin_trial() -> Result<Trial, ApiError> {
    crate::server::door::serve(async |door| super::trial::begin(&door).await).await
}

#[server(endpoint = "uploads/trial-over", input = Json, client = TabClient)]
pub async fn end_trial(sent: TrialSent) -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::trial::end(&door, &sent).await).await
}
