//! SQL of uploads.

use super::types::{FinishedUpload, UploadState};
use crate::{
    domain::ids::{AccountId, GameId, UploadId, VideoId},
    games,
    server::db::{Db, now_ms, parsed},
    storage::ObjectKey,
    videos::types::VideoState,
};
use sqlx::{AnyConnection, Row, any::AnyRow};

/// An upload's row, with what is needed of its video's.
#[derive(Debug, Clone)]
pub struct UploadRow {
    pub id: UploadId,
    pub video: VideoId,
    pub game: GameId,
    pub file_name: String,
    pub object_key: String,
    pub bytes: i64,
    pub part_size: i64,
    pub store_upload: String,
    pub state: UploadState,
}

impl UploadState {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Aborted => "aborted",
        }
    }

    fn from_code(code: &str) -> Self {
        match code {
            "open" => Self::Open,
            "complete" => Self::Complete,
            _ => Self::Aborted,
        }
    }
}

fn upload(row: &AnyRow) -> Result<UploadRow, sqlx::Error> {
    Ok(UploadRow {
        id: parsed(row, "id")?,
        video: parsed(row, "video")?,
        game: parsed(row, "game")?,
        file_name: row.try_get("file_name")?,
        object_key: row.try_get("object_key")?,
        bytes: row.try_get("bytes")?,
        part_size: row.try_get("part_size")?,
        store_upload: row.try_get("store_upload")?,
        state: UploadState::from_code(&row.try_get::<String, _>("state")?),
    })
}

pub async fn get(db: &Db, owner: &AccountId, id: &UploadId) -> Result<Option<UploadRow>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT u.*, v.game, v.file_name, v.object_key FROM uploads u JOIN videos v ON v.id = u.video \
         JOIN games g ON g.id = v.game AND g.deleted_at IS NULL WHERE u.id = $1 AND u.owner = $2",
    )
    .bind(id.as_str())
    .bind(owner.as_str())
    .fetch_optional(db.pool())
    .await?;
    row.as_ref().map(upload).transpose()
}

/// The open uploads of a game, in the trash or not.
pub async fn open_of_game(db: &Db, owner: &AccountId, game: &GameId) -> Result<Vec<UploadRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT u.*, v.game, v.file_name, v.object_key FROM uploads u JOIN videos v ON v.id = u.video \
         WHERE u.owner = $1 AND v.game = $2 AND u.state = 'open'",
    )
    .bind(owner.as_str())
    .bind(game.as_str())
    .fetch_all(db.pool())
    .await?;
    rows.iter().map(upload).collect()
}

/// The open upload of the same file to the same game.
pub async fn open_of<'e, E: sqlx::Executor<'e, Database = sqlx::Any>>(
    executor: E,
    owner: &AccountId,
    game: &GameId,
    fingerprint: &str,
    bytes: i64,
) -> Result<Option<UploadRow>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT u.*, v.game, v.file_name, v.object_key FROM uploads u JOIN videos v ON v.id = u.video \
         WHERE u.owner = $1 AND v.game = $2 AND u.fingerprint = $3 AND u.bytes = $4 AND u.state = 'open' \
         ORDER BY u.created_at LIMIT 1",
    )
    .bind(owner.as_str())
    .bind(game.as_str())
    .bind(fingerprint)
    .bind(bytes)
    .fetch_optional(executor)
    .await?;
    row.as_ref().map(upload).transpose()
}

/// The newest upload of a game, whatever its state.
pub async fn newest_of_game(db: &Db, owner: &AccountId, game: &GameId) -> Result<Option<UploadRow>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT u.*, v.game, v.file_name, v.object_key FROM uploads u JOIN videos v ON v.id = u.video \
         WHERE u.owner = $1 AND v.game = $2 AND u.state <> 'aborted' ORDER BY u.created_at DESC, u.id DESC LIMIT 1",
    )
    .bind(owner.as_str())
    .bind(game.as_str())
    .fetch_optional(db.pool())
    .await?;
    row.as_ref().map(upload).transpose()
}

/// An open upload with what a person knows it by.
#[derive(Debug, Clone)]
pub struct OpenRow {
    pub upload: UploadRow,
    pub game_name: String,
    pub fingerprint: String,
    /// When something was heard of it last, in milliseconds.
    pub updated_at: i64,
}

/// Uploads whose recording was read, well or not, that ended after `since` (milliseconds) and were not put away, the newest
/// first. One that is being read still stands among what runs.
pub async fn finished(db: &Db, owner: &AccountId, since: i64) -> Result<Vec<FinishedUpload>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT u.id, u.bytes, u.created_at, u.updated_at, v.game, v.file_name, v.state AS video_state, g.opponent, g.played_on, \
         g.venue, g.tournament, g.sport FROM uploads u JOIN videos v ON v.id = u.video JOIN games g ON g.id = v.game AND g.deleted_at IS NULL \
         WHERE u.owner = $1 AND u.state = 'complete' AND v.state IN ('ready', 'error') AND u.updated_at >= $2 AND u.dismissed_at IS NULL \
         ORDER BY u.updated_at DESC, u.id DESC LIMIT 500",
    )
    .bind(owner.as_str())
    .bind(since)
    .fetch_all(db.pool())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(FinishedUpload {
                id: parsed(row, "id")?,
                game: parsed(row, "game")?,
                game_name: games::store::details(row)?.name(),
                file_name: row.try_get("file_name")?,
                bytes: row.try_get("bytes")?,
                video: VideoState::from_code(&row.try_get::<String, _>("video_state")?),
                started_at: row.try_get("created_at")?,
                finished_at: row.try_get("updated_at")?,
            })
        })
        .collect()
}

/// Puts finished uploads away; answers how many were there to be put away.
pub async fn dismiss(db: &Db, owner: &AccountId, ids: &[UploadId]) -> Result<u64, sqlx::Error> {
    let mut tx = db.begin_write().await?;
    let mut dismissed = 0;
    for id in ids {
        dismissed += sqlx::query(
            "UPDATE uploads SET dismissed_at = $1 \
             WHERE id = $2 AND owner = $3 AND state = 'complete' AND dismissed_at IS NULL",
        )
        .bind(now_ms())
        .bind(id.as_str())
        .bind(owner.as_str())
        .execute(&mut *tx)
        .await?
        .rows_affected();
    }
    tx.commit().await?;
    Ok(dismissed)
}

/// Every open upload of the owner, the oldest first.
pub async fn all_open(db: &Db, owner: &AccountId) -> Result<Vec<OpenRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT u.*, v.game, v.file_name, v.object_key, g.opponent, g.played_on, g.venue, g.tournament, g.sport \
         FROM uploads u JOIN videos v ON v.id = u.video JOIN games g ON g.id = v.game AND g.deleted_at IS NULL \
         WHERE u.owner = $1 AND u.state = 'open' ORDER BY u.created_at, u.id",
    )
    .bind(owner.as_str())
    .fetch_all(db.pool())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(OpenRow {
                upload: upload(row)?,
                game_name: games::store::details(row)?.name(),
                fingerprint: row.try_get("fingerprint")?,
                updated_at: row.try_get("updated_at")?,
            })
        })
        .collect()
}

/// Notes that bytes are being sent: the reaper leaves it alone.
pub async fn touch(db: &Db, owner: &AccountId, id: &UploadId) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE uploads SET updated_at = $1 WHERE id = $2 AND owner = $3 AND state = 'open'")
        .bind(now_ms())
        .bind(id.as_str())
        .bind(owner.as_str())
        .execute(db.pool())
        .await
        .map(drop)
}

/// How many uploads the owner has open. Holds the account's row until the transaction ends: two that count wait for each
/// other.
pub async fn count_open(connection: &mut AnyConnection, owner: &AccountId) -> Result<i64, sqlx::Error> {
    sqlx::query("UPDATE accounts SET name = name WHERE id = $1").bind(owner.as_str()).execute(&mut *connection).await?;
    let row = sqlx::query("SELECT CAST(COUNT(*) AS BIGINT) AS open FROM uploads WHERE owner = $1 AND state = 'open'")
        .bind(owner.as_str())
        .fetch_one(connection)
        .await?;
    row.try_get("open")
}

/// The recordings and the music of the owner together, in bytes, with what is promised to open uploads.
pub async fn bytes_of(connection: &mut AnyConnection, owner: &AccountId) -> Result<i64, sqlx::Error> {
    let row = sqlx::query(
        "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS held FROM (SELECT bytes FROM videos WHERE owner = $1 \
         UNION ALL SELECT bytes FROM reel_music WHERE owner = $1) AS kept",
    )
    .bind(owner.as_str())
    .fetch_one(connection)
    .await?;
    row.try_get("held")
}

/// Open uploads of anybody for which nothing was sent since then (milliseconds), with their owners.
pub async fn idle_since(db: &Db, then: i64) -> Result<Vec<(AccountId, UploadRow)>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT u.*, v.game, v.file_name, v.object_key FROM uploads u JOIN videos v ON v.id = u.video \
         WHERE u.state = 'open' AND u.updated_at < $1 ORDER BY u.updated_at LIMIT 1000",
    )
    .bind(then)
    .fetch_all(db.pool())
    .await?;
    rows.iter().map(|row| Ok((parsed(row, "owner")?, upload(row)?))).collect()
}

/// Whether an open upload of ours has this name at the store.
pub async fn is_known(db: &Db, store_upload: &str) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("SELECT id FROM uploads WHERE store_upload = $1 AND state = 'open'")
        .bind(store_upload)
        .fetch_optional(db.pool())
        .await?;
    Ok(row.is_some())
}

/// Whether any row points to this object.
pub async fn is_referenced(db: &Db, key: &ObjectKey) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "SELECT 1 AS one FROM videos WHERE object_key = $1 OR poster_key = $1 OR sprites_key = $1 OR waveform_key = $1 \
         OR proxy_key = $1 OR frames_key = $1 \
         UNION SELECT 1 AS one FROM renditions WHERE object_key = $1 OR poster_key = $1 \
         UNION SELECT 1 AS one FROM segments WHERE object_key = $1 \
         UNION SELECT 1 AS one FROM reel_music WHERE object_key = $1 \
         UNION SELECT 1 AS one FROM doomed_objects WHERE object_key = $1",
    )
    .bind(key.as_str())
    .fetch_optional(db.pool())
    .await?;
    Ok(row.is_some())
}

pub async fn insert(
    connection: &mut AnyConnection,
    owner: &AccountId,
    new: &UploadRow,
    fingerprint: &str,
) -> Result<(), sqlx::Error> {
    let now = now_ms();
    sqlx::query(
        "INSERT INTO uploads (id, owner, video, fingerprint, bytes, part_size, store_upload, state, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9)",
    )
    .bind(new.id.as_str())
    .bind(owner.as_str())
    .bind(new.video.as_str())
    .bind(fingerprint)
    .bind(new.bytes)
    .bind(new.part_size)
    .bind(&new.store_upload)
    .bind(now)
    .bind(now)
    .execute(connection)
    .await
    .map(drop)
}

/// Ends an open upload; whether it was open.
pub async fn end(
    connection: &mut AnyConnection,
    owner: &AccountId,
    id: &UploadId,
    state: UploadState,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE uploads SET state = $1, updated_at = $2, version = version + 1 \
         WHERE id = $3 AND owner = $4 AND state = 'open'",
    )
    .bind(state.code())
    .bind(now_ms())
    .bind(id.as_str())
    .bind(owner.as_str())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes a video that never arrived; its clips go with it only when there are none: a marked video stays, waiting.
pub async fn delete_waiting_video(
    connection: &mut AnyConnection,
    owner: &AccountId,
    video: &VideoId,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM videos WHERE id = $1 AND owner = $2 AND state = 'waiting' \
         AND NOT EXISTS (SELECT 1 FROM clips c WHERE c.video = videos.id AND c.deleted_at IS NULL) \
         AND NOT EXISTS (SELECT 1 FROM games g WHERE g.id = videos.game AND g.deleted_at IS NOT NULL)",
    )
    .bind(video.as_str())
    .bind(owner.as_str())
    .execute(connection)
    .await
    .map(drop)
}
