//! SQL of jobs. Every write of a running job is guarded by its fence: who lost the lease changes nothing.

use super::{
    log::appended,
    types::{Job, Kind, Lane, NewJob, Progress},
};
use crate::{
    domain::ids::{AccountId, JobId},
    server::db::{Backend, Db, now_ms, parsed},
};
use sqlx::{Any, AnyConnection, AssertSqlSafe, Executor, Row};

/// How long a claim holds without a tick, in milliseconds.
pub const LEASE_MS: i64 = 20_000;
/// How often a job is tried before it ends as an error.
const MAX_ATTEMPTS: i64 = 5;

/// Puts a job into the queue, within the caller's transaction. Answers the job that waits or runs for the same request
/// when there is one.
pub async fn submit(connection: &mut AnyConnection, new: &NewJob) -> Result<JobId, sqlx::Error> {
    let now = now_ms();
    let done = sqlx::query(
        "INSERT INTO jobs (id, owner, kind, subject, request_hash, priority, max_attempts, state, created_at, parent, \
         requires, total) VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9, $10, $11) \
         ON CONFLICT (owner, request_hash) WHERE state IN ('pending', 'processing') DO NOTHING",
    )
    .bind(new.id.as_str())
    .bind(new.owner.as_str())
    .bind(new.kind.code())
    .bind(&new.subject)
    .bind(&new.request_hash)
    .bind(new.kind.priority())
    .bind(MAX_ATTEMPTS)
    .bind(now)
    .bind(new.parent.as_ref().map(JobId::as_str))
    .bind(&new.requires)
    .bind(new.total)
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 1 {
        return Ok(new.id.clone());
    }
    let row = sqlx::query(
        "SELECT id FROM jobs WHERE owner = $1 AND request_hash = $2 AND state IN ('pending', 'processing')",
    )
    .bind(new.owner.as_str())
    .bind(&new.request_hash)
    .fetch_one(connection)
    .await?;
    parsed(&row, "id")
}

/// The next job that is due, or one whose lease ran out; nobody else gets it. `able`: what this worker is, for jobs that
/// require it.
pub async fn claim(db: &Db, worker: &str, able: &str, lane: Lane) -> Result<Option<Job>, sqlx::Error> {
    let lock = match db.backend() {
        Backend::Sqlite => "",
        Backend::Postgres => "FOR UPDATE SKIP LOCKED",
    };
    let kinds = match lane {
        Lane::All => "",
        Lane::Here => "AND q.kind <> 'segment'",
        Lane::Elsewhere => "AND q.kind = 'segment'",
    };
    // Fair between owners: who has fewer jobs running goes first. An attempt that died after it came further than any
    // before is not charged: machines that die never use up a job that moves, and one that kills its worker each time at the
    // same place still ends. Nor is it charged to go on after waiting for children: such a row has no worker.
    let sql = format!(
        "UPDATE jobs SET attempt = CASE WHEN state = 'processing' AND (worker IS NULL OR done > done_before) THEN attempt ELSE attempt + 1 END, \
         state = 'processing', fence = fence + 1, worker = $1, lease_until = $2, \
         done_before = CASE WHEN done > done_before THEN done ELSE done_before END, started_at = COALESCE(started_at, $3), progress_at = $3, version = version + 1 \
         WHERE id = (SELECT q.id FROM jobs q WHERE q.cancel_requested_at IS NULL AND q.requires IN ('', $4) {kinds} \
         AND (q.attempt < q.max_attempts OR (q.state = 'processing' AND (q.worker IS NULL OR q.done > q.done_before))) AND \
         ((q.state = 'pending' AND q.run_after <= $3) OR (q.state = 'processing' AND q.lease_until < $3)) \
         ORDER BY q.priority, \
         (SELECT COUNT(*) FROM jobs r WHERE r.owner = q.owner AND r.state = 'processing' AND r.lease_until >= $3 \
         AND r.worker IS NOT NULL), \
         q.created_at, q.id LIMIT 1 {lock}) \
         RETURNING id, owner, kind, subject, parent, requires, attempt, max_attempts, fence"
    );
    let now = now_ms();
    let mut tx = db.begin_write().await?;
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(worker)
        .bind(now + LEASE_MS)
        .bind(now)
        .bind(able)
        .fetch_optional(&mut *tx)
        .await?;
    tx.commit().await?;
    let Some(row) = row else { return Ok(None) };
    let kind: String = row.try_get("kind")?;
    Ok(Some(Job {
        id: parsed(&row, "id")?,
        owner: parsed(&row, "owner")?,
        kind: Kind::from_code(&kind).ok_or_else(|| sqlx::Error::Decode(format!("unknown job kind {kind}").into()))?,
        subject: row.try_get("subject")?,
        parent: row.try_get::<Option<String>, _>("parent")?.and_then(|id| id.parse().ok()),
        requires: row.try_get("requires")?,
        attempt: row.try_get("attempt")?,
        max_attempts: row.try_get("max_attempts")?,
        fence: row.try_get("fence")?,
    }))
}

/// What a tick learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticked {
    GoOn,
    Cancelled,
    /// The lease is another worker's by now.
    Lost,
}

/// Writes progress and renews the lease. What was done once counts: after a crash the bar stands until the work has come as
/// far again.
pub async fn tick(db: &Db, job: &Job, progress: Progress, moved: bool) -> Result<Ticked, sqlx::Error> {
    let now = now_ms();
    let row = sqlx::query(
        "UPDATE jobs SET stage = $1, done = CASE WHEN done > $2 THEN done ELSE $2 END, total = $3, lease_until = $4, version = version + 1, \
         progress_at = CASE WHEN $5 = 1 THEN $6 ELSE progress_at END \
         WHERE id = $7 AND fence = $8 AND state = 'processing' RETURNING cancel_requested_at",
    )
    .bind(progress.stage)
    .bind(progress.done)
    .bind(progress.total)
    .bind(now + LEASE_MS)
    .bind(i64::from(moved))
    .bind(now)
    .bind(job.id.as_str())
    .bind(job.fence)
    .fetch_optional(db.pool())
    .await?;
    Ok(match row {
        None => Ticked::Lost,
        Some(row) if row.try_get::<Option<i64>, _>("cancel_requested_at")?.is_some() => Ticked::Cancelled,
        Some(_) => Ticked::GoOn,
    })
}

/// Ends the job well, in the transaction that also publishes its result; whether the fence still held.
pub async fn complete<'e, E: Executor<'e, Database = Any>>(
    executor: E,
    job: &Job,
    output: Option<&str>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE jobs SET state = 'complete', done = total, output = $1, finished_at = $2, lease_until = 0, \
         error_code = NULL, error_detail = NULL, log_tail = NULL, \
         version = version + 1 WHERE id = $3 AND fence = $4 AND state = 'processing' AND cancel_requested_at IS NULL",
    )
    .bind(output)
    .bind(now_ms())
    .bind(job.id.as_str())
    .bind(job.fence)
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How a job that did not finish is written down.
#[derive(Debug, Clone, Copy)]
pub enum Ending<'a> {
    Error {
        code: &'a str,
        message: &'a str,
        log: &'a str,
    },
    Cancelled,
    /// Waits until then and is tried again.
    Again {
        run_after: i64,
        code: &'a str,
        message: &'a str,
        log: &'a str,
    },
    /// The process stops: back into the queue, the attempt not counted.
    Released,
}

pub async fn end(db: &Db, job: &Job, ending: Ending<'_>) -> Result<bool, sqlx::Error> {
    let now = now_ms();
    let (state, run_after, code, message, log, finished, uncharged) = match ending {
        Ending::Error { code, message, log } => ("error", 0, Some(code), Some(message), Some(log), Some(now), 0),
        Ending::Cancelled => ("cancelled", 0, None, None, None, Some(now), 0),
        Ending::Again { run_after, code, message, log } => {
            ("pending", run_after, Some(code), Some(message), Some(log), None, 0)
        }
        Ending::Released => ("pending", 0, None, None, None, None, 1),
    };
    let sql = format!(
        "UPDATE jobs SET state = $1, run_after = $2, error_code = $3, error_detail = $4, log_tail = {}, finished_at = $6, \
         attempt = attempt - $7, lease_until = 0, worker = NULL, version = version + 1 \
         WHERE id = $8 AND fence = $9 AND state = 'processing'",
        appended("CAST($5 AS TEXT)")
    );
    let done = sqlx::query(AssertSqlSafe(sql))
        .bind(state)
        .bind(run_after)
        .bind(code)
        .bind(message)
        .bind(log)
        .bind(finished)
        .bind(i64::from(uncharged))
        .bind(job.id.as_str())
        .bind(job.fence)
        .execute(db.pool())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Asks a job to stop. One that waits, for its turn or for its children, ends at once; a running one ends when its worker
/// hears of it. Its children are `trees::settle`'s.
pub async fn request_cancel(db: &Db, owner: &AccountId, id: &JobId) -> Result<(), sqlx::Error> {
    let now = now_ms();
    sqlx::query(
        "UPDATE jobs SET cancel_requested_at = COALESCE(cancel_requested_at, $1), version = version + 1, \
         finished_at = CASE WHEN state = 'pending' OR worker IS NULL THEN $1 ELSE finished_at END, \
         state = CASE WHEN state = 'pending' OR worker IS NULL THEN 'cancelled' ELSE state END \
         WHERE id = $2 AND owner = $3 AND state IN ('pending', 'processing')",
    )
    .bind(now)
    .bind(id.as_str())
    .bind(owner.as_str())
    .execute(db.pool())
    .await
    .map(drop)
}

/// At boot: this folder has one server only, so every lease that is left is a dead process's. Who waits for children goes on
/// waiting: one of them may have died for the last time.
pub async fn release_all(db: &Db) -> Result<u64, sqlx::Error> {
    let sql =
        "UPDATE jobs SET lease_until = 0, version = version + 1 WHERE state = 'processing' AND worker IS NOT NULL";
    Ok(sqlx::query(sql).execute(db.pool()).await?.rows_affected())
}

/// Jobs that nobody will claim again: every attempt died, or a cancel came while nobody was there to hear it.
/// Answers the owners whose jobs ended.
pub async fn end_abandoned(db: &Db) -> Result<Vec<(AccountId, JobId)>, sqlx::Error> {
    let now = now_ms();
    let rows = sqlx::query(
        "UPDATE jobs SET finished_at = $1, version = version + 1, \
         state = CASE WHEN cancel_requested_at IS NULL THEN 'error' ELSE 'cancelled' END, \
         error_code = CASE WHEN cancel_requested_at IS NULL THEN 'crash_loop' ELSE error_code END, \
         error_detail = CASE WHEN cancel_requested_at IS NULL \
         THEN 'The work stopped the server each time it was tried. Try another video, or look at the log.' \
         ELSE error_detail END \
         WHERE state = 'processing' AND lease_until < $1 AND ((attempt >= max_attempts AND done <= done_before AND worker IS NOT NULL) \
         OR cancel_requested_at IS NOT NULL) \
         RETURNING owner, id",
    )
    .bind(now)
    .fetch_all(db.pool())
    .await?;
    rows.iter().map(|row| Ok((parsed(row, "owner")?, parsed(row, "id")?))).collect()
}

/// Running jobs whose work has not moved for so long, though their worker ticks.
pub async fn is_stalled(db: &Db, job: &Job, longest_ms: i64) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("SELECT progress_at FROM jobs WHERE id = $1")
        .bind(job.id.as_str())
        .fetch_optional(db.pool())
        .await?;
    let moved = row.map(|row| row.try_get::<Option<i64>, _>("progress_at")).transpose()?.flatten();
    Ok(moved.is_some_and(|moved| now_ms() - moved > longest_ms))
}

/// Puts an ended job back into the queue with fresh attempts, without what its children left behind; whether it had ended
/// badly.
pub async fn retry(db: &Db, owner: &AccountId, id: &JobId) -> Result<bool, sqlx::Error> {
    let mut tx = db.begin_write().await?;
    let done = sqlx::query(
        "UPDATE jobs SET state = 'pending', attempt = 0, run_after = 0, cancel_requested_at = NULL, error_code = NULL, \
         error_detail = NULL, log_tail = NULL, stage = '', done = 0, done_before = 0, started_at = NULL, finished_at = NULL, \
         dismissed_at = NULL, version = version + 1 WHERE id = $1 AND owner = $2 AND state IN ('error', 'cancelled') \
         AND NOT EXISTS (SELECT 1 FROM jobs r WHERE r.owner = jobs.owner AND r.request_hash = jobs.request_hash \
         AND r.state IN ('pending', 'processing'))",
    )
    .bind(id.as_str())
    .bind(owner.as_str())
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("DELETE FROM jobs WHERE parent = $1 AND state NOT IN ('pending', 'processing')")
        .bind(id.as_str())
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(true)
}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Jobs that could run now.
    pub due: i64,
    /// How long the oldest of them has waited, in milliseconds.
    pub oldest_ms: i64,
}

pub async fn queue(db: &Db) -> Result<Queue, sqlx::Error> {
    let now = now_ms();
    let row = sqlx::query(
        "SELECT CAST(COUNT(*) AS BIGINT) AS due, \
         CAST(MIN(CASE WHEN run_after > created_at THEN run_after ELSE created_at END) AS BIGINT) AS since \
         FROM jobs WHERE state = 'pending' AND run_after <= $1",
    )
    .bind(now)
    .fetch_one(db.pool())
    .await?;
    let since: Option<i64> = row.try_get("since")?;
    Ok(Queue { due: row.try_get("due")?, oldest_ms: since.map_or(0, |since| (now - since).max(0)) })
}
