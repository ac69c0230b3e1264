//! Server functions of accounts. Signing in and out are plain forms (`POST /login`, `POST /logout`), so that they work
//! without JavaScript.

use super::types::{Usage, Viewer};
use crate::browser::client::TabClient;
use crate::error::ApiError;
use leptos::prelude::*;
use server_fn::codec::Json;

#[server(endpoint = "accounts/viewer", input = Json, client = TabClient)]
pub async fn current_viewer() -> Result<Viewer, ApiError> {
    crate::server::door::serve(async |door| super::service::viewer(&door).await).await
}

#[server(endpoint = "accounts/usage", input = Json, client = TabClient)]
pub async fn storage_usage() -> Result<Usage, ApiError> {
    crate::server::door::serve(async |door| super::service::usage(&door).await).await
}
