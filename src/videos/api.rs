//! Server functions of videos.

use super::types::Arrangement;
use crate::{domain::ids::VideoId, error::ApiError, games::types::Game};
use leptos::prelude::*;
use server_fn::codec::Json;

#[server(endpoint = "videos/arrange", input = Json)]
pub async fn arrange_videos(arrangement: Arrangement) -> Result<Game, ApiError> {
    crate::server::door::serve(async |door| super::service::arrange(&door, arrangement).await).await
}

#[server(endpoint = "videos/delete", input = Json)]
pub async fn delete_video(id: VideoId) -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::service::remove(&door, &id).await).await
}
