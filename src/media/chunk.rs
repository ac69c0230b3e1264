//! One chunk of an export: a thread for each recording, one that composes and one that encodes, a few pictures between them, and
//! a file that appears under its content key only when it holds exactly the frames that were planned.

use super::{
    decode::{Decoder, Stretch, frame_bytes, stretches},
    encode::Encoder,
    error::{MediaError, MediaErrorKind as Kind},
    finish::{Form, Pictures},
    index::Span,
    ring::{Numbered, Passing, Repeated, Taking},
    tools::Tools,
    view::compose,
    window::Window,
};
use crate::domain::{
    plan::{ChunkSpec, PLAN_VERSION, Shot},
    time::FrameRate,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

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

/// Of what makes pictures here. One more whenever the same plan gives other pictures.
const ENGINE_VERSION: u32 = 2;

/// The chunk's name among all chunks ever: a hash of everything that decides its bytes.
pub fn content_key(fingerprint: &str, spec: &ChunkSpec) -> String {
    #[derive(Serialize)]
    struct Key<'a> {
        spec: &'a ChunkSpec,
        encoder: &'a str,
        engine: u32,
    }
    // Serialising plain structs cannot fail.
    hex::encode(Sha256::digest(
        serde_json::to_vec(&Key { spec, encoder: fingerprint, engine: ENGINE_VERSION }).unwrap_or_default(),
    ))
}

/// What of the recording a shot shows, at this output rate.
pub fn spans(shot: &Shot, output: FrameRate) -> Vec<Span> {
    let start = |frame| shot.facts.rate.frame_start(frame);
    stretches(shot, output)
        .into_iter()
        .map(|Stretch { first, end }| Span { from: start(first), to: start(end) })
        .collect()
}

pub fn chunk_file(work: &Path, key: &str) -> PathBuf {
    work.join(format!("chunk-{key}.mp4"))
}

/// Renders `spec` from `sources`, the recordings of its shots in their order, into `file`, which appears only when it holds the planned frames. Tells
/// `on_frames` how many output frames are composed. When it returns, or its future is dropped, no child process is left.
pub async fn render_chunk(
    tools: &Tools,
    spec: &ChunkSpec,
    sources: &[&Path],
    file: &Path,
    on_frames: impl Fn(i64) + Send + Sync,
    cancel: &CancellationToken,
) -> Result<(), MediaError> {
    check_spec(spec)?;
    let mut recordings = Vec::with_capacity(sources.len());
    for source in sources {
        let path = tokio::fs::canonicalize(source).await;
        recordings.push(path.map_err(|error| MediaError::new(Kind::SourceMissing, error.kind()))?);
    }
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
        let rendering = run(&site, spec, recordings, &file);
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
        && spec.shots().all(|shot| shot.facts.rate.is_usable() && shot.frames() == spec.frames())
        && even(spec.width)
        && even(spec.height)
        && spec.frames() > 0;
    if good { Ok(()) } else { Err(MediaError::new(Kind::WrongOutput, "the plan cannot be rendered by this version")) }
}

async fn run(site: &Site, spec: &ChunkSpec, sources: Vec<PathBuf>, file: &Path) -> Result<(), MediaError> {
    let part = file.with_extension("part");
    let mut threads = Vec::new();
    let mut views = Vec::new();
    for (shot, source) in spec.shots().zip(sources) {
        let window = Window::of(shot, spec);
        let (pictures, wanted) = Passing::new(window.bytes());
        let (site, shot, output) = (site.clone(), shot.clone(), spec.rate);
        views.push((window, wanted));
        threads.push(
            site.tracker.clone().spawn_blocking(move || decode(&site, &shot, output, window, &source, &pictures)),
        );
    }
    if views.len() != spec.shots().count() {
        return Err(Kind::SourceMissing.into());
    }
    let (composed, to_write) = Passing::new(frame_bytes(spec.width, spec.height));
    let (of, cancel) = (spec.clone(), site.cancel.clone());
    threads.push(site.tracker.spawn_blocking(move || compose(&of, views, &composed, &cancel)));
    let (at, of, to) = (site.clone(), spec.clone(), part.clone());
    threads.push(site.tracker.spawn_blocking(move || encode(&at, &of, &to, &to_write)));
    let mut answers = Vec::with_capacity(threads.len());
    for thread in threads {
        answers.push(join(thread).await);
    }
    first_cause(answers)?;
    let (of, form) = (part.clone(), Form { rate: spec.rate, width: spec.width, height: spec.height });
    let found = site.tracker.spawn_blocking(move || Pictures::open(&of, form).map(|pictures| pictures.frames()));
    let found = join(found).await?;
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
fn first_cause(answers: Vec<Result<(), MediaError>>) -> Result<(), MediaError> {
    let errors: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
    let rank = |error: &MediaError| match error.kind() {
        Kind::Cancelled => 0,
        Kind::Stalled | Kind::DiskFull | Kind::TruncatedVideo => 1,
        Kind::WrongOutput => 3,
        _ => 2,
    };
    errors.into_iter().min_by_key(rank).map_or(Ok(()), Err)
}

fn decode(
    site: &Site,
    shot: &Shot,
    output: FrameRate,
    window: Window,
    source: &Path,
    pictures: &Passing<Numbered>,
) -> Result<(), MediaError> {
    for stretch in stretches(shot, output) {
        let mut decoder = Decoder::start(&site.tools, source, &shot.facts, stretch, window, &site.cancel)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_failed_says_why() {
        let error = |kind| Err(MediaError::from(kind));
        let cause = |answers: [_; 3]| first_cause(answers.into()).map_err(|error: MediaError| error.kind());
        assert_eq!(cause([error(Kind::ToolFailed), Ok(()), error(Kind::Cancelled)]), Err(Kind::Cancelled));
        assert_eq!(cause([error(Kind::TruncatedVideo), Ok(()), error(Kind::ToolFailed)]), Err(Kind::TruncatedVideo));
        assert_eq!(cause([Ok(()), Ok(()), Ok(())]), Ok(()));
    }
}
