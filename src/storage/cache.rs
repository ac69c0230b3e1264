//! Whole objects as local files: ffmpeg reads paths. The built-in store has them already; of other stores, a bounded
//! folder keeps copies, and what nobody has used for longest goes first.

use super::{
    client::ObjectStore,
    error::{StoreError, StoreErrorKind},
    keys::ObjectKey,
    ranges::Have,
    registry::{Claim, Registry},
};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    io::{self, ErrorKind},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Mutex,
    time::SystemTime,
};
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone)]
pub struct CacheConfig {
    pub folder: PathBuf,
    /// Files in use may exceed it for as long as they are in use.
    pub max_bytes: u64,
}

/// An object on this machine's disk; the file stays while this value lives. Never write to it.
#[derive(Debug)]
pub struct LocalFile {
    path: PathBuf,
    has_holes: bool,
    _use: Option<Claim<Turn>>,
}

impl LocalFile {
    pub(super) const fn parts(path: PathBuf, in_use: Option<Claim<Turn>>) -> Self {
        Self { path, has_holes: true, _use: in_use }
    }

    /// Only what somebody asked for is there.
    pub const fn has_holes(&self) -> bool {
        self.has_holes
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl AsRef<Path> for LocalFile {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

impl ObjectStore {
    /// The object as a file: the stored file itself in the built-in store, else a whole copy.
    pub async fn materialise(&self, key: &ObjectKey, cancel: &CancellationToken) -> Result<LocalFile, StoreError> {
        if let Some(local) = &self.inner.local {
            return Ok(LocalFile { path: local.path_of(key).await?, has_holes: false, _use: None });
        }
        let cache = self.inner.cache.as_ref();
        let cache = cache.ok_or_else(|| StoreError::new(StoreErrorKind::Misconfigured, "no cache folder"))?;
        let (path, in_use) = cache.claim(key);
        // One download per object: the second caller waits here and finds the file.
        let turn = in_use.lock().await;
        let object = self.head(key).await?.ok_or_else(|| StoreError::new(StoreErrorKind::NotFound, key))?;
        let present = tokio::fs::metadata(&path).await.is_ok_and(|file| file.len() == object.bytes);
        if !present {
            cache.make_room(object.bytes).await?;
            self.download(key, &path, cancel).await?;
        }
        touch(path.clone()).await;
        drop(turn);
        Ok(LocalFile { path, has_holes: false, _use: Some(in_use) })
    }
}

/// The folder and what of it is in use, shared by all clones of the store.
#[derive(Debug)]
pub(super) struct Cache {
    pub(super) config: CacheConfig,
    pub(super) used: Registry<Turn>,
    /// By name of the file. Known to this process alone: what an earlier one left is not trusted.
    pub(super) parts: Mutex<HashMap<String, Have>>,
}

/// Held while an object is downloaded.
pub(super) type Turn = tokio::sync::Mutex<()>;

impl Cache {
    /// Makes the folder and clears away what earlier downloads left unfinished.
    pub(super) fn open(config: CacheConfig) -> Result<Self, StoreError> {
        std::fs::create_dir_all(&config.folder)?;
        for entry in std::fs::read_dir(&config.folder)? {
            let entry = entry?;
            if !is_finished(&entry.file_name().to_string_lossy()) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(Self { config, used: Registry::default(), parts: Mutex::default() })
    }

    /// Whether a whole copy of these bytes lies here.
    pub(super) async fn has_whole(&self, key: &ObjectKey, bytes: u64) -> bool {
        let (path, _in_use) = self.claim(key);
        tokio::fs::metadata(path).await.is_ok_and(|file| file.len() == bytes)
    }

    /// Of the file with parts of an object.
    pub(super) fn name_of_parts(key: &ObjectKey) -> String {
        format!("{}{PARTS}", hex::encode(Sha256::digest(key.as_str())))
    }

    fn claim(&self, key: &ObjectKey) -> (PathBuf, Claim<Turn>) {
        let name = hex::encode(Sha256::digest(key.as_str()));
        (self.config.folder.join(&name), self.used.claim(&name))
    }

    /// Clears away what was used longest ago, until `bytes` more find room.
    pub(super) async fn make_room(&self, bytes: u64) -> Result<(), StoreError> {
        let (folder, max_bytes, used) = (self.config.folder.clone(), self.config.max_bytes, self.used.clone());
        let work = move || -> io::Result<()> {
            let mut files: Vec<(SystemTime, u64, String)> = Vec::new();
            for entry in std::fs::read_dir(&folder)? {
                let entry = entry?;
                // One that was cleared away, or got its name, meanwhile.
                let Ok(about) = entry.metadata() else { continue };
                // A file with holes takes what is in it.
                files.push((about.modified()?, about.blocks() * 512, entry.file_name().to_string_lossy().into_owned()));
            }
            files.sort();
            let mut total: u64 = files.iter().map(|(_, length, _)| length).sum();
            for (_, length, name) in files {
                if total.saturating_add(bytes) <= max_bytes {
                    break;
                }
                if (is_finished(&name) || name.ends_with(PARTS))
                    && let Some(removed) = used.unless_used(&name, || std::fs::remove_file(folder.join(&name)))
                {
                    match removed {
                        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                        _ => total -= length,
                    }
                }
            }
            Ok(())
        };
        on_disk(work).await
    }
}

/// Work on files of this machine. One that is not there is the disk's fault: it says nothing about the object.
pub(super) async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    let disk = |error: &dyn std::fmt::Display| StoreError::new(StoreErrorKind::Disk, error);
    match tokio::task::spawn_blocking(work).await {
        Ok(Err(error)) if error.kind() == ErrorKind::NotFound => Err(disk(&error)),
        Ok(done) => Ok(done?),
        Err(error) => Err(disk(&error)),
    }
}

const PARTS: &str = ".parts";

/// Downloads in progress have a longer name.
fn is_finished(name: &str) -> bool {
    name.len() == 64
}

/// Marks the file as used now. Only the order of clearing depends on it, so failing is no harm.
async fn touch(path: PathBuf) {
    let work = move || std::fs::File::options().append(true).open(path)?.set_modified(SystemTime::now());
    if let Ok(Err(error)) = tokio::task::spawn_blocking(work).await {
        tracing::debug!(%error, "a cached file could not be touched");
    }
}
