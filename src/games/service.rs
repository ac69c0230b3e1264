//! Rules of games.

use super::{
    store,
    types::{Game, GameCard, GameDetails, GameQuery, GameUpdate, MAX_OPPONENT, Shelves},
};
use crate::{
    clips::{self, types::ClipFilter},
    domain::{ids::GameId, naming::Venue, text::clean, time::Micros},
    error::ApiError,
    live::types::Topic,
    reels,
    server::door::Caller,
    uploads, videos,
};

pub async fn list(caller: &Caller, query: &GameQuery) -> Result<Vec<GameCard>, ApiError> {
    Ok(store::cards(&caller.app.db, caller.owner(), query).await?)
}

/// Clips of one search, at most.
const FOUND: i64 = 60;

pub async fn library(caller: &Caller, text: String) -> Result<Shelves, ApiError> {
    let clips = if text.trim().is_empty() {
        Vec::new()
    } else {
        let filter = ClipFilter { text: text.clone(), limit: FOUND, ..ClipFilter::default() };
        clips::service::library(caller, &filter).await?
    };
    let games = list(caller, &GameQuery { text, ..GameQuery::default() }).await?;
    Ok(Shelves { games, reels: reels::service::list(caller).await?, clips })
}

pub async fn get(caller: &Caller, id: &GameId) -> Result<Game, ApiError> {
    let row = store::get(&caller.app.db, caller.owner(), id).await?.ok_or_else(|| ApiError::not_found("game"))?;
    let videos = videos::store::of_game(&caller.app.db, caller.owner(), id).await?;
    let mut shown = Vec::with_capacity(videos.len());
    for video in videos {
        shown.push(videos::service::show(caller, video).await?);
    }
    Ok(Game { id: row.id, version: row.version, details: row.details, videos: shown, last_position: row.last_position })
}

pub async fn create(caller: &Caller, details: GameDetails) -> Result<Game, ApiError> {
    let details = checked(details)?;
    let id = GameId::generate();
    store::insert(&caller.app.db, caller.owner(), &id, &details).await?;
    caller.changed(Topic::Games);
    get(caller, &id).await
}

pub async fn update(caller: &Caller, update: GameUpdate) -> Result<Game, ApiError> {
    let details = checked(update.details)?;
    let db = &caller.app.db;
    if !store::update(db, caller.owner(), &update.id, update.version, &details).await? {
        return Err(match store::get(db, caller.owner(), &update.id).await? {
            Some(_) => ApiError::conflict(),
            None => ApiError::not_found("game"),
        });
    }
    caller.changed(Topic::Games);
    get(caller, &update.id).await
}

/// Moves the game to the trash: its videos, clips and their places in reels are out of sight.
pub async fn delete(caller: &Caller, id: &GameId) -> Result<(), ApiError> {
    if !store::trash(&caller.app.db, caller.owner(), id).await? {
        return Err(ApiError::not_found("game"));
    }
    tell(caller);
    Ok(())
}

/// Brings a game back from the trash, with all that went there with it. A second call finds it back already.
pub async fn restore(caller: &Caller, id: &GameId) -> Result<(), ApiError> {
    if !store::restore(&caller.app.db, caller.owner(), id).await? {
        return get(caller, id).await.map(drop);
    }
    tell(caller);
    Ok(())
}

/// Deletes a game in the trash for good. Open uploads end at the store, too.
pub async fn purge(caller: &Caller, id: &GameId) -> Result<(), ApiError> {
    let open = uploads::store::open_of_game(&caller.app.db, caller.owner(), id).await?;
    if !store::delete(&caller.app.db, caller.owner(), id).await? {
        return Err(ApiError::not_found("game in the trash"));
    }
    uploads::service::end_at_store(caller, &open).await;
    caller.app.wake.sweep();
    tell(caller);
    Ok(())
}

/// Games, clips and reels look different now.
fn tell(caller: &Caller) {
    caller.changed(Topic::Games);
    caller.app.hub.send(caller.owner(), crate::live::types::Event::Resync);
}

pub async fn remember_position(caller: &Caller, id: &GameId, position: Micros) -> Result<(), ApiError> {
    let position = position.clamp_to(Micros::ZERO, Micros(i64::MAX / 4));
    if store::remember_position(&caller.app.db, caller.owner(), id, position).await? {
        Ok(())
    } else {
        Err(ApiError::not_found("game"))
    }
}

fn checked(details: GameDetails) -> Result<GameDetails, ApiError> {
    let too_long = |field| ApiError::invalid(field, format!("Use at most {MAX_OPPONENT} characters."));
    let opponent = clean(&details.opponent, MAX_OPPONENT).ok_or_else(|| too_long("opponent"))?;
    if opponent.is_empty() {
        return Err(ApiError::invalid("opponent", "Name the other team."));
    }
    let tournament = clean(&details.tournament, MAX_OPPONENT).ok_or_else(|| too_long("tournament"))?;
    let tournament = if details.venue == Venue::Tournament { tournament } else { String::new() };
    Ok(GameDetails { opponent, tournament, ..details })
}
