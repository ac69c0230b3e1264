//! What outlives the tab: the handles of files that are being uploaded, in the browser's own database. It may be off or
//! full: then the user chooses the file again.

use super::{files::LocalFile, handle::FileHandle};
use crate::domain::ids::UploadId;
use idb::{Database, DatabaseEvent, Error, Factory, ObjectStore, ObjectStoreParams, TransactionMode};

const DATABASE: &str = "touchline";
const HANDLES: &str = "file-handles";

/// Keeps the file's handle under its upload; whether there was one and it is kept.
pub async fn keep(upload: &UploadId, file: &LocalFile) -> bool {
    let Some(handle) = file.handle() else { return false };
    let Some(handle) = handle.resolved().await else { return false };
    let kept = async {
        let database = open().await?;
        let transaction = database.transaction(&[HANDLES], TransactionMode::ReadWrite)?;
        transaction.object_store(HANDLES)?.put(&handle, Some(&upload.as_str().into()))?.await?;
        transaction.commit()?.await.map(drop)
    };
    kept.await.is_ok()
}

pub async fn recall(upload: &UploadId) -> Option<FileHandle> {
    let database = open().await.ok()?;
    let transaction = database.transaction(&[HANDLES], TransactionMode::ReadOnly).ok()?;
    let found = transaction.object_store(HANDLES).ok()?.get(idb::Query::Key(upload.as_str().into())).ok()?;
    found.await.ok().flatten().map(FileHandle::new)
}

/// Forgets every handle but those of these uploads.
pub async fn retain(uploads: &[UploadId]) {
    let forget = async {
        let database = open().await?;
        let transaction = database.transaction(&[HANDLES], TransactionMode::ReadWrite)?;
        let store = transaction.object_store(HANDLES)?;
        for key in store.get_all_keys(None, None)?.await? {
            let is_known = key.as_string().is_some_and(|key| uploads.iter().any(|upload| upload.as_str() == key));
            if !is_known {
                store.delete(idb::Query::Key(key))?.await?;
            }
        }
        transaction.commit()?.await.map(drop)
    };
    let _: Result<(), Error> = forget.await;
}

async fn open() -> Result<Database, Error> {
    let mut request = Factory::new()?.open(DATABASE, Some(1))?;
    request.on_upgrade_needed(|event| {
        let _: Result<ObjectStore, Error> =
            event.database().and_then(|database| database.create_object_store(HANDLES, ObjectStoreParams::new()));
    });
    request.await
}
