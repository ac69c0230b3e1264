//! `touchline restore FOLDER`: a backup into an empty data folder. The database comes last: before, the folder holds nothing
//! that a server would take for an installation.

use super::{
    DataError, Moved, Teller,
    files::{FILES, Manifest, Stored, copy},
};
use crate::{
    server::{config::Config, db::Db, start},
    storage,
};
use std::{
    fs::{self, File},
    path::Path,
    time::Duration,
};

pub async fn restore(config: &Config, from: &Path) -> Result<Moved, DataError> {
    if !config.database.url.is_empty() || !config.storage.endpoint.is_empty() {
        return Err(DataError::NotEmbedded);
    }
    let manifest = Manifest::read(from)?;
    let _lock = start::lock_data(&config.data)?;
    let database = Db::embedded_file(&config.data);
    if database.exists() {
        return Err(DataError::NotEmpty(config.data.display().to_string()));
    }
    let mut moved = Moved::default();
    let mut teller = Teller::new(manifest.files.len());
    for file in &manifest.files {
        let to = storage::local_file_path(&config.data, &file.name, file.open);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(DataError::file(folder))?;
        }
        verified(&from.join(FILES).join(&file.name), &to, file)?;
        moved.files += 1;
        moved.bytes += file.bytes;
        teller.step(file.bytes);
    }
    verified(&from.join(&manifest.database.name), &database, &manifest.database)?;
    // An older backup learns the newer schema.
    start::open_database(config, Duration::ZERO).await?.pool().close().await;
    Ok(moved)
}

fn verified(from: &Path, to: &Path, file: &Stored) -> Result<(), DataError> {
    let damaged = || DataError::Damaged(file.name.clone());
    let source = File::open(from).map_err(|_| damaged())?;
    // Its name comes after the check: a database that is not whole never has one.
    let waiting = to.with_added_extension("restored");
    let (bytes, sha256) = copy(source, &waiting).map_err(DataError::file(to))?;
    if (bytes, sha256.as_str()) != (file.bytes, file.sha256.as_str()) {
        fs::remove_file(&waiting).map_err(DataError::file(&waiting))?;
        return Err(damaged());
    }
    fs::rename(&waiting, to).map_err(DataError::file(to))
}
