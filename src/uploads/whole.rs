//! A whole recording through the server in one request, for scripts: its length is not known before it ends.

use super::{
    service::{checked, get, room_for, unsigned},
    store::{self, UploadRow},
    types::{NewUpload, Upload, UploadState},
};
use crate::{
    domain::{
        ids::{GameId, UploadId, VideoId},
        parts,
        time::Micros,
    },
    error::{ApiError, Code},
    games, jobs,
    live::types::Topic,
    server::door::Caller,
    storage::{ObjectKey, keys},
    videos::{self, service::media_type, store::VideoRow, types::VideoState},
};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt as _};

/// Streams a recording into the store and adds it to the game. Memory holds one part at a time; a sender that breaks off
/// leaves nothing behind.
pub async fn put<S, E>(caller: &Caller, game: GameId, name: String, media: String, body: S) -> Result<Upload, ApiError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::error::Error,
{
    // The length is checked as it comes; 1 stands for it meanwhile.
    let new =
        NewUpload { game, name, size: 1, media_type: media, fingerprint: format!("whole {}", VideoId::generate()) };
    let new = checked(caller, new)?;
    let (app, owner) = (&caller.app, caller.owner());
    games::store::get(&app.db, owner, &new.game).await?.ok_or_else(|| ApiError::not_found("game"))?;
    let video = VideoId::generate();
    let key = keys::video(owner, &video);
    let part_size = parts::size_for(app.config.uploads.max_bytes);
    let store_upload = app.store.create_multipart(&key, media_type(&new.name), unsigned(part_size)).await?;
    let stored = match send(caller, &key, &store_upload, part_size, body).await {
        Ok(bytes) => {
            let row = UploadRow {
                id: UploadId::generate(),
                video,
                game: new.game.clone(),
                file_name: new.name.clone(),
                object_key: key.as_str().to_owned(),
                bytes,
                part_size,
                store_upload: store_upload.clone(),
                state: UploadState::Open,
            };
            add(caller, &row, &new.fingerprint).await.map(|()| row.id)
        }
        Err(error) => Err(error),
    };
    match stored {
        Ok(upload) => {
            app.wake.jobs();
            caller.changed(Topic::Games);
            get(caller, &upload).await
        }
        Err(error) => {
            app.store.abort_multipart(&key, &store_upload).await?;
            app.store.delete(&key).await?;
            Err(error)
        }
    }
}

/// Sends what comes, part by part; answers how many bytes there were.
async fn send<S, E>(
    caller: &Caller,
    key: &ObjectKey,
    upload: &str,
    part_size: i64,
    mut body: S,
) -> Result<i64, ApiError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::error::Error,
{
    let size = usize::try_from(part_size).map_err(|_| ApiError::internal())?;
    let mut sent = Sent { caller, key, upload, bytes: 0, number: 0 };
    let mut part = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let mut chunk =
            chunk.map_err(|error| ApiError::new(Code::Malformed, format!("The recording broke off: {error}")))?;
        while !chunk.is_empty() {
            part.extend_from_slice(&chunk.split_to(chunk.len().min(size - part.len())));
            if part.len() == size {
                sent.add(part.split().freeze()).await?;
            }
        }
    }
    if !part.is_empty() {
        sent.add(part.freeze()).await?;
    }
    if sent.bytes == 0 {
        return Err(ApiError::invalid("video", "The file is empty. Send the recording itself."));
    }
    caller.app.store.complete_multipart(key, upload, unsigned(sent.bytes)).await?;
    Ok(sent.bytes)
}

/// How far it is.
struct Sent<'a> {
    caller: &'a Caller,
    key: &'a ObjectKey,
    upload: &'a str,
    bytes: i64,
    number: u32,
}

impl Sent<'_> {
    async fn add(&mut self, part: Bytes) -> Result<(), ApiError> {
        let app = &self.caller.app;
        let length = part.len() as u64;
        self.bytes += i64::try_from(length).unwrap_or(i64::MAX);
        if self.bytes > app.config.uploads.max_bytes {
            return Err(ApiError::new(Code::TooLarge, "The recording is larger than this server takes."));
        }
        self.number += 1;
        let checksum = app.store.checksum().of(&part);
        let body = futures::stream::iter([Ok::<_, std::convert::Infallible>(part)]);
        app.store.upload_part(self.key, self.upload, self.number, length, checksum.as_deref(), body).await?;
        Ok(())
    }
}

/// Writes down what the store has, and has it read.
async fn add(caller: &Caller, row: &UploadRow, fingerprint: &str) -> Result<(), ApiError> {
    let owner = caller.owner();
    let mut tx = caller.app.db.begin_write().await?;
    if !games::store::hold(&mut tx, owner, &row.game).await? {
        return Err(ApiError::not_found("game"));
    }
    room_for(&mut tx, caller, row.bytes).await??;
    let video = VideoRow {
        id: row.video.clone(),
        owner: owner.clone(),
        game: row.game.clone(),
        file_name: row.file_name.clone(),
        bytes: row.bytes,
        state: VideoState::Probing,
        object_key: row.object_key.clone(),
        gap: Micros::ZERO,
        facts: None,
        poster_key: None,
        sprites: None,
        sprites_key: None,
        waveform_key: None,
        frames_key: None,
        loudness: None,
        proxy_key: None,
        proxy_failed: false,
        error_code: None,
        upload: None,
    };
    videos::store::insert(&mut tx, &video).await?;
    store::insert(&mut tx, owner, row, fingerprint).await?;
    store::end(&mut tx, owner, &row.id, UploadState::Complete).await?;
    jobs::store::submit(&mut tx, &jobs::types::NewJob::probe(owner, &row.video)).await?;
    tx.commit().await?;
    Ok(())
}
