//! Server functions of exports.

use super::types::{Export, NewBatch, NewExport};
use crate::{
    browser::client::TabClient,
    domain::{changes::Changes, ids::ExportId, preset::ExportSettings},
    error::ApiError,
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Renders the reel as it is now; a second call while that runs answers the same export.
#[server(endpoint = "exports/create", input = Json, client = TabClient)]
pub async fn create_export(export: NewExport) -> Result<Export, ApiError> {
    crate::server::door::serve(async |door| super::service::create(&door, &export).await).await
}

/// Several files of a reel or a game: each is an export of its own.
#[server(endpoint = "exports/batch", input = Json, client = TabClient)]
pub async fn create_batch(batch: NewBatch) -> Result<Vec<Export>, ApiError> {
    crate::server::door::serve(async |door| super::service::create_batch(&door, &batch).await).await
}

#[server(endpoint = "exports/get", input = Json, client = TabClient)]
pub async fn get_export(id: ExportId) -> Result<Export, ApiError> {
    crate::server::door::serve(async |door| super::service::get(&door, &id).await).await
}

/// Waiting and running ones, the oldest first.
#[server(endpoint = "exports/active", input = Json, client = TabClient)]
pub async fn active_exports() -> Result<Vec<Export>, ApiError> {
    crate::server::door::serve(async |door| super::service::active(&door).await).await
}

/// All of the last `hours` (1 to 168), the newest first.
#[server(endpoint = "exports/recent", input = Json, client = TabClient)]
pub async fn recent_exports(hours: i64) -> Result<Vec<Export>, ApiError> {
    crate::server::door::serve(async |door| super::service::recent(&door, hours).await).await
}

/// Stops it at once; what has ended stays as it is.
#[server(endpoint = "exports/cancel", input = Json, client = TabClient)]
pub async fn cancel_export(id: ExportId) -> Result<Export, ApiError> {
    crate::server::door::serve(async |door| super::service::cancel(&door, &id).await).await
}

/// Renders the plan of its submit once more, after an error or a cancel.
#[server(endpoint = "exports/retry", input = Json, client = TabClient)]
pub async fn retry_export(id: ExportId) -> Result<Export, ApiError> {
    crate::server::door::serve(async |door| super::service::retry(&door, &id).await).await
}

/// Takes ended ones (at most 500) off the list of jobs.
#[server(endpoint = "exports/dismiss", input = Json, client = TabClient)]
pub async fn dismiss_exports(ids: Vec<ExportId>) -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::service::dismiss(&door, &ids).await).await
}

/// What an export of its reel with these settings would change of it.
#[server(endpoint = "exports/changes", input = Json, client = TabClient)]
pub async fn export_changes(id: ExportId, settings: ExportSettings) -> Result<Changes, ApiError> {
    crate::server::door::serve(async |door| super::service::changes(&door, &id, settings).await).await
}
