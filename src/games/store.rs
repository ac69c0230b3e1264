//! SQL of games and videos.

use super::types::{GameCard, GameDetails, GameQuery, VideoState};
use crate::{
    domain::{
        ids::{AccountId, GameId, UploadId, VideoId},
        rating::Tally,
        text::folded,
        time::Micros,
        video::VideoFacts,
    },
    server::db::{Db, now_ms},
};
use sqlx::{Any, AnyConnection, Row, any::AnyRow};
use std::collections::HashMap;

/// A game's row.
#[derive(Debug, Clone)]
pub struct GameRow {
    pub id: GameId,
    pub version: i64,
    pub details: GameDetails,
    pub sport: String,
    pub last_position: Micros,
}

/// A video's row.
#[derive(Debug, Clone)]
pub struct VideoRow {
    pub id: VideoId,
    pub owner: AccountId,
    pub game: GameId,
    pub file_name: String,
    pub bytes: i64,
    pub state: VideoState,
    pub object_key: String,
    pub facts: Option<VideoFacts>,
    pub poster_key: Option<String>,
    pub error_code: Option<String>,
    pub upload: Option<UploadId>,
}

/// A text that we wrote ourselves and that must read back; a row that does not is an error, not a panic.
pub fn parsed<T: std::str::FromStr>(row: &AnyRow, column: &str) -> Result<T, sqlx::Error> {
    row.try_get::<String, _>(column)?
        .parse()
        .map_err(|_| sqlx::Error::Decode(format!("{column} does not hold what we wrote").into()))
}

/// A JSON document that we wrote ourselves.
pub fn document<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}

impl VideoState {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Probing => "probing",
            Self::Ready => "ready",
            Self::Error => "error",
        }
    }

    fn from_code(code: &str) -> Self {
        match code {
            "waiting" => Self::Waiting,
            "probing" => Self::Probing,
            "ready" => Self::Ready,
            _ => Self::Error,
        }
    }
}

pub fn details(row: &AnyRow) -> Result<GameDetails, sqlx::Error> {
    Ok(GameDetails {
        opponent: row.try_get("opponent")?,
        played_on: parsed(row, "played_on")?,
        venue: parsed(row, "venue")?,
        tournament: row.try_get("tournament")?,
    })
}

fn game(row: &AnyRow) -> Result<GameRow, sqlx::Error> {
    Ok(GameRow {
        id: parsed(row, "id")?,
        version: row.try_get("version")?,
        details: details(row)?,
        sport: row.try_get("sport")?,
        last_position: Micros(row.try_get("last_position")?),
    })
}

fn video(row: &AnyRow) -> Result<VideoRow, sqlx::Error> {
    let facts: Option<String> = row.try_get("facts")?;
    let upload: Option<String> = row.try_get("upload")?;
    Ok(VideoRow {
        id: parsed(row, "id")?,
        owner: parsed(row, "owner")?,
        game: parsed(row, "game")?,
        file_name: row.try_get("file_name")?,
        bytes: row.try_get("bytes")?,
        state: VideoState::from_code(&row.try_get::<String, _>("state")?),
        object_key: row.try_get("object_key")?,
        facts: facts.as_deref().map(document).transpose()?,
        poster_key: row.try_get("poster_key")?,
        error_code: row.try_get("error_code")?,
        upload: upload.and_then(|id| id.parse().ok()),
    })
}

fn search_text(details: &GameDetails) -> String {
    folded(&format!("{} {}", details.opponent, details.tournament))
}

pub async fn insert(db: &Db, owner: &AccountId, id: &GameId, details: &GameDetails) -> Result<(), sqlx::Error> {
    let now = now_ms();
    sqlx::query(
        "INSERT INTO games (id, owner, opponent, played_on, venue, tournament, search, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
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
    .execute(db.pool())
    .await
    .map(drop)
}

/// Holds the game until the transaction ends: who adds to it waits. Whether there is such a game.
pub async fn hold(connection: &mut AnyConnection, owner: &AccountId, id: &GameId) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE games SET updated_at = updated_at WHERE id = $1 AND owner = $2")
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
         version = version + 1 WHERE id = $7 AND owner = $8 AND version = $9",
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
    .execute(db.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn get(db: &Db, owner: &AccountId, id: &GameId) -> Result<Option<GameRow>, sqlx::Error> {
    let row = sqlx::query("SELECT * FROM games WHERE id = $1 AND owner = $2")
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
        "SELECT * FROM games WHERE owner = $1 AND search LIKE $2 ORDER BY played_on DESC, id DESC LIMIT $3 OFFSET $4",
    )
    .bind(owner.as_str())
    .bind(pattern)
    .bind(limit)
    .bind(query.offset.max(0))
    .fetch_all(db.pool())
    .await?;
    let tallies = tallies(db, owner).await?;
    let mut videos = first_videos(db, owner).await?;
    rows.iter()
        .map(|row| {
            let game = game(row)?;
            let video = videos.remove(&game.id);
            Ok(GameCard {
                tally: tallies.get(&game.id).copied().unwrap_or_default(),
                video: video.as_ref().map(|video| video.state),
                duration: video.as_ref().and_then(|video| video.facts.as_ref()).map(|facts| facts.duration),
                poster_url: video.as_ref().and_then(super::media::poster_path),
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
        "SELECT game, rating, CAST(COUNT(*) AS BIGINT) AS clips FROM clips WHERE owner = $1 GROUP BY game, rating",
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

const VIDEO: &str = "SELECT v.*, u.id AS upload FROM videos v \
                     LEFT JOIN uploads u ON u.video = v.id AND u.state = 'open' ";

fn video_query(rest: &str) -> sqlx::AssertSqlSafe<String> {
    // Only literals of this file are joined; values are always bound.
    sqlx::AssertSqlSafe(format!("{VIDEO}{rest}"))
}

async fn first_videos(db: &Db, owner: &AccountId) -> Result<HashMap<GameId, VideoRow>, sqlx::Error> {
    let rows = sqlx::query(video_query("WHERE v.owner = $1 ORDER BY v.position DESC, v.id DESC"))
        .bind(owner.as_str())
        .fetch_all(db.pool())
        .await?;
    rows.iter().map(|row| video(row).map(|video| (video.game.clone(), video))).collect()
}

/// A game's videos in playing order.
pub async fn videos(db: &Db, owner: &AccountId, game: &GameId) -> Result<Vec<VideoRow>, sqlx::Error> {
    let rows = sqlx::query(video_query("WHERE v.owner = $1 AND v.game = $2 ORDER BY v.position, v.id"))
        .bind(owner.as_str())
        .bind(game.as_str())
        .fetch_all(db.pool())
        .await?;
    rows.iter().map(video).collect()
}

/// Every video that a clip of the reel is cut from.
pub async fn videos_of_reel(db: &Db, owner: &AccountId, reel: &str) -> Result<Vec<VideoRow>, sqlx::Error> {
    let rows = sqlx::query(video_query(
        "WHERE v.owner = $1 AND v.id IN (SELECT c.video FROM reel_clips r JOIN clips c ON c.id = r.clip WHERE r.reel = $2) \
         ORDER BY v.id",
    ))
    .bind(owner.as_str())
    .bind(reel)
    .fetch_all(db.pool())
    .await?;
    rows.iter().map(video).collect()
}

pub async fn get_video(db: &Db, owner: &AccountId, id: &VideoId) -> Result<Option<VideoRow>, sqlx::Error> {
    let row = sqlx::query(video_query("WHERE v.id = $1 AND v.owner = $2"))
        .bind(id.as_str())
        .bind(owner.as_str())
        .fetch_optional(db.pool())
        .await?;
    row.as_ref().map(video).transpose()
}

pub async fn insert_video(connection: &mut AnyConnection, new: &VideoRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO videos (id, owner, game, file_name, bytes, state, object_key, position, created_at) VALUES \
         ($1, $2, $3, $4, $5, $6, $7, (SELECT COALESCE(MAX(position) + 1, 0) FROM videos WHERE game = $8), $9)",
    )
    .bind(new.id.as_str())
    .bind(new.owner.as_str())
    .bind(new.game.as_str())
    .bind(&new.file_name)
    .bind(new.bytes)
    .bind(new.state.code())
    .bind(&new.object_key)
    .bind(new.game.as_str())
    .bind(now_ms())
    .execute(connection)
    .await
    .map(drop)
}

/// What the probe found. A ready video stays ready, so that a late second probe changes nothing.
pub async fn set_video_ready<'e, E: sqlx::Executor<'e, Database = Any>>(
    executor: E,
    id: &VideoId,
    facts: &VideoFacts,
    poster_key: Option<&str>,
) -> Result<(), sqlx::Error> {
    let facts = serde_json::to_string(facts).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(
        "UPDATE videos SET state = 'ready', facts = $1, poster_key = $2, error_code = NULL, version = version + 1 \
         WHERE id = $3 AND state <> 'ready'",
    )
    .bind(facts)
    .bind(poster_key)
    .bind(id.as_str())
    .execute(executor)
    .await
    .map(drop)
}

pub async fn set_video_state<'e, E: sqlx::Executor<'e, Database = Any>>(
    executor: E,
    id: &VideoId,
    state: VideoState,
    error_code: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE videos SET state = $1, error_code = $2, version = version + 1 WHERE id = $3")
        .bind(state.code())
        .bind(error_code)
        .bind(id.as_str())
        .execute(executor)
        .await
        .map(drop)
}

pub async fn remember_position(db: &Db, owner: &AccountId, id: &GameId, at: Micros) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE games SET last_position = $1, last_opened_at = $2 WHERE id = $3 AND owner = $4")
        .bind(at.0)
        .bind(now_ms())
        .bind(id.as_str())
        .bind(owner.as_str())
        .execute(db.pool())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes the game with its videos, clips and the reels that those made by themselves, and dooms their objects in the same transaction.
pub async fn delete(db: &Db, owner: &AccountId, id: &GameId) -> Result<bool, sqlx::Error> {
    let mut tx = db.begin_write().await?;
    for column in ["object_key", "poster_key"] {
        let sql = format!(
            "INSERT INTO doomed_objects (object_key, owner, created_at) \
             SELECT {column}, owner, $1 FROM videos WHERE game = $2 AND owner = $3 AND {column} IS NOT NULL \
             ON CONFLICT (object_key) DO NOTHING"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(now_ms())
            .bind(id.as_str())
            .bind(owner.as_str())
            .execute(&mut *tx)
            .await?;
    }
    crate::reels::store::delete_untouched_of_game(&mut tx, owner, id).await?;
    let done = sqlx::query("DELETE FROM games WHERE id = $1 AND owner = $2")
        .bind(id.as_str())
        .bind(owner.as_str())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected() == 1)
}
