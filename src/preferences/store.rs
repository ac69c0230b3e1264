//! SQL of preferences.

use super::types::Preferences;
use crate::{
    domain::ids::AccountId,
    server::db::{Db, document, now_ms},
};
use sqlx::Row;

/// As they were put; version 0 where they never were.
pub async fn get(db: &Db, owner: &AccountId) -> Result<Preferences, sqlx::Error> {
    let row = sqlx::query("SELECT version, document FROM preferences WHERE owner = $1")
        .bind(owner.as_str())
        .fetch_optional(db.pool())
        .await?;
    let Some(row) = row else { return Ok(Preferences::default()) };
    let preferences: Preferences = document(&row.try_get::<String, _>("document")?)?;
    Ok(Preferences { version: row.try_get("version")?, ..preferences })
}

/// Whether they were still of the version that the change is based on.
pub async fn put(db: &Db, owner: &AccountId, new: &Preferences) -> Result<bool, sqlx::Error> {
    let text = serde_json::to_string(new).map_err(|error| sqlx::Error::Encode(error.into()))?;
    // A first row is one only while there is none; a later one only while it is the one that was read.
    let sql = if new.version == 0 {
        "INSERT INTO preferences (owner, version, document, updated_at) VALUES ($1, $2 + 1, $3, $4) ON CONFLICT (owner) DO NOTHING"
    } else {
        "UPDATE preferences SET version = version + 1, document = $3, updated_at = $4 WHERE owner = $1 AND version = $2"
    };
    let done =
        sqlx::query(sql).bind(owner.as_str()).bind(new.version).bind(text).bind(now_ms()).execute(db.pool()).await?;
    Ok(done.rows_affected() == 1)
}
