//! Files that were made together, as one ZIP: written while it is sent, stored rather than squeezed, since video is squeezed
//! already. Nothing of it is kept.

use super::store::{self, RenditionRow};
use crate::{
    error::{ApiError, Code},
    server::{door::Caller, state::AppState},
    storage::disposition,
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
    let busy = || ApiError::new(Code::TooMany, "Other ZIP files are being sent. Try again in a moment.");
    let turn = AT_ONCE.try_acquire().map_err(|_| busy())?;
    let saved_as = disposition::attachment(&format!("{}.zip", common(&files)));
    let (sender, receiver) = mpsc::channel(WAITING);
    let app = caller.app.clone();
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let failed = sender.clone();
        if let Err(error) = write(&app, &files, sender, &runtime) {
            tracing::warn!(error = %error, "gallery.zip_failed");
            // The connection breaks, so that nobody takes a part for the whole.
            let _ = runtime.block_on(failed.send_timeout(Err(error), PATIENCE));
        }
    });
    let blocks = futures::stream::unfold(receiver, async |mut receiver| {
        let block: io::Result<Bytes> = receiver.recv().await?;
        Some((block, receiver))
    });
    // Layers above may ask again after the end.
    let body = Body::from_stream(blocks.fuse());
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        // Nothing above squeezes it again.
        (header::CONTENT_ENCODING, "identity".to_owned()),
        (header::CONTENT_DISPOSITION, saved_as),
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
    for (name, file) in names(files).into_iter().zip(files) {
        let key = stored_key(&file.object_key).map_err(io::Error::other)?;
        let fetched = async {
            tokio::select! {
                held = app.store.materialise(&key, &cancel) => held.map_err(io::Error::other),
                () = gone.closed() => Err(io::ErrorKind::BrokenPipe.into()),
            }
        };
        let held = runtime.block_on(fetched)?;
        zip.start_file(name, options).map_err(io::Error::other)?;
        io::copy(&mut std::fs::File::open(held.path())?, &mut zip)?;
    }
    zip.finish().map_err(io::Error::other)?.into_inner().flush()
}

/// What the files' names have in common, as far as whole words go: the game's or the reel's name.
fn common(files: &[RenditionRow]) -> String {
    let mut words: Vec<&str> = files.first().map(|file| file.name.split(' ').collect()).unwrap_or_default();
    for file in files {
        let same = words.iter().zip(file.name.split(' ')).take_while(|(word, other)| **word == *other).count();
        words.truncate(same);
    }
    if words.is_empty() { "Clips".to_owned() } else { words.join(" ") }
}

/// Names that every system takes, no two alike.
fn names(files: &[RenditionRow]) -> Vec<String> {
    let plain = |file: &RenditionRow| -> String {
        let name = disposition::plain_name(&file.name);
        name.chars().map(|c| if r#":*?"<>|"#.contains(c) { '-' } else { c }).take(60).collect()
    };
    let all: Vec<String> = files.iter().map(plain).collect();
    let is_alone = |name: &String| all.iter().filter(|other| *other == name).count() == 1;
    let name =
        |(n, name): (usize, &String)| if is_alone(name) { format!("{name}.mp4") } else { format!("{name} ({n}).mp4") };
    (1..).zip(&all).map(name).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{ids::RenditionId, time::Micros},
        exports::types::ExportKind,
    };

    fn file(name: &str) -> RenditionRow {
        RenditionRow {
            id: RenditionId::generate(),
            name: name.to_owned(),
            reel: None,
            kind: ExportKind::Clip,
            batch: None,
            object_key: String::new(),
            poster_key: None,
            bytes: 0,
            width: 0,
            height: 0,
            duration: Micros::ZERO,
            created_at: 0,
        }
    }

    #[test]
    fn names_are_safe_and_no_two_alike() {
        let long = format!("Vs Rovers {}", "é".repeat(90));
        let files = ["Vs Rovers 01 Goal", "Vs Rovers ../02\\Save", &long, &format!("{long}!")].map(file);
        let names = names(&files);
        assert_eq!(names[..2], ["Vs Rovers 01 Goal.mp4", "Vs Rovers ..-02-Save.mp4"]);
        assert!(names[2].ends_with(" (3).mp4") && names[3].ends_with(" (4).mp4"), "{names:?}");
        assert!(names.iter().all(|name| name.len() < 255));
        assert_eq!(common(&files), "Vs Rovers");
        assert_eq!(common(&["One", "Two"].map(file)), "Clips");
    }
}
