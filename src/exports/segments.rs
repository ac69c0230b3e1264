//! SQL of finished pieces, by content: what was rendered once is not rendered again. The first commit wins.

use super::store::doom_in;
use crate::{
    domain::ids::AccountId,
    server::db::{Db, now_ms, parsed},
};
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use std::collections::HashMap;

/// Placeholders in one statement.
const MOST_VALUES: usize = 500;

/// A finished piece, to be committed with its job.
pub struct NewSegment<'a> {
    pub hash: &'a str,
    pub object_key: &'a str,
    pub bytes: i64,
    pub frames: i64,
}

/// Object keys by hash, of those that are there; they count as used now.
pub async fn find(db: &Db, owner: &AccountId, hashes: &[String]) -> Result<HashMap<String, String>, sqlx::Error> {
    let mut found = HashMap::new();
    for some in hashes.chunks(MOST_VALUES) {
        let places: Vec<String> = (0..some.len()).map(|at| format!("${}", at + 3)).collect();
        // Only placeholders are joined.
        let sql = format!(
            "UPDATE segments SET last_used_at = $1 WHERE owner = $2 AND hash IN ({}) RETURNING hash, object_key",
            places.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(now_ms()).bind(owner.as_str());
        for hash in some {
            query = query.bind(hash);
        }
        for row in query.fetch_all(db.pool()).await? {
            found.insert(row.try_get("hash")?, row.try_get("object_key")?);
        }
    }
    Ok(found)
}

/// Whether it was the first of its content; what comes second is swept.
pub async fn insert(
    connection: &mut AnyConnection,
    owner: &AccountId,
    new: &NewSegment<'_>,
) -> Result<bool, sqlx::Error> {
    let now = now_ms();
    let done = sqlx::query(
        "INSERT INTO segments (id, owner, hash, object_key, bytes, frames, created_at, last_used_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (owner, hash) DO NOTHING",
    )
    .bind(uuid::Uuid::now_v7().to_string())
    .bind(owner.as_str())
    .bind(new.hash)
    .bind(new.object_key)
    .bind(new.bytes)
    .bind(new.frames)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A piece that is damaged or gone: made anew next time.
pub async fn forget(db: &Db, owner: &AccountId, object_key: &str) -> Result<(), sqlx::Error> {
    let mut tx = db.begin_write().await?;
    let done = sqlx::query("DELETE FROM segments WHERE owner = $1 AND object_key = $2")
        .bind(owner.as_str())
        .bind(object_key)
        .execute(&mut *tx)
        .await?;
    if done.rows_affected() == 1 {
        doom_in(&mut tx, owner, object_key).await?;
    }
    tx.commit().await
}

/// Lets go of all pieces of an owner that were not used since `unused_since` (milliseconds); answers their bytes.
pub async fn free(db: &Db, owner: &AccountId, unused_since: i64) -> Result<i64, sqlx::Error> {
    let mut tx = db.begin_write().await?;
    sqlx::query(
        "INSERT INTO doomed_objects (object_key, owner, created_at) SELECT object_key, owner, CAST($1 AS BIGINT) FROM segments \
         WHERE owner = $2 AND last_used_at < $3 ON CONFLICT (object_key) DO NOTHING",
    )
    .bind(now_ms())
    .bind(owner.as_str())
    .bind(unused_since)
    .execute(&mut *tx)
    .await?;
    let rows = sqlx::query("DELETE FROM segments WHERE owner = $1 AND last_used_at < $2 RETURNING bytes")
        .bind(owner.as_str())
        .bind(unused_since)
        .fetch_all(&mut *tx)
        .await?;
    tx.commit().await?;
    rows.iter().map(|row| row.try_get::<i64, _>("bytes")).sum()
}

/// Lets go of what nobody has used since `unused_since` (milliseconds), longest unused first, until the pieces of the
/// installation hold at most `max_bytes`; answers how many went.
pub async fn trim(db: &Db, max_bytes: i64, unused_since: i64) -> Result<usize, sqlx::Error> {
    let row = sqlx::query("SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes FROM segments")
        .fetch_one(db.pool())
        .await?;
    let mut excess = row.try_get::<i64, _>("bytes")? - max_bytes;
    if excess <= 0 {
        return Ok(0);
    }
    let rows = sqlx::query(
        "SELECT owner, object_key, bytes FROM segments WHERE last_used_at < $1 ORDER BY last_used_at, id LIMIT 500",
    )
    .bind(unused_since)
    .fetch_all(db.pool())
    .await?;
    let mut gone = 0;
    for row in rows {
        if excess <= 0 {
            break;
        }
        forget(db, &parsed(&row, "owner")?, &row.try_get::<String, _>("object_key")?).await?;
        excess -= row.try_get::<i64, _>("bytes")?;
        gone += 1;
    }
    Ok(gone)
}
