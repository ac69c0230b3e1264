//! `touchline backup FOLDER`: an embedded installation, while its server runs. A second backup into the same folder copies
//! only what is new.
//!
//! The database is copied as it is at one moment; then the files that this copy names. Files never change once they are an
//! object's. What was deleted in between is missing, so a newer copy of the database is taken, until nothing is.

use super::{
    DataError, Moved, Teller,
    files::{FILES, MANIFEST, Manifest, Stored, VERSION, copy, sum},
};
use crate::{
    server::{
        config::Config,
        db::{Db, now_ms},
    },
    storage,
};
use sqlx::Row;
use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    io,
    path::Path,
};

/// So often something may be deleted while it is being copied.
const ROUNDS: usize = 20;

pub async fn backup(config: &Config, to: &Path) -> Result<Moved, DataError> {
    if !config.database.url.is_empty() || !config.storage.endpoint.is_empty() {
        return Err(DataError::NotEmbedded);
    }
    let database = Db::embedded_file(&config.data);
    if !database.exists() {
        return Err(DataError::NothingThere(config.data.display().to_string()));
    }
    let files = to.join(FILES);
    fs::create_dir_all(&files).map_err(DataError::file(&files))?;
    let lock = File::create(to.join("backup.lock")).map_err(DataError::file(to))?;
    lock.try_lock().map_err(|error| DataError::File(to.display().to_string(), error.into()))?;
    // A folder without a readable manifest has nothing that could be relied on.
    let mut known: HashMap<String, Stored> = match Manifest::read(to) {
        Ok(before) => {
            before.files.into_iter().filter(|file| !file.open).map(|file| (file.name.clone(), file)).collect()
        }
        Err(_) => HashMap::new(),
    };
    let mut moved = Moved::default();
    let mut missing = None;
    for _ in 0..ROUNDS {
        let snapshot = snapshot(&database, to).await?;
        let named = named(&to.join(&snapshot)).await?;
        missing = bring(&config.data, &files, &named, &mut known, &mut moved)?;
        if missing.is_some() {
            fs::remove_file(to.join(&snapshot)).map_err(DataError::file(to))?;
            continue;
        }
        let (bytes, sha256) = sum(&to.join(&snapshot)).map_err(DataError::file(to))?;
        let database = Stored { name: snapshot, bytes, sha256, open: false };
        let files = named.iter().filter_map(|file| known.get(&file.name).cloned()).collect();
        let manifest = Manifest { version: VERSION, made_at: now_ms(), database, files };
        manifest.write(to).map_err(DataError::file(&to.join(MANIFEST)))?;
        clear(to, &manifest).map_err(DataError::file(to))?;
        return Ok(moved);
    }
    Err(DataError::Missing(missing.unwrap_or_default()))
}

/// A copy of the database as it is now, in a file of its own below `to`; answers its name.
async fn snapshot(database: &Path, to: &Path) -> Result<String, DataError> {
    let name = format!("touchline-{}.db", hex::encode(rand::random::<[u8; 8]>()));
    let db = Db::connect(&format!("sqlite://{}?mode=rw", database.display()), 1).await?;
    let path = to.join(&name).display().to_string();
    sqlx::query("VACUUM INTO $1").bind(path).execute(db.pool()).await?;
    db.pool().close().await;
    File::open(to.join(&name)).and_then(|file| file.sync_all()).map_err(DataError::file(&to.join(&name)))?;
    Ok(name)
}

/// A file that a database names.
struct Named {
    name: String,
    /// Parts still arrive in it.
    open: bool,
}

async fn named(snapshot: &Path) -> Result<Vec<Named>, DataError> {
    let db = Db::connect(&format!("sqlite://{}?mode=ro&immutable=1", snapshot.display()), 1).await?;
    let rows = sqlx::query(
        "SELECT file, 0 AS open FROM store_objects UNION ALL SELECT file, 1 AS open FROM store_uploads \
         UNION ALL SELECT file, 1 AS open FROM store_parts WHERE file IS NOT NULL",
    )
    .fetch_all(db.pool())
    .await?;
    db.pool().close().await;
    let named =
        |row: &sqlx::any::AnyRow| Ok(Named { name: row.try_get("file")?, open: row.try_get::<i64, _>("open")? == 1 });
    rows.iter().map(named).collect()
}

/// Copies what is not there yet; answers the name of a file that is missing.
fn bring(
    data: &Path,
    to: &Path,
    named: &[Named],
    known: &mut HashMap<String, Stored>,
    moved: &mut Moved,
) -> Result<Option<String>, DataError> {
    let mut teller = Teller::new(named.len());
    for Named { name, open } in named {
        let target = to.join(name);
        let there =
            known.get(name).filter(|file| !open && fs::metadata(&target).is_ok_and(|about| about.len() == file.bytes));
        if there.is_some() {
            moved.kept += 1;
            teller.step(0);
            continue;
        }
        let file = match storage::open_local_file(data, name) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(name.clone())),
            Err(error) => return Err(DataError::File(name.clone(), error)),
        };
        let (bytes, sha256) = copy(file, &target).map_err(DataError::file(&target))?;
        known.insert(name.clone(), Stored { name: name.clone(), bytes, sha256, open: *open });
        moved.files += 1;
        moved.bytes += bytes;
        teller.step(bytes);
    }
    Ok(None)
}

/// Removes what the manifest does not name.
fn clear(folder: &Path, manifest: &Manifest) -> io::Result<()> {
    let names: HashSet<&str> = manifest.files.iter().map(|file| file.name.as_str()).collect();
    for entry in fs::read_dir(folder.join(FILES))? {
        let entry = entry?;
        if !names.contains(entry.file_name().to_string_lossy().as_ref()) {
            fs::remove_file(entry.path())?;
        }
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("touchline-") && name != manifest.database.name {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
