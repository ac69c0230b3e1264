//! Rules of the gallery.

use super::{
    store::{self, RenditionRow},
    types::{Rendition, media_path},
};
use crate::{
    domain::ids::RenditionId,
    error::ApiError,
    live::types::Topic,
    server::door::Caller,
    storage::Disposition,
    videos::service::{PLAY_FOR, show_url, stored_key},
};

pub async fn list(caller: &Caller) -> Result<Vec<Rendition>, ApiError> {
    Ok(store::list(&caller.app.db, caller.owner()).await?.into_iter().map(shown).collect())
}

pub async fn get(caller: &Caller, id: &RenditionId) -> Result<Rendition, ApiError> {
    Ok(shown(owned(caller, id).await?))
}

/// Where the file is played from, saved from, or its poster shown from.
pub async fn play_url(caller: &Caller, id: &RenditionId) -> Result<String, ApiError> {
    show_url(caller, &owned(caller, id).await?.object_key, "video/mp4").await
}

pub async fn download_url(caller: &Caller, id: &RenditionId) -> Result<String, ApiError> {
    let row = owned(caller, id).await?;
    let name = Disposition::Attachment(format!("{}.mp4", row.name));
    let key = stored_key(&row.object_key)?;
    Ok(caller.app.store.presign_get(&key, PLAY_FOR, &caller.base, &name, "video/mp4").await?.url)
}

pub async fn poster_url(caller: &Caller, id: &RenditionId) -> Result<String, ApiError> {
    let key = owned(caller, id).await?.poster_key.ok_or_else(|| ApiError::not_found("poster"))?;
    show_url(caller, &key, "image/jpeg").await
}

/// Moves the file to the trash.
pub async fn delete(caller: &Caller, id: &RenditionId) -> Result<(), ApiError> {
    if !store::trash(&caller.app.db, caller.owner(), id).await? {
        return Err(ApiError::not_found("file"));
    }
    caller.changed(Topic::Exports);
    Ok(())
}

/// Brings a file back from the trash. A second call finds it back already.
pub async fn restore(caller: &Caller, id: &RenditionId) -> Result<(), ApiError> {
    if !store::restore(&caller.app.db, caller.owner(), id).await? {
        return owned(caller, id).await.map(drop);
    }
    caller.changed(Topic::Exports);
    Ok(())
}

/// Deletes a file in the trash for good; the object goes at once, or as soon as the store answers.
pub async fn purge(caller: &Caller, id: &RenditionId) -> Result<(), ApiError> {
    if !store::delete(&caller.app.db, caller.owner(), id).await? {
        return Err(ApiError::not_found("file in the trash"));
    }
    caller.app.wake.sweep();
    caller.changed(Topic::Exports);
    Ok(())
}

async fn owned(caller: &Caller, id: &RenditionId) -> Result<RenditionRow, ApiError> {
    store::get(&caller.app.db, caller.owner(), id).await?.ok_or_else(|| ApiError::not_found("file"))
}

/// Addresses are paths of ours that lead to a signed one, so that a long list signs nothing.
fn shown(row: RenditionRow) -> Rendition {
    let path = media_path(&row.id);
    Rendition {
        poster_url: row.poster_key.as_ref().map(|_| format!("{path}/poster")),
        download_url: format!("{path}/download"),
        url: path,
        id: row.id,
        name: row.name,
        reel: row.reel,
        kind: row.kind,
        batch: row.batch,
        bytes: row.bytes,
        width: row.width,
        height: row.height,
        duration: row.duration,
        created_at: row.created_at,
    }
}
