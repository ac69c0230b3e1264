//! Cleans up: jobs that nobody will claim again, objects that no row points to, work folders of ended exports.

use super::{store, trees, types::NewJob};
use crate::{
    clips,
    domain::ids::ExportId,
    exports, gallery, games,
    live::types::{Event, Topic},
    reels,
    server::{
        db::{Db, expired, now_ms},
        state::AppState,
    },
    storage::ObjectKey,
    trash::types::TRASH_DAYS,
    videos,
};
use sqlx::Row;
use std::{io, time::Duration};

const ROUND: Duration = Duration::from_secs(5);
/// For adding a song.
const LONGEST_SONG: Duration = Duration::from_hours(6);
const OBJECTS_A_ROUND: i64 = 100;
/// A piece that was used so lately may be on its way into a file: half a day.
const SEGMENT_IN_USE_MS: i64 = 12 * 3_600_000;
/// How long the pieces' jobs of an export stay after its end: a day.
const KEEP_CHILDREN_MS: i64 = 24 * 3_600_000;
/// How long what was deleted can be brought back.
const KEEP_DELETED_MS: i64 = TRASH_DAYS * 24 * 3_600_000;

pub async fn run(app: AppState) {
    if let Err(error) = make_overviews(&app).await {
        tracing::warn!(error = %error, "janitor.overviews_failed");
    }
    loop {
        match store::end_abandoned(&app.db).await {
            Ok(ended) => {
                for (owner, _) in ended {
                    app.hub.send(&owner, Event::Changed { topic: Topic::Exports });
                }
            }
            Err(error) => tracing::warn!(error = %error, "janitor.jobs_failed"),
        }
        if let Err(error) = trees::settle(&app, None).await {
            tracing::warn!(error = %error, "janitor.trees_failed");
        }
        if let Err(error) = trees::forget(&app.db, now_ms() - KEEP_CHILDREN_MS).await {
            tracing::warn!(error = %error, "janitor.children_failed");
        }
        let (most, since) = (app.config.jobs.segments_bytes(), now_ms() - SEGMENT_IN_USE_MS);
        if let Err(error) = exports::segments::trim(&app.db, most, since).await {
            tracing::warn!(error = %error, "janitor.segments_failed");
        }
        if let Err(error) = sweep_folders(&app).await {
            tracing::warn!(error = %error, "janitor.folders_failed");
        }
        if let Err(error) = empty_trash(&app.db, now_ms() - KEEP_DELETED_MS).await {
            tracing::warn!(error = %error, "janitor.trash_failed");
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

/// Deletes for good what came to the trash before then (milliseconds).
async fn empty_trash(db: &Db, before: i64) -> Result<(), sqlx::Error> {
    for (owner, file) in expired(db, "renditions", before).await? {
        gallery::store::delete(db, &owner, &file).await?;
    }
    for (owner, reel) in expired(db, "reels", before).await? {
        reels::service::purge_of(db, &owner, &reel).await?;
    }
    for (owner, game) in expired(db, "games", before).await? {
        games::store::delete(db, &owner, &game).await?;
    }
    Ok(())
}

/// Recordings from before there were overviews, or copies that browsers play, get theirs.
async fn make_overviews(app: &AppState) -> Result<(), sqlx::Error> {
    for (owner, video, kind) in videos::store::without_overview(&app.db).await? {
        let mut tx = app.db.begin_write().await?;
        for job in NewJob::overview(&owner, &video).iter().filter(|job| job.kind.code() == kind) {
            store::submit(&mut tx, job).await?;
        }
        tx.commit().await?;
    }
    for (owner, video) in videos::store::without_proxy(&app.db).await? {
        let mut tx = app.db.begin_write().await?;
        store::submit(&mut tx, &NewJob::proxy(&owner, &video)).await?;
        tx.commit().await?;
    }
    app.wake.jobs();
    Ok(())
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

/// Removes the work folders of exports, proxies and songs that have ended.
async fn sweep_folders(app: &AppState) -> io::Result<()> {
    let root = app.config.data.join("work");
    let mut folders = match tokio::fs::read_dir(&root).await {
        Ok(folders) => folders,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    while let Some(folder) = folders.next_entry().await? {
        let name = folder.file_name().to_string_lossy().into_owned();
        if name.starts_with(super::scratch::MUSIC) {
            // Nobody adds a song for so long: its server was killed.
            let made = folder.metadata().await.and_then(|about| about.modified());
            let is_old = made.is_ok_and(|made| made.elapsed().unwrap_or_default() > LONGEST_SONG);
            if is_old && let Err(error) = tokio::fs::remove_dir_all(folder.path()).await {
                tracing::warn!(error = %error, "janitor.song_failed");
            }
            continue;
        }
        let goes_on = match name.strip_prefix(super::scratch::PROXY) {
            Some(video) => videos::store::proxy_goes_on(&app.db, video).await,
            None => match name.parse::<ExportId>() {
                Ok(export) => exports::store::goes_on(&app.db, &export).await,
                Err(_) => continue,
            },
        };
        if !goes_on.map_err(io::Error::other)? {
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
