//! Rules of uploads: the server decides keys, sizes and parts; it believes only what the store says it has.

use super::{
    store::{self, UploadRow},
    types::{
        FinishedUpload, MAX_FILE_NAME, MAX_SIGNED, NewUpload, OpenUpload, PartToSign, PartsToSign, SignedPart, Upload,
        UploadState,
    },
};
use crate::{
    domain::{
        ids::{GameId, UploadId, VideoId},
        parts,
        size::size,
        text::clean,
        time::Micros,
        transfer::Address,
    },
    error::{ApiError, Code},
    games,
    jobs::{
        self,
        listing::{check_dismissed, recent_ms},
    },
    live::types::Topic,
    server::{db::now_ms, door::Caller, telemetry::names},
    storage::{PartInfo, StoreErrorKind, keys},
    videos::{
        self,
        service::{media_type, stored_key},
        store::VideoRow,
        types::VideoState,
    },
};
use bytes::Bytes;
use futures::Stream;
use sqlx::AnyConnection;
use std::time::Duration;

/// How long a signed part may wait before its PUT begins.
const SIGNED_FOR: Duration = Duration::from_hours(1);
const LONGEST_FINGERPRINT: usize = 128;
/// An upload of which nothing was heard for so long is not being sent. Who sends says so every 20 s.
const ACTIVE_MS: i64 = 60_000;
/// What a recording's name may end with, when the browser gives no video type.
const EXTENSIONS: [&str; 12] =
    [".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mts", ".m2ts", ".ts", ".3gp", ".mpg", ".mpeg"];

/// Begins an upload. The same file to the same game is the upload that is open already, from any browser.
pub async fn create(caller: &Caller, new: NewUpload) -> Result<Upload, ApiError> {
    let new = checked(caller, new)?;
    let (db, owner) = (&caller.app.db, caller.owner());
    games::store::get(db, owner, &new.game).await?.ok_or_else(|| ApiError::not_found("game"))?;
    if let Some(open) = store::open_of(db.pool(), owner, &new.game, &new.fingerprint, new.size).await? {
        match show(caller, open.clone()).await {
            Err(error) if error.code == Code::NotReady => {}
            shown => return shown,
        }
        // The store let it go: it expired there, or its completion was not written down.
        match complete(caller, &open.id).await {
            Err(error) if error.code == Code::NotReady => give_up(caller, &open, false).await?,
            done => return done,
        }
    }
    let row = begin(caller, &new).await?;
    caller.changed(Topic::Games);
    Ok(shown(caller, row, Vec::new()))
}

/// Makes the upload at the store, then its rows. A crash between the two leaves an upload without a row at the store,
/// which holds no parts.
async fn begin(caller: &Caller, new: &NewUpload) -> Result<UploadRow, ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    let video = waiting_video(caller, new).await?;
    let (video_id, key, exists) = if let Some(row) = video {
        (row.id, stored_key(&row.object_key)?, true)
    } else {
        let id = VideoId::generate();
        let key = keys::video(owner, &id);
        (id, key, false)
    };
    let part_size = parts::size_for(new.size);
    let store_upload = caller.app.store.create_multipart(&key, media_type(&new.name), unsigned(part_size)).await?;
    let row = UploadRow {
        id: UploadId::generate(),
        video: video_id,
        game: new.game.clone(),
        file_name: new.name.clone(),
        object_key: key.as_str().to_owned(),
        bytes: new.size,
        part_size,
        store_upload,
        state: UploadState::Open,
    };
    let mut tx = db.begin_write().await?;
    // A double click comes here twice at once: the second finds what the first has begun.
    let game_is_there = games::store::hold(&mut tx, owner, &new.game).await?;
    let twin = store::open_of(&mut *tx, owner, &new.game, &new.fingerprint, new.size).await?;
    let begun = match twin {
        _ if !game_is_there => Some(Err(ApiError::not_found("game"))),
        Some(twin) => Some(Ok(twin)),
        None => room_for(&mut tx, caller, if exists { 0 } else { new.size }).await?.err().map(Err),
    };
    if let Some(begun) = begun {
        drop(tx);
        caller.app.store.abort_multipart(&key, &row.store_upload).await?;
        return begun;
    }
    if !exists {
        let video = VideoRow {
            id: row.video.clone(),
            owner: owner.clone(),
            game: new.game.clone(),
            file_name: new.name.clone(),
            bytes: new.size,
            state: VideoState::Waiting,
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
    }
    store::insert(&mut tx, owner, &row, &new.fingerprint).await?;
    tx.commit().await?;
    Ok(row)
}

/// Whether the account may have one more open upload, and so many bytes more. Counted where the row is written, so that
/// many at once are not more than one after the other.
pub(super) async fn room_for(
    tx: &mut AnyConnection,
    caller: &Caller,
    bytes: i64,
) -> Result<Result<(), ApiError>, sqlx::Error> {
    if store::count_open(tx, caller.owner()).await? >= caller.app.config.uploads.max_open {
        let why = "Too many uploads are open. Finish or cancel one, then try again.";
        return Ok(Err(ApiError::new(Code::TooMany, why)));
    }
    quota_for(tx, caller, bytes).await
}

/// Whether the account may have so many bytes more.
pub async fn quota_for(
    tx: &mut AnyConnection,
    caller: &Caller,
    bytes: i64,
) -> Result<Result<(), ApiError>, sqlx::Error> {
    let quota = caller.app.config.uploads.quota;
    if quota > 0 && store::bytes_of(tx, caller.owner()).await?.saturating_add(bytes) > quota {
        let why =
            format!("Your recordings and music would be more than {}. Delete a game, then try again.", size(quota));
        return Ok(Err(ApiError::new(Code::QuotaExceeded, why)));
    }
    Ok(Ok(()))
}

/// A video of the game that lost its upload (it was cancelled) and waits for the same file: its clips find it again.
async fn waiting_video(caller: &Caller, new: &NewUpload) -> Result<Option<VideoRow>, ApiError> {
    let videos = videos::store::of_game(&caller.app.db, caller.owner(), &new.game).await?;
    Ok(videos.into_iter().find(|video| {
        video.state == VideoState::Waiting
            && video.upload.is_none()
            && video.bytes == new.size
            && video.file_name == new.name
    }))
}

/// Signs the exact length of each part, and its checksum, for this browser's address of the store.
pub async fn sign(caller: &Caller, wanted: &PartsToSign) -> Result<Vec<SignedPart>, ApiError> {
    if wanted.parts.is_empty() || wanted.parts.len() > MAX_SIGNED {
        return Err(ApiError::invalid("parts", format!("Ask for 1 to {MAX_SIGNED} parts.")));
    }
    let row = open(caller, &wanted.upload).await?;
    let key = stored_key(&row.object_key)?;
    let mut signed = Vec::with_capacity(wanted.parts.len());
    for part in &wanted.parts {
        let (offset, length) = range(&row, part.number)?;
        let checksum = checksum_of(caller, part)?;
        let address = caller
            .app
            .store
            .presign_part(
                &key,
                &row.store_upload,
                unsigned_number(part.number),
                unsigned(length),
                checksum,
                SIGNED_FOR,
                &caller.base,
            )
            .await?;
        let address = Address { url: address.url, headers: address.headers };
        signed.push(SignedPart { number: part.number, offset, length, address });
    }
    store::touch(&caller.app.db, caller.owner(), &row.id).await?;
    Ok(signed)
}

/// The checksum that a sender promised, if it is one of the kind that the store takes.
fn checksum_of<'a>(caller: &Caller, part: &'a PartToSign) -> Result<Option<&'a str>, ApiError> {
    let kind = caller.app.store.checksum();
    match part.checksum.as_deref() {
        Some(text) if !kind.accepts(text) => {
            Err(ApiError::invalid("checksum", format!("A checksum of part {} is Base64 of {kind:?}.", part.number)))
        }
        checksum => Ok(checksum),
    }
}

/// A file of one part: its upload and the signed PUT of that part.
pub async fn single_url(caller: &Caller, new: NewUpload) -> Result<(UploadId, String), ApiError> {
    if new.size > parts::size_for(new.size) {
        return Err(ApiError::invalid("size", "A file of more than one part goes through /api/uploads."));
    }
    let upload = create(caller, new).await?;
    let wanted = PartsToSign { upload: upload.id.clone(), parts: vec![PartToSign { number: 1, checksum: None }] };
    let url = sign(caller, &wanted).await?.pop().ok_or_else(ApiError::internal)?.address.url;
    Ok((upload.id, url))
}

/// One part through the server, for browsers that cannot reach the store. The length is exact, and the checksum if one is
/// promised, or nothing is kept.
pub async fn put_part<S, E>(
    caller: &Caller,
    id: &UploadId,
    part: PartToSign,
    length: Option<u64>,
    body: S,
) -> Result<(), ApiError>
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: std::error::Error + Send + Sync + 'static,
{
    let row = open(caller, id).await?;
    let number = part.number;
    let (_, expected) = range(&row, number)?;
    let checksum = checksum_of(caller, &part)?;
    if length.is_some_and(|length| i64::try_from(length) != Ok(expected)) {
        return Err(ApiError::invalid("body", format!("Part {number} has exactly {expected} bytes.")));
    }
    let key = stored_key(&row.object_key)?;
    let sent = caller
        .app
        .store
        .upload_part(&key, &row.store_upload, unsigned_number(number), unsigned(expected), checksum, body)
        .await;
    match sent {
        Ok(_) => Ok(store::touch(&caller.app.db, caller.owner(), id).await?),
        Err(error) if error.kind() == StoreErrorKind::WrongLength => {
            Err(ApiError::invalid("body", format!("Part {number} has exactly {expected} bytes.")))
        }
        Err(error) => Err(error.into()),
    }
}

/// Whoever sends it is at work, though no part has ended since.
pub async fn beat(caller: &Caller, id: &UploadId) -> Result<(), ApiError> {
    let row = open(caller, id).await?;
    Ok(store::touch(&caller.app.db, caller.owner(), &row.id).await?)
}

/// Every upload of the owner that is not finished, the oldest first.
pub async fn all_open(caller: &Caller) -> Result<Vec<OpenUpload>, ApiError> {
    let rows = store::all_open(&caller.app.db, caller.owner()).await?;
    let shown = rows.into_iter().map(async |row| {
        let is_active = row.updated_at > now_ms() - ACTIVE_MS;
        let (game_name, fingerprint) = (row.game_name.clone(), row.fingerprint.clone());
        // One whose parts the store cannot tell now (it does not answer, or let it expire) is shown all the same.
        let upload = match get(caller, &row.upload.id).await {
            Ok(upload) => upload,
            Err(error) => {
                tracing::warn!(upload = %row.upload.id, error = %error, "uploads.parts_unknown");
                shown(caller, row.upload, Vec::new())
            }
        };
        OpenUpload { upload, game_name, fingerprint, is_active }
    });
    Ok(futures::future::join_all(shown).await)
}

/// Uploads that ended well in the last `hours` (1 to 168), the newest first.
pub async fn finished(caller: &Caller, hours: i64) -> Result<Vec<FinishedUpload>, ApiError> {
    let since = now_ms() - recent_ms(hours)?;
    Ok(store::finished(&caller.app.db, caller.owner(), since).await?)
}

/// Takes finished uploads off the list of jobs; the recordings stay.
pub async fn dismiss(caller: &Caller, ids: &[UploadId]) -> Result<(), ApiError> {
    check_dismissed(ids.len())?;
    if store::dismiss(&caller.app.db, caller.owner(), ids).await? > 0 {
        caller.changed(Topic::Games);
    }
    Ok(())
}

/// What the store has of it. One that the store has completed though our row does not say so yet (the server died between
/// the two) is completed here, too.
pub async fn get(caller: &Caller, id: &UploadId) -> Result<Upload, ApiError> {
    let row = owned(caller, id).await?;
    match show(caller, row).await {
        Err(error) if error.code == Code::NotReady => complete(caller, id).await,
        shown => shown,
    }
}

/// Confirms the upload: the store lists the parts, every one must be there in its size; then the file is read by a job.
/// A second call is a success.
pub async fn complete(caller: &Caller, id: &UploadId) -> Result<Upload, ApiError> {
    let row = owned(caller, id).await?;
    match row.state {
        UploadState::Complete => return Ok(shown(caller, row, Vec::new())),
        UploadState::Aborted => return Err(ApiError::not_found("upload")),
        UploadState::Open => {}
    }
    let key = stored_key(&row.object_key)?;
    // It lists the parts itself, and is a success when the whole object stands already: after a crash between the
    // store's completion and ours.
    caller.app.store.complete_multipart(&key, &row.store_upload, unsigned(row.bytes)).await?;
    let mut tx = caller.app.db.begin_write().await?;
    if store::end(&mut tx, caller.owner(), id, UploadState::Complete).await? {
        videos::store::set_state(&mut *tx, &row.video, VideoState::Probing, None).await?;
        jobs::store::submit(&mut tx, &jobs::types::NewJob::probe(caller.owner(), &row.video)).await?;
    }
    tx.commit().await?;
    metrics::counter!(names::UPLOADED).increment(unsigned(row.bytes));
    caller.app.wake.jobs();
    caller.changed(Topic::Games);
    Ok(shown(caller, owned(caller, id).await?, Vec::new()))
}

/// Ends the upload and frees what the store has of it. Clips that were marked stay.
pub async fn abort(caller: &Caller, id: &UploadId) -> Result<(), ApiError> {
    let row = owned(caller, id).await?;
    if row.state != UploadState::Open {
        return Ok(());
    }
    give_up(caller, &row, true).await
}

/// Ends uploads at the store whose rows are gone with their game. One that the store does not end now is left to the reaper.
pub async fn end_at_store(caller: &Caller, rows: &[UploadRow]) {
    for row in rows {
        let Ok(key) = stored_key(&row.object_key) else { continue };
        if let Err(error) = caller.app.store.abort_multipart(&key, &row.store_upload).await {
            tracing::warn!(error = %error, upload = %row.id, "uploads.left_to_reaper");
        }
    }
}

/// Ends an open upload without a result; its video goes with it when nothing was marked in it and nobody needs it.
async fn give_up(caller: &Caller, row: &UploadRow, with_video: bool) -> Result<(), ApiError> {
    let key = stored_key(&row.object_key)?;
    caller.app.store.abort_multipart(&key, &row.store_upload).await?;
    let mut tx = caller.app.db.begin_write().await?;
    store::end(&mut tx, caller.owner(), &row.id, UploadState::Aborted).await?;
    if with_video {
        store::delete_waiting_video(&mut tx, caller.owner(), &row.video).await?;
    }
    tx.commit().await?;
    caller.changed(Topic::Games);
    Ok(())
}

/// The upload that `confirm-video` of a game means: its newest.
pub async fn complete_of_game(caller: &Caller, game: &GameId) -> Result<Upload, ApiError> {
    let row = store::newest_of_game(&caller.app.db, caller.owner(), game)
        .await?
        .ok_or_else(|| ApiError::not_found("upload"))?;
    complete(caller, &row.id).await
}

async fn owned(caller: &Caller, id: &UploadId) -> Result<UploadRow, ApiError> {
    store::get(&caller.app.db, caller.owner(), id).await?.ok_or_else(|| ApiError::not_found("upload"))
}

async fn open(caller: &Caller, id: &UploadId) -> Result<UploadRow, ApiError> {
    let row = owned(caller, id).await?;
    if row.state == UploadState::Open {
        Ok(row)
    } else {
        Err(ApiError::new(Code::NotReady, "This upload has ended. Nothing more can be sent to it."))
    }
}

fn range(row: &UploadRow, number: i32) -> Result<(i64, i64), ApiError> {
    parts::range(row.bytes, row.part_size, number).ok_or_else(|| {
        let last = parts::count(row.bytes, row.part_size);
        ApiError::invalid("parts", format!("The parts of this file are 1 to {last}."))
    })
}

/// The number of a part that the store has in its full size.
fn whole_part(row: &UploadRow, part: &PartInfo) -> Option<i32> {
    let number = i32::try_from(part.number).ok()?;
    let (_, length) = parts::range(row.bytes, row.part_size, number)?;
    (unsigned(length) == part.bytes).then_some(number)
}

/// Sizes of ours are never negative: `checked` and `parts::range` see to that.
pub(super) fn unsigned(bytes: i64) -> u64 {
    u64::try_from(bytes).unwrap_or_default()
}

fn unsigned_number(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

async fn show(caller: &Caller, row: UploadRow) -> Result<Upload, ApiError> {
    if row.state != UploadState::Open {
        return Ok(shown(caller, row, Vec::new()));
    }
    let key = stored_key(&row.object_key)?;
    let stored = caller.app.store.list_parts(&key, &row.store_upload).await?;
    let received = stored.iter().filter_map(|part| whole_part(&row, part)).collect();
    Ok(shown(caller, row, received))
}

fn shown(caller: &Caller, row: UploadRow, received: Vec<i32>) -> Upload {
    let all = || (1..=i32::try_from(parts::count(row.bytes, row.part_size)).unwrap_or(i32::MAX)).collect();
    Upload {
        received: if row.state == UploadState::Complete { all() } else { received },
        id: row.id,
        video: row.video,
        game: row.game,
        name: row.file_name,
        bytes: row.bytes,
        part_size: row.part_size,
        state: row.state,
        checksum: caller.app.store.checksum(),
    }
}

pub(super) fn checked(caller: &Caller, new: NewUpload) -> Result<NewUpload, ApiError> {
    let name = clean(&new.name, MAX_FILE_NAME)
        .filter(|name| !name.is_empty())
        .ok_or_else(|| ApiError::invalid("name", format!("A file's name has 1 to {MAX_FILE_NAME} characters.")))?;
    if new.size < 1 {
        return Err(ApiError::invalid("size", "The file is empty. Choose the recording itself."));
    }
    let most = caller.app.config.uploads.max_bytes;
    if new.size > most {
        return Err(ApiError::new(
            Code::TooLarge,
            format!("The file is larger than {} GB, the largest that this server takes.", most >> 30),
        ));
    }
    let fingerprint = clean(&new.fingerprint, LONGEST_FINGERPRINT)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| ApiError::invalid("fingerprint", "A fingerprint has 1 to 128 characters."))?;
    let lower = name.to_ascii_lowercase();
    let by_name = EXTENSIONS.iter().any(|extension| lower.ends_with(extension));
    if !by_name && !new.media_type.starts_with("video/") {
        return Err(ApiError::new(
            Code::UnsupportedType,
            "That is not a video. Choose an MP4, MOV, MKV, WebM or AVI file.",
        ));
    }
    Ok(NewUpload { name, fingerprint, ..new })
}
