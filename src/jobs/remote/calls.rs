//! SQL of calls: what was ordered elsewhere, and what was last heard of it.

use super::message::{Stage, Word};
use crate::{
    domain::ids::{AccountId, JobId},
    jobs::types::Job,
    server::db::{Db, now_ms, parsed},
};
use sqlx::{AssertSqlSafe, Row};

#[derive(Clone)]
pub struct CallRow {
    pub owner: AccountId,
    pub call: String,
    pub runner_call: String,
    pub secret: String,
    pub object_key: String,
    pub stage: Stage,
    pub done: i64,
    pub bytes: i64,
    pub error_code: Option<String>,
    pub heard_at: i64,
}

pub async fn get(db: &Db, job: &JobId) -> Result<Option<CallRow>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT owner, call, runner_call, secret, object_key, stage, done, bytes, error_code, heard_at \
         FROM remote_calls WHERE job = $1",
    )
    .bind(job.as_str())
    .fetch_optional(db.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let stage: String = row.try_get("stage")?;
    Ok(Some(CallRow {
        owner: parsed(&row, "owner")?,
        call: row.try_get("call")?,
        runner_call: row.try_get("runner_call")?,
        secret: row.try_get("secret")?,
        object_key: row.try_get("object_key")?,
        stage: Stage::from_code(&stage)
            .ok_or_else(|| sqlx::Error::Decode(format!("unknown stage {stage} of a call").into()))?,
        done: row.try_get("done")?,
        bytes: row.try_get("bytes")?,
        error_code: row.try_get("error_code")?,
        heard_at: row.try_get("heard_at")?,
    }))
}

/// A new call, before anybody is asked.
pub async fn begin(db: &Db, job: &JobId, new: &CallRow) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO remote_calls (job, owner, call, secret, object_key, heard_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(job.as_str())
    .bind(new.owner.as_str())
    .bind(&new.call)
    .bind(&new.secret)
    .bind(&new.object_key)
    .bind(new.heard_at)
    .execute(db.pool())
    .await
    .map(drop)
}

/// The runner took it.
pub async fn taken(db: &Db, call: &str, runner_call: &str) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE remote_calls SET runner_call = $1, heard_at = $2 WHERE call = $3")
        .bind(runner_call)
        .bind(now_ms())
        .bind(call)
        .execute(db.pool())
        .await
        .map(drop)
}

/// Writes down what was said, when it is newer than what was heard before; what has ended stays so.
pub async fn heard(db: &Db, word: &Word) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE remote_calls SET seq = $1, stage = $2, done = $3, bytes = $4, error_code = $5, heard_at = $6 \
         WHERE call = $7 AND seq < $1 AND stage NOT IN ('done', 'failed')",
    )
    .bind(word.seq)
    .bind(word.stage.code())
    .bind(word.done)
    .bind(word.bytes)
    .bind(word.error_code.as_deref())
    .bind(now_ms())
    .bind(&word.call)
    .execute(db.pool())
    .await
    .map(drop)
}

/// Asked, the runner says that it is at it.
pub async fn lives(db: &Db, call: &str) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE remote_calls SET heard_at = $1 WHERE call = $2")
        .bind(now_ms())
        .bind(call)
        .execute(db.pool())
        .await
        .map(drop)
}

/// Whether anybody still waits for the job's piece.
pub async fn is_wanted(db: &Db, job: &JobId) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "SELECT id FROM jobs WHERE id = $1 AND state IN ('pending', 'processing') AND cancel_requested_at IS NULL",
    )
    .bind(job.as_str())
    .fetch_optional(db.pool())
    .await?;
    Ok(row.is_some())
}

/// Whether the job is still this claim's: who lost the lease leaves its call alone.
pub async fn is_ours(db: &Db, job: &Job) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("SELECT id FROM jobs WHERE id = $1 AND fence = $2")
        .bind(job.id.as_str())
        .bind(job.fence)
        .fetch_optional(db.pool())
        .await?;
    Ok(row.is_some())
}

/// Forgets the call of a job that is ours. Its object is swept unless a piece has it by now: the runner may still write it.
pub async fn forget(db: &Db, job: &Job, call: &str) -> Result<(), sqlx::Error> {
    let mut tx = db.begin_write().await?;
    let ours = "c.call = $1 AND EXISTS (SELECT 1 FROM jobs j WHERE j.id = c.job AND j.fence = $2)";
    let doom = format!(
        "INSERT INTO doomed_objects (object_key, owner, created_at) SELECT c.object_key, c.owner, $3 FROM remote_calls c \
         WHERE {ours} AND NOT EXISTS (SELECT 1 FROM segments s WHERE s.object_key = c.object_key) \
         ON CONFLICT (object_key) DO NOTHING"
    );
    let now = now_ms();
    sqlx::query(AssertSqlSafe(doom)).bind(call).bind(job.fence).bind(now).execute(&mut *tx).await?;
    let delete = format!("DELETE FROM remote_calls WHERE call IN (SELECT c.call FROM remote_calls c WHERE {ours})");
    sqlx::query(AssertSqlSafe(delete)).bind(call).bind(job.fence).execute(&mut *tx).await?;
    tx.commit().await
}
