//! Multipart uploads: the browser's parts go straight to the store, the server opens, counts and completes.

use super::{
    client::{ObjectStore, Sums, bare_etag, patient, signed, unsigned},
    error::{StoreError, StoreErrorKind},
    keys::ObjectKey,
};
use aws_sdk_s3::{
    primitives::{ByteStream, SdkBody},
    types::{CompletedMultipartUpload, CompletedPart},
};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use http_body_util::StreamBody;
use std::{
    path::Path,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::io::AsyncReadExt as _;

/// The metadata by which the built-in store knows where a part belongs in the file.
pub(super) const PART_SIZE_METADATA: &str = "part-size";
/// S3's limit.
pub const MAX_PARTS: u64 = 10_000;
/// The parts in which the server itself sends a large file, and how many of them lie in memory at once.
const OWN_PART_BYTES: u64 = 16 << 20;
const OWN_PARTS_IN_FLIGHT: usize = 2;
/// A sender that brings no byte for so long is given up.
const SENDER_SILENCE: Duration = Duration::from_mins(1);

/// A part as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartInfo {
    /// From 1.
    pub number: u32,
    pub bytes: u64,
    /// Without quotes.
    pub etag: String,
}

/// An upload that was neither completed nor aborted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenMultipart {
    pub key: ObjectKey,
    /// The store's name for it.
    pub upload: String,
    /// When it began, milliseconds; the end of time when the store does not say.
    pub initiated_ms: i64,
}

/// A finished object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletedObject {
    pub bytes: u64,
    /// Without quotes.
    pub etag: String,
}

impl ObjectStore {
    /// Opens an upload and answers the store's name for it. All parts but the last must be `part_size` bytes long.
    pub async fn create_multipart(
        &self,
        key: &ObjectKey,
        content_type: &str,
        part_size: u64,
    ) -> Result<String, StoreError> {
        let answer = self
            .client()
            .create_multipart_upload()
            .bucket(self.bucket())
            .key(key.as_str())
            .content_type(content_type)
            .metadata(PART_SIZE_METADATA, part_size.to_string())
            .send()
            .await?;
        answer.upload_id.ok_or_else(|| StoreError::new(StoreErrorKind::Unavailable, "the store named no upload"))
    }

    /// Every open upload whose key starts with `prefix`. Keys that are not of our making are left out.
    pub async fn list_multiparts(&self, prefix: &str) -> Result<Vec<OpenMultipart>, StoreError> {
        let request = self.client().list_multipart_uploads().bucket(self.bucket()).prefix(prefix);
        let (mut found, mut after) = (Vec::new(), (None, None));
        loop {
            let (key, id) = after;
            let page = request.clone().set_key_marker(key).set_upload_id_marker(id).send().await?;
            for upload in page.uploads() {
                let key = upload.key().and_then(|key| key.parse().ok());
                if let (Some(key), Some(id)) = (key, upload.upload_id()) {
                    let initiated_ms = upload.initiated().and_then(|at| at.to_millis().ok()).unwrap_or(i64::MAX);
                    found.push(OpenMultipart { key, upload: id.to_owned(), initiated_ms });
                }
            }
            if page.is_truncated() != Some(true) {
                return Ok(found);
            }
            after = (page.next_key_marker, page.next_upload_id_marker);
        }
    }

    /// Every part that has arrived whole, by number. `UploadGone` when the upload was completed, aborted or has expired.
    pub async fn list_parts(&self, key: &ObjectKey, upload: &str) -> Result<Vec<PartInfo>, StoreError> {
        let request = self.client().list_parts().bucket(self.bucket()).key(key.as_str()).upload_id(upload);
        let mut pages = request.into_paginator().send();
        let mut parts = Vec::new();
        while let Some(page) = pages.next().await {
            for part in page?.parts() {
                let number = part.part_number().and_then(|number| u32::try_from(number).ok()).unwrap_or_default();
                parts.push(PartInfo { number, bytes: unsigned(part.size())?, etag: bare_etag(part.e_tag()) });
            }
        }
        Ok(parts)
    }

    /// Joins the parts that the store has into the object, if they are 1 to N without a gap and make up `bytes`;
    /// otherwise `PartsIncomplete`. A second call is a success when the object stands with that length.
    pub async fn complete_multipart(
        &self,
        key: &ObjectKey,
        upload: &str,
        bytes: u64,
    ) -> Result<CompletedObject, StoreError> {
        let joined = match self.list_parts(key, upload).await {
            Ok(parts) => self.join(key, upload, &parts, bytes).await,
            Err(error) => Err(error),
        };
        match joined {
            Ok(()) => {}
            // A lost answer: the upload is gone because it is complete. HEAD decides.
            Err(error) if error.kind() == StoreErrorKind::UploadGone => {}
            Err(error) => return Err(error),
        }
        match self.head(key).await? {
            Some(object) if object.bytes == bytes => Ok(CompletedObject { bytes, etag: object.etag }),
            Some(object) => {
                Err(StoreError::new(StoreErrorKind::WrongLength, format!("{} instead of {bytes} bytes", object.bytes)))
            }
            None => Err(StoreError::new(StoreErrorKind::UploadGone, "neither upload nor object exists")),
        }
    }

    async fn join(&self, key: &ObjectKey, upload: &str, parts: &[PartInfo], bytes: u64) -> Result<(), StoreError> {
        let without_gap = parts.iter().zip(1..).all(|(part, number)| part.number == number);
        let sum: u64 = parts.iter().map(|part| part.bytes).sum();
        if !without_gap || sum != bytes || parts.is_empty() {
            let detail = format!("{} parts with {sum} of {bytes} bytes", parts.len());
            return Err(StoreError::new(StoreErrorKind::PartsIncomplete, detail));
        }
        let parts = parts
            .iter()
            .map(|part| {
                let number = i32::try_from(part.number).unwrap_or(i32::MAX);
                CompletedPart::builder().part_number(number).e_tag(format!("\"{}\"", part.etag)).build()
            })
            .collect();
        self.client()
            .complete_multipart_upload()
            .bucket(self.bucket())
            .key(key.as_str())
            .upload_id(upload)
            .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(parts)).build())
            .customize()
            .config_override(patient())
            .send()
            .await?;
        Ok(())
    }

    /// Gives the upload up and frees its parts; one that does not exist is given up already.
    pub async fn abort_multipart(&self, key: &ObjectKey, upload: &str) -> Result<(), StoreError> {
        let request = self.client().abort_multipart_upload().bucket(self.bucket()).key(key.as_str()).upload_id(upload);
        match request.send().await.map_err(StoreError::from) {
            Err(error) if !matches!(error.kind(), StoreErrorKind::UploadGone | StoreErrorKind::NotFound) => Err(error),
            _ => Ok(()),
        }
    }

    /// Passes one part on from `body` as it comes, exactly `bytes` long. Nothing is stored when the body is shorter,
    /// longer, silent for a minute, or does not have the promised checksum (Base64, of the kind that the store takes).
    pub async fn upload_part<E>(
        &self,
        key: &ObjectKey,
        upload: &str,
        number: u32,
        bytes: u64,
        checksum: Option<&str>,
        body: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    ) -> Result<PartInfo, StoreError>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let wrong_length = Arc::new(AtomicBool::new(false));
        let counted = exactly(bytes, body, Arc::clone(&wrong_length));
        let frames = StreamBody::new(OneOwner(Mutex::new(Box::pin(counted))));
        let sums = Sums::stated(self.checksum(), checksum.map(str::to_owned));
        let result = self.send_part(key, upload, number, bytes, SdkBody::from_body_1_x(frames).into(), sums).await;
        if wrong_length.load(Ordering::Acquire) {
            return Err(StoreError::new(StoreErrorKind::WrongLength, "the body does not have the announced length"));
        }
        result
    }

    async fn send_part(
        &self,
        key: &ObjectKey,
        upload: &str,
        number: u32,
        bytes: u64,
        body: ByteStream,
        sums: Sums,
    ) -> Result<PartInfo, StoreError> {
        let answer = self
            .client()
            .upload_part()
            .bucket(self.bucket())
            .key(key.as_str())
            .upload_id(upload)
            .part_number(i32::try_from(number).unwrap_or(i32::MAX))
            .content_length(signed(bytes)?)
            .set_checksum_crc32(sums.crc32)
            .set_content_md5(sums.md5)
            .body(body)
            .customize()
            // The checksum guards the bytes: a SHA-256 over them at both ends would only cost time.
            .disable_payload_signing()
            .config_override(patient())
            .send()
            .await?;
        Ok(PartInfo { number, bytes, etag: bare_etag(answer.e_tag()) })
    }

    /// The server's own large files. A failure leaves no open upload behind, unless the store cannot be reached at all.
    pub(super) async fn put_file_in_parts(
        &self,
        key: &ObjectKey,
        path: &Path,
        bytes: u64,
        content_type: &str,
    ) -> Result<u64, StoreError> {
        let part_size = OWN_PART_BYTES.max(bytes.div_ceil(MAX_PARTS));
        let upload = self.create_multipart(key, content_type, part_size).await?;
        let sent = stream::iter(1..=bytes.div_ceil(part_size))
            .map(|number| self.send_own_part(key, &upload, path, number, part_size))
            .buffer_unordered(OWN_PARTS_IN_FLIGHT)
            .try_collect::<Vec<()>>()
            .await;
        let result = match sent {
            Ok(_) => self.complete_multipart(key, &upload, bytes).await.map(|object| object.bytes),
            Err(error) => Err(error),
        };
        if let Err(error) = &result
            && let Err(second) = self.abort_multipart(key, &upload).await
        {
            tracing::warn!(?error, abort = ?second, "an upload of our own was left open");
        }
        result
    }

    async fn send_own_part(
        &self,
        key: &ObjectKey,
        upload: &str,
        path: &Path,
        number: u64,
        part_size: u64,
    ) -> Result<(), StoreError> {
        use tokio::io::AsyncSeekExt as _;
        let mut file = tokio::fs::File::open(path).await?;
        file.seek(std::io::SeekFrom::Start((number - 1) * part_size)).await?;
        let mut part = BytesMut::new();
        let mut limited = file.take(part_size);
        while limited.read_buf(&mut part).await? > 0 {}
        let sums = Sums::of_bytes(self.checksum(), &part);
        let (length, number) = (part.len() as u64, u32::try_from(number).unwrap_or(u32::MAX));
        self.send_part(key, upload, number, length, part.freeze().into(), sums).await.map(drop)
    }
}

type Frame = http_body::Frame<Bytes>;

/// The body with its bytes counted: an error instead of a byte too many, of an end too early, and of a long silence.
fn exactly<E>(
    bytes: u64,
    body: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    wrong_length: Arc<AtomicBool>,
) -> impl Stream<Item = std::io::Result<Frame>> + Send
where
    E: std::error::Error + Send + Sync + 'static,
{
    let start = (Box::pin(body), bytes, wrong_length);
    stream::try_unfold(start, |(mut body, left, wrong_length)| async move {
        let chunk = next(&mut body).await?;
        let left = left.checked_sub(chunk.as_ref().map_or(0, |chunk| chunk.len() as u64));
        match (chunk, left) {
            (None, Some(0)) => Ok(None),
            (Some(chunk), Some(left @ 1..)) => Ok(Some((Frame::data(chunk), (body, left, wrong_length)))),
            // Nobody asks for more than was announced: what comes after the last byte shows only before that one leaves.
            (Some(chunk), Some(0)) if next(&mut body).await?.is_none() => {
                Ok(Some((Frame::data(chunk), (body, 0, wrong_length))))
            }
            _ => {
                wrong_length.store(true, Ordering::Release);
                Err(std::io::Error::other("not the announced length"))
            }
        }
    })
}

/// The next bytes that are any.
async fn next<E>(body: &mut Pin<Box<impl Stream<Item = Result<Bytes, E>>>>) -> std::io::Result<Option<Bytes>>
where
    E: std::error::Error + Send + Sync + 'static,
{
    loop {
        let next = tokio::time::timeout(SENDER_SILENCE, body.next()).await.map_err(std::io::Error::other)?;
        match next.transpose().map_err(std::io::Error::other)? {
            Some(chunk) if chunk.is_empty() => {}
            chunk => return Ok(chunk),
        }
    }
}

/// Makes a stream `Sync`, as the SDK wants it, by giving it only to who holds it exclusively.
struct OneOwner<S>(Mutex<Pin<Box<S>>>);

impl<S: Stream> Stream for OneOwner<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        match self.0.get_mut() {
            Ok(stream) => stream.as_mut().poll_next(context),
            Err(_) => Poll::Ready(None),
        }
    }
}
