//! REST of games.

use super::{
    service,
    types::{Game, GameCard, GameDetails, GameQuery, GameUpdate},
};
use crate::{
    clips::{self, types::Clip},
    domain::ids::GameId,
    error::ApiError,
    server::{
        door::Caller,
        reply::{Body, Change, PathId, QueryOf},
    },
};
use axum::{Json, http::StatusCode};

/// Games, the newest match first
#[utoipa::path(get, path = "/api/games", tag = "games", params(GameQuery), responses((status = 200, body = Vec<GameCard>)))]
pub async fn list(caller: Caller, QueryOf(query): QueryOf<GameQuery>) -> Result<Json<Vec<GameCard>>, ApiError> {
    service::list(&caller, &query).await.map(Json)
}

/// Add a game
#[utoipa::path(post, path = "/api/games", tag = "games", request_body = GameDetails, responses((status = 201, body = Game), (status = 422, body = ApiError)))]
pub async fn create(caller: Caller, Body(details): Body<GameDetails>) -> Result<(StatusCode, Json<Game>), ApiError> {
    Ok((StatusCode::CREATED, Json(service::create(&caller, details).await?)))
}

/// Add a game that is drawn on request, with clips, to try everything
#[utoipa::path(post, path = "/api/games/sample", tag = "games", responses((status = 201, body = Game), (status = 429, body = ApiError)))]
pub async fn sample(caller: Caller) -> Result<(StatusCode, Json<Game>), ApiError> {
    Ok((StatusCode::CREATED, Json(super::sample::make(&caller).await?)))
}

/// A game with its videos
#[utoipa::path(get, path = "/api/games/{id}", tag = "games", params(("id" = String, Path)), responses((status = 200, body = Game), (status = 404, body = ApiError)))]
pub async fn get(caller: Caller, PathId(id): PathId<GameId>) -> Result<Json<Game>, ApiError> {
    service::get(&caller, &id).await.map(Json)
}

/// Change a game's details
#[utoipa::path(put, path = "/api/games/{id}", tag = "games", params(("id" = String, Path)), request_body = GameUpdate, responses((status = 200, body = Game), (status = 409, body = ApiError)))]
pub async fn update(caller: Caller, Change { change, .. }: Change<GameId, GameUpdate>) -> Result<Json<Game>, ApiError> {
    service::update(&caller, change).await.map(Json)
}

/// Delete a game with its videos and clips
#[utoipa::path(delete, path = "/api/games/{id}", tag = "games", params(("id" = String, Path)), responses((status = 204), (status = 404, body = ApiError)))]
pub async fn delete(caller: Caller, PathId(id): PathId<GameId>) -> Result<StatusCode, ApiError> {
    service::delete(&caller, &id).await.map(|()| StatusCode::NO_CONTENT)
}

/// The clips of a game in playing order
#[utoipa::path(get, path = "/api/games/{id}/clips", tag = "games", params(("id" = String, Path)), responses((status = 200, body = Vec<Clip>), (status = 404, body = ApiError)))]
pub async fn clips(caller: Caller, PathId(id): PathId<GameId>) -> Result<Json<Vec<Clip>>, ApiError> {
    clips::service::of_game(&caller, &id).await.map(Json)
}
