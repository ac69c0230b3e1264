//! Files that were made together, as one ZIP: written while it is sent, stored rather than squeezed, since video is squeezed
//! already. Nothing of it is kept.

use super::store::{self, RenditionRow};
use crate::{
    error::ApiError,
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
use std::io::{self, Write};
use tokio::{runtime::Handle, sync::mpsc};
use tokio_util::sync::CancellationToken;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Blocks between who writes and who sends: what is not fetched yet waits.
const WAITING: usize = 8;
const BLOCK: usize = 256 << 10;

pub async fn zip(caller: &Caller, batch: &str) -> Result<Response, ApiError> {
    let files = store::of_batch(&caller.app.db, caller.owner(), batch).await?;
    if files.is_empty() {
        return Err(ApiError::not_found("file"));
    }
    let (sender, receiver) = mpsc::channel(WAITING);
    let app = caller.app.clone();
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let failed = sender.clone();
        if let Err(error) = write(&app, &files, sender, &runtime) {
            tracing::warn!(error = %error, "gallery.zip_failed");
            // The connection breaks, so that nobody takes a part for the whole.
            let _ = failed.blocking_send(Err(error));
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
    let cancel = CancellationToken::new();
    let mut zip = ZipWriter::new_stream(Sending { sender, block: Vec::with_capacity(BLOCK) });
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
    for (n, file) in (1..).zip(files) {
        let key = stored_key(&file.object_key).map_err(io::Error::other)?;
        let held = runtime.block_on(app.store.materialise(&key, &cancel)).map_err(io::Error::other)?;
        zip.start_file(name_in_zip(&file.name, n, files), options).map_err(io::Error::other)?;
        io::copy(&mut std::fs::File::open(held.path())?, &mut zip)?;
    }
    zip.finish().map_err(io::Error::other)?.into_inner().flush()
}

/// Without what means something in a path; with its number where two have one name.
fn name_in_zip(name: &str, number: usize, files: &[RenditionRow]) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '-' } else { c }).collect();
    let is_alone = files.iter().filter(|file| file.name == name).count() == 1;
    if is_alone { format!("{plain}.mp4") } else { format!("{plain} ({number}).mp4") }
}

/// Collects what is written into blocks, and sends them.
struct Sending {
    sender: mpsc::Sender<io::Result<Bytes>>,
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
        self.sender.blocking_send(Ok(block)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}
