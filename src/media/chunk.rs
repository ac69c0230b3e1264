//! One chunk of an export: a thread for each recording, one that composes and one that encodes, a few pictures between them, and a file that appears under its content key only
//! when it holds exactly the frames that were planned.
//!
//! Pictures travel in a fixed number of buffers that go round, so memory stays what it is whatever is slow.

use super::{
    compose::{Compositor, Size},
    decode::{Decoder, MOST_MISSING, Stretch, frame_bytes, stretches},
    encode::Encoder,
    error::{MediaError, MediaErrorKind as Kind},
    finish::count_frames,
    index::Span,
    paint,
    text::Layer,
    tools::Tools,
    window::Window,
};
use crate::domain::{
    geometry::Rect,
    overlay::TextCard,
    plan::{ChunkSpec, PLAN_VERSION, Shot},
    time::FrameRate,
    time_map::Shown,
};
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

/// One shot on its way to output pictures.
struct View<'a> {
    shot: &'a Shot,
    spec: &'a ChunkSpec,
    window: Window,
    wanted: Taking<Numbered>,
    /// The newest picture, and where pictures are mixed the one before it.
    held: Option<Numbered>,
    before: Option<Numbered>,
    mixes: bool,
    mixed: Vec<u8>,
    compositor: Compositor,
    /// The whole picture, before it has its black beside it.
    fitted: Vec<u8>,
    cards: Vec<(&'a TextCard, Layer)>,
}

impl<'a> View<'a> {
    fn new(shot: &'a Shot, spec: &'a ChunkSpec, window: Window, wanted: Taking<Numbered>) -> Self {
        let size = (spec.width, spec.height);
        Self {
            shot,
            spec,
            window,
            wanted,
            held: None,
            before: None,
            mixes: shot.runs.iter().any(|run| run.blend),
            mixed: Vec::new(),
            compositor: Compositor::new(
                (window.width, window.height),
                if shot.whole { fitting(shot, size) } else { size },
            ),
            fitted: Vec::new(),
            cards: shot.cards.iter().map(|card| (card, Layer::of(&card.card, size))).collect(),
        }
    }

    /// Goes on until frame `number` is held; false when there is none, for a reason that the decoder says.
    fn reach(&mut self, number: i64) -> bool {
        while self.held.as_ref().is_none_or(|(held, _)| *held < number) {
            match (self.wanted.take.recv(), &self.held) {
                (Ok(next), _) => {
                    let mut old = self.held.replace(next);
                    if self.mixes {
                        old = std::mem::replace(&mut self.before, old);
                    }
                    if let Some((_, buffer)) = old {
                        let _ = self.wanted.back.send(buffer);
                    }
                }
                // At a recording's end a frame may be missing: the last one stays.
                (Err(_), Some((held, _))) if number - held <= MOST_MISSING => return true,
                (Err(_), _) => return false,
            }
        }
        true
    }

    /// Composes what `shown` says into `output`; false when it cannot be had.
    fn compose(&mut self, shown: Shown, output: &mut [u8]) -> Result<bool, MediaError> {
        if !self.reach(shown.frame + i64::from(shown.next > 0)) {
            return Ok(false);
        }
        let before = self.before.as_ref().filter(|(number, _)| *number == shown.frame);
        let picture = match (&self.held, before) {
            (Some((number, held)), Some((_, before))) if shown.next > 0 && *number == shown.frame + 1 => {
                self.mixed.clone_from(before);
                paint::mix(&mut self.mixed, held, shown.next.into());
                &self.mixed
            }
            (Some((_, held)), _) => held,
            (None, _) => return Ok(false),
        };
        let (facts, size) = (&self.shot.facts, (self.spec.width, self.spec.height));
        let at = facts.rate.frame_start(shown.frame);
        let crop = self.shot.space(self.spec.aspect).rect_at(&self.shot.crop, at);
        if self.shot.whole {
            let inner = fitting(self.shot, size);
            self.fitted.resize(frame_bytes(inner.0, inner.1), 0);
            let all = Rect { x: 0.0, y: 0.0, w: f64::from(facts.width), h: f64::from(facts.height) };
            self.compositor.compose(picture, all, &mut self.fitted)?;
            paint::centre(output, size, &self.fitted, inner);
        } else if self.shot.straighten.is_none() {
            self.compositor.compose(picture, self.window.inside(crop), output)?;
        } else {
            let turn = self.shot.straighten.turn(facts.width, facts.height);
            let corner = (f64::from(self.window.x), f64::from(self.window.y));
            self.compositor.compose_turned(picture, corner, &turn, crop, output)?;
        }
        paint::spotlights(output, size, crop, at, &self.shot.spotlights);
        for (card, layer) in &self.cards {
            let opacity = card.opacity_at(at);
            if opacity > 0.0 {
                layer.lay(output, size, opacity);
            }
        }
        Ok(true)
    }
}

/// How large a whole picture is in an output of this size: both sides in whole samples of colour.
fn fitting(shot: &Shot, (width, height): Size) -> Size {
    let (across, down) = (u64::from(shot.facts.width.max(1)), u64::from(shot.facts.height.max(1)));
    let even = |length: u64| (u32::try_from(length).unwrap_or(2) / 4 * 4).max(4);
    let by_width = even(u64::from(width) * down / across);
    if by_width <= height { (width, by_width) } else { (even(u64::from(height) * across / down).min(width), height) }
}

/// All that decides one output picture of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    shown: Shown,
    /// What comes up over it, and how much of 256 that is.
    over: Option<(Shown, u16)>,
    /// Of 256.
    light: u16,
}

fn moments(spec: &ChunkSpec) -> impl Iterator<Item = Moment> + '_ {
    let share = |part: i64, length: i64| u16::try_from((part * 256 / (length + 1).max(1)).clamp(0, 256)).unwrap_or(256);
    let over = spec.over.iter().flat_map(move |over| {
        (over.at + 1..).zip(over.shot.shown(spec.rate)).map(move |(part, shown)| (shown, share(part, over.length)))
    });
    let over = over.map(Some).chain(std::iter::repeat(None));
    (0_i64..).zip(spec.shot.shown(spec.rate)).zip(over).map(move |((j, shown), over)| {
        let coming = spec.coming.map_or(256, |ramp| share(ramp.at + j + 1, ramp.length));
        let going = spec.going.map_or(256, |ramp| share(ramp.at - j, ramp.length));
        Moment { shown, over, light: coming.min(going) }
    })
}

fn compose(
    spec: &ChunkSpec,
    views: Vec<(Window, Taking<Numbered>)>,
    composed: &Passing<Repeated>,
    cancel: &CancellationToken,
) -> Result<(), MediaError> {
    let size = (spec.width, spec.height);
    let mut views = spec.shots().zip(views).map(|(shot, (window, wanted))| View::new(shot, spec, window, wanted));
    let (Some(mut under), mut over) = (views.next(), views.next()) else { return Ok(()) };
    let mut second = Vec::new();
    for (moment, times) in repeats(moments(spec)) {
        if cancel.is_cancelled() {
            return Ok(());
        }
        let Ok(mut buffer) = composed.empty.recv() else { return Ok(()) };
        if !under.compose(moment.shown, &mut buffer)? {
            return Ok(());
        }
        if let (Some(view), Some((shown, part))) = (&mut over, moment.over) {
            second.resize(buffer.len(), 0);
            if !view.compose(shown, &mut second)? {
                return Ok(());
            }
            paint::mix(&mut buffer, &second, part);
        }
        if moment.light < 256 {
            paint::darken(&mut buffer, size, moment.light);
        }
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
fn repeats<T: Copy + PartialEq>(frames: impl Iterator<Item = T>) -> impl Iterator<Item = (T, u32)> {
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
        assert_eq!(repeats(std::iter::empty::<i64>()).count(), 0);
    }

    #[test]
    fn the_one_that_failed_says_why() {
        let error = |kind| Err(MediaError::from(kind));
        let cause = |answers: [_; 3]| first_cause(answers.into()).map_err(|error: MediaError| error.kind());
        assert_eq!(cause([error(Kind::ToolFailed), Ok(()), error(Kind::Cancelled)]), Err(Kind::Cancelled));
        assert_eq!(cause([error(Kind::TruncatedVideo), Ok(()), error(Kind::ToolFailed)]), Err(Kind::TruncatedVideo));
        assert_eq!(cause([Ok(()), Ok(()), Ok(())]), Ok(()));
    }
}
