//! SQL of accounts and sessions.

use super::types::{Held, Usage};
use crate::{
    domain::ids::AccountId,
    server::db::{Db, now_ms},
};
use sqlx::Row;

pub async fn create(db: &Db, name: &str) -> Result<AccountId, sqlx::Error> {
    let id = AccountId::generate();
    sqlx::query("INSERT INTO accounts (id, name, created_at) VALUES ($1, $2, $3)")
        .bind(id.as_str())
        .bind(name)
        .bind(now_ms())
        .execute(db.pool())
        .await?;
    Ok(id)
}

/// The account that was made first: the local one.
pub async fn first(db: &Db) -> Result<Option<AccountId>, sqlx::Error> {
    let row = sqlx::query("SELECT id FROM accounts ORDER BY created_at, id LIMIT 1").fetch_optional(db.pool()).await?;
    Ok(row.and_then(|row| row.get::<String, _>(0).parse().ok()))
}

pub async fn name(db: &Db, owner: &AccountId) -> Result<Option<String>, sqlx::Error> {
    let row =
        sqlx::query("SELECT name FROM accounts WHERE id = $1").bind(owner.as_str()).fetch_optional(db.pool()).await?;
    Ok(row.map(|row| row.get(0)))
}

pub async fn add_session(db: &Db, owner: &AccountId, token_hash: &str, expires_at: i64) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO sessions (token_hash, owner, created_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(token_hash)
        .bind(owner.as_str())
        .bind(now_ms())
        .bind(expires_at)
        .execute(db.pool())
        .await
        .map(drop)
}

pub async fn owner_of_session(db: &Db, token_hash: &str) -> Result<Option<AccountId>, sqlx::Error> {
    let row = sqlx::query("SELECT owner FROM sessions WHERE token_hash = $1 AND expires_at > $2")
        .bind(token_hash)
        .bind(now_ms())
        .fetch_optional(db.pool())
        .await?;
    Ok(row.and_then(|row| row.get::<String, _>(0).parse().ok()))
}

pub async fn end_session(db: &Db, token_hash: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE token_hash = $1 OR expires_at <= $2")
        .bind(token_hash)
        .bind(now_ms())
        .execute(db.pool())
        .await
        .map(drop)
}

/// Recordings that have arrived, finished files, pieces and songs.
pub async fn usage(db: &Db, owner: &AccountId) -> Result<Usage, sqlx::Error> {
    let row = sqlx::query(
        "SELECT r.n AS recordings, r.b AS recording_bytes, t.n AS trashed, t.b AS trashed_bytes, f.n AS renditions, f.b AS rendition_bytes, \
         s.n AS segments, s.b AS segment_bytes, m.n AS music, m.b AS music_bytes FROM \
         (SELECT CAST(COUNT(*) AS BIGINT) AS n, CAST(COALESCE(SUM(v.bytes), 0) AS BIGINT) AS b FROM videos v JOIN games g ON g.id = v.game \
             WHERE v.owner = $1 AND v.state <> 'waiting' AND g.deleted_at IS NULL) r, \
         (SELECT CAST(COUNT(*) AS BIGINT) AS n, CAST(COALESCE(SUM(i.bytes), 0) AS BIGINT) AS b FROM \
             (SELECT v.bytes FROM videos v JOIN games g ON g.id = v.game \
              WHERE v.owner = $1 AND v.state <> 'waiting' AND g.deleted_at IS NOT NULL \
              UNION ALL SELECT bytes FROM renditions WHERE owner = $1 AND deleted_at IS NOT NULL) i) t, \
         (SELECT CAST(COUNT(*) AS BIGINT) AS n, CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS b FROM renditions WHERE owner = $1 AND deleted_at IS NULL) f, \
         (SELECT CAST(COUNT(*) AS BIGINT) AS n, CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS b FROM segments WHERE owner = $1) s, \
         (SELECT CAST(COUNT(*) AS BIGINT) AS n, CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS b FROM reel_music WHERE owner = $1) m",
    )
    .bind(owner.as_str())
    .fetch_one(db.pool())
    .await?;
    let held = |count: &str, bytes: &str| {
        Ok::<_, sqlx::Error>(Held { count: row.try_get(count)?, bytes: row.try_get(bytes)? })
    };
    Ok(Usage {
        recordings: held("recordings", "recording_bytes")?,
        renditions: held("renditions", "rendition_bytes")?,
        segments: held("segments", "segment_bytes")?,
        music: held("music", "music_bytes")?,
        trash: held("trashed", "trashed_bytes")?,
    })
}
