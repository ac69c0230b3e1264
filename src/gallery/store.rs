//! SQL of the gallery.

use crate::{
    domain::{
        ids::{AccountId, ReelId, RenditionId},
        time::Micros,
    },
    exports::types::ExportKind,
    server::db::{Db, now_ms, parsed, set_deleted},
};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

/// A rendition's row.
#[derive(Debug, Clone)]
pub struct RenditionRow {
    pub id: RenditionId,
    pub name: String,
    pub reel: Option<ReelId>,
    pub kind: ExportKind,
    pub batch: Option<String>,
    pub object_key: String,
    pub poster_key: Option<String>,
    pub bytes: i64,
    pub width: i64,
    pub height: i64,
    pub duration: Micros,
    pub created_at: i64,
}

fn rendition(row: &AnyRow) -> Result<RenditionRow, sqlx::Error> {
    Ok(RenditionRow {
        id: parsed(row, "id")?,
        name: row.try_get("name")?,
        reel: row.try_get::<Option<String>, _>("reel")?.and_then(|id| id.parse().ok()),
        kind: kind_of(row.try_get::<Option<String>, _>("kind")?.as_deref()),
        batch: row.try_get("batch")?,
        object_key: row.try_get("object_key")?,
        poster_key: row.try_get("poster_key")?,
        bytes: row.try_get("bytes")?,
        width: row.try_get("width")?,
        height: row.try_get("height")?,
        duration: Micros(row.try_get("duration_us")?),
        created_at: row.try_get("created_at")?,
    })
}

const RENDITION: &str = "SELECT r.*, e.kind, e.batch FROM renditions r LEFT JOIN exports e ON e.id = r.export ";

fn query(rest: &str) -> AssertSqlSafe<String> {
    // Only literals of this file are joined; values are always bound.
    AssertSqlSafe(format!("{RENDITION}{rest}"))
}

fn kind_of(code: Option<&str>) -> ExportKind {
    ExportKind::ALL.into_iter().find(|kind| Some(kind.code()) == code).unwrap_or_default()
}

/// Files that were made together, by name.
pub async fn of_batch(db: &Db, owner: &AccountId, batch: &str) -> Result<Vec<RenditionRow>, sqlx::Error> {
    let rows = sqlx::query(query("WHERE r.owner = $1 AND e.batch = $2 AND r.deleted_at IS NULL ORDER BY r.name, r.id"))
        .bind(owner.as_str())
        .bind(batch)
        .fetch_all(db.pool())
        .await?;
    rows.iter().map(rendition).collect()
}

pub async fn list(db: &Db, owner: &AccountId) -> Result<Vec<RenditionRow>, sqlx::Error> {
    let rows = sqlx::query(query(
        "WHERE r.owner = $1 AND r.deleted_at IS NULL ORDER BY r.created_at DESC, r.id DESC LIMIT 500",
    ))
    .bind(owner.as_str())
    .fetch_all(db.pool())
    .await?;
    rows.iter().map(rendition).collect()
}

pub async fn get(db: &Db, owner: &AccountId, id: &RenditionId) -> Result<Option<RenditionRow>, sqlx::Error> {
    find(db, owner, id, "WHERE r.id = $1 AND r.owner = $2 AND r.deleted_at IS NULL").await
}

async fn find(db: &Db, owner: &AccountId, id: &RenditionId, which: &str) -> Result<Option<RenditionRow>, sqlx::Error> {
    let row = sqlx::query(query(which)).bind(id.as_str()).bind(owner.as_str()).fetch_optional(db.pool()).await?;
    row.as_ref().map(rendition).transpose()
}

/// Whether the file was there and is in the trash now.
pub async fn trash(db: &Db, owner: &AccountId, id: &RenditionId) -> Result<bool, sqlx::Error> {
    set_deleted(db, "renditions", owner, id.as_str(), Some(now_ms())).await
}

/// Whether it came back.
pub async fn restore(db: &Db, owner: &AccountId, id: &RenditionId) -> Result<bool, sqlx::Error> {
    set_deleted(db, "renditions", owner, id.as_str(), None).await
}

/// The files in the trash, the last one first, with when they came there (milliseconds).
pub async fn trashed(db: &Db, owner: &AccountId) -> Result<Vec<(RenditionRow, i64)>, sqlx::Error> {
    let rows = sqlx::query(query("WHERE r.owner = $1 AND r.deleted_at IS NOT NULL ORDER BY r.deleted_at DESC, r.id"))
        .bind(owner.as_str())
        .fetch_all(db.pool())
        .await?;
    rows.iter().map(|row| Ok((rendition(row)?, row.try_get("deleted_at")?))).collect()
}

/// Deletes what is in the trash for good: the row, and its objects are doomed, in one transaction.
pub async fn delete(db: &Db, owner: &AccountId, id: &RenditionId) -> Result<bool, sqlx::Error> {
    let Some(row) = find(db, owner, id, "WHERE r.id = $1 AND r.owner = $2 AND r.deleted_at IS NOT NULL").await? else {
        return Ok(false);
    };
    let mut tx = db.begin_write().await?;
    for key in std::iter::once(&row.object_key).chain(&row.poster_key) {
        sqlx::query(
            "INSERT INTO doomed_objects (object_key, owner, created_at) VALUES ($1, $2, $3) ON CONFLICT (object_key) DO NOTHING",
        )
        .bind(key)
        .bind(owner.as_str())
        .bind(now_ms())
        .execute(&mut *tx)
        .await?;
    }
    let done = sqlx::query("DELETE FROM renditions WHERE id = $1 AND owner = $2 AND deleted_at IS NOT NULL")
        .bind(row.id.as_str())
        .bind(owner.as_str())
        .execute(&mut *tx)
        .await?;
    let is_gone = done.rows_affected() == 1;
    // Brought back meanwhile: nothing of it is doomed.
    if is_gone {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(is_gone)
}
