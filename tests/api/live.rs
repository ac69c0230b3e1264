//! The WebSocket: who hears what.

use crate::{
    on_both,
    support::{NOBODY, TestApp, id},
};
use futures::{SinkExt, StreamExt};
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
    connect_to(app, "/ws", headers).await
}

async fn connect_to(app: &TestApp, path: &str, headers: &[(&'static str, &str)]) -> Result<Socket, tungstenite::Error> {
    let mut request = app.base.replace("http://", "ws://").into_client_request()?;
    *request.uri_mut() = format!("{}{path}", app.base.replace("http://", "ws://")).parse().expect("an address");
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

on_both!(a_tab_does_not_hear_its_echo, |app: TestApp| async move {
    let mut mine = connect_to(&app, "/ws?tab=a1", &[]).await.expect("a socket");
    let mut other = connect_to(&app, "/ws?tab=b2", &[]).await.expect("a socket");
    let named = async |tab: &str| {
        let body = json!({"opponent": "Echo", "played_on": "2026-12-06", "venue": "home"});
        let request = app.request(Method::POST, "/api/games").json(&body).header("x-touchline-tab", tab);
        app.send(request).await.ok()
    };
    let game = named("a1").await;
    assert_eq!(hear(&mut other).await, json!({"kind": "changed", "topic": {"topic": "games"}}));
    // What it hears first is what the other one did.
    let path = format!("/api/games/{}", id(&game["id"]));
    app.send(app.request(Method::DELETE, &path).header("x-touchline-tab", "b2")).await.ok();
    let upload = app.game_with_upload(1000).await.1;
    app.clip(&upload, (0, 1_000), json!({})).await;
    let mut heard = Vec::new();
    while heard.last() != Some(&json!("clips")) {
        heard.push(hear(&mut mine).await["topic"]["topic"].clone());
    }
    assert_eq!(heard.iter().filter(|topic| **topic == "games").count(), 3, "a deletion, a game, an upload: {heard:?}");
    // A name that is none names nobody.
    named("a/1").await;
    assert_eq!(hear(&mut mine).await["topic"]["topic"], "games");
});

on_both!(who_has_signed_out_hears_no_more, |app: TestApp| async move {
    let cookie = app.other_cookie().to_owned();
    let mut theirs = connect(&app, &[("cookie", &cookie)]).await.expect("a socket");
    theirs.send("ping".into()).await.expect("it listens");
    let body = json!({"opponent": "City", "played_on": "2026-12-06", "venue": "away"});
    app.as_other(Method::POST, "/api/games", Some(body)).await.ok();
    assert_eq!(hear(&mut theirs).await["kind"], "changed", "a ping of a session that holds changes nothing");
    app.as_other(Method::POST, "/logout", None).await;
    theirs.send("ping".into()).await.expect("it still listens");
    let last = tokio::time::timeout(Duration::from_secs(20), theirs.next()).await.expect("it ends");
    assert!(matches!(last, Some(Ok(tungstenite::Message::Close(_))) | None), "{last:?}");
});

on_both!(each_answer_has_an_identifier_of_its_own, |app: TestApp| async move {
    let mut known = std::collections::HashSet::new();
    for path in ["/", "/api/games", "/api/nothing", "/healthz"] {
        let answer = app.request(Method::GET, path).header("x-request-id", "chosen").send().await.unwrap();
        let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        assert!(id.len() == 32 && known.insert(id.clone()), "{path}: {id}");
    }
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
            // Several workers tell of one export: like a tab, we drop what is older than what we know.
            if told["version"].as_i64().unwrap() < version {
                continue;
            }
            version = told["version"].as_i64().unwrap();
            states.push(told["state"].clone());
        }
    }
    assert_eq!(states[0], "processing");
    assert_eq!(app.get(&format!("/api/exports/{}", id(&export["id"]))).await.ok()["version"], version);
});

/// Memory of a process in kB.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it lives");
    let line = status.lines().find(|line| line.starts_with("VmRSS")).expect("a figure");
    line.split_whitespace().nth(1).and_then(|text| text.parse().ok()).expect("a number")
}

/// Many tabs at once, none of which reads before all is said: each learns of the last state, or that it missed some.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_tabs_each_get_the_last_state() {
    const TABS: usize = 500;
    const CHANGES: usize = 60;
    let server = crate::process::Process::server(&["--no-worker"], &[]).await;
    let before = resident(server.id());
    let address = format!("{}/ws", server.base().replace("http://", "ws://"));
    let mut tabs = Vec::new();
    for _ in 0..TABS {
        tabs.push(connect_async(address.as_str()).await.expect("a socket").0);
    }
    let with_tabs = resident(server.id());
    let game = json!({"opponent": "Many", "played_on": "2026-12-06", "venue": "home"});
    for _ in 0..CHANGES {
        server.ok(Method::POST, "/api/games", game.clone()).await;
    }
    for tab in &mut tabs {
        let mut heard = 0;
        while heard < CHANGES {
            let event = hear(tab).await;
            // What a slow tab missed it asks for.
            heard = if event["kind"] == "resync" { CHANGES } else { heard + 1 };
        }
    }
    println!("{} kB a tab", (with_tabs - before) / TABS as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_told_on_an_address_of_their_own() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|probe| probe.local_addr()).expect("a port").port();
    let address = format!("127.0.0.1:{port}");
    let server = crate::process::Process::server(&[], &[("TOUCHLINE_SERVER__METRICS", address.clone())]).await;
    server.ok(Method::GET, "/api/games", Value::Null).await;
    let game = format!("/api/games/{NOBODY}");
    server.call(Method::GET, &game, Value::Null).await.expect("an answer").refused(404, "not_found");
    let figures =
        reqwest::get(format!("http://{address}/metrics")).await.expect("an answer").text().await.expect("text");
    for told in [
        "touchline_http_request_seconds_count{route=\"/api/games\",method=\"GET\",status=\"200\"} 1",
        "route=\"/api/games/{id}\",method=\"GET\",status=\"404\"",
        "touchline_jobs_waiting 0",
        "touchline_jobs_oldest_seconds 0",
    ] {
        assert!(figures.contains(told), "{told} is not in\n{figures}");
    }
    assert!(!figures.contains(NOBODY), "no identifier is a label");
    let own = server.call(Method::GET, "/metrics", Value::Null).await.expect("an answer");
    assert_eq!(own.status.as_u16(), 404, "not among the pages");
}
