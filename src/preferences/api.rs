//! Server functions of preferences.

use super::types::Preferences;
use crate::{browser::client::TabClient, error::ApiError};
use leptos::prelude::*;
use server_fn::codec::Json;

#[server(endpoint = "preferences/get", input = Json, client = TabClient)]
pub async fn get_preferences() -> Result<Preferences, ApiError> {
    crate::server::door::serve(async |door| super::service::get(&door).await).await
}

#[server(endpoint = "preferences/put", input = Json, client = TabClient)]
pub async fn put_preferences(preferences: Preferences) -> Result<Preferences, ApiError> {
    crate::server::door::serve(async |door| super::service::put(&door, preferences).await).await
}
