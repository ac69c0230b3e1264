//! Whole objects: PUT, GET, HEAD, DELETE.

use super::{
    LocalStore,
    checks::Promised,
    failure, media,
    receive::{Received, receive},
    store::{self, ObjectRow},
};
use crate::server::db::now_ms;
use futures::StreamExt as _;
use http::{HeaderMap, HeaderValue, header};
use s3s::{
    S3Request, S3Response, S3Result,
    dto::{
        DeleteObjectOutput, ETag, ETagCondition, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput,
        Metadata, PutObjectInput, PutObjectOutput, Range, StreamingBlob, Timestamp,
    },
    s3_error,
};
use std::{
    fs::File,
    io::{ErrorKind, SeekFrom},
    time::{Duration, SystemTime},
};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::{io::ReaderStream, sync::CancellationToken};

/// S3's limit for one PUT.
pub(super) const MAX_PUT_BYTES: u64 = 5 << 30;
const READ_BYTES: usize = 256 << 10;

impl LocalStore {
    pub(super) async fn put(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let promised = Promised::for_object(&request.input, &request.headers, request.trailing_headers);
        let input = request.input;
        let expected = length(input.content_length, MAX_PUT_BYTES)?;
        let only_new = match input.if_none_match {
            Some(ETagCondition::Any) => true,
            Some(_) => return Err(s3_error!(NotImplemented)),
            None => false,
        };
        let (file, new) = self.with_folder(super::folder::Folder::create).await.map_err(failure)?;
        let never = CancellationToken::new();
        let Received { bytes, md5, held: new, .. } =
            receive(input.body, expected, promised, (file, 0), new, &never).await?;
        let row = ObjectRow {
            key_hex: store::key_hex(&input.key),
            file: new.name().to_owned(),
            bytes: bytes.cast_signed(),
            etag: hex::encode(md5),
            content_type: input.content_type.unwrap_or_default(),
            metadata: metadata_text(input.metadata.as_ref()),
            upload: None,
            modified_at: now_ms(),
        };
        let mut tx = self.inner.db.begin_write().await.map_err(failure)?;
        let litter = store::put_object(&mut tx, &row, only_new).await.map_err(failure)?;
        let litter = litter.ok_or_else(|| s3_error!(PreconditionFailed))?;
        new.keep();
        tx.commit().await.map_err(failure)?;
        self.after_commit(row.file, litter).await;
        Ok(S3Response::new(PutObjectOutput { e_tag: Some(ETag::Strong(row.etag)), ..Default::default() }))
    }

    /// The object exists: its file moves to its place, and what it replaced goes.
    pub(super) async fn after_commit(&self, file: String, litter: store::Litter) {
        if let Err(error) = self.settle(file).await {
            tracing::warn!(%error, "an object stays among the incoming files until the next start");
        }
        self.remove(litter).await;
    }

    pub(super) async fn delete(&self, key: &str) -> S3Result<S3Response<DeleteObjectOutput>> {
        let litter = store::delete_object(&self.inner.db, &store::key_hex(key)).await.map_err(failure)?;
        self.remove(litter).await;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    pub(super) async fn head(&self, request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = request.input;
        let row = store::object(&self.inner.db, &store::key_hex(&input.key)).await.map_err(failure)?;
        let row = row.ok_or_else(|| s3_error!(NoSuchKey))?;
        Conditions {
            matches: input.if_match,
            none_matches: input.if_none_match,
            modified_since: input.if_modified_since,
            unmodified_since: input.if_unmodified_since,
        }
        .check(&row)?;
        let output = HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            content_length: Some(row.bytes),
            e_tag: Some(ETag::Strong(row.etag)),
            last_modified: Some(timestamp(row.modified_at)),
            metadata: metadata(&row.metadata),
            ..Default::default()
        };
        Ok(S3Response::with_headers(output, media::headers(&row.content_type, None, None)))
    }

    pub(super) async fn get(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = request.input;
        let (row, file) = self.open_object(&input.key).await?;
        Conditions {
            matches: input.if_match,
            none_matches: input.if_none_match,
            modified_since: input.if_modified_since,
            unmodified_since: input.if_unmodified_since,
        }
        .check(&row)?;
        let partial = input.range.is_some();
        let range = wanted_range(input.range, &request.headers, &row)?;
        let total = row.bytes.cast_unsigned();
        let length = range.end - range.start;
        let partial = partial && honours_range(&request.headers, &row);
        let mut file = tokio::fs::File::from_std(file);
        file.seek(SeekFrom::Start(range.start)).await.map_err(failure)?;
        let body = ReaderStream::with_capacity(file.take(length), READ_BYTES);
        let headers = media::headers(
            &row.content_type,
            input.response_content_type.as_deref(),
            input.response_content_disposition.as_deref(),
        );
        let output = GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            body: Some(StreamingBlob::wrap(body.fuse())),
            content_length: Some(length.cast_signed()),
            content_range: partial.then(|| format!("bytes {}-{}/{total}", range.start, range.end.saturating_sub(1))),
            e_tag: Some(ETag::Strong(row.etag)),
            last_modified: Some(timestamp(row.modified_at)),
            metadata: metadata(&row.metadata),
            ..Default::default()
        };
        Ok(S3Response::with_headers(output, headers))
    }

    async fn open_object(&self, key: &str) -> S3Result<(ObjectRow, File)> {
        let mut tries = 0;
        loop {
            let row = store::object(&self.inner.db, &store::key_hex(key)).await.map_err(failure)?;
            let row = row.ok_or_else(|| s3_error!(NoSuchKey))?;
            let name = row.file.clone();
            match self.with_folder(move |folder| folder.open_object(&name)).await {
                Ok(file) => return Ok((row, file)),
                // Replaced or deleted since its row was read: look again.
                Err(error) if error.kind() == ErrorKind::NotFound && tries < 2 => tries += 1,
                Err(error) => return Err(failure(error)),
            }
        }
    }
}

/// The length that the sender announced; without one nothing is accepted.
pub(super) fn length(announced: Option<i64>, most: u64) -> S3Result<u64> {
    let announced = announced.ok_or_else(|| s3_error!(MissingContentLength))?;
    match u64::try_from(announced) {
        Ok(bytes) if bytes <= most => Ok(bytes),
        Ok(_) => Err(s3_error!(EntityTooLarge)),
        Err(_) => Err(s3_error!(InvalidArgument)),
    }
}

pub(super) fn metadata_text(metadata: Option<&Metadata>) -> String {
    metadata.and_then(|metadata| serde_json::to_string(metadata).ok()).unwrap_or_else(|| "{}".to_owned())
}

fn metadata(text: &str) -> Option<Metadata> {
    serde_json::from_str(text).ok().filter(|metadata: &Metadata| !metadata.is_empty())
}

pub(super) fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from(time_of(ms))
}

fn time_of(ms: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}

/// The bytes to answer with: all of them when no range is asked for.
fn wanted_range(range: Option<Range>, headers: &HeaderMap, row: &ObjectRow) -> S3Result<std::ops::Range<u64>> {
    let total = row.bytes.cast_unsigned();
    match range {
        Some(range) if honours_range(headers, row) => range.check(total).map_err(|error| {
            let mut refused = s3s::S3Error::from(error);
            let whole = HeaderValue::from_str(&format!("bytes */{total}")).ok();
            refused.set_headers(whole.map(|whole| (header::CONTENT_RANGE, whole)).into_iter().collect());
            refused
        }),
        _ => Ok(0..total),
    }
}

/// `If-Range` of another version asks for the whole.
fn honours_range(headers: &HeaderMap, row: &ObjectRow) -> bool {
    headers.get(header::IF_RANGE).is_none_or(|tag| tag.as_bytes() == format!("\"{}\"", row.etag).as_bytes())
}

/// RFC 9110, 13.2.2.
struct Conditions {
    matches: Option<ETagCondition>,
    none_matches: Option<ETagCondition>,
    modified_since: Option<Timestamp>,
    unmodified_since: Option<Timestamp>,
}

impl Conditions {
    fn check(&self, row: &ObjectRow) -> S3Result<()> {
        let is_this = |condition: &ETagCondition| condition.as_etag().is_none_or(|etag| etag.value() == row.etag);
        // The header counts whole seconds.
        let modified = timestamp(row.modified_at - row.modified_at.rem_euclid(1000));
        match (&self.matches, &self.unmodified_since) {
            (Some(condition), _) if !is_this(condition) => return Err(s3_error!(PreconditionFailed)),
            (None, Some(since)) if modified > *since => return Err(s3_error!(PreconditionFailed)),
            _ => {}
        }
        match (&self.none_matches, &self.modified_since) {
            (Some(condition), _) if is_this(condition) => Err(not_modified(row)),
            (None, Some(since)) if modified <= *since => Err(not_modified(row)),
            _ => Ok(()),
        }
    }
}

fn not_modified(row: &ObjectRow) -> s3s::S3Error {
    let mut answer = s3_error!(NotModified);
    let etag = HeaderValue::from_str(&format!("\"{}\"", row.etag)).ok();
    answer.set_headers(etag.map(|etag| (header::ETAG, etag)).into_iter().collect());
    answer
}
