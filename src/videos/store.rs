//! SQL of videos.

use super::types::{Glance, VideoState};
use crate::{
    domain::{
        clock::GameClock,
        ids::{AccountId, GameId, UploadId, VideoId},
        overview::Sprites,
        time::Micros,
        video::VideoFacts,
    },
    server::db::{Db, document, now_ms, parsed},
    storage::ObjectKey,
};
use sqlx::{Any, AnyConnection, Row, any::AnyRow};
use std::collections::HashMap;

/// A video's row.
#[derive(Debug, Clone)]
pub struct VideoRow {
    pub id: VideoId,
    pub owner: AccountId,
    pub game: GameId,
    pub file_name: String,
    /// After the video before it.
    pub gap: Micros,
    pub bytes: i64,
    pub state: VideoState,
    pub object_key: String,
    pub facts: Option<VideoFacts>,
    pub poster_key: Option<String>,
    pub sprites: Option<Sprites>,
    pub sprites_key: Option<String>,
    pub waveform_key: Option<String>,
    pub frames_key: Option<String>,
    /// Hundredths of LUFS.
    pub loudness: Option<i64>,
    pub proxy_key: Option<String>,
    pub proxy_failed: bool,
    pub error_code: Option<String>,
    pub upload: Option<UploadId>,
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

    pub fn from_code(code: &str) -> Self {
        match code {
            "waiting" => Self::Waiting,
            "probing" => Self::Probing,
            "ready" => Self::Ready,
            _ => Self::Error,
        }
    }
}

fn video(row: &AnyRow) -> Result<VideoRow, sqlx::Error> {
    let facts: Option<String> = row.try_get("facts")?;
    let (upload, sprites): (Option<String>, Option<String>) = (row.try_get("upload")?, row.try_get("sprites")?);
    Ok(VideoRow {
        id: parsed(row, "id")?,
        owner: parsed(row, "owner")?,
        game: parsed(row, "game")?,
        file_name: row.try_get("file_name")?,
        gap: Micros(row.try_get("gap_us")?),
        bytes: row.try_get("bytes")?,
        state: VideoState::from_code(&row.try_get::<String, _>("state")?),
        object_key: row.try_get("object_key")?,
        facts: facts.as_deref().map(document).transpose()?,
        poster_key: row.try_get("poster_key")?,
        sprites: sprites.as_deref().map(document).transpose()?,
        sprites_key: row.try_get("sprites_key")?,
        waveform_key: row.try_get("waveform_key")?,
        frames_key: row.try_get("frames_key")?,
        loudness: row.try_get("loudness")?,
        proxy_key: row.try_get("proxy_key")?,
        proxy_failed: row.try_get::<i64, _>("proxy_failed")? == 1,
        error_code: row.try_get("error_code")?,
        upload: upload.and_then(|id| id.parse().ok()),
    })
}

const VIDEO: &str = "SELECT v.*, u.id AS upload FROM videos v \
                     LEFT JOIN uploads u ON u.video = v.id AND u.state = 'open' ";

fn video_query(rest: &str) -> sqlx::AssertSqlSafe<String> {
    // Only literals of this file are joined; values are always bound.
    sqlx::AssertSqlSafe(format!("{VIDEO}{rest}"))
}

/// What a game's card says of its videos together.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Ready when all are; otherwise what keeps the game.
    pub state: VideoState,
    /// From the first picture to the last; none while a length is missing.
    pub duration: Option<Micros>,
    pub poster_url: Option<String>,
    pub glance: Option<Glance>,
}

/// The games of an owner that have videos.
pub async fn summaries(db: &Db, owner: &AccountId) -> Result<HashMap<GameId, Summary>, sqlx::Error> {
    let rows = sqlx::query(video_query("WHERE v.owner = $1 ORDER BY v.position, v.id"))
        .bind(owner.as_str())
        .fetch_all(db.pool())
        .await?;
    let mut games: HashMap<GameId, Vec<VideoRow>> = HashMap::new();
    for row in &rows {
        let video = video(row)?;
        games.entry(video.game.clone()).or_default().push(video);
    }
    Ok(games.into_iter().filter_map(|(game, videos)| Some((game, summary(&videos)?))).collect())
}

fn summary(videos: &[VideoRow]) -> Option<Summary> {
    let state = [VideoState::Error, VideoState::Waiting, VideoState::Probing, VideoState::Ready]
        .into_iter()
        .find(|state| videos.iter().any(|video| video.state == *state))?;
    let lengths: Option<Vec<_>> =
        videos.iter().map(|video| Some((video.id.clone(), video.gap, video.facts.as_ref()?.duration))).collect();
    Some(Summary {
        state,
        duration: lengths.map(|lengths| GameClock::new(lengths).end()),
        poster_url: videos.iter().find_map(super::media::poster_path),
        glance: videos.iter().find_map(|video| {
            let sheet = video.sprites.filter(|_| video.sprites_key.is_some())?;
            Some(Glance { url: super::media::sprites_path(video.id.as_str()), sheet })
        }),
    })
}

/// A game's videos in playing order.
pub async fn of_game(db: &Db, owner: &AccountId, game: &GameId) -> Result<Vec<VideoRow>, sqlx::Error> {
    let rows = sqlx::query(video_query("WHERE v.owner = $1 AND v.game = $2 ORDER BY v.position, v.id"))
        .bind(owner.as_str())
        .bind(game.as_str())
        .fetch_all(db.pool())
        .await?;
    rows.iter().map(video).collect()
}

/// Every video that a clip of the reel is cut from.
pub async fn of_reel(db: &Db, owner: &AccountId, reel: &str) -> Result<Vec<VideoRow>, sqlx::Error> {
    let rows = sqlx::query(video_query(
        "WHERE v.owner = $1 AND v.id IN (SELECT c.video FROM reel_clips r JOIN clips c ON c.id = r.clip AND c.deleted_at IS NULL WHERE r.reel = $2) \
         ORDER BY v.id",
    ))
    .bind(owner.as_str())
    .bind(reel)
    .fetch_all(db.pool())
    .await?;
    rows.iter().map(video).collect()
}

pub async fn get(db: &Db, owner: &AccountId, id: &VideoId) -> Result<Option<VideoRow>, sqlx::Error> {
    let row = sqlx::query(video_query("WHERE v.id = $1 AND v.owner = $2"))
        .bind(id.as_str())
        .bind(owner.as_str())
        .fetch_optional(db.pool())
        .await?;
    row.as_ref().map(video).transpose()
}

pub async fn insert(connection: &mut AnyConnection, new: &VideoRow) -> Result<(), sqlx::Error> {
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
pub async fn set_ready<'e, E: sqlx::Executor<'e, Database = Any>>(
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

/// What was made of a recording in the background.
pub enum Overview<'a> {
    /// With the table of frames, where there is one.
    Sprites(&'a Sprites, &'a ObjectKey, Option<&'a ObjectKey>),
    /// With the loudness.
    Waveform(&'a ObjectKey, Option<i64>),
    Proxy(&'a ObjectKey),
}

impl Overview<'_> {
    /// Every object of it.
    pub fn keys(&self) -> impl Iterator<Item = &ObjectKey> {
        let (first, second) = match self {
            Self::Sprites(_, key, frames) => (key, *frames),
            Self::Waveform(key, _) | Self::Proxy(key) => (key, None),
        };
        std::iter::once(*first).chain(second)
    }
}

/// Whether the video was still without it.
pub async fn set_overview(
    connection: &mut AnyConnection,
    owner: &AccountId,
    id: &VideoId,
    made: &Overview<'_>,
) -> Result<bool, sqlx::Error> {
    let query = match made {
        Overview::Sprites(sheet, key, frames) => {
            let sheet = serde_json::to_string(sheet).map_err(|error| sqlx::Error::Encode(error.into()))?;
            sqlx::query(
                "UPDATE videos SET sprites_key = $1, sprites = $2, frames_key = $3, version = version + 1 \
                 WHERE id = $4 AND owner = $5 AND sprites_key IS NULL",
            )
            .bind(key.as_str())
            .bind(sheet)
            .bind(frames.map(ObjectKey::as_str))
        }
        Overview::Waveform(key, loudness) => sqlx::query(
            "UPDATE videos SET waveform_key = $1, loudness = $2, version = version + 1 \
             WHERE id = $3 AND owner = $4 AND waveform_key IS NULL",
        )
        .bind(key.as_str())
        .bind(loudness),
        Overview::Proxy(key) => sqlx::query(
            "UPDATE videos SET proxy_key = $1, version = version + 1 WHERE id = $2 AND owner = $3 AND proxy_key IS NULL",
        )
        .bind(key.as_str()),
    };
    let done = query.bind(id.as_str()).bind(owner.as_str()).execute(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// An object that no row points to.
pub async fn doom_object(db: &Db, owner: &AccountId, key: &ObjectKey) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO doomed_objects (object_key, owner, created_at) VALUES ($1, $2, $3) ON CONFLICT (object_key) DO NOTHING",
    )
    .bind(key.as_str())
    .bind(owner.as_str())
    .bind(now_ms())
    .execute(db.pool())
    .await
    .map(drop)
}

/// What videos that can be played lack of their overview, where no job makes it or has failed to: from before there was such a
/// thing. Each with the kind of job that makes it.
pub async fn without_overview(db: &Db) -> Result<Vec<(AccountId, VideoId, String)>, sqlx::Error> {
    let lacking = |column: &str, kind: &str| {
        format!(
            "SELECT v.owner, v.id, '{kind}' AS kind FROM videos v WHERE v.state = 'ready' AND v.{column} IS NULL \
             AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = v.id AND j.kind = '{kind}')"
        )
    };
    // Only literals of this function are joined.
    let sql = format!("{} UNION ALL {}", lacking("sprites_key", "sprites"), lacking("waveform_key", "waveform"));
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(db.pool()).await?;
    rows.iter().map(|row| Ok((parsed(row, "owner")?, parsed(row, "id")?, row.try_get("kind")?))).collect()
}

/// Whether a copy of this video is being made, or waits to be.
pub async fn proxy_goes_on(db: &Db, video: &str) -> Result<bool, sqlx::Error> {
    let row =
        sqlx::query("SELECT id FROM jobs WHERE kind = 'proxy' AND subject = $1 AND state IN ('pending', 'processing')")
            .bind(video)
            .fetch_optional(db.pool())
            .await?;
    Ok(row.is_some())
}

/// There will be no copy that browsers play: it could not be made.
pub async fn set_no_proxy(db: &Db, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE videos SET proxy_failed = 1, version = version + 1 WHERE id = $1")
        .bind(id)
        .execute(db.pool())
        .await
        .map(drop)
}

/// The same of copies that browsers play, of those that need one.
pub async fn without_proxy(db: &Db) -> Result<Vec<(AccountId, VideoId)>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT v.owner, v.id, v.facts FROM videos v WHERE v.state = 'ready' AND v.proxy_key IS NULL AND v.facts IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = v.id AND j.kind = 'proxy')",
    )
    .fetch_all(db.pool())
    .await?;
    let mut without = Vec::new();
    for row in &rows {
        let facts: VideoFacts = document(&row.try_get::<String, _>("facts")?)?;
        if facts.needs_proxy() {
            without.push((parsed(row, "owner")?, parsed(row, "id")?));
        }
    }
    Ok(without)
}

pub async fn set_state<'e, E: sqlx::Executor<'e, Database = Any>>(
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

/// The identifiers of a game's videos, rising.
pub async fn ids_of_game(
    connection: &mut AnyConnection,
    owner: &AccountId,
    game: &GameId,
) -> Result<Vec<VideoId>, sqlx::Error> {
    let rows = sqlx::query("SELECT id FROM videos WHERE owner = $1 AND game = $2 ORDER BY id")
        .bind(owner.as_str())
        .bind(game.as_str())
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| parsed(row, "id")).collect()
}

/// Puts a video at its place among those of its game.
pub async fn place(
    connection: &mut AnyConnection,
    owner: &AccountId,
    id: &VideoId,
    position: i64,
    gap: Micros,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE videos SET position = $1, gap_us = $2, version = version + 1 WHERE id = $3 AND owner = $4")
        .bind(position)
        .bind(gap.0)
        .bind(id.as_str())
        .bind(owner.as_str())
        .execute(connection)
        .await
        .map(drop)
}

/// Notes that the objects of some videos are to be deleted; in the transaction that deletes their rows.
async fn doom(connection: &mut AnyConnection, owner: &AccountId, column: &str, id: &str) -> Result<(), sqlx::Error> {
    for key in ["object_key", "poster_key", "sprites_key", "waveform_key", "frames_key", "proxy_key"] {
        let sql = format!(
            "INSERT INTO doomed_objects (object_key, owner, created_at) \
             SELECT {key}, owner, $1 FROM videos WHERE {column} = $2 AND owner = $3 AND {key} IS NOT NULL \
             ON CONFLICT (object_key) DO NOTHING"
        );
        // Only literals of this file are joined.
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(now_ms())
            .bind(id)
            .bind(owner.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Dooms the objects of all videos of a game that is about to be deleted.
pub async fn doom_of_game(connection: &mut AnyConnection, owner: &AccountId, game: &GameId) -> Result<(), sqlx::Error> {
    doom(connection, owner, "game", game.as_str()).await
}

/// Deletes a video with its clips and its place in reels, and dooms its objects.
pub async fn delete(connection: &mut AnyConnection, owner: &AccountId, id: &VideoId) -> Result<(), sqlx::Error> {
    doom(&mut *connection, owner, "id", id.as_str()).await?;
    sqlx::query("DELETE FROM videos WHERE id = $1 AND owner = $2")
        .bind(id.as_str())
        .bind(owner.as_str())
        .execute(connection)
        .await
        .map(drop)
}
