//! The one WebSocket of the tab: what changed anywhere moves the version signals.

use super::{
    client,
    page::{self, Revivals},
};
use crate::live::{
    types::{Event, Topic},
    versions::Versions,
};
use futures::{FutureExt, SinkExt, StreamExt};
use gloo_net::websocket::{Message, futures::WebSocket};
use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;
use std::{cell::RefCell, collections::HashSet, rc::Rc};

const BURST_MS: u32 = 100;
const PING_MS: u32 = 25_000;
const FIRST_DELAY_MS: f64 = 500.0;
const LONGEST_DELAY_MS: f64 = 30_000.0;
/// What has not opened after so long is tried anew.
const OPENING_MS: u32 = 10_000;
/// A connection that held for so long was a good one.
const STEADY_MS: f64 = 5_000.0;
/// How often lists are asked for again while no socket can be had.
const POLL_MS: f64 = 5_000.0;

/// Keeps a socket open as long as the tab lives.
pub fn open(versions: Versions) {
    spawn_local(async move {
        let mut revivals = page::revivals();
        let (mut failures, mut was_open, mut asked) = (0_u32, false, page::now_ms());
        loop {
            let began = page::now_ms();
            if converse(versions, &mut revivals, was_open).await {
                was_open = true;
                // One that opens and breaks at once is no better than one that does not open.
                if page::now_ms() - began > STEADY_MS {
                    failures = 0;
                }
            }
            let bound = (FIRST_DELAY_MS * f64::from(1_u32 << failures.min(10))).min(LONGEST_DELAY_MS);
            failures += 1;
            rest(versions, &mut asked, &mut revivals, bound * page::random()).await;
        }
    });
}

/// One connection, until it breaks. Answers whether it was ever open.
async fn converse(versions: Versions, revivals: &mut Revivals, again: bool) -> bool {
    let Ok(socket) = WebSocket::open(&address(again)) else { return false };
    let (mut sink, stream) = socket.split();
    let mut stream = stream.fuse();
    // Ends when the socket is open, or cannot be opened; some never say.
    let opened = futures::select_biased! {
        sent = sink.send(ping()).fuse() => sent.is_ok(),
        () = TimeoutFuture::new(OPENING_MS).fuse() => false,
    };
    if !opened {
        return false;
    }
    if again {
        versions.bump_all();
    }
    let burst = Burst { versions, pending: Rc::default() };
    loop {
        let alive = futures::select_biased! {
            message = stream.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    match serde_json::from_str::<Event>(&text) {
                        Ok(Event::Changed { topic }) => burst.take_in(topic),
                        Ok(event) => versions.apply(event),
                        Err(_) => {}
                    }
                    true
                }
                Some(Ok(Message::Bytes(_))) => true,
                Some(Err(_)) | None => false,
            },
            () = revivals.select_next_some() => sink.send(ping()).await.is_ok(),
            () = TimeoutFuture::new(PING_MS).fuse() => sink.send(ping()).await.is_ok(),
        };
        if !alive {
            return true;
        }
    }
}

/// What changes in quick succession is asked for once: lists move a moment after the first of a burst.
struct Burst {
    versions: Versions,
    pending: Rc<RefCell<HashSet<Topic>>>,
}

impl Burst {
    fn take_in(&self, topic: Topic) {
        let mut pending = self.pending.borrow_mut();
        let is_first = pending.is_empty();
        pending.insert(topic);
        if !is_first {
            return;
        }
        let (versions, pending) = (self.versions, Rc::clone(&self.pending));
        spawn_local(async move {
            TimeoutFuture::new(BURST_MS).await;
            for topic in pending.take() {
                versions.bump(&topic);
            }
        });
    }
}

/// Waits before the next attempt; hope ends it. Meanwhile who looks sees what moves all the same, a little later: lists are
/// asked for again whenever they were `asked` for long enough ago.
async fn rest(versions: Versions, asked: &mut f64, revivals: &mut Revivals, milliseconds: f64) {
    let until = page::now_ms() + milliseconds;
    loop {
        let now = page::now_ms();
        if now - *asked >= POLL_MS && page::is_visible() {
            *asked = now;
            // A server that is away would only turn what is shown into errors.
            if client::server_answers().await {
                versions.bump(&Topic::Exports);
                versions.bump(&Topic::Games);
            }
        }
        let left = until - now;
        if left <= 0.0 {
            return;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Between 0 and 5,000.
        let step = left.min(POLL_MS) as u32;
        futures::select_biased! {
            () = revivals.select_next_some() => return,
            () = TimeoutFuture::new(step).fuse() => {}
        }
    }
}

fn ping() -> Message {
    Message::Text("ping".to_owned())
}

fn address(again: bool) -> String {
    let (secure, host) = page::origin();
    // What changed while the page was on its way; later everything is asked for anyway.
    let since = page::rendered_at().filter(|_| !again).map(|at| format!("&since={at}")).unwrap_or_default();
    // What this tab does itself it knows already.
    format!("{}://{host}/ws?tab={}{since}", if secure { "wss" } else { "ws" }, client::tab())
}
