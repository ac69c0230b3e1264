//! The engine that moves a file: it carries out what [`Transfer`] orders and tells it what came of it.

use super::{
    super::{
        files::LocalFile,
        page,
        wake_lock::WakeLock,
        xhr::{Put, PutEvent},
    },
    End, is_passing, sums, unreadable,
};
use crate::{
    domain::{
        checksum::Checksum,
        ids::UploadId,
        transfer::{self, MOST, MOST_SHARED, Order, Rate, Transfer, Way},
    },
    error::{ApiError, Code},
    uploads::{
        api::{beat_upload, complete_upload, get_upload, sign_parts},
        queue::{TaskState, UploadQueue, Wish},
        types::{PartToSign, PartsToSign, SignedPart, Upload, UploadState},
    },
};
use futures::{
    FutureExt, StreamExt,
    channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
    future::LocalBoxFuture,
    stream::FuturesUnordered,
};
use gloo_timers::future::TimeoutFuture;
use std::collections::HashMap;

/// How often it looks around when nothing is heard.
const TICK_MS: u32 = 500;
/// The bar moves no more often.
const SHOW_MS: f64 = 200.0;
/// How often it says that it is at work.
const BEAT_MS: f64 = 20_000.0;

/// One upload that sends.
pub struct Engine {
    queue: UploadQueue,
    key: u64,
    file: LocalFile,
    upload: UploadId,
    checksum: Checksum,
    transfer: Transfer,
    rate: Rate,
    shown_at: f64,
    beat_at: f64,
    puts: HashMap<i32, Put>,
    events: UnboundedSender<PutEvent>,
    heard: UnboundedReceiver<PutEvent>,
    /// What runs beside: calls to the server, and the reading of a part.
    calls: FuturesUnordered<LocalBoxFuture<'static, Answer>>,
}

/// What a call of the engine came to.
enum Answer {
    /// Nothing when the file cannot be read.
    Summed(i32, Option<String>),
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
    pub fn new(queue: UploadQueue, key: u64, file: LocalFile, upload: &Upload) -> Self {
        let (events, heard) = unbounded();
        let sums = upload.checksum != Checksum::None;
        Self {
            queue,
            key,
            file,
            upload: upload.id.clone(),
            checksum: upload.checksum,
            transfer: Transfer::new(upload.bytes, upload.part_size, &upload.received, sums, MOST_SHARED),
            rate: Rate::default(),
            shown_at: 0.0,
            beat_at: page::now_ms(),
            puts: HashMap::new(),
            events,
            heard,
            calls: FuturesUnordered::new(),
        }
    }

    /// Sends until all is there or it cannot go on.
    pub async fn run(mut self, wishes: &mut UnboundedReceiver<Wish>) -> End {
        let mut revivals = page::revivals();
        let mut awake = WakeLock::new();
        loop {
            if let Some(end) = self.drop_stalled() {
                return end;
            }
            for order in self.transfer.orders(page::now_ms()) {
                if let Some(end) = self.carry_out(order) {
                    return end;
                }
            }
            self.show();
            self.beat();
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
                News::Wish(Some(Wish::Pause)) => {
                    drop(awake);
                    let end = self.paused(wishes).await;
                    awake = WakeLock::new();
                    end
                }
                News::Wish(Some(Wish::Cancel) | None) => Some(End::Cancelled),
                News::Awake => {
                    awake.renew();
                    let order = self.transfer.wake(page::now_ms());
                    self.puts.retain(|number, _| self.transfer.is_flying(*number));
                    order.and_then(|order| self.carry_out(order))
                }
                News::Wish(Some(Wish::Resume)) | News::Tick => None,
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    fn carry_out(&mut self, order: Order) -> Option<End> {
        let id = self.upload.clone();
        match order {
            Order::Sum(number) => self.sum(number),
            Order::Sign(parts) => {
                let parts = parts.into_iter().map(|(number, checksum)| PartToSign { number, checksum }).collect();
                self.call(async move { Answer::Signed(sign_parts(PartsToSign { upload: id, parts }).await) });
            }
            Order::Put(put) => return self.put(&put),
            Order::AskHealth => self.call(async { Answer::Health(page::server_answers().await) }),
            Order::TakeStock => self.call(async move { Answer::Stock(get_upload(id).await) }),
            Order::Complete => self.call(async move { Answer::Completed(complete_upload(id).await) }),
            Order::Fail(failure) => return Some(End::Failed(failure.sentence())),
        }
        None
    }

    fn call(&mut self, call: impl Future<Output = Answer> + 'static) {
        self.calls.push(call.boxed_local());
    }

    fn sum(&mut self, number: i32) {
        let (file, kind, range) = (self.file.clone(), self.checksum, self.transfer.range(number));
        self.call(async move {
            let sum = match range {
                Some((offset, length)) => sums::of_stretch(&file, kind, offset, length).await,
                None => None,
            };
            Answer::Summed(number, sum)
        });
    }

    fn put(&mut self, put: &transfer::Put) -> Option<End> {
        let (url, headers) = match &put.way {
            Way::Direct(address) => (address.url.clone(), address.headers.clone()),
            Way::Server => {
                let mut headers = vec![("content-type".to_owned(), "application/octet-stream".to_owned())];
                headers.extend(self.checksum.header().map(str::to_owned).zip(put.checksum.clone()));
                (format!("/api/uploads/{}/parts/{}", self.upload, put.number), headers)
            }
        };
        let sent = self
            .file
            .slice(put.offset, put.length)
            .and_then(|body| Put::send(put.number, &url, &body, &headers, self.events.clone()));
        match sent {
            Ok(sent) => {
                self.puts.insert(put.number, sent);
                None
            }
            Err(_) => self.part_ended(put.number, 0, None),
        }
    }

    fn put_said(&mut self, event: PutEvent) -> Option<End> {
        match event {
            PutEvent::Progress { part, sent } => {
                self.transfer.progressed(part, sent, page::now_ms());
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
        let order = self.transfer.ended_with(part, status, wait, page::now_ms(), page::random());
        order.and_then(|order| self.carry_out(order))
    }

    fn answered(&mut self, answer: Answer) -> Option<End> {
        let (now, chance) = (page::now_ms(), page::random());
        let order = match answer {
            Answer::Summed(number, Some(sum)) => self.transfer.summed(number, sum),
            Answer::Signed(Ok(signed)) => {
                self.signed(signed);
                None
            }
            Answer::Health(answers) => {
                self.transfer.health(answers);
                None
            }
            Answer::Stock(Ok(upload)) if upload.state == UploadState::Open => {
                self.transfer.stock(&upload.received);
                None
            }
            Answer::Stock(Ok(upload)) if upload.state == UploadState::Complete => return Some(End::Arrived),
            Answer::Stock(Ok(_)) => self.transfer.no_stock(true, now, chance),
            Answer::Completed(Ok(_)) => return Some(End::Arrived),
            Answer::Readable(true) => None,
            Answer::Summed(_, None) | Answer::Readable(false) => return Some(End::Failed(unreadable())),
            Answer::Signed(Err(error)) if is_passing(&error) => {
                self.transfer.not_signed(now, chance);
                None
            }
            // Somebody else has ended it: the stock says how.
            Answer::Completed(Err(error)) | Answer::Signed(Err(error)) if error.code == Code::NotReady => {
                Some(Order::TakeStock)
            }
            Answer::Stock(Err(error)) | Answer::Completed(Err(error)) if is_passing(&error) => {
                self.transfer.no_stock(false, now, chance)
            }
            Answer::Signed(Err(error)) | Answer::Stock(Err(error)) | Answer::Completed(Err(error)) => {
                return Some(End::Failed(error.message));
            }
        };
        order.and_then(|order| self.carry_out(order))
    }

    fn signed(&mut self, signed: Vec<SignedPart>) {
        let (secure, host) = page::origin();
        let own = format!("{}://{host}/", if secure { "https" } else { "http" });
        // Another host than the page's: all of its connections are ours.
        if signed.iter().all(|part| !part.address.url.starts_with(&own)) {
            self.transfer.widen(MOST);
        }
        self.transfer.signed(signed.into_iter().map(|part| (part.number, part.address)));
    }

    /// Nothing flies until the user resumes it; an end when he cancels it instead.
    async fn paused(&mut self, wishes: &mut UnboundedReceiver<Wish>) -> Option<End> {
        self.puts.clear();
        self.transfer.ground();
        self.rate.restart();
        self.queue.change(self.key, |task| {
            task.state = TaskState::Paused;
            task.rate = None;
        });
        if !super::until_resumed(wishes).await {
            return Some(End::Cancelled);
        }
        self.shown_at = 0.0;
        let order = self.transfer.wake(page::now_ms());
        order.and_then(|order| self.carry_out(order))
    }

    /// Parts that stand still are sent again.
    fn drop_stalled(&mut self) -> Option<End> {
        self.transfer.stalled(page::now_ms()).into_iter().find_map(|part| self.part_ended(part, 408, None))
    }

    /// Other browsers take an upload for interrupted of which nothing is heard.
    fn beat(&mut self) {
        let now = page::now_ms();
        if now - self.beat_at >= BEAT_MS {
            self.beat_at = now;
            let id = self.upload.clone();
            leptos::task::spawn_local(async move { drop(beat_upload(id).await) });
        }
    }

    fn show(&mut self) {
        let now = page::now_ms();
        if now - self.shown_at < SHOW_MS {
            return;
        }
        self.shown_at = now;
        let sent = self.transfer.sent();
        let resting = self.transfer.is_resting(now);
        let rate = self.rate.sample(now, sent).filter(|_| !resting);
        self.queue.change(self.key, |task| {
            task.sent = task.sent.max(sent);
            task.rate = rate;
            task.through_server = self.transfer.is_through_server();
            task.state = if resting { TaskState::Waiting } else { TaskState::Sending };
        });
    }
}
