//! One chunk of an export: three threads, a few pictures between them, and a file that appears under its content key only
//! when it holds exactly the frames that were planned.
//!
//! Pictures travel in a fixed number of buffers that go round, so memory stays what it is whatever is slow.

use super::{
    compose::Compositor,
    decode::{Decoder, MOST_MISSING, Stretch, frame_bytes, stretches},
    encode::Encoder,
    error::{MediaError, MediaErrorKind as Kind},
    finish::count_frames,
    index::Span,
    tools::Tools,
    window::Window,
};
use crate::domain::plan::{ChunkSpec, PLAN_VERSION};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Pictures between decoder and compositor, and between compositor and encoder.
const BUFFERS: usize = 4;

/// Where and with what a chunk is rendered.
#[derive(Clone)]
struct Site {
    tools: Tools,
    work: PathBuf,
    cancel: CancellationToken,
    tracker: TaskTracker,
    /// Output frames that are composed.
    done: Arc<watch::Sender<i64>>,
}

/// The chunk's name among all chunks ever: a hash of everything that decides its bytes.
pub fn content_key(fingerprint: &str, spec: &ChunkSpec) -> String {
    #[derive(Serialize)]
    struct Key<'a> {
        spec: &'a ChunkSpec,
        encoder: &'a str,
    }
    // Serialising plain structs cannot fail.
    hex::encode(Sha256::digest(serde_json::to_vec(&Key { spec, encoder: fingerprint }).unwrap_or_default()))
}

/// What of the recording a chunk shows.
pub fn spans(spec: &ChunkSpec) -> Vec<Span> {
    let start = |frame| spec.facts.rate.frame_start(frame);
    stretches(spec).into_iter().map(|Stretch { first, end }| Span { from: start(first), to: start(end) }).collect()
}

pub fn chunk_file(work: &Path, key: &str) -> PathBuf {
    work.join(format!("chunk-{key}.mp4"))
}

/// Renders `spec` from the recording `source` into `file`, which appears only when it holds the planned frames. Tells
/// `on_frames` how many output frames are composed. When it returns, or its future is dropped, no child process is left.
pub async fn render_chunk(
    tools: &Tools,
    spec: &ChunkSpec,
    source: &Path,
    file: &Path,
    on_frames: impl Fn(i64) + Send + Sync,
    cancel: &CancellationToken,
) -> Result<(), MediaError> {
    check_spec(spec)?;
    let source =
        tokio::fs::canonicalize(source).await.map_err(|error| MediaError::new(Kind::SourceMissing, error.kind()))?;
    let (done, mut changes) = watch::channel(0);
    let work = file.parent().ok_or(Kind::Io)?;
    let site = Site {
        tools: tools.clone(),
        work: tokio::fs::canonicalize(work).await?,
        cancel: cancel.child_token(),
        tracker: TaskTracker::new(),
        done: Arc::new(done),
    };
    let file = site.work.join(file.file_name().ok_or(Kind::Io)?);
    let _ends_with_us = site.cancel.clone().drop_guard();
    let answer = {
        let rendering = run(&site, spec, source, &file);
        tokio::pin!(rendering);
        loop {
            tokio::select! {
                biased;
                answer = &mut rendering => break answer,
                Ok(()) = changes.changed() => on_frames(*changes.borrow_and_update()),
            }
        }
    };
    site.cancel.cancel();
    site.tracker.close();
    site.tracker.wait().await;
    if answer.is_ok() {
        on_frames(*changes.borrow());
    }
    // Whatever broke first while everything was being ended, the reason is that it was ended.
    if cancel.is_cancelled() && answer.is_err() { Err(Kind::Cancelled.into()) } else { answer }
}

/// A stored plan may be older than this program, or damaged.
fn check_spec(spec: &ChunkSpec) -> Result<(), MediaError> {
    let even = |length: u32| (16..=4_096).contains(&length) && length.is_multiple_of(2);
    let good = spec.version == PLAN_VERSION
        && spec.rate.is_usable()
        && spec.facts.rate.is_usable()
        && even(spec.width)
        && even(spec.height)
        && spec.frames() > 0;
    if good { Ok(()) } else { Err(MediaError::new(Kind::WrongOutput, "the plan cannot be rendered by this version")) }
}

async fn run(site: &Site, spec: &ChunkSpec, source: PathBuf, file: &Path) -> Result<(), MediaError> {
    let part = file.with_extension("part");
    let window = Window::of(spec);
    let (pictures, wanted) = Passing::new(window.bytes());
    let (composed, to_write) = Passing::new(frame_bytes(spec.width, spec.height));
    let decoder = {
        let (site, spec) = (site.clone(), spec.clone());
        site.tracker.clone().spawn_blocking(move || decode(&site, &spec, window, &source, &pictures))
    };
    let compositor = {
        let (spec, cancel) = (spec.clone(), site.cancel.clone());
        site.tracker.spawn_blocking(move || compose(&spec, window, &wanted, &composed, &cancel))
    };
    let encoder = {
        let (site, spec, part) = (site.clone(), spec.clone(), part.clone());
        site.tracker.clone().spawn_blocking(move || encode(&site, &spec, &part, &to_write))
    };
    first_cause([join(decoder).await, join(compositor).await, join(encoder).await])?;
    let found = count_frames(&site.tools, &part, &site.cancel).await?;
    if found != spec.frames() {
        return Err(MediaError::new(Kind::WrongOutput, format!("a chunk has {found} frames, not {}", spec.frames())));
    }
    publish(&part, file).await
}

/// Gives a complete file its name, once its bytes are on the disk.
pub async fn publish(part: &Path, file: &Path) -> Result<(), MediaError> {
    tokio::fs::File::open(part).await?.sync_all().await?;
    Ok(tokio::fs::rename(part, file).await?)
}

/// The answer of a thread; a panic is a failure like any other.
pub async fn join<T>(task: JoinHandle<Result<T, MediaError>>) -> Result<T, MediaError> {
    task.await.unwrap_or_else(|_| Err(MediaError::new(Kind::ToolFailed, "a rendering thread ended")))
}

/// When one of the threads fails, the others stop for want of work: the one that failed says why.
fn first_cause(answers: [Result<(), MediaError>; 3]) -> Result<(), MediaError> {
    let errors: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
    let rank = |error: &MediaError| match error.kind() {
        Kind::Cancelled => 0,
        Kind::Stalled | Kind::DiskFull | Kind::TruncatedVideo => 1,
        Kind::WrongOutput => 3,
        _ => 2,
    };
    errors.into_iter().min_by_key(rank).map_or(Ok(()), Err)
}

/// One end of a ring of buffers: filled ones go one way, empty ones come back.
struct Passing<T> {
    give: SyncSender<T>,
    empty: Receiver<Vec<u8>>,
}

struct Taking<T> {
    take: Receiver<T>,
    back: SyncSender<Vec<u8>>,
}

impl<T> Passing<T> {
    fn new(bytes: usize) -> (Self, Taking<T>) {
        let (give, take) = sync_channel(BUFFERS);
        let (back, empty) = sync_channel(BUFFERS);
        for _ in 0..BUFFERS {
            // The channel holds as many as are sent.
            let _ = back.try_send(vec![0; bytes]);
        }
        (Self { give, empty }, Taking { take, back })
    }
}

/// A source frame and its number.
type Numbered = (i64, Vec<u8>);
/// An output picture and how often it is shown in a row.
type Repeated = (u32, Vec<u8>);

fn decode(
    site: &Site,
    spec: &ChunkSpec,
    window: Window,
    source: &Path,
    pictures: &Passing<Numbered>,
) -> Result<(), MediaError> {
    for stretch in stretches(spec) {
        let mut decoder = Decoder::start(&site.tools, source, &spec.facts, stretch, window, &site.cancel)?;
        // Whoever hung up says why.
        while let Ok(mut buffer) = pictures.empty.recv() {
            let Some(number) = decoder.read(&mut buffer)? else { break };
            if pictures.give.send((number, buffer)).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn compose(
    spec: &ChunkSpec,
    window: Window,
    wanted: &Taking<Numbered>,
    composed: &Passing<Repeated>,
    cancel: &CancellationToken,
) -> Result<(), MediaError> {
    let mut compositor = Compositor::new((window.width, window.height), (spec.width, spec.height));
    let space = spec.space();
    let mut held: Option<Numbered> = None;
    for (frame, times) in repeats(spec.source_frames()) {
        while held.as_ref().is_none_or(|(number, _)| *number < frame) {
            match (wanted.take.recv(), &held) {
                (Ok(next), _) => {
                    if let Some((_, buffer)) = held.replace(next) {
                        let _ = wanted.back.send(buffer);
                    }
                }
                // At a recording's end a frame may be missing: the last one stays.
                (Err(_), Some((number, _))) if frame - number <= MOST_MISSING => break,
                (Err(_), _) => return Ok(()),
            }
        }
        if cancel.is_cancelled() {
            return Ok(());
        }
        let (Some((_, picture)), Ok(mut buffer)) = (&held, composed.empty.recv()) else { return Ok(()) };
        let crop = space.rect_at(&spec.crop, spec.facts.rate.frame_start(frame));
        compositor.compose(picture, window.inside(crop), &mut buffer)?;
        if composed.give.send((times, buffer)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn encode(site: &Site, spec: &ChunkSpec, part: &Path, to_write: &Taking<Repeated>) -> Result<(), MediaError> {
    let mut encoder = Encoder::start(&site.tools, spec, part, &site.work, &site.cancel)?;
    for (times, buffer) in &to_write.take {
        for _ in 0..times {
            encoder.write(&buffer)?;
        }
        site.done.send_modify(|done| *done += i64::from(times));
        let _ = to_write.back.send(buffer);
    }
    encoder.finish()
}

/// Equal neighbours counted: `[3, 3, 4]` becomes `(3, 2), (4, 1)`.
fn repeats(frames: impl Iterator<Item = i64>) -> impl Iterator<Item = (i64, u32)> {
    let mut frames = frames.peekable();
    std::iter::from_fn(move || {
        let frame = frames.next()?;
        let mut times = 1;
        while frames.next_if_eq(&frame).is_some() {
            times += 1;
        }
        Some((frame, times))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_are_counted() {
        assert_eq!(repeats([3, 3, 4, 3].into_iter()).collect::<Vec<_>>(), [(3, 2), (4, 1), (3, 1)]);
        assert_eq!(repeats([].into_iter()).count(), 0);
    }

    #[test]
    fn the_one_that_failed_says_why() {
        let error = |kind| Err(MediaError::from(kind));
        let cause = |answers| first_cause(answers).map_err(|error: MediaError| error.kind());
        assert_eq!(cause([error(Kind::ToolFailed), Ok(()), error(Kind::Cancelled)]), Err(Kind::Cancelled));
        assert_eq!(cause([error(Kind::TruncatedVideo), Ok(()), error(Kind::ToolFailed)]), Err(Kind::TruncatedVideo));
        assert_eq!(cause([Ok(()), Ok(()), Ok(())]), Ok(()));
    }
}
