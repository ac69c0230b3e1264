//! Server functions of music. A song itself comes through REST (`routes`), which takes bytes as they are.

use super::types::MusicUpdate;
use crate::{browser::client::TabClient, domain::ids::ReelId, error::ApiError};
use leptos::prelude::*;
use server_fn::codec::Json;

#[server(endpoint = "music/update", input = Json, client = TabClient)]
pub async fn update_music(update: MusicUpdate) -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::service::update(&door, &update).await).await
}

#[server(endpoint = "music/delete", input = Json, client = TabClient)]
pub async fn delete_music(reel: ReelId) -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::service::delete(&door, &reel).await).await
}
