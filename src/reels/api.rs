//! Server functions of reels.

use super::types::{Follow, Followed, FramingUpdate, NewReel, Reel, ReelClip, ReelUpdate};
use crate::{browser::client::TabClient, domain::ids::ReelId, error::ApiError};
use leptos::prelude::*;
use server_fn::codec::Json;

#[server(endpoint = "reels/get", input = Json, client = TabClient)]
pub async fn get_reel(id: ReelId) -> Result<Reel, ApiError> {
    crate::server::door::serve(async |door| super::service::get(&door, &id).await).await
}

#[server(endpoint = "reels/create", input = Json, client = TabClient)]
pub async fn create_reel(reel: NewReel) -> Result<Reel, ApiError> {
    crate::server::door::serve(async |door| super::service::create(&door, reel).await).await
}

#[server(endpoint = "reels/update", input = Json, client = TabClient)]
pub async fn update_reel(update: ReelUpdate) -> Result<Reel, ApiError> {
    crate::server::door::serve(async |door| super::service::update(&door, update).await).await
}

#[server(endpoint = "reels/framing", input = Json, client = TabClient)]
pub async fn update_framing(update: FramingUpdate) -> Result<ReelClip, ApiError> {
    crate::server::door::serve(async |door| super::service::update_framing(&door, update).await).await
}

/// Where a player goes: keyframes for a spotlight. Takes as long as it takes to look at each picture.
#[server(endpoint = "reels/follow", input = Json, client = TabClient)]
pub async fn follow_player(wanted: Follow) -> Result<Followed, ApiError> {
    crate::server::door::serve(async |door| super::follow::follow(&door, wanted).await).await
}
