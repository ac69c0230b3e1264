//! A request's body on its way to the disk: counted, hashed and verified, with at most two batches of it in memory.

use super::{checks::Promised, failure};
use bytes::Bytes;
use futures::StreamExt as _;
use md5::{Digest as _, Md5};
use s3s::{S3Result, dto::StreamingBlob, s3_error};
use std::{fs::File, io, os::unix::fs::FileExt as _, time::Duration};
use tokio_util::sync::CancellationToken;

/// What is written in one go: enough that the disk, not the hand-over, decides the speed.
const BATCH_BYTES: usize = 1 << 20;
/// What is left free for the database: on a disk that is full to the last byte nothing could be deleted any more.
const RESERVE_BYTES: u64 = 64 << 20;
/// A sender that brings no byte for so long is given up.
const SENDER_SILENCE: Duration = Duration::from_mins(1);

/// Bytes that are on the disk and are what the sender promised. `held` is what had to live until then.
pub(super) struct Received<H> {
    pub(super) bytes: u64,
    pub(super) md5: [u8; 16],
    /// Base64, as in `x-amz-checksum-crc32`.
    pub(super) crc32: String,
    pub(super) held: H,
}

/// Where the bytes go. It moves to the threads that write and back, with all that must not be let go while they write,
/// even when the request itself has been dropped.
struct Writer<H> {
    file: File,
    offset: u64,
    bytes: u64,
    md5: Md5,
    promised: Promised,
    held: H,
}

impl<H: Send + 'static> Writer<H> {
    fn write(mut self, batch: Vec<Bytes>) -> io::Result<Self> {
        for chunk in batch {
            self.file.write_all_at(&chunk, self.offset + self.bytes)?;
            self.md5.update(&chunk);
            self.promised.update(&chunk);
            self.bytes += chunk.len() as u64;
        }
        Ok(self)
    }
}

/// Writes `body` into `file` from `offset` on, syncs it, and verifies length and checksums. On any error the bytes may
/// be there, but nothing that names them.
pub(super) async fn receive<H: Send + 'static>(
    body: Option<StreamingBlob>,
    expected: u64,
    promised: Promised,
    (file, offset): (File, u64),
    held: H,
    stop: &CancellationToken,
) -> S3Result<Received<H>> {
    has_room(&file, expected).map_err(failure)?;
    let mut source = Source { body, left: expected };
    let mut writer = Writer { file, offset, bytes: 0, md5: Md5::new(), promised, held };
    let mut batch = source.batch(stop).await?;
    while !batch.is_empty() {
        let writing = tokio::task::spawn_blocking(move || writer.write(batch));
        // The next batch comes in while this one is written.
        let (next, written) = tokio::join!(source.batch(stop), writing);
        writer = written.map_err(failure)?.map_err(failure)?;
        batch = next?;
    }
    let synced = tokio::task::spawn_blocking(move || writer.file.sync_data().map(|()| writer)).await;
    let writer = synced.map_err(failure)?.map_err(failure)?;
    let md5 = writer.md5.finalize().into();
    let crc32 = writer.promised.verify(&md5)?;
    Ok(Received { bytes: writer.bytes, md5, crc32, held: writer.held })
}

fn has_room(file: &File, bytes: u64) -> io::Result<()> {
    let disk = rustix::fs::fstatvfs(file)?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free < bytes.saturating_add(RESERVE_BYTES) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
}

struct Source {
    /// None once it has ended.
    body: Option<StreamingBlob>,
    left: u64,
}

impl Source {
    /// The next megabyte or so; empty at the end, which must be where the length says.
    async fn batch(&mut self, stop: &CancellationToken) -> S3Result<Vec<Bytes>> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while bytes < BATCH_BYTES
            && let Some(body) = &mut self.body
        {
            let next = tokio::time::timeout(SENDER_SILENCE, stop.run_until_cancelled(body.next()));
            match next.await {
                Ok(Some(Some(Ok(chunk)))) => {
                    let length = chunk.len() as u64;
                    self.left = self.left.checked_sub(length).ok_or_else(|| s3_error!(IncompleteBody))?;
                    bytes += chunk.len();
                    batch.push(chunk);
                }
                Ok(Some(Some(Err(error)))) => return Err(broken(error)),
                Ok(Some(None)) => self.body = None,
                Ok(None) => return Err(s3_error!(SlowDown, "The upload is being completed or aborted")),
                Err(_) => return Err(s3_error!(RequestTimeout)),
            }
        }
        if self.body.is_none() && self.left > 0 {
            return Err(s3_error!(IncompleteBody));
        }
        Ok(batch)
    }
}

/// The body ended with an error: the sender went away, or a signature over its bytes does not fit.
fn broken(error: s3s::StdError) -> s3s::S3Error {
    let code = if error.to_string().contains("Mismatch") {
        s3s::S3ErrorCode::BadDigest
    } else {
        s3s::S3ErrorCode::IncompleteBody
    };
    s3s::S3Error::with_source(code, error)
}
