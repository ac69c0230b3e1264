//! Frees what unfinished uploads hold: those that nobody went on with for days, and what a crash left at the store
//! without a row of ours. Recordings that arrived are never touched.

use super::{store, types::UploadState};
use crate::{
    live::types::{Event, Topic},
    server::{db::now_ms, state::AppState},
    storage::{StoreError, keys},
};
use std::time::Duration;

const ROUND: Duration = Duration::from_hours(1);
const DAY_MS: i64 = 24 * 3_600_000;
/// How old something without a row must be before it is taken for a leftover: longer than any upload takes to get its row.
const ORPHAN_MS: i64 = DAY_MS;

/// What one round freed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reaped {
    pub expired: usize,
    pub orphaned_uploads: usize,
    pub orphaned_objects: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum ReapError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Db(#[from] sqlx::Error),
}

/// Once an hour until the server stops.
pub async fn run(app: AppState) {
    loop {
        match round(&app, now_ms()).await {
            Ok(reaped) if reaped != Reaped::default() => tracing::info!(?reaped, "uploads.reaped"),
            Ok(_) => {}
            Err(error) => tracing::warn!(error = %error, "uploads.reaper_failed"),
        }
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}

/// One round, as if it were `now` (milliseconds).
pub async fn round(app: &AppState, now: i64) -> Result<Reaped, ReapError> {
    Ok(Reaped {
        expired: expired(app, now).await?,
        orphaned_uploads: orphaned_uploads(app, now).await?,
        orphaned_objects: orphaned_objects(app, now).await?,
    })
}

/// Uploads that nobody went on with; clips that were marked stay, and wait for the file.
async fn expired(app: &AppState, now: i64) -> Result<usize, ReapError> {
    let rows = store::idle_since(&app.db, now - app.config.uploads.expire_days * DAY_MS).await?;
    for (owner, row) in &rows {
        let Ok(key) = row.object_key.parse() else { continue };
        app.store.abort_multipart(&key, &row.store_upload).await?;
        let mut tx = app.db.begin_write().await?;
        store::end(&mut tx, owner, &row.id, UploadState::Aborted).await?;
        store::delete_waiting_video(&mut tx, owner, &row.video).await?;
        tx.commit().await?;
        app.hub.send(owner, Event::Changed { topic: Topic::Games });
    }
    Ok(rows.len())
}

/// Uploads at the store that have no row: the server died between the two.
async fn orphaned_uploads(app: &AppState, now: i64) -> Result<usize, ReapError> {
    let mut freed = 0;
    for upload in app.store.list_multiparts(keys::ROOT).await? {
        if upload.initiated_ms < now - ORPHAN_MS && !store::is_known(&app.db, &upload.upload).await? {
            app.store.abort_multipart(&upload.key, &upload.upload).await?;
            freed += 1;
        }
    }
    Ok(freed)
}

/// Finished reels and stills that no row points to. A recording without a row is never deleted by inference: a database
/// that was restored from yesterday's backup does not know today's recordings.
async fn orphaned_objects(app: &AppState, now: i64) -> Result<usize, ReapError> {
    let mut freed = 0;
    for object in app.store.list(keys::ROOT).await? {
        let is_derived = keys::is_derived(&object.key);
        if is_derived && object.modified_ms < now - ORPHAN_MS && !store::is_referenced(&app.db, &object.key).await? {
            app.store.delete(&object.key).await?;
            freed += 1;
        }
    }
    Ok(freed)
}
