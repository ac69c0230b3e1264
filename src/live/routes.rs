//! `GET /ws`: the one WebSocket of a tab.

use super::hub::Subscription;
use crate::server::{door::Caller, state::AppState};
use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A tab that says nothing for so long is gone; it pings every 25 s.
const SILENCE: Duration = Duration::from_mins(1);
/// Tabs send pings only.
const LONGEST_MESSAGE: usize = 1024;

pub async fn connect(State(app): State<AppState>, caller: Caller, upgrade: WebSocketUpgrade) -> Response {
    let subscription = app.hub.subscribe(caller.owner().clone());
    upgrade.max_message_size(LONGEST_MESSAGE).on_upgrade(move |socket| serve(app, socket, subscription))
}

async fn serve(app: AppState, mut socket: WebSocket, mut subscription: Subscription) {
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            () = app.stop.cancelled() => break,
            event = subscription.next() => {
                let Some(text) = event.and_then(|event| serde_json::to_string(&event).ok()) else { break };
                if socket.send(Message::Text(text.into())).await.is_err() {
                    return;
                }
            }
            message = timeout_at(heard + SILENCE, socket.recv()) => match message {
                Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) | Err(_) => break,
                Ok(Some(Ok(_))) => heard = Instant::now(),
            },
        }
    }
    let _ = socket.send(Message::Close(None)).await;
}
