//! `GET /ws`: the one WebSocket of a tab.

use super::hub::Subscription;
use crate::{
    accounts,
    server::{
        door::{Caller, is_tab},
        middleware::session::COOKIE,
        state::AppState,
    },
};
use axum::{
    extract::{
        Query, State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// A tab that says nothing for so long is gone; it pings every 25 s.
const SILENCE: Duration = Duration::from_mins(1);
/// Tabs send pings only.
const LONGEST_MESSAGE: usize = 1024;

/// Who connects
#[derive(Debug, Deserialize)]
pub struct Tab {
    #[serde(default)]
    tab: String,
    /// When the page was made that now begins to listen, in milliseconds by the server's clock.
    since: Option<i64>,
}

pub async fn connect(
    State(app): State<AppState>,
    caller: Caller,
    Query(Tab { tab, since }): Query<Tab>,
    jar: CookieJar,
    upgrade: WebSocketUpgrade,
) -> Response {
    let subscription = app.hub.subscribe(caller.owner().clone(), is_tab(&tab).then_some(tab), since);
    let session = caller.actor.signed_in.then(|| jar.get(COOKIE).map(|cookie| cookie.value().to_owned())).flatten();
    upgrade.max_message_size(LONGEST_MESSAGE).on_upgrade(move |socket| serve(app, socket, subscription, session))
}

/// Whether the session that opened the socket still holds; without one, the door is open.
async fn holds(app: &AppState, session: Option<&str>) -> bool {
    match session {
        // A database that is away says nothing about the session.
        Some(session) => !matches!(accounts::service::owner_of_session(app, session).await, Ok(None)),
        None => true,
    }
}

async fn serve(app: AppState, mut socket: WebSocket, mut subscription: Subscription, session: Option<String>) {
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
                Ok(Some(Ok(_))) => {
                    heard = Instant::now();
                    // Each ping asks: who has signed out elsewhere hears no more.
                    if !holds(&app, session.as_deref()).await {
                        break;
                    }
                }
            },
        }
    }
    let _ = socket.send(Message::Close(None)).await;
}
