//! What the other tabs of this browser send: shown here too, and guided from here.

use super::{
    super::{js, locks, page},
    resume,
};
use crate::uploads::queue::{UploadQueue, UploadTask, Wish};
use leptos::{prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

const CHANNEL: &str = "touchline-uploads";

/// What tabs say to each other.
#[derive(Debug, Serialize, Deserialize)]
enum Message {
    /// A new tab asks what is being sent.
    Hello,
    Tasks {
        tab: u64,
        tasks: Vec<UploadTask>,
    },
    Wish {
        tab: u64,
        key: u64,
        wish: Wish,
    },
}

/// Tells the other tabs of this one's uploads and hears of theirs, as long as the tab lives.
pub fn join(queue: UploadQueue) {
    let Ok(channel) = BroadcastChannel::new(CHANNEL) else { return };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Below 2^52.
    let tab = (page::random() * 4_503_599_627_370_496.0) as u64;
    let tell = SendWrapper::new(channel.clone());
    let say = move |message: &Message| {
        if let Ok(text) = serde_json::to_string(message) {
            let _ = tell.post_message(&text.into());
        }
    };
    // Held as long as the tab lives: who waits for it learns of its end.
    spawn_local(async move { std::mem::forget(locks::try_lock(&name_of(tab)).await) });

    let own = Memo::new(move |_| queue.own_tasks());
    let (tell_tasks, tell_wish) = (say.clone(), say.clone());
    queue.forward_wishes(move |tab, key, wish| tell_wish(&Message::Wish { tab, key, wish }));
    Effect::new(move |before: Option<bool>| {
        let tasks = own.get();
        let is_empty = tasks.is_empty();
        // A tab that sends nothing says so once.
        if !is_empty || before == Some(false) {
            tell_tasks(&Message::Tasks { tab, tasks });
        }
        is_empty
    });
    let answer = say.clone();
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(message) = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok()) else { return };
        match message {
            Message::Hello => {
                let tasks = own.get_untracked();
                if !tasks.is_empty() {
                    answer(&Message::Tasks { tab, tasks });
                }
            }
            Message::Tasks { tab: other, tasks } => {
                if queue.mirror(other, tasks) {
                    spawn_local(until_gone(queue, other));
                }
            }
            Message::Wish { tab: to, key, wish } if to == tab => queue.wish(key, wish),
            Message::Wish { .. } => {}
        }
    });
    channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    heard.forget();
    say(&Message::Hello);
}

/// Waits for the end of another tab; what it left unfinished can go on here.
async fn until_gone(queue: UploadQueue, tab: u64) {
    if js::get(&window().navigator(), "locks").is_some() && locks::lock(&name_of(tab)).await.is_some() {
        queue.mirror(tab, Vec::new());
        resume::settle(queue).await;
    }
}

fn name_of(tab: u64) -> String {
    format!("touchline-tab-{tab}")
}
