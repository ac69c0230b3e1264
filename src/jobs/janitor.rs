//! Cleans up: jobs that nobody will claim again, objects that no row points to, work folders of ended exports.

use super::store;
use crate::{
    clips,
    domain::ids::ExportId,
    exports,
    live::types::{Event, Topic},
    server::{
        db::{Db, now_ms},
        state::AppState,
    },
    storage::ObjectKey,
};
use sqlx::Row;
use std::{io, time::Duration};

const ROUND: Duration = Duration::from_secs(5);
const OBJECTS_A_ROUND: i64 = 100;
/// How long the finished pieces of a failed export wait for its retry: a day.
const KEEP_FAILED_MS: i64 = 24 * 3_600_000;
/// How long a deleted clip can be brought back: 30 days.
const KEEP_DELETED_MS: i64 = 30 * 24 * 3_600_000;

pub async fn run(app: AppState) {
    loop {
        match store::end_abandoned(&app.db).await {
            Ok(ended) => {
                for (owner, _) in ended {
                    app.hub.send(&owner, Event::Changed { topic: Topic::Exports });
                }
            }
            Err(error) => tracing::warn!(error = %error, "janitor.jobs_failed"),
        }
        if let Err(error) = sweep_folders(&app).await {
            tracing::warn!(error = %error, "janitor.folders_failed");
        }
        if let Err(error) = clips::store::purge(&app.db, now_ms() - KEEP_DELETED_MS).await {
            tracing::warn!(error = %error, "janitor.clips_failed");
        }
        if let Err(error) = sweep(&app).await {
            tracing::warn!(error = %error, "janitor.sweep_failed");
        }
        tokio::select! {
            () = app.stop.cancelled() => return,
            () = app.wake.for_sweep() => {}
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}

/// Deletes doomed objects; one that cannot be deleted now stays doomed.
async fn sweep(app: &AppState) -> Result<(), sqlx::Error> {
    for text in doomed(&app.db).await? {
        let gone = match text.parse::<ObjectKey>() {
            Ok(key) => app.store.delete(&key).await.is_ok(),
            Err(_) => true,
        };
        if gone {
            sqlx::query("DELETE FROM doomed_objects WHERE object_key = $1").bind(&text).execute(app.db.pool()).await?;
        }
    }
    Ok(())
}

/// Removes the work folders of exports that have ended: finished pieces are kept only for an export that goes on.
async fn sweep_folders(app: &AppState) -> io::Result<()> {
    let root = app.config.data.join("work");
    let mut folders = match tokio::fs::read_dir(&root).await {
        Ok(folders) => folders,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    while let Some(folder) = folders.next_entry().await? {
        let Ok(export) = folder.file_name().to_string_lossy().parse::<ExportId>() else { continue };
        // A failed one keeps its pieces for a retry for a while; nobody waits for those of a cancelled one.
        if !exports::store::may_go_on(&app.db, &export, now_ms() - KEEP_FAILED_MS).await.map_err(io::Error::other)? {
            tokio::fs::remove_dir_all(folder.path()).await?;
        }
    }
    Ok(())
}

async fn doomed(db: &Db) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query("SELECT object_key FROM doomed_objects ORDER BY created_at LIMIT $1")
        .bind(OBJECTS_A_ROUND)
        .fetch_all(db.pool())
        .await?;
    rows.iter().map(|row| row.try_get("object_key")).collect()
}
