//! SQL of accounts and sessions.

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
