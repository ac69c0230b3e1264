//! Server functions of clips.

use super::types::{Clip, ClipFilter, ClipImport, ClipUpdate, Imported, LibraryClip, NewClip};
use crate::{
    browser::client::TabClient,
    domain::ids::{ClipId, GameId},
    error::ApiError,
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// The clips of a game in playing order.
#[server(endpoint = "clips/of-game", input = Json, client = TabClient)]
pub async fn clips_of_game(game: GameId) -> Result<Vec<Clip>, ApiError> {
    crate::server::door::serve(async |door| super::service::of_game(&door, &game).await).await
}

/// Clips of every game, newest game first.
#[server(endpoint = "clips/library", input = Json, client = TabClient)]
pub async fn library_clips(filter: ClipFilter) -> Result<Vec<LibraryClip>, ApiError> {
    crate::server::door::serve(async |door| super::service::library(&door, &filter).await).await
}

#[server(endpoint = "clips/create", input = Json, client = TabClient)]
pub async fn create_clip(clip: NewClip) -> Result<Clip, ApiError> {
    crate::server::door::serve(async |door| super::service::create(&door, clip).await).await
}

#[server(endpoint = "clips/update", input = Json, client = TabClient)]
pub async fn update_clip(update: ClipUpdate) -> Result<Clip, ApiError> {
    crate::server::door::serve(async |door| super::service::update(&door, update).await).await
}

#[server(endpoint = "clips/delete", input = Json, client = TabClient)]
pub async fn delete_clip(id: ClipId) -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::service::delete(&door, &id).await).await
}

/// Brings a deleted clip back, with its places in reels.
#[server(endpoint = "clips/restore", input = Json, client = TabClient)]
pub async fn restore_clip(id: ClipId) -> Result<Clip, ApiError> {
    crate::server::door::serve(async |door| super::service::restore(&door, &id).await).await
}

/// Clips that another program wrote: what would be made of them, or what was.
#[server(endpoint = "clips/import", input = Json, client = TabClient)]
pub async fn import_clips(import: ClipImport) -> Result<Imported, ApiError> {
    crate::server::door::serve(async |door| super::transfer::import(&door, import).await).await
}
