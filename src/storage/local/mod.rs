//! The built-in store: S3's protocol on a local folder and the database.
//!
//! The rows say what exists; files have opaque names. A file becomes an object in the transaction that names it, so a
//! crash at any point leaves the old state or the new one. Parts are written at their place in the upload's file, which
//! completing turns into the object without copying.

mod assemble;
mod checks;
mod folder;
mod front;
mod list;
mod media;
mod objects;
mod parts;
mod protocol;
mod receive;
mod secret;
mod store;
mod turns;

pub use folder::{local_file_path, open_local_file};
pub use front::AllowedOrigins;

use super::{
    config::StoreConfig,
    error::{StoreError, StoreErrorKind},
    keys::ObjectKey,
};
use crate::domain::checksum::Checksum;
use crate::server::db::Db;
use folder::Folder;
use s3s::{S3Error, S3ErrorCode};
use secret::Secret;
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use turns::Turns;

/// The only bucket; also the first segment of the store's paths on the app's own origin.
pub const BUCKET: &str = "touchline-media";
/// Any name would do: there is one place.
const REGION: &str = "auto";

/// A handle that is cheap to clone.
#[derive(Debug, Clone)]
pub struct LocalStore {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    folder: Folder,
    secret: Secret,
    origins: AllowedOrigins,
    turns: Turns,
}

impl LocalStore {
    /// Opens the store in `folder` (`storage-secret`, `objects/` and `incoming/` appear in it) and clears away what a
    /// crash left. Fails when another process has it open.
    pub async fn open(folder: &Path, db: Db, origins: AllowedOrigins) -> Result<Self, StoreError> {
        let root = folder.to_owned();
        let opened = tokio::task::spawn_blocking(move || {
            std::fs::create_dir_all(&root)?;
            let folder = Folder::open(&root)?;
            Ok::<_, StoreError>((folder, Secret::open(&root)?))
        });
        let (folder, secret) = opened.await.map_err(|error| StoreError::new(StoreErrorKind::Disk, error))??;
        let store = Self { inner: Arc::new(Inner { db, folder, secret, origins, turns: Turns::default() }) };
        store.recover().await?;
        Ok(store)
    }

    /// How a client reaches this store at `endpoint` (scheme and host).
    pub fn store_config(&self, endpoint: &str, public_url: Option<String>) -> StoreConfig {
        config_for(&self.inner.secret, endpoint, public_url)
    }

    /// The file that holds the object.
    pub async fn path_of(&self, key: &ObjectKey) -> Result<PathBuf, StoreError> {
        let row = store::object(&self.inner.db, &store::key_hex(key.as_str())).await?;
        let row = row.ok_or_else(|| StoreError::new(StoreErrorKind::NotFound, key))?;
        Ok(self.settle(row.file).await?)
    }

    async fn recover(&self) -> Result<(), StoreError> {
        let Inner { db, folder, .. } = &*self.inner;
        self.remove(store::Litter::left(db).await?).await;
        let objects = store::objects_among(db, folder.incoming_names()?).await?;
        let open = store::open_files(db).await?;
        let removed = self.with_folder(move |folder| folder.sweep(&objects, &open)).await?;
        if removed > 0 {
            tracing::info!(storage.removed = removed, "unfinished files of an earlier run were removed");
        }
        Ok(())
    }

    /// Runs file work off the runtime's threads.
    async fn with_folder<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folder) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let folder = self.inner.folder.clone();
        tokio::task::spawn_blocking(move || work(&folder)).await.map_err(io::Error::other)?
    }

    async fn settle(&self, file: String) -> io::Result<PathBuf> {
        self.with_folder(move |folder| folder.settle(&file)).await
    }

    /// Removes files that a committed transaction freed. What fails here is tried again at the next start.
    async fn remove(&self, litter: store::Litter) {
        if litter.0.is_empty() {
            return;
        }
        let files = litter.0.clone();
        let removed = self.with_folder(move |folder| files.iter().try_for_each(|file| folder.remove(file))).await;
        let forgotten = match removed {
            Ok(()) => litter.forget(&self.inner.db).await.map_err(StoreError::from),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = forgotten {
            tracing::warn!(?error, "files without an object stay until the next start");
        }
    }
}

/// The built-in store of another process on this machine, for a worker or the doctor: the secret is read from, or made
/// in, the same `folder`.
pub fn store_config(folder: &Path, endpoint: &str, public_url: Option<String>) -> Result<StoreConfig, StoreError> {
    std::fs::create_dir_all(folder)?;
    Ok(config_for(&Secret::open(folder)?, endpoint, public_url))
}

fn config_for(secret: &Secret, endpoint: &str, public_url: Option<String>) -> StoreConfig {
    StoreConfig {
        endpoint: endpoint.to_owned(),
        public_url,
        region: REGION.to_owned(),
        bucket: BUCKET.to_owned(),
        access_key: secret.access_key.clone(),
        secret_key: secret.secret_key.clone(),
        path_style: true,
        checksum: Checksum::Crc32,
    }
}

/// Something of ours failed: the log gets the reason, the client a code.
fn failure(error: impl std::error::Error + Send + Sync + 'static) -> S3Error {
    let error: Box<dyn std::error::Error + Send + Sync> = Box::new(error);
    tracing::error!(error = %error, "the built-in store failed");
    let full = error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded));
    if !full {
        return S3Error::new(S3ErrorCode::InternalError);
    }
    let mut answer =
        S3Error::new(S3ErrorCode::from_bytes(b"InsufficientStorage").unwrap_or(S3ErrorCode::InternalError));
    answer.set_status_code(http::StatusCode::INSUFFICIENT_STORAGE);
    answer
}
