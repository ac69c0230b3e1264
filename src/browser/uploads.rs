//! The engine that moves a file: it carries out what [`Machine`] orders and tells it what came of it.

use super::{
    files::LocalFile,
    page,
    xhr::{Put, PutEvent},
};
use crate::{
    domain::ids::{GameId, UploadId},
    error::{ApiError, Code},
    games::{
        api::get_game,
        types::{Video, VideoState},
    },
    live::types::Topic,
    uploads::{
        api::{abort_upload, complete_upload, create_upload, get_upload, sign_parts},
        machine::{Machine, Order, Rate},
        queue::{Handle, TaskState, UploadQueue, Wish},
        types::{NewUpload, PartsToSign, SignedPart, Upload, UploadState},
    },
};
use futures::{
    FutureExt, StreamExt,
    channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
    future::LocalBoxFuture,
    stream::FuturesUnordered,
};
use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;
use std::collections::HashMap;

const MIB: i64 = 1024 * 1024;
/// How often it looks around when nothing is heard.
const TICK_MS: u32 = 500;
/// The bar moves no more often.
const SHOW_MS: f64 = 200.0;
const POLL_MS: u32 = 3_000;

/// Sends a file to a game. The task is in the queue when this returns.
pub fn start(queue: UploadQueue, game: GameId, game_name: String, file: impl Into<LocalFile>) {
    let (wishes, received) = unbounded();
    let file = file.into();
    let key = queue.add(game, game_name, Handle { file: file.clone(), wishes });
    spawn_local(run(queue, key, file, received));
}

pub fn pause(queue: UploadQueue, key: u64) {
    queue.wish(key, Wish::Pause);
}

pub fn resume(queue: UploadQueue, key: u64) {
    queue.wish(key, Wish::Resume);
}

/// Stops it and throws away what was sent.
pub fn cancel(queue: UploadQueue, key: u64) {
    let running = queue.task(key).is_some_and(|task| !task.state.has_ended());
    if running {
        queue.wish(key, Wish::Cancel);
    } else {
        queue.forget(key);
    }
}

/// Begins again after a failure; what arrived is not sent twice.
pub fn retry(queue: UploadQueue, key: u64) {
    let Some(Handle { file, .. }) = queue.handle(key) else { return };
    let (wishes, received) = unbounded();
    queue.set_handle(key, Handle { file: file.clone(), wishes });
    queue.change(key, |task| task.state = TaskState::Preparing);
    spawn_local(run(queue, key, file, received));
}

/// How an upload ended.
enum End {
    Arrived,
    Cancelled,
    Failed(String),
}

async fn run(queue: UploadQueue, key: u64, file: LocalFile, mut wishes: UnboundedReceiver<Wish>) {
    let Some(task) = queue.task(key) else { return };
    let mut end = transfer(queue, key, &file, &task.game, &mut wishes).await;
    if matches!(end, End::Arrived) {
        queue.change(key, |task| {
            task.sent = task.bytes;
            task.rate = None;
            task.state = TaskState::Finishing;
        });
        queue.versions.bump(&Topic::Games);
        end = until_ready(queue, key, &task.game).await;
    }
    match end {
        End::Arrived => {
            queue.change(key, |task| task.state = TaskState::Done);
            queue.toasts.say(format!("{} is uploaded", task.name));
        }
        End::Cancelled => {
            if let Some(upload) = queue.task(key).and_then(|task| task.upload) {
                let _ = abort_upload(upload).await;
            }
            queue.forget(key);
            queue.toasts.say(format!("Upload of {} cancelled", task.name));
        }
        End::Failed(why) => {
            queue.toasts.error(format!("{} is not uploaded. {why}", task.name));
            queue.change(key, |task| {
                task.rate = None;
                task.state = TaskState::Failed(why);
            });
        }
    }
    queue.versions.bump(&Topic::Games);
}

/// Asks the server for the upload of this file, then sends what it does not have.
async fn transfer(
    queue: UploadQueue,
    key: u64,
    file: &LocalFile,
    game: &GameId,
    wishes: &mut UnboundedReceiver<Wish>,
) -> End {
    let Some(fingerprint) = fingerprint(file).await else { return End::Failed(unreadable()) };
    let wanted = NewUpload {
        game: game.clone(),
        name: file.name(),
        size: file.size(),
        media_type: file.media_type(),
        fingerprint,
    };
    let upload = loop {
        match create_upload(wanted.clone()).await {
            Ok(upload) => break upload,
            Err(error) if is_passing(&error) => {
                queue.change(key, |task| task.state = TaskState::Waiting);
                if let Some(Some(Wish::Cancel)) = next_wish(wishes, 3_000).await {
                    return End::Cancelled;
                }
            }
            Err(error) => return End::Failed(error.message),
        }
    };
    queue.change(key, |task| {
        task.upload = Some(upload.id.clone());
        task.video = Some(upload.video.clone());
        task.state = TaskState::Preparing;
    });
    queue.versions.bump(&Topic::Games);
    if upload.state == UploadState::Complete {
        return End::Arrived;
    }
    while queue.must_wait(key) {
        match next_wish(wishes, 500).await {
            Some(Some(Wish::Cancel)) => return End::Cancelled,
            Some(Some(Wish::Pause)) => {
                queue.change(key, |task| task.state = TaskState::Paused);
                if !until_resumed(wishes).await {
                    return End::Cancelled;
                }
                queue.change(key, |task| task.state = TaskState::Preparing);
            }
            _ => {}
        }
    }
    Engine::new(queue, key, file.clone(), &upload).run(wishes).await
}

/// One upload that sends.
struct Engine {
    queue: UploadQueue,
    key: u64,
    file: LocalFile,
    upload: UploadId,
    machine: Machine,
    rate: Rate,
    shown_at: f64,
    puts: HashMap<i32, Put>,
    events: UnboundedSender<PutEvent>,
    heard: UnboundedReceiver<PutEvent>,
    /// Calls to the server that run.
    calls: FuturesUnordered<LocalBoxFuture<'static, Answer>>,
}

/// What a call of the engine came to.
enum Answer {
    Signed(Result<Vec<SignedPart>, ApiError>),
    Health(bool),
    Stock(Result<Upload, ApiError>),
    Completed(Result<Upload, ApiError>),
    /// Whether the file could still be read after a PUT had failed.
    Readable(bool),
}

/// What the engine waits for.
enum News {
    Put(PutEvent),
    Answer(Answer),
    Wish(Option<Wish>),
    Awake,
    Tick,
}

impl Engine {
    fn new(queue: UploadQueue, key: u64, file: LocalFile, upload: &Upload) -> Self {
        let (events, heard) = unbounded();
        let machine = Machine::new(upload.id.clone(), upload.bytes, upload.part_size, &upload.received);
        let (upload, rate, puts) = (upload.id.clone(), Rate::default(), HashMap::new());
        Self {
            queue,
            key,
            file,
            upload,
            machine,
            rate,
            shown_at: 0.0,
            puts,
            events,
            heard,
            calls: FuturesUnordered::new(),
        }
    }

    async fn run(mut self, wishes: &mut UnboundedReceiver<Wish>) -> End {
        let mut revivals = page::revivals();
        loop {
            if let Some(end) = self.drop_stalled() {
                return end;
            }
            for order in self.machine.orders(page::now_ms()) {
                if let Some(end) = self.carry_out(order) {
                    return end;
                }
            }
            self.show();
            let news = futures::select_biased! {
                wish = wishes.next().fuse() => News::Wish(wish),
                event = self.heard.select_next_some() => News::Put(event),
                answer = self.calls.select_next_some() => News::Answer(answer),
                () = revivals.select_next_some() => News::Awake,
                () = TimeoutFuture::new(TICK_MS).fuse() => News::Tick,
            };
            let end = match news {
                News::Put(event) => self.put_said(event),
                News::Answer(answer) => self.answered(answer),
                News::Wish(wish) => self.wished(wish, wishes).await,
                News::Awake => {
                    self.machine.wake();
                    None
                }
                News::Tick => None,
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    fn carry_out(&mut self, order: Order) -> Option<End> {
        let id = self.upload.clone();
        match order {
            Order::Sign(parts) => {
                self.call(async move { Answer::Signed(sign_parts(PartsToSign { upload: id, parts }).await) });
            }
            Order::Put { part, through_server } => return self.put(&part, through_server),
            Order::AskHealth => self.call(async { Answer::Health(server_answers().await) }),
            Order::TakeStock => self.call(async move { Answer::Stock(get_upload(id).await) }),
            Order::Complete => self.call(async move { Answer::Completed(complete_upload(id).await) }),
            Order::Fail(failure) => return Some(End::Failed(failure.sentence())),
        }
        None
    }

    fn call(&mut self, call: impl Future<Output = Answer> + 'static) {
        self.calls.push(call.boxed_local());
    }

    fn put(&mut self, part: &SignedPart, through_server: bool) -> Option<End> {
        let media_type = through_server.then_some("application/octet-stream");
        let put = self
            .file
            .slice(part.offset, part.length)
            .and_then(|body| Put::send(part.number, &part.url, &body, media_type, self.events.clone()));
        match put {
            Ok(put) => {
                self.puts.insert(part.number, put);
                None
            }
            Err(_) => self.part_ended(part.number, 0, None),
        }
    }

    fn put_said(&mut self, event: PutEvent) -> Option<End> {
        match event {
            PutEvent::Progress { part, sent } => {
                self.machine.progressed(part, sent, page::now_ms());
                None
            }
            PutEvent::Ended { part, status, retry_after } => self.part_ended(part, status, retry_after),
        }
    }

    fn part_ended(&mut self, part: i32, status: u16, retry_after: Option<f64>) -> Option<End> {
        self.puts.remove(&part);
        if status == 0 {
            let file = self.file.clone();
            self.call(async move { Answer::Readable(file.read(0, 1).await.is_some()) });
        }
        let wait = retry_after.map(|seconds| seconds * 1000.0);
        let order = self.machine.ended_with(part, status, wait, page::now_ms(), page::random());
        order.and_then(|order| self.carry_out(order))
    }

    fn answered(&mut self, answer: Answer) -> Option<End> {
        let (now, chance) = (page::now_ms(), page::random());
        match answer {
            Answer::Signed(Ok(signed)) => self.machine.signed(signed),
            Answer::Health(answers) => self.machine.health(answers),
            Answer::Stock(Ok(upload)) if upload.state == UploadState::Open => self.machine.stock(&upload.received),
            Answer::Stock(Ok(upload)) if upload.state == UploadState::Complete => return Some(End::Arrived),
            Answer::Stock(Ok(_)) => {
                let order = self.machine.no_stock(true, now, chance);
                return order.and_then(|order| self.carry_out(order));
            }
            Answer::Completed(Ok(_)) => return Some(End::Arrived),
            Answer::Readable(true) => {}
            Answer::Readable(false) => return Some(End::Failed(unreadable())),
            Answer::Signed(Err(error)) if is_passing(&error) => self.machine.not_signed(now, chance),
            Answer::Completed(Err(error)) if error.code == Code::NotReady => return self.carry_out(Order::TakeStock),
            Answer::Stock(Err(error)) | Answer::Completed(Err(error)) if is_passing(&error) => {
                let order = self.machine.no_stock(false, now, chance);
                return order.and_then(|order| self.carry_out(order));
            }
            Answer::Signed(Err(error)) | Answer::Stock(Err(error)) | Answer::Completed(Err(error)) => {
                return Some(End::Failed(error.message));
            }
        }
        None
    }

    async fn wished(&mut self, wish: Option<Wish>, wishes: &mut UnboundedReceiver<Wish>) -> Option<End> {
        match wish {
            Some(Wish::Pause) => {
                self.puts.clear();
                self.machine.ground();
                self.rate.restart();
                self.queue.change(self.key, |task| {
                    task.state = TaskState::Paused;
                    task.rate = None;
                });
                if !until_resumed(wishes).await {
                    return Some(End::Cancelled);
                }
                self.shown_at = 0.0;
                self.machine.wake();
                None
            }
            Some(Wish::Resume) => {
                self.machine.wake();
                None
            }
            Some(Wish::Cancel) | None => Some(End::Cancelled),
        }
    }

    /// Parts that stand still are sent again.
    fn drop_stalled(&mut self) -> Option<End> {
        for part in self.machine.stalled(page::now_ms()) {
            if let Some(end) = self.part_ended(part, 408, None) {
                return Some(end);
            }
        }
        None
    }

    fn show(&mut self) {
        let now = page::now_ms();
        if now - self.shown_at < SHOW_MS {
            return;
        }
        self.shown_at = now;
        let sent = self.machine.sent();
        let resting = self.machine.is_resting(now);
        let rate = self.rate.sample(now, sent).filter(|_| !resting);
        self.queue.change(self.key, |task| {
            task.sent = task.sent.max(sent);
            task.rate = rate;
            task.through_server = self.machine.is_through_server();
            task.state = if resting { TaskState::Waiting } else { TaskState::Sending };
        });
    }
}

/// The next wish within some time: `None` when there was none, `Some(None)` when nobody can wish any more.
async fn next_wish(wishes: &mut UnboundedReceiver<Wish>, milliseconds: u32) -> Option<Option<Wish>> {
    futures::select_biased! {
        wish = wishes.next().fuse() => Some(wish),
        () = TimeoutFuture::new(milliseconds).fuse() => None,
    }
}

/// Whether it goes on (else it was cancelled).
async fn until_resumed(wishes: &mut UnboundedReceiver<Wish>) -> bool {
    loop {
        match wishes.next().await {
            Some(Wish::Resume) => return true,
            Some(Wish::Pause) => {}
            Some(Wish::Cancel) | None => return false,
        }
    }
}

/// Waits until the server has read the file.
async fn until_ready(queue: UploadQueue, key: u64, game: &GameId) -> End {
    loop {
        let video = queue.task(key).and_then(|task| task.video);
        let game = get_game(game.clone()).await;
        let found: Option<Video> = match game {
            Ok(game) => game.videos.into_iter().find(|known| Some(&known.id) == video.as_ref()),
            Err(error) if is_passing(&error) => {
                TimeoutFuture::new(POLL_MS).await;
                continue;
            }
            Err(error) => return End::Failed(error.message),
        };
        match found.map(|video| (video.state, video.error_code)) {
            Some((VideoState::Ready, _)) => return End::Arrived,
            Some((VideoState::Error, code)) => return End::Failed(unusable(code.as_deref())),
            Some(_) => TimeoutFuture::new(POLL_MS / 3).await,
            None => return End::Failed("Its game was deleted.".to_owned()),
        }
    }
}

async fn server_answers() -> bool {
    gloo_net::http::Request::get("/healthz").send().await.is_ok_and(|answer| answer.ok())
}

/// What tells this file from another: its size, and checksums of its name, first and last MiB.
async fn fingerprint(file: &LocalFile) -> Option<String> {
    let size = file.size();
    let first = file.read(0, MIB.min(size)).await?;
    let last = file.read((size - MIB).max(0), MIB.min(size)).await?;
    let (name, first, last) =
        (crc32fast::hash(file.name().as_bytes()), crc32fast::hash(&first), crc32fast::hash(&last));
    Some(format!("{size}-{name:08x}-{first:08x}-{last:08x}"))
}

/// Whether trying again later may help.
fn is_passing(error: &ApiError) -> bool {
    matches!(error.code, Code::Unreachable | Code::StoreUnavailable | Code::Internal)
}

fn unreadable() -> String {
    "The file changed or moved on this computer. Choose it again to continue.".to_owned()
}

fn unusable(code: Option<&str>) -> String {
    format!(
        "The file cannot be read as a video ({}). Check that it plays elsewhere, then choose another.",
        code.unwrap_or("unknown")
    )
}
