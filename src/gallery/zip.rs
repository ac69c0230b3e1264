//! Files that were made together, as one ZIP: written while it is sent, stored rather than squeezed, since video is squeezed
//! already. Nothing of it is kept.

use super::store::{self, RenditionRow};
use crate::{
    error::{ApiError, Code},
    server::{door::Caller, state::AppState},
    videos::service::stored_key,
};
use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::StreamExt;
use std::{
    io::{self, Write},
    time::Duration,
};
use tokio::{
    runtime::Handle,
    sync::{Semaphore, mpsc},
};
use tokio_util::sync::CancellationToken;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Blocks between who writes and who sends: what is not fetched yet waits.
const WAITING: usize = 8;
const BLOCK: usize = 256 << 10;
const PATIENCE: Duration = Duration::from_mins(2);
static AT_ONCE: Semaphore = Semaphore::const_new(8);

pub async fn zip(caller: &Caller, batch: &str) -> Result<Response, ApiError> {
    let files = store::of_batch(&caller.app.db, caller.owner(), batch).await?;
    if files.is_empty() {
        return Err(ApiError::not_found("file"));
    }
    // Each holds a thread of ours.
    let busy = || ApiError::new(Code::NotReady, "Other ZIP files are being sent. Try again in a moment.");
    let turn = AT_ONCE.try_acquire().map_err(|_| busy())?;
    let (sender, receiver) = mpsc::channel(WAITING);
    let app = caller.app.clone();
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let failed = sender.clone();
        if let Err(error) = write(&app, &files, sender, &runtime) {
            tracing::warn!(error = %error, "gallery.zip_failed");
            // The connection breaks, so that nobody takes a part for the whole.
            let _ = failed.try_send(Err(error));
        }
    });
    let blocks = futures::stream::unfold(receiver, async |mut receiver| {
        let block: io::Result<Bytes> = receiver.recv().await?;
        Some((block, receiver))
    });
    // Layers above may ask again after the end.
    let body = Body::from_stream(blocks.fuse());
    let headers = [
        (header::CONTENT_TYPE, "application/zip"),
        // Nothing above squeezes it again.
        (header::CONTENT_ENCODING, "identity"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"clips.zip\""),
    ];
    Ok((headers, body).into_response())
}

fn write(
    app: &AppState,
    files: &[RenditionRow],
    sender: mpsc::Sender<io::Result<Bytes>>,
    runtime: &Handle,
) -> io::Result<()> {
    let (cancel, gone) = (CancellationToken::new(), sender.clone());
    let mut zip = ZipWriter::new_stream(Sending { sender, runtime: runtime.clone(), block: Vec::with_capacity(BLOCK) });
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
    for (n, file) in (1..).zip(files) {
        let key = stored_key(&file.object_key).map_err(io::Error::other)?;
        let fetched = async {
            tokio::select! {
                held = app.store.materialise(&key, &cancel) => held.map_err(io::Error::other),
                () = gone.closed() => Err(io::ErrorKind::BrokenPipe.into()),
            }
        };
        let held = runtime.block_on(fetched)?;
        zip.start_file(name_in_zip(&file.name, n), options).map_err(io::Error::other)?;
        io::copy(&mut std::fs::File::open(held.path())?, &mut zip)?;
    }
    zip.finish().map_err(io::Error::other)?.into_inner().flush()
}

/// Without what means something in a path, of a length that every disk takes; its number keeps equal names apart.
fn name_in_zip(name: &str, number: usize) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '-' } else { c }).collect();
    let short: String = plain.chars().take(60).collect();
    format!("{number:02} {}.mp4", short.trim())
}

/// Collects what is written into blocks, and sends them.
struct Sending {
    sender: mpsc::Sender<io::Result<Bytes>>,
    runtime: Handle,
    block: Vec<u8>,
}

impl Write for Sending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.block.extend_from_slice(bytes);
        if self.block.len() >= BLOCK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let block = Bytes::from(std::mem::take(&mut self.block));
        if block.is_empty() {
            return Ok(());
        }
        // Who has stopped reading is not waited for for ever.
        let sent = self.runtime.block_on(self.sender.send_timeout(Ok(block), PATIENCE));
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}
