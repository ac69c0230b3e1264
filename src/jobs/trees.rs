//! Jobs that wait for others: a parent hands out children and is claimed again when they are done. Errors go up, cancels go
//! down. Every step can be taken again, so whoever dies in between loses nothing: the janitor settles all trees.
//!
//! A parent that waits is `processing` without a worker, under a lease that does not run out.

use super::{
    log::appended,
    store::{LEASE_MS, submit},
    types::{Job, NewJob, Progress},
};
use crate::{
    domain::ids::{AccountId, JobId},
    live::types::{Event, Topic},
    server::{
        db::{Db, now_ms, parsed},
        state::AppState,
    },
};
use sqlx::{AnyConnection, AssertSqlSafe};

/// Further than any clock: 9 · 10¹⁵ ms, exact in any JSON reader.
const NO_END: i64 = 9_000_000_000_000_000;
/// A parent whose children nobody takes looks again after so long: the machine that they were made for may be gone.
const LOOK_AGAIN_MS: i64 = 3 * LEASE_MS;

/// Hands out `children` and waits for them; whether the fence still held. Earlier children that ended well are cleared away; one
/// that failed ends the whole, however often that was begun meanwhile.
pub async fn wait(
    connection: &mut AnyConnection,
    job: &Job,
    children: &[NewJob],
    progress: Progress,
) -> Result<bool, sqlx::Error> {
    let now = now_ms();
    let done = sqlx::query(
        "UPDATE jobs SET worker = NULL, fence = fence + 1, lease_until = $1, stage = $2, total = $3, \
         done = CASE WHEN done > $4 THEN done ELSE $4 END, progress_at = $5, version = version + 1 \
         WHERE id = $6 AND fence = $7 AND state = 'processing' AND cancel_requested_at IS NULL",
    )
    .bind(NO_END)
    .bind(progress.stage)
    .bind(progress.total)
    .bind(progress.done)
    .bind(now)
    .bind(job.id.as_str())
    .bind(job.fence)
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("DELETE FROM jobs WHERE parent = $1 AND state IN ('complete', 'cancelled')")
        .bind(job.id.as_str())
        .execute(&mut *connection)
        .await?;
    // Those that wait for a machine of another kind are not wanted any more.
    if let Some(requires) = children.first().map(|child| child.requires.as_str()) {
        sqlx::query("DELETE FROM jobs WHERE parent = $1 AND state = 'pending' AND requires <> $2")
            .bind(job.id.as_str())
            .bind(requires)
            .execute(&mut *connection)
            .await?;
    }
    for child in children {
        submit(connection, child).await?;
    }
    Ok(true)
}

/// Takes back the children that nobody has begun: what they are is not wanted any more.
pub async fn drop_waiting(db: &Db, parent: &JobId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM jobs WHERE parent = $1 AND state = 'pending'")
        .bind(parent.as_str())
        .execute(db.pool())
        .await
        .map(drop)
}

/// A child moved to `stage`: its parent's row shows it.
pub async fn carry_up(db: &Db, parent: &JobId, stage: &str) -> Result<(), sqlx::Error> {
    // What is left to do is what its children have left; a whole that only waits for its sound says so.
    sqlx::query(
        "WITH rest AS (SELECT CAST(COALESCE(SUM(c.total - c.done), 0) AS BIGINT) AS frames, \
         COALESCE(SUM(CASE WHEN c.kind = 'segment' THEN 1 ELSE 0 END), 0) AS pictures \
         FROM jobs c WHERE c.parent = $1 AND c.state IN ('pending', 'processing')) \
         UPDATE jobs SET version = version + 1, progress_at = $2, \
         stage = CASE WHEN (SELECT pictures FROM rest) = 0 THEN 'sound' \
         WHEN total - (SELECT frames FROM rest) > 0 THEN 'render' ELSE $3 END, \
         done = CASE WHEN total - (SELECT frames FROM rest) > done THEN total - (SELECT frames FROM rest) ELSE done END \
         WHERE id = $1 AND state = 'processing' AND worker IS NULL",
    )
    .bind(parent.as_str())
    .bind(now_ms())
    .bind(stage)
    .execute(db.pool())
    .await
    .map(drop)
}

/// What [`settle`] did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Parents that ended because a child failed.
    pub failed: Vec<(AccountId, JobId)>,
    /// Running children that are to stop.
    pub stopping: u64,
    /// Parents that can go on.
    pub ready: u64,
}

/// Brings one tree (that of the parent `of`), or all of them, in order.
pub async fn settle_rows(db: &Db, of: Option<&JobId>) -> Result<Settled, sqlx::Error> {
    let now = now_ms();
    let of = of.map_or("", JobId::as_str);
    let of_child = |column: &str| {
        format!(
            "(SELECT c.{column} FROM jobs c WHERE c.parent = jobs.id AND c.state = 'error' \
             ORDER BY c.finished_at, c.id LIMIT 1)"
        )
    };
    let sql = format!(
        "UPDATE jobs SET state = 'error', finished_at = $1, lease_until = 0, version = version + 1, \
         error_code = {}, error_detail = {}, log_tail = {} \
         WHERE state = 'processing' AND worker IS NULL AND ($2 = '' OR id = $2) \
         AND EXISTS (SELECT 1 FROM jobs c WHERE c.parent = jobs.id AND c.state = 'error') RETURNING owner, id",
        of_child("error_code"),
        of_child("error_detail"),
        appended(&of_child("log_tail"))
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(now).bind(of).fetch_all(db.pool()).await?;
    let failed = rows.iter().map(|row| Ok((parsed(row, "owner")?, parsed(row, "id")?)));
    let failed = failed.collect::<Result<_, sqlx::Error>>()?;
    let ended = "AND parent IN (SELECT p.id FROM jobs p WHERE p.state NOT IN ('pending', 'processing') \
                 AND ($2 = '' OR p.id = $2))";
    let sql = format!(
        "UPDATE jobs SET state = 'cancelled', finished_at = $1, version = version + 1 WHERE state = 'pending' {ended}"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(now).bind(of).execute(db.pool()).await?;
    let sql = format!(
        "UPDATE jobs SET cancel_requested_at = $1, version = version + 1 \
         WHERE state = 'processing' AND cancel_requested_at IS NULL {ended}"
    );
    let stopping = sqlx::query(AssertSqlSafe(sql)).bind(now).bind(of).execute(db.pool()).await?.rows_affected();
    let ready = sqlx::query(
        "UPDATE jobs SET lease_until = 0, version = version + 1 \
         WHERE state = 'processing' AND worker IS NULL AND lease_until > $1 AND ($2 = '' OR id = $2) \
         AND (NOT EXISTS (SELECT 1 FROM jobs c WHERE c.parent = jobs.id AND c.state IN ('pending', 'processing')) \
         OR (progress_at < $3 AND NOT EXISTS (SELECT 1 FROM jobs c WHERE c.parent = jobs.id AND c.state = 'processing')))",
    )
    .bind(now)
    .bind(of)
    .bind(now - LOOK_AGAIN_MS)
    .execute(db.pool())
    .await?
    .rows_affected();
    Ok(Settled { failed, stopping, ready })
}

/// Brings trees in order, and tells whom it concerns.
pub async fn settle(app: &AppState, of: Option<&JobId>) -> Result<(), sqlx::Error> {
    let settled = settle_rows(&app.db, of).await?;
    for (owner, parent) in &settled.failed {
        super::kinds::tell_export(app, owner, parent).await;
        app.hub.send(owner, Event::Changed { topic: Topic::Exports });
    }
    if settled.stopping > 0 {
        app.wake.cancels();
    }
    if settled.ready > 0 {
        app.wake.jobs();
    }
    Ok(())
}

/// Children of parents that ended before `before` (milliseconds): nobody asks for them any more.
pub async fn forget(db: &Db, before: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM jobs WHERE parent IN (SELECT p.id FROM jobs p WHERE p.finished_at < $1) \
         AND state NOT IN ('pending', 'processing')",
    )
    .bind(before)
    .execute(db.pool())
    .await
    .map(drop)
}
