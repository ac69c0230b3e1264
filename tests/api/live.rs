//! The WebSocket: who hears what.

use crate::{
    on_both,
    support::{NOBODY, TestApp, id},
};
use futures::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, client::IntoClientRequest, http::HeaderValue},
};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(app: &TestApp, headers: &[(&'static str, &str)]) -> Result<Socket, tungstenite::Error> {
    let mut request = app.base.replace("http://", "ws://").into_client_request()?;
    *request.uri_mut() = format!("{}/ws", app.base.replace("http://", "ws://")).parse().expect("an address");
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("a header"));
    }
    connect_async(request).await.map(|(socket, _)| socket)
}

/// The next event.
async fn hear(socket: &mut Socket) -> Value {
    let message = tokio::time::timeout(Duration::from_mins(1), socket.next()).await.expect("it says something");
    serde_json::from_str(message.expect("open").expect("sound").to_text().expect("text")).expect("JSON")
}

on_both!(each_owner_hears_of_their_own, |app: TestApp| async move {
    let mut mine = connect(&app, &[("origin", app.base.as_str())]).await.expect("our own page");
    let mut theirs = connect(&app, &[("cookie", app.other_cookie())]).await.expect("a socket");
    let (game, upload) = app.game_with_upload(1000).await;
    assert_eq!(hear(&mut mine).await, json!({"kind": "changed", "topic": {"topic": "games"}}));
    assert_eq!(hear(&mut mine).await["topic"]["topic"], "games", "its upload");
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    assert_eq!(hear(&mut mine).await, json!({"kind": "changed", "topic": {"topic": "clips", "of": game["id"]}}));
    let reel = app.reel("1:1", &[&clip]).await;
    assert_eq!(hear(&mut mine).await, json!({"kind": "changed", "topic": {"topic": "reels", "of": reel["id"]}}));
    // A refused change is none.
    app.delete(&format!("/api/reels/{NOBODY}")).await.refused(404, "not_found");
    app.delete(&format!("/api/clips/{}", id(&clip["id"]))).await.ok();
    assert_eq!(hear(&mut mine).await["topic"], json!({"topic": "clips", "of": game["id"]}));
    // Of all that, the other one has heard nothing: the first message is about their own game.
    let body = json!({"opponent": "City", "played_on": "2026-12-06", "venue": "away"});
    let other = app.as_other(Method::POST, "/api/games", Some(body)).await.ok();
    assert_eq!(hear(&mut theirs).await, json!({"kind": "changed", "topic": {"topic": "games"}}));
    let path = format!("/api/games/{}", id(&other["id"]));
    app.as_other(Method::DELETE, &path, None).await.ok();
    assert_eq!(hear(&mut theirs).await["kind"], "changed");
});

on_both!(a_foreign_page_hears_nothing, |app: TestApp| async move {
    for headers in [[("origin", "https://evil.example")], [("origin", "null")], [("host", "evil.example")]] {
        match connect(&app, &headers).await {
            Err(tungstenite::Error::Http(answer)) => assert_eq!(answer.status().as_u16(), 403),
            other => panic!("{headers:?} got {other:?}"),
        }
    }
});

on_both!(an_export_tells_how_far_it_is, |app: TestApp| async move {
    let (_, upload) = app.game_with_recording().await;
    let clip = app.clip(&upload, (0, 200), json!({})).await;
    let reel = app.reel("1:1", &[&clip]).await;
    let mut socket = connect(&app, &[]).await.expect("a socket");
    let export = app.post("/api/exports", json!({"reel": reel["id"]})).await.ok();
    let (mut states, mut version) = (Vec::new(), 0);
    while states.last() != Some(&json!("complete")) {
        let event = hear(&mut socket).await;
        if event["kind"] == "export" {
            let told = &event["export"];
            assert_eq!(told["id"], export["id"]);
            assert!(told["version"].as_i64().unwrap() >= version, "never backwards");
            version = told["version"].as_i64().unwrap();
            states.push(told["state"].clone());
        }
    }
    assert_eq!(states[0], "processing");
    assert_eq!(app.get(&format!("/api/exports/{}", id(&export["id"]))).await.ok()["version"], version);
});
