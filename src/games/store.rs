//! SQL of games.

use super::types::{GameCard, GameDetails, GameQuery};
use crate::{
    clips,
    domain::{
        ids::{AccountId, GameId},
        rating::Tally,
        tags::Sport,
        text::folded,
        time::Micros,
    },
    reels,
    server::db::{Db, now_ms, parsed},
    videos,
};
use sqlx::{AnyConnection, Row, any::AnyRow};
use std::collections::HashMap;

/// A game's row.
#[derive(Debug, Clone)]
pub struct GameRow {
    pub id: GameId,
    pub version: i64,
    pub details: GameDetails,
    pub last_position: Micros,
}

pub fn details(row: &AnyRow) -> Result<GameDetails, sqlx::Error> {
    Ok(GameDetails {
        opponent: row.try_get("opponent")?,
        played_on: parsed(row, "played_on")?,
        venue: parsed(row, "venue")?,
        // One that a newer version knew stays.
        sport: row.try_get::<String, _>("sport")?.parse().ok(),
        tournament: row.try_get("tournament")?,
    })
}

fn game(row: &AnyRow) -> Result<GameRow, sqlx::Error> {
    Ok(GameRow {
        id: parsed(row, "id")?,
        version: row.try_get("version")?,
        details: details(row)?,
        last_position: Micros(row.try_get("last_position")?),
    })
}

fn search_text(details: &GameDetails) -> String {
    folded(&format!("{} {}", details.opponent, details.tournament))
}

/// Brings what is searched up to how text is folded now: rows may have been written by an older server.
pub async fn refold(db: &Db) -> Result<(), sqlx::Error> {
    let rows = sqlx::query("SELECT * FROM games").fetch_all(db.pool()).await?;
    for row in &rows {
        let game = game(row)?;
        let text = search_text(&game.details);
        if row.try_get::<String, _>("search")? != text {
            let write = sqlx::query("UPDATE games SET search = $1 WHERE id = $2").bind(text).bind(game.id.as_str());
            write.execute(db.pool()).await?;
        }
    }
    Ok(())
}

pub async fn insert(db: &Db, owner: &AccountId, id: &GameId, details: &GameDetails) -> Result<(), sqlx::Error> {
    let now = now_ms();
    sqlx::query(
        "INSERT INTO games (id, owner, opponent, played_on, venue, tournament, search, created_at, updated_at, sport) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(id.as_str())
    .bind(owner.as_str())
    .bind(&details.opponent)
    .bind(details.played_on.to_string())
    .bind(details.venue.code())
    .bind(&details.tournament)
    .bind(search_text(details))
    .bind(now)
    .bind(now)
    .bind(details.sport.unwrap_or_default().code())
    .execute(db.pool())
    .await
    .map(drop)
}

/// Holds the game until the transaction ends: who adds to it waits. Whether there is such a game.
pub async fn hold(connection: &mut AnyConnection, owner: &AccountId, id: &GameId) -> Result<bool, sqlx::Error> {
    let done =
        sqlx::query("UPDATE games SET updated_at = updated_at WHERE id = $1 AND owner = $2 AND deleted_at IS NULL")
            .bind(id.as_str())
            .bind(owner.as_str())
            .execute(connection)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the row was at that version and now is at the next.
pub async fn update(
    db: &Db,
    owner: &AccountId,
    id: &GameId,
    version: i64,
    details: &GameDetails,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE games SET opponent = $1, played_on = $2, venue = $3, tournament = $4, search = $5, updated_at = $6, \
         version = version + 1, sport = COALESCE($10, sport) WHERE id = $7 AND owner = $8 AND version = $9 AND deleted_at IS NULL",
    )
    .bind(&details.opponent)
    .bind(details.played_on.to_string())
    .bind(details.venue.code())
    .bind(&details.tournament)
    .bind(search_text(details))
    .bind(now_ms())
    .bind(id.as_str())
    .bind(owner.as_str())
    .bind(version)
    .bind(details.sport.map(Sport::code))
    .execute(db.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a game from this version to the next, and holds it until the transaction ends; whether it was at that version.
pub async fn advance(
    connection: &mut AnyConnection,
    owner: &AccountId,
    id: &GameId,
    version: i64,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE games SET updated_at = $1, version = version + 1 \
         WHERE id = $2 AND owner = $3 AND version = $4 AND deleted_at IS NULL",
    )
    .bind(now_ms())
    .bind(id.as_str())
    .bind(owner.as_str())
    .bind(version)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn get(db: &Db, owner: &AccountId, id: &GameId) -> Result<Option<GameRow>, sqlx::Error> {
    let row = sqlx::query("SELECT * FROM games WHERE id = $1 AND owner = $2 AND deleted_at IS NULL")
        .bind(id.as_str())
        .bind(owner.as_str())
        .fetch_optional(db.pool())
        .await?;
    row.as_ref().map(game).transpose()
}

/// The library's cards, newest match first: three statements, however many games.
pub async fn cards(db: &Db, owner: &AccountId, query: &GameQuery) -> Result<Vec<GameCard>, sqlx::Error> {
    let pattern = format!("%{}%", folded(query.text.trim()).replace(['%', '_', '\\', '\0'], " "));
    let limit = if query.limit <= 0 { 500 } else { query.limit.min(500) };
    let rows = sqlx::query(
        "SELECT * FROM games WHERE owner = $1 AND deleted_at IS NULL AND search LIKE $2 \
         ORDER BY played_on DESC, id DESC LIMIT $3 OFFSET $4",
    )
    .bind(owner.as_str())
    .bind(pattern)
    .bind(limit)
    .bind(query.offset.max(0))
    .fetch_all(db.pool())
    .await?;
    let tallies = tallies(db, owner).await?;
    let mut videos = videos::store::summaries(db, owner).await?;
    rows.iter()
        .map(|row| {
            let game = game(row)?;
            let video = videos.remove(&game.id);
            Ok(GameCard {
                tally: tallies.get(&game.id).copied().unwrap_or_default(),
                video: video.as_ref().map(|video| video.state),
                duration: video.as_ref().and_then(|video| video.duration),
                poster_url: video.as_ref().and_then(|video| video.poster_url.clone()),
                glance: video.and_then(|video| video.glance),
                last_opened_at: row.try_get("last_opened_at")?,
                last_position: game.last_position,
                id: game.id,
                version: game.version,
                details: game.details,
            })
        })
        .collect()
}

async fn tallies(db: &Db, owner: &AccountId) -> Result<HashMap<GameId, Tally>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT game, rating, CAST(COUNT(*) AS BIGINT) AS clips FROM clips WHERE owner = $1 AND deleted_at IS NULL GROUP BY game, rating",
    )
    .bind(owner.as_str())
    .fetch_all(db.pool())
    .await?;
    let mut tallies: HashMap<GameId, Tally> = HashMap::new();
    for row in &rows {
        let stars = usize::try_from(row.try_get::<i64, _>("rating")?).unwrap_or_default();
        if let Some(count) = tallies.entry(parsed(row, "game")?).or_default().0.get_mut(stars.wrapping_sub(1)) {
            *count = row.try_get("clips")?;
        }
    }
    Ok(tallies)
}

pub async fn remember_position(db: &Db, owner: &AccountId, id: &GameId, at: Micros) -> Result<bool, sqlx::Error> {
    let sql =
        "UPDATE games SET last_position = $1, last_opened_at = $2 WHERE id = $3 AND owner = $4 AND deleted_at IS NULL";
    let done =
        sqlx::query(sql).bind(at.0).bind(now_ms()).bind(id.as_str()).bind(owner.as_str()).execute(db.pool()).await?;
    Ok(done.rows_affected() == 1)
}

/// Takes the game out of every list, with its clips and the reels that those made by themselves; [`restore`] brings all of it
/// back. Whether it was there.
pub async fn trash(db: &Db, owner: &AccountId, id: &GameId) -> Result<bool, sqlx::Error> {
    let (mut tx, now) = (db.begin_write().await?, now_ms());
    let done = sqlx::query(
        "UPDATE games SET deleted_at = $1, version = version + 1 WHERE id = $2 AND owner = $3 AND deleted_at IS NULL",
    )
    .bind(now)
    .bind(id.as_str())
    .bind(owner.as_str())
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 1 {
        reels::made::store::trash_of_game(&mut tx, owner, id, now).await?;
        clips::store::trash_of_game(&mut tx, owner, id, now).await?;
    }
    tx.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// Whether it came back from the trash: with what went there with it, and nothing else.
pub async fn restore(db: &Db, owner: &AccountId, id: &GameId) -> Result<bool, sqlx::Error> {
    let mut tx = db.begin_write().await?;
    let sql = "SELECT deleted_at FROM games WHERE id = $1 AND owner = $2 AND deleted_at IS NOT NULL";
    let row = sqlx::query(sql).bind(id.as_str()).bind(owner.as_str()).fetch_optional(&mut *tx).await?;
    let Some(row) = row else { return Ok(false) };
    let at: i64 = row.try_get("deleted_at")?;
    clips::store::restore_of_game(&mut tx, owner, id, at).await?;
    reels::made::store::restore_of_game(&mut tx, owner, id, at).await?;
    sqlx::query("UPDATE games SET deleted_at = NULL, version = version + 1 WHERE id = $1 AND owner = $2")
        .bind(id.as_str())
        .bind(owner.as_str())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(true)
}

/// The games in the trash, the last one first: when they came there, and what their recordings hold (bytes).
pub async fn trashed(db: &Db, owner: &AccountId) -> Result<Vec<(GameRow, i64, i64)>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT g.*, CAST(COALESCE((SELECT SUM(v.bytes) FROM videos v WHERE v.game = g.id AND v.state <> 'waiting'), 0) AS BIGINT) AS bytes \
         FROM games g WHERE g.owner = $1 AND g.deleted_at IS NOT NULL ORDER BY g.deleted_at DESC, g.id",
    )
    .bind(owner.as_str())
    .fetch_all(db.pool())
    .await?;
    rows.iter().map(|row| Ok((game(row)?, row.try_get("deleted_at")?, row.try_get("bytes")?))).collect()
}

/// What the recordings of each game hold (bytes), the largest first.
pub async fn largest(db: &Db, owner: &AccountId, most: i64) -> Result<Vec<(GameRow, i64)>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT g.*, s.bytes FROM games g JOIN (SELECT game, CAST(SUM(bytes) AS BIGINT) AS bytes FROM videos \
         WHERE owner = $1 AND state <> 'waiting' GROUP BY game) s ON s.game = g.id \
         WHERE g.owner = $1 AND g.deleted_at IS NULL ORDER BY s.bytes DESC, g.id LIMIT $2",
    )
    .bind(owner.as_str())
    .bind(most)
    .fetch_all(db.pool())
    .await?;
    rows.iter().map(|row| Ok((game(row)?, row.try_get("bytes")?))).collect()
}

/// Deletes a game in the trash for good, with its videos, clips and the reels that those made by themselves, and dooms their
/// objects in the same transaction.
pub async fn delete(db: &Db, owner: &AccountId, id: &GameId) -> Result<bool, sqlx::Error> {
    let mut tx = db.begin_write().await?;
    // Held, so that nobody brings it back meanwhile.
    let sql = "UPDATE games SET updated_at = updated_at WHERE id = $1 AND owner = $2 AND deleted_at IS NOT NULL";
    let held = sqlx::query(sql).bind(id.as_str()).bind(owner.as_str()).execute(&mut *tx).await?;
    if held.rows_affected() == 0 {
        return Ok(false);
    }
    videos::store::doom_of_game(&mut tx, owner, id).await?;
    reels::made::store::delete_of_game(&mut tx, owner, id).await?;
    let done = sqlx::query("DELETE FROM games WHERE id = $1 AND owner = $2")
        .bind(id.as_str())
        .bind(owner.as_str())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected() == 1)
}
