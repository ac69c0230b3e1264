//! Server functions of games.

use super::types::{Game, GameDetails, GameUpdate, Shelves};
use crate::{
    browser::client::TabClient,
    domain::{ids::GameId, time::Micros},
    error::ApiError,
};
use leptos::prelude::*;
use server_fn::codec::Json;

/// All that the library shows: one call, for a page that every visit begins with.
#[server(endpoint = "games/library", input = Json, client = TabClient)]
pub async fn library(text: String) -> Result<Shelves, ApiError> {
    crate::server::door::serve(async |door| super::service::library(&door, text).await).await
}

#[server(endpoint = "games/get", input = Json, client = TabClient)]
pub async fn get_game(id: GameId) -> Result<Game, ApiError> {
    crate::server::door::serve(async |door| super::service::get(&door, &id).await).await
}

#[server(endpoint = "games/create", input = Json, client = TabClient)]
pub async fn create_game(details: GameDetails) -> Result<Game, ApiError> {
    crate::server::door::serve(async |door| super::service::create(&door, details).await).await
}

/// A game that is drawn on request, with clips in it, to try everything.
#[server(endpoint = "games/sample", input = Json, client = TabClient)]
pub async fn make_sample() -> Result<Game, ApiError> {
    crate::server::door::serve(async |door| super::sample::make(&door).await).await
}

#[server(endpoint = "games/update", input = Json, client = TabClient)]
pub async fn update_game(update: GameUpdate) -> Result<Game, ApiError> {
    crate::server::door::serve(async |door| super::service::update(&door, update).await).await
}

/// Remembers where the playhead was. Not an edit: no version, no refetch.
#[server(endpoint = "games/position", input = Json, client = TabClient)]
pub async fn remember_position(id: GameId, position: Micros) -> Result<(), ApiError> {
    crate::server::door::serve(async |door| super::service::remember_position(&door, &id, position).await).await
}
