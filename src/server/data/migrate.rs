//! `touchline migrate-data --to FILE`: everything of this installation into the one that FILE configures, which is empty.
//! Objects first, each read back and compared; then all rows in one transaction, compared before its commit. Until then the
//! other installation has no row, and calling again goes on.

use super::{DataError, Moved, Teller, files::sum, tables};
use crate::{
    server::{
        config::Config,
        db::{Backend, Db, now_ms},
        start::{self, StoreAlone},
    },
    storage::{ObjectKey, ObjectStore, keys},
};
use sqlx::Row;
use std::{fs::File, path::Path, time::Duration};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// What came over.
#[derive(Debug, Default)]
pub struct Report {
    /// None when both use one store.
    pub objects: Option<Moved>,
    /// Rows by table.
    pub rows: Vec<(&'static str, u64)>,
}

pub async fn migrate(from: &Config, to: &Config, without_open_uploads: bool) -> Result<Report, DataError> {
    let one_store = from.storage.endpoint == to.storage.endpoint
        && from.storage.bucket == to.storage.bucket
        && (!from.storage.endpoint.is_empty() || from.data == to.data);
    if from.database_url() == to.database_url() {
        return Err(DataError::SamePlace(place(from)));
    }
    // Nobody works on either while this lives.
    let _locks = (lock(from)?, if from.data == to.data { None } else { lock(to)? });
    let source = start::open_database(from, Duration::ZERO).await?;
    let target = start::open_database(to, Duration::ZERO).await?;
    at_rest(&source, without_open_uploads).await?;
    if count(&target, "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM accounts").await? > 0 {
        return Err(DataError::NotEmpty(place(to)));
    }
    let objects = if one_store {
        None
    } else {
        let (here, there) = (StoreAlone::open(from, &source).await?, StoreAlone::open(to, &target).await?);
        Some(bring_objects(&here.store, &there.store, &to.data).await?)
    };
    let mut tx = target.begin_write().await?;
    let mut rows = Vec::new();
    for table in tables::TABLES {
        let sent = tables::copy(&source, &target, &mut tx, table).await?;
        let arrived = tables::sum(&target, &mut tx, table).await?;
        if sent != arrived {
            return Err(DataError::Differs(format!("{table}, {} rows of {}", arrived.rows, sent.rows)));
        }
        rows.push((table, sent.rows));
    }
    tx.commit().await?;
    Ok(Report { objects, rows })
}

/// A database as a person knows it; never its password.
fn place(config: &Config) -> String {
    match config.database.url.rsplit_once('@') {
        Some((_, server)) => server.to_owned(),
        None if config.database.url.is_empty() => config.data.display().to_string(),
        None => config.database.url.clone(),
    }
}

fn lock(config: &Config) -> Result<Option<File>, DataError> {
    let embedded = config.database.url.is_empty() || config.storage.endpoint.is_empty();
    Ok(if embedded { Some(start::lock_data(&config.data)?) } else { None })
}

async fn count(db: &Db, sql: &'static str) -> Result<i64, DataError> {
    Ok(sqlx::query(sql).fetch_one(db.pool()).await?.try_get("n")?)
}

async fn at_rest(db: &Db, without_open_uploads: bool) -> Result<(), DataError> {
    // The lock on the folder says it of an embedded one: leases that are left there are a dead process's.
    if db.backend() == Backend::Postgres {
        let sql = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM jobs WHERE state = 'processing' AND worker IS NOT NULL AND lease_until > $1";
        let running: i64 = sqlx::query(sql).bind(now_ms()).fetch_one(db.pool()).await?.try_get("n")?;
        if running > 0 {
            return Err(DataError::StillRunning(running));
        }
    }
    let open = count(db, "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM uploads WHERE state = 'open'").await?;
    if open > 0 && !without_open_uploads {
        return Err(DataError::OpenUploads(open));
    }
    Ok(())
}

async fn bring_objects(from: &ObjectStore, to: &ObjectStore, data: &Path) -> Result<Moved, DataError> {
    std::fs::create_dir_all(data).map_err(DataError::file(data))?;
    let scratch = TempDir::new_in(data).map_err(DataError::file(data))?;
    let all = from.list(keys::ROOT).await?;
    let mut moved = Moved::default();
    let mut teller = Teller::new(all.len());
    for object in all {
        // Deleted since the list was made: only a server could have done that, and none runs.
        let Some(about) = from.head(&object.key).await? else { continue };
        let sent = Fetched::of(from, &object.key, scratch.path()).await?;
        let there = to.head(&object.key).await?.is_some_and(|there| there.bytes == about.bytes);
        if there && Fetched::of(to, &object.key, scratch.path()).await?.sum == sent.sum {
            moved.kept += 1;
            teller.step(about.bytes);
            continue;
        }
        to.put_file(&object.key, &sent.path, &about.content_type).await?;
        let arrived = Fetched::of(to, &object.key, scratch.path()).await?;
        if arrived.sum != sent.sum {
            return Err(DataError::Differs(object.key.to_string()));
        }
        moved.files += 1;
        moved.bytes += about.bytes;
        teller.step(about.bytes);
    }
    Ok(moved)
}

/// An object as a file, with bytes and SHA-256.
struct Fetched {
    path: std::path::PathBuf,
    sum: (u64, String),
    /// A copy of a remote object goes with this value.
    _copy: Option<TempDir>,
}

impl Fetched {
    async fn of(store: &ObjectStore, key: &ObjectKey, scratch: &Path) -> Result<Self, DataError> {
        let cancel = CancellationToken::new();
        let (path, copy) = if store.is_embedded() {
            (store.materialise(key, &cancel).await?.path().to_owned(), None)
        } else {
            let folder = TempDir::new_in(scratch).map_err(DataError::file(scratch))?;
            let path = folder.path().join("object");
            store.download(key, &path, &cancel).await?;
            (path, Some(folder))
        };
        let read = path.clone();
        let summed = tokio::task::spawn_blocking(move || sum(&read)).await;
        let sum = summed.map_err(std::io::Error::other).and_then(|sum| sum).map_err(DataError::file(&path))?;
        Ok(Self { path, sum, _copy: copy })
    }
}
