//! Server functions of videos.

use super::types::Arrangement;
use crate::{browser::client::TabClient, domain::ids::VideoId, error::ApiError, games::types::Game};
use leptos::prelude::*;
use server_fn::codec::Json;

#[server(endpoint = "videos/arrange", input = Json, client = TabClient)]
pub async fn arrange_videos(arrangement: Arrangement) -> Result<Game, ApiError> {
    crate::server::door::serve(async |door| super::service::arrange(&door, arrangement).await).await
}

#[server(endpoint = "videos/delete", input = Json, client = TabClient)]
pub async fn delete_video(id: VideoId) -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::service::remove(&door, &id).await).await
}
