//! Rules of music.

use super::{
    store,
    types::{MAX_BYTES, MAX_NAME, MusicUpdate},
};
use crate::{
    domain::{
        ids::{MusicId, ReelId},
        music::{Music, MusicSettings},
        text::clean,
    },
    error::{ApiError, Code},
    jobs::scratch,
    live::types::Topic,
    media::{MediaError, MediaErrorKind, bed},
    reels,
    server::door::Caller,
    storage::{ObjectKey, keys},
    uploads,
    videos::{service::show_url, store::doom_object},
};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use std::{path::Path, time::Duration};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt as _, sync::Semaphore, time::timeout};

/// Puts a song under the reel, instead of the one it has. It is kept as plain sound: what came is foreign.
pub async fn put<S, E>(caller: &Caller, reel: &ReelId, name: &str, body: S) -> Result<Music, ApiError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::error::Error,
{
    let app = &caller.app;
    let wrong = || ApiError::invalid("name", format!("Name the music, with at most {MAX_NAME} characters."));
    let name = clean(name, MAX_NAME).filter(|name| !name.is_empty()).ok_or_else(wrong)?;
    known(caller, reel).await?;
    let busy = || ApiError::new(Code::TooMany, "Other music is being added at the moment. Try again in a minute.");
    let turn = TURNS.try_acquire().map_err(|_| busy())?;
    let work = app.config.data.join("work");
    let folder = std::fs::create_dir_all(&work).and_then(|()| TempDir::with_prefix_in(scratch::MUSIC, &work));
    let folder = folder.map_err(disk_failed)?;
    receive(&folder.path().join(CAME), body).await?;
    // From here on it goes to its end, whether or not somebody waits for it: no song is left without a row.
    let (caller, reel) = (caller.clone(), reel.clone());
    let adding = tokio::spawn(async move {
        let _turn = turn;
        add(&caller, &reel, name, folder).await
    });
    adding.await.map_err(|_| ApiError::internal())?
}

const CAME: &str = "came";
/// Songs that are received and read at once by a process: each takes disk and a core.
static TURNS: Semaphore = Semaphore::const_new(4);
/// Nobody holds a turn without sending.
const PATIENCE: Duration = Duration::from_secs(30);

async fn add(caller: &Caller, reel: &ReelId, name: String, folder: TempDir) -> Result<Music, ApiError> {
    let (app, owner) = (&caller.app, caller.owner());
    let cancel = app.stop.child_token();
    let song = bed::song(&app.tools, &folder.path().join(CAME), folder.path(), &cancel).await.map_err(refused)?;
    let id = MusicId::generate();
    let key = keys::music(owner, &id);
    let bytes = app.store.put_file(&key, &song.path, "audio/mp4").await?;
    // How loud somebody wanted the last one is how loud they want this one.
    let settings =
        store::of_reel(&app.db, owner, reel).await?.map_or_else(MusicSettings::default, |(old, _)| old.settings);
    let music = Music { id, name, length: song.length, loudness: song.loudness, settings };
    if let Err(error) = replace(caller, reel, &music, (&key, i64::try_from(bytes).unwrap_or(i64::MAX))).await {
        doom_object(&app.db, owner, &key).await?;
        return Err(error);
    }
    caller.changed(Topic::Reels(reel.clone()));
    Ok(music)
}

async fn replace(caller: &Caller, reel: &ReelId, music: &Music, at: (&ObjectKey, i64)) -> Result<(), ApiError> {
    let owner = caller.owner();
    let mut tx = caller.app.db.begin_write().await?;
    // Whoever else changes the reel or deletes it waits, so that no song is left without a row.
    reels::store::changed(&mut tx, owner, reel).await?;
    // It may have been deleted while the song came.
    reels::store::get(&mut *tx, owner, reel).await?.ok_or_else(|| ApiError::not_found("reel"))?;
    store::purge(&mut tx, owner, reel).await?;
    uploads::service::quota_for(&mut tx, caller, at.1).await??;
    store::insert(&mut tx, owner, reel, music, at).await?;
    Ok(tx.commit().await?)
}

/// Writes what comes to a file, as long as it is not too much.
async fn receive<S, E>(to: &Path, mut body: S) -> Result<(), ApiError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::error::Error,
{
    let mut file = tokio::fs::File::create(to).await.map_err(disk_failed)?;
    let mut bytes = 0;
    let late = |_| ApiError::new(Code::Malformed, "The music stopped coming. Add it again.");
    while let Some(block) = timeout(PATIENCE, body.next()).await.map_err(late)? {
        let block = block.map_err(|error| ApiError::new(Code::Malformed, format!("The music broke off: {error}")))?;
        bytes += block.len() as u64;
        if bytes > MAX_BYTES {
            let most = MAX_BYTES >> 20;
            return Err(ApiError::new(
                Code::TooLarge,
                format!("Music has at most {most} MB. Choose a shorter or smaller file."),
            ));
        }
        file.write_all(&block).await.map_err(disk_failed)?;
    }
    file.flush().await.map_err(disk_failed)
}

#[allow(clippy::needless_pass_by_value)] // As `map_err` calls it.
fn disk_failed(error: std::io::Error) -> ApiError {
    tracing::error!(error = %error, "music.disk_failed");
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            ApiError::new(Code::DiskFull, "The disk is full. Make room on the server, then try again.")
        }
        _ => ApiError::internal(),
    }
}

#[allow(clippy::needless_pass_by_value)] // As `map_err` calls it.
fn refused(error: MediaError) -> ApiError {
    match error.kind() {
        MediaErrorKind::UnsupportedMusic => ApiError::new(Code::UnsupportedType, error.to_string()),
        MediaErrorKind::DiskFull => ApiError::new(Code::DiskFull, error.to_string()),
        _ => {
            tracing::error!(code = error.code(), log = error.log_tail(), "music.failed");
            ApiError::internal()
        }
    }
}

async fn known(caller: &Caller, reel: &ReelId) -> Result<(), ApiError> {
    let found = reels::store::get(caller.app.db.pool(), caller.owner(), reel).await?;
    found.map(drop).ok_or_else(|| ApiError::not_found("reel"))
}

pub async fn update(caller: &Caller, update: &MusicUpdate) -> Result<(), ApiError> {
    let (owner, reel) = (caller.owner(), &update.id);
    let mut tx = caller.app.db.begin_write().await?;
    if update.restore {
        store::restore(&mut tx, owner, reel).await?;
    }
    if !store::set(&mut tx, owner, reel, update.settings).await? {
        return Err(ApiError::not_found("music"));
    }
    reels::store::changed(&mut tx, owner, reel).await?;
    tx.commit().await?;
    caller.changed(Topic::Reels(reel.clone()));
    Ok(())
}

/// An [`update`] brings it back.
pub async fn delete(caller: &Caller, reel: &ReelId) -> Result<(), ApiError> {
    let owner = caller.owner();
    let mut tx = caller.app.db.begin_write().await?;
    if !store::remove(&mut tx, owner, reel).await? {
        return Err(ApiError::not_found("music"));
    }
    reels::store::changed(&mut tx, owner, reel).await?;
    tx.commit().await?;
    caller.changed(Topic::Reels(reel.clone()));
    Ok(())
}

/// Where this browser hears it.
pub async fn play_url(caller: &Caller, reel: &ReelId) -> Result<String, ApiError> {
    let found = store::of_reel(&caller.app.db, caller.owner(), reel).await?;
    let (_, key) = found.ok_or_else(|| ApiError::not_found("music"))?;
    show_url(caller, &key, "audio/mp4").await
}
