//! SQL of exports and the renditions that they make.

use super::types::{Export, ExportKind, JobState};
use crate::{
    domain::{
        ids::{AccountId, ExportId, GameId, JobId, ReelId, RenditionId},
        plan::ExportPlan,
        preset::ExportSettings,
    },
    server::db::{Db, document, now_ms, parsed},
};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

/// How much of a log travels.
const LOG_BYTES: usize = 2_000;

/// `queued`: nobody is at it. `attempt`: the highest of its pieces'.
const EXPORT: &str = "SELECT e.id, e.name, e.reel, e.kind, e.settings, e.plan_sum, e.created_at, j.state, j.stage, j.done, j.total, j.error_code, \
                      j.error_detail, j.log_tail, j.version, j.started_at, j.finished_at, n.id AS rendition, \
                      CASE WHEN j.state = 'pending' OR (j.state = 'processing' AND j.worker IS NULL AND NOT EXISTS \
                      (SELECT 1 FROM jobs c WHERE c.parent = j.id AND c.state = 'processing')) THEN 1 ELSE 0 END AS queued, \
                      (SELECT MAX(a.attempt) FROM jobs a WHERE a.id = j.id OR a.parent = j.id) AS attempt FROM exports e \
                      JOIN jobs j ON j.id = e.job LEFT JOIN renditions n ON n.export = e.id AND n.deleted_at IS NULL ";

fn export(row: &AnyRow) -> Result<Export, sqlx::Error> {
    let optional = |column: &str| row.try_get::<Option<String>, _>(column);
    let (state, kind): (String, String) = (row.try_get("state")?, row.try_get("kind")?);
    Ok(Export {
        kind: ExportKind::ALL.into_iter().find(|known| known.code() == kind).unwrap_or_default(),
        id: parsed(row, "id")?,
        version: row.try_get("version")?,
        name: row.try_get("name")?,
        reel: optional("reel")?.and_then(|id| id.parse().ok()),
        settings: document(&row.try_get::<String, _>("settings")?)?,
        state: JobState::ALL
            .into_iter()
            .find(|known| known.code() == state)
            .ok_or_else(|| sqlx::Error::Decode(format!("unknown job state {state}").into()))?,
        stage: row.try_get("stage")?,
        queued: row.try_get::<i32, _>("queued")? == 1,
        done: row.try_get("done")?,
        total: row.try_get("total")?,
        attempt: row.try_get("attempt")?,
        error_code: optional("error_code")?,
        error: optional("error_detail")?,
        log: optional("log_tail")?.map(|log| last_of(&log)).filter(|log| !log.is_empty()),
        rendition: optional("rendition")?.and_then(|id| id.parse().ok()),
        plan_sum: row.try_get("plan_sum")?,
        created_at: row.try_get("created_at")?,
        started_at: row.try_get("started_at")?,
        finished_at: row.try_get("finished_at")?,
    })
}

/// The end of a log, from a line's beginning.
fn last_of(log: &str) -> String {
    let from = log.len().saturating_sub(LOG_BYTES);
    let from = (from..log.len()).find(|at| log.is_char_boundary(*at)).unwrap_or(log.len());
    let end = &log[from..];
    end.split_once('\n').filter(|_| from > 0).map_or(end, |(_, rest)| rest).trim().to_owned()
}

fn query(rest: &str) -> AssertSqlSafe<String> {
    // Only literals of this file are joined; values are always bound.
    AssertSqlSafe(format!("{EXPORT}{rest}"))
}

pub async fn get(db: &Db, owner: &AccountId, id: &ExportId) -> Result<Option<Export>, sqlx::Error> {
    let row = sqlx::query(query("WHERE e.id = $1 AND e.owner = $2"))
        .bind(id.as_str())
        .bind(owner.as_str())
        .fetch_optional(db.pool())
        .await?;
    row.as_ref().map(export).transpose()
}

/// Whether an export waits or runs.
pub async fn goes_on(db: &Db, id: &ExportId) -> Result<bool, sqlx::Error> {
    let row = sqlx::query(
        "SELECT j.id FROM exports e JOIN jobs j ON j.id = e.job WHERE e.id = $1 AND j.state IN ('pending', 'processing')",
    )
    .bind(id.as_str())
    .fetch_optional(db.pool())
    .await?;
    Ok(row.is_some())
}

pub async fn of_job(db: &Db, owner: &AccountId, job: &JobId) -> Result<Option<Export>, sqlx::Error> {
    let row = sqlx::query(query("WHERE e.job = $1 AND e.owner = $2"))
        .bind(job.as_str())
        .bind(owner.as_str())
        .fetch_optional(db.pool())
        .await?;
    row.as_ref().map(export).transpose()
}

pub async fn active(db: &Db, owner: &AccountId) -> Result<Vec<Export>, sqlx::Error> {
    let rows =
        sqlx::query(query("WHERE e.owner = $1 AND j.state IN ('pending', 'processing') ORDER BY e.created_at, e.id"))
            .bind(owner.as_str())
            .fetch_all(db.pool())
            .await?;
    rows.iter().map(export).collect()
}

pub async fn since(db: &Db, owner: &AccountId, since_ms: i64) -> Result<Vec<Export>, sqlx::Error> {
    let rows =
        sqlx::query(query("WHERE e.owner = $1 AND e.created_at >= $2 AND j.dismissed_at IS NULL ORDER BY e.created_at DESC, e.id DESC LIMIT 500"))
            .bind(owner.as_str())
            .bind(since_ms)
            .fetch_all(db.pool())
            .await?;
    rows.iter().map(export).collect()
}

/// Puts ended exports away; answers how many were there to be put away.
pub async fn dismiss(db: &Db, owner: &AccountId, ids: &[ExportId]) -> Result<u64, sqlx::Error> {
    let mut tx = db.begin_write().await?;
    let mut dismissed = 0;
    for id in ids {
        dismissed += sqlx::query(
            "UPDATE jobs SET dismissed_at = $1, version = version + 1 WHERE owner = $2 AND dismissed_at IS NULL \
             AND state NOT IN ('pending', 'processing') AND id IN (SELECT e.job FROM exports e WHERE e.id = $3)",
        )
        .bind(now_ms())
        .bind(owner.as_str())
        .bind(id.as_str())
        .execute(&mut *tx)
        .await?
        .rows_affected();
    }
    tx.commit().await?;
    Ok(dismissed)
}

/// The job of an export.
pub async fn job_of(db: &Db, owner: &AccountId, id: &ExportId) -> Result<Option<JobId>, sqlx::Error> {
    let row = sqlx::query("SELECT job FROM exports WHERE id = $1 AND owner = $2")
        .bind(id.as_str())
        .bind(owner.as_str())
        .fetch_optional(db.pool())
        .await?;
    row.map(|row| parsed(&row, "job")).transpose()
}

/// The export that stands for a job, within the transaction that submits it.
pub async fn id_of_job(connection: &mut AnyConnection, job: &JobId) -> Result<Option<ExportId>, sqlx::Error> {
    let row =
        sqlx::query("SELECT id FROM exports WHERE job = $1").bind(job.as_str()).fetch_optional(connection).await?;
    row.map(|row| parsed(&row, "id")).transpose()
}

/// What an export is made of, fixed at submit.
pub struct Submitted<'a> {
    pub id: &'a ExportId,
    pub reel: Option<&'a ReelId>,
    pub game: Option<&'a GameId>,
    pub kind: ExportKind,
    pub name: &'a str,
    pub settings: ExportSettings,
    pub plan: &'a ExportPlan,
    pub job: &'a JobId,
    /// What exports that were asked for together have in common.
    pub batch: Option<&'a str>,
}

pub async fn insert(connection: &mut AnyConnection, owner: &AccountId, new: &Submitted<'_>) -> Result<(), sqlx::Error> {
    let text = |json: serde_json::Result<String>| json.map_err(|error| sqlx::Error::Encode(error.into()));
    let (plan, settings) = (text(serde_json::to_string(new.plan))?, text(serde_json::to_string(&new.settings))?);
    sqlx::query(
        "INSERT INTO exports (id, owner, reel, game, name, kind, settings, plan, plan_sum, encoder, job, batch, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, $11, $12)",
    )
    .bind(new.id.as_str())
    .bind(owner.as_str())
    .bind(new.reel.map(ReelId::as_str))
    .bind(new.game.map(GameId::as_str))
    .bind(new.name)
    .bind(new.kind.code())
    .bind(settings)
    .bind(plan)
    .bind(new.plan.sum())
    .bind(new.job.as_str())
    .bind(new.batch)
    .bind(now_ms())
    .execute(connection)
    .await
    .map(drop)
}

/// The encoder that all pieces of the export are made with: `ours` when nobody has chosen yet.
pub async fn choose_encoder(db: &Db, id: &ExportId, ours: &str) -> Result<String, sqlx::Error> {
    let row = sqlx::query(
        "UPDATE exports SET encoder = CASE WHEN encoder = '' THEN $1 ELSE encoder END WHERE id = $2 RETURNING encoder",
    )
    .bind(ours)
    .bind(id.as_str())
    .fetch_one(db.pool())
    .await?;
    row.try_get("encoder")
}

pub async fn change_encoder(db: &Db, id: &ExportId, ours: &str) -> Result<(), sqlx::Error> {
    let query = sqlx::query("UPDATE exports SET encoder = $1 WHERE id = $2").bind(ours).bind(id.as_str());
    query.execute(db.pool()).await.map(drop)
}

/// What the renderer needs of an export.
pub struct ToRender {
    pub name: String,
    pub reel: Option<ReelId>,
    pub plan: ExportPlan,
}

pub async fn to_render(db: &Db, owner: &AccountId, id: &ExportId) -> Result<Option<ToRender>, sqlx::Error> {
    let row = sqlx::query("SELECT name, reel, plan FROM exports WHERE id = $1 AND owner = $2")
        .bind(id.as_str())
        .bind(owner.as_str())
        .fetch_optional(db.pool())
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(ToRender {
        name: row.try_get("name")?,
        reel: row.try_get::<Option<String>, _>("reel")?.and_then(|id| id.parse().ok()),
        plan: document(&row.try_get::<String, _>("plan")?)?,
    }))
}

/// A finished file, to be listed in the gallery.
pub struct NewRendition<'a> {
    pub id: &'a RenditionId,
    pub export: &'a ExportId,
    pub reel: Option<&'a ReelId>,
    pub name: &'a str,
    pub object_key: &'a str,
    pub poster_key: Option<&'a str>,
    pub bytes: i64,
    pub size: (u32, u32),
    pub frames: i64,
    pub duration_us: i64,
}

pub async fn insert_rendition(
    connection: &mut AnyConnection,
    owner: &AccountId,
    new: &NewRendition<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO renditions (id, owner, export, reel, name, object_key, poster_key, bytes, width, height, frames, \
         duration_us, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(new.id.as_str())
    .bind(owner.as_str())
    .bind(new.export.as_str())
    .bind(new.reel.map(ReelId::as_str))
    .bind(new.name)
    .bind(new.object_key)
    .bind(new.poster_key)
    .bind(new.bytes)
    .bind(i64::from(new.size.0))
    .bind(i64::from(new.size.1))
    .bind(new.frames)
    .bind(new.duration_us)
    .bind(now_ms())
    .execute(connection)
    .await
    .map(drop)
}

/// Objects that an attempt wrote and that no row will name: deleted by the sweep.
pub async fn doom(db: &Db, owner: &AccountId, keys: &[&str]) -> Result<(), sqlx::Error> {
    let mut tx = db.begin_write().await?;
    for key in keys {
        doom_in(&mut tx, owner, key).await?;
    }
    tx.commit().await
}

pub async fn doom_in(connection: &mut AnyConnection, owner: &AccountId, key: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO doomed_objects (object_key, owner, created_at) VALUES ($1, $2, $3) ON CONFLICT (object_key) DO NOTHING",
    )
    .bind(key)
    .bind(owner.as_str())
    .bind(now_ms())
    .execute(connection)
    .await
    .map(drop)
}
