//! Server functions of the gallery.

use super::types::Rendition;
use crate::{browser::client::TabClient, domain::ids::RenditionId, error::ApiError};
use leptos::prelude::*;
use server_fn::codec::Json;

/// Every rendition, the newest first.
#[server(endpoint = "gallery/list", input = Json, client = TabClient)]
pub async fn list_renditions() -> Result<Vec<Rendition>, ApiError> {
    crate::server::door::serve(async |door| super::service::list(&door).await).await
}

#[server(endpoint = "gallery/get", input = Json, client = TabClient)]
pub async fn get_rendition(id: RenditionId) -> Result<Rendition, ApiError> {
    crate::server::door::serve(async |door| super::service::get(&door, &id).await).await
}
