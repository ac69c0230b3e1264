//! Recordings for programs that open files: on one machine the stored file itself, elsewhere as little of it as will do.

use crate::{
    domain::video::{Container, VideoFacts},
    media::{
        MediaError, MediaErrorKind,
        index::{self, Finder, IndexError, Span, Stream},
    },
    storage::{
        LocalFile, ObjectKey, ObjectStore, StoreError, StoreErrorKind,
        ranges::{Opened, RangeFile},
    },
};
use std::ops::Range;
use tokio_util::sync::CancellationToken;

/// What of a recording is going to be read.
#[derive(Debug, Clone, Copy)]
pub enum Need<'a> {
    /// What tells what it is: nothing is known of it yet.
    Edges,
    Spans(&'a VideoFacts, &'a [Span], Stream),
}

/// The recording `key` with all that `need` says; files without a usable index come whole.
pub async fn fetch(
    store: &ObjectStore,
    key: &ObjectKey,
    need: Need<'_>,
    cancel: &CancellationToken,
) -> Result<LocalFile, StoreError> {
    let mut file = match store.open_parts(key, cancel).await? {
        Opened::Whole(file) => return Ok(file),
        Opened::Parts(file) => file,
    };
    if fill(&mut file, need).await? {
        return Ok(file.into_file());
    }
    drop(file);
    store.materialise(key, cancel).await
}

/// Whether the file may be at fault for what a program says of it: it lacks bytes, or those in the cache were damaged. Then the
/// whole recording is tried before anybody is told that it is bad.
pub fn may_be_at_fault(file: &LocalFile, error: &MediaError) -> bool {
    use MediaErrorKind as Kind;
    let is_about_bytes = matches!(
        error.kind(),
        Kind::ToolFailed | Kind::TruncatedVideo | Kind::UnsupportedVideo | Kind::NoVideoTrack | Kind::WrongOutput
    );
    if file.has_holes() && is_about_bytes {
        tracing::warn!(code = error.code(), log = error.log_tail(), "recording.parts_failed");
    }
    file.has_holes() && is_about_bytes
}

/// Fetches what `need` says; whether that can be told.
pub async fn fill(file: &mut RangeFile, need: Need<'_>) -> Result<bool, StoreError> {
    if matches!(need, Need::Spans(facts, ..) if facts.container != Container::Mp4) {
        return Ok(false);
    }
    match wanted(file, need).await? {
        Ok(ranges) => {
            file.fetch(&ranges).await?;
            tracing::info!(bytes = file.fetched(), of = file.length(), "recording.fetched");
            Ok(true)
        }
        Err(why) => {
            tracing::info!(%why, "recording.no_index");
            Ok(false)
        }
    }
}

async fn wanted(file: &mut RangeFile, need: Need<'_>) -> Result<Result<Vec<Range<u64>>, IndexError>, StoreError> {
    let mut finder = Finder::new(file.length());
    while let Some(range) = finder.wants() {
        if let Err(error) = finder.feed(&file.read(range).await?) {
            return Ok(Err(error));
        }
    }
    let moov = match finder.index() {
        Ok(range) => file.read(range).await?,
        Err(error) => return Ok(Err(error)),
    };
    // Long games have hundreds of thousands of samples: not on a thread that others wait for.
    let work: Box<dyn FnOnce() -> Result<Vec<Range<u64>>, IndexError> + Send> = match need {
        Need::Edges => Box::new(move || index::edges(&finder, &moov)),
        Need::Spans(facts, spans, stream) => {
            let (facts, spans) = (facts.clone(), spans.to_vec());
            Box::new(move || index::ranges(&finder, &moov, &facts, &spans, stream))
        }
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StoreError::new(StoreErrorKind::Disk, error))
}
