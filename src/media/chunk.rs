//! One chunk of an export: three threads, a few pictures between them, and a file that appears under its content key only
//! when it holds exactly the frames that were planned.
//!
//! Pictures travel in a fixed number of buffers that go round, so memory stays what it is whatever is slow.

use super::{
    compose::Compositor,
    decode::{Decoder, MOST_MISSING, frame_bytes, stretches},
    encode::{ENCODER_VERSION, Encoder, encoder_arguments},
    error::{MediaError, MediaErrorKind as Kind},
    finish::count_frames,
    render::RenderProgress,
    tools::Tools,
};
use crate::domain::plan::ChunkSpec;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
};
use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Pictures between decoder and compositor, and between compositor and encoder.
const BUFFERS: usize = 4;

/// Where and with what an export is rendered.
#[derive(Clone)]
pub struct Site {
    pub tools: Tools,
    /// A folder for this export alone; what is in it is used again.
    pub work: PathBuf,
    pub cancel: CancellationToken,
    pub tracker: TaskTracker,
    pub progress: Arc<watch::Sender<RenderProgress>>,
}

/// A chunk being rendered.
pub struct Rendering {
    /// Every frame was decoded: the next chunk may start.
    pub decoded: oneshot::Receiver<()>,
    pub done: JoinHandle<Result<(), MediaError>>,
}

/// The chunk's name among all chunks ever: a hash of everything that decides its bytes.
pub fn content_key(tools: &Tools, spec: &ChunkSpec) -> String {
    #[derive(Serialize)]
    struct Key<'a> {
        spec: &'a ChunkSpec,
        encoder: Vec<String>,
        ffmpeg: &'a str,
        version: u32,
    }
    let encoder =
        encoder_arguments(spec.rate, tools.threads()).into_iter().map(|arg| arg.to_string_lossy().into_owned());
    let key = Key { spec, encoder: encoder.collect(), ffmpeg: &tools.capabilities().version, version: ENCODER_VERSION };
    // Serialising plain structs cannot fail.
    hex::encode(Sha256::digest(serde_json::to_vec(&key).unwrap_or_default()))
}

pub fn chunk_file(work: &Path, key: &str) -> PathBuf {
    work.join(format!("chunk-{key}.mp4"))
}

/// Starts rendering `spec` from `source` into its file. Needs a runtime.
pub fn start(site: &Site, spec: &ChunkSpec, source: PathBuf, file: PathBuf) -> Rendering {
    let (all_read, was_read) = oneshot::channel();
    let part = file.with_extension("part");
    let (pictures, wanted) = Passing::new(frame_bytes(spec.facts.width, spec.facts.height));
    let (composed, to_write) = Passing::new(frame_bytes(spec.width, spec.height));
    let decoder = {
        let (site, spec) = (site.clone(), spec.clone());
        site.tracker.clone().spawn_blocking(move || {
            let answer = decode(&site, &spec, &source, &pictures);
            let _ = all_read.send(());
            answer
        })
    };
    let compositor = {
        let (spec, cancel) = (spec.clone(), site.cancel.clone());
        site.tracker.spawn_blocking(move || compose(&spec, &wanted, &composed, &cancel))
    };
    let encoder = {
        let (site, spec, part) = (site.clone(), spec.clone(), part.clone());
        site.tracker.clone().spawn_blocking(move || encode(&site, &spec, &part, &to_write))
    };
    let (tracker, site, frames) = (site.tracker.clone(), site.clone(), spec.frames());
    let done = tracker.spawn(async move {
        let answers = [join(decoder).await, join(compositor).await, join(encoder).await];
        first_cause(answers)?;
        let found = count_frames(&site.tools, &part, &site.cancel).await?;
        if found != frames {
            return Err(MediaError::new(Kind::WrongOutput, format!("a chunk has {found} frames, not {frames}")));
        }
        publish(&part, &file).await
    });
    Rendering { decoded: was_read, done }
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

fn decode(site: &Site, spec: &ChunkSpec, source: &Path, pictures: &Passing<Numbered>) -> Result<(), MediaError> {
    for stretch in stretches(spec) {
        let mut decoder = Decoder::start(&site.tools, source, &spec.facts, stretch, &site.cancel)?;
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
    wanted: &Taking<Numbered>,
    composed: &Passing<Repeated>,
    cancel: &CancellationToken,
) -> Result<(), MediaError> {
    let mut compositor = Compositor::new((spec.facts.width, spec.facts.height), (spec.width, spec.height));
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
        compositor.compose(picture, crop, &mut buffer)?;
        if composed.give.send((times, buffer)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn encode(site: &Site, spec: &ChunkSpec, part: &Path, to_write: &Taking<Repeated>) -> Result<(), MediaError> {
    let picture = (spec.width, spec.height);
    let mut encoder = Encoder::start(&site.tools, picture, spec.rate, part, &site.work, &site.cancel)?;
    for (times, buffer) in &to_write.take {
        for _ in 0..times {
            encoder.write(&buffer)?;
        }
        site.progress.send_modify(|progress| progress.done_frames += i64::from(times));
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
