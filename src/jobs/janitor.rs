//! Cleans up: jobs that nobody will claim again, objects that no row points to, work folders of ended exports.

use super::store;
use crate::{
    live::types::{Event, Topic},
    server::{db::Db, state::AppState},
    storage::ObjectKey,
};
use sqlx::Row;
use std::time::Duration;

const ROUND: Duration = Duration::from_secs(5);
const OBJECTS_A_ROUND: i64 = 100;

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

async fn doomed(db: &Db) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query("SELECT object_key FROM doomed_objects ORDER BY created_at LIMIT $1")
        .bind(OBJECTS_A_ROUND)
        .fetch_all(db.pool())
        .await?;
    rows.iter().map(|row| row.try_get("object_key")).collect()
}
