//! `make bench-api`: the whole server in this process with 500 games and 5,000 clips; p50 and p95 of what a user waits for,
//! on SQLite. The floor of every row is the median of `/healthz` over the same connection.
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use support::{Report, percentile_ms};
use touchline::server::{
    config::{Config, leptos_options},
    start,
};

const GAMES: usize = 500;
const CLIPS_A_GAME: usize = 10;
const ROUNDS: usize = 60;

struct Client {
    base: String,
    http: reqwest::Client,
}

impl Client {
    async fn timed(&self, request: reqwest::RequestBuilder) -> (Duration, Value) {
        let since = Instant::now();
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        let body = answer.bytes().await.unwrap();
        (since.elapsed(), serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> (Duration, Value) {
        self.timed(self.http.get(format!("{}{path}", self.base))).await
    }

    async fn post(&self, path: &str, body: &Value) -> (Duration, Value) {
        self.timed(self.http.post(format!("{}{path}", self.base)).json(body)).await
    }
}

#[tokio::main]
async fn main() {
    let data = tempfile::tempdir().unwrap();
    let mut config = Config::load(Path::new("/no/such/file")).unwrap();
    config.data = data.path().to_owned();
    config.uploads.max_open = 10_000;
    let mut leptos = leptos_options(Path::new("Leptos.toml")).unwrap();
    leptos.site_addr = ([127, 0, 0, 1], 0).into();
    let running = start::open(config, leptos).await.unwrap();
    let client = Client {
        base: format!("http://{}", running.address().unwrap()),
        http: reqwest::Client::builder().build().unwrap(),
    };
    let app = running.app.clone();
    let server = tokio::spawn(start::run(running));

    let last = seed(&client).await;
    let mut report = Report::new("api");
    let mut floor = Vec::new();
    for _ in 0..ROUNDS {
        floor.push(client.get("/healthz").await.0);
    }
    let floor = percentile_ms(&mut floor, 0.5);
    let sign = format!("/api/uploads/{}/sign", last.upload);
    let none = Value::Null;
    let (search, part, new) = (json!({}), json!({"parts": [{"number": 1}]}), clip(&last.video, 1));
    let calls = [
        ("healthz", "/healthz".to_owned(), &none, 50.0),
        ("list of 500 games", "/api/games".to_owned(), &none, 200.0),
        ("library page, server-rendered", "/".to_owned(), &none, 200.0),
        ("list of 5,000 clips", "/api/clips/search".to_owned(), &search, 200.0),
        ("list of 50 reels", "/api/reels".to_owned(), &none, 200.0),
        ("one game", format!("/api/games/{}", last.game), &none, 100.0),
        ("clips of a game", format!("/api/games/{}/clips", last.game), &none, 100.0),
        ("one reel of 10 clips", format!("/api/reels/{}", last.reel), &none, 100.0),
        ("a write (new clip)", "/api/clips".to_owned(), &new, 300.0),
        ("a presign", sign, &part, 100.0),
    ];
    for (name, path, body, goal) in calls {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let answer = if body.is_null() { client.get(&path).await } else { client.post(&path, body).await };
            times.push(answer.0);
        }
        for (part, shown) in [(0.5, "p50"), (0.95, "p95")] {
            report.at_most_beside(&format!("{name}, {shown}"), percentile_ms(&mut times, part), "ms", floor, goal);
        }
    }
    report.finish();
    app.stop.cancel();
    let _ = server.await;
}

#[derive(Default)]
struct Seeded {
    game: String,
    video: String,
    upload: String,
    reel: String,
}

fn clip(video: &str, second: usize) -> Value {
    let start = second * 10_000_000;
    json!({"video": video, "start": start, "end": start + 8_000_000, "rating": second % 5 + 1, "tags": ["Goal"]})
}

/// Through the services, as users would make them; the uploads stay open.
async fn seed(client: &Client) -> Seeded {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut last = Seeded::default();
    for n in 0..GAMES {
        let day = format!("20{:02}-{:02}-{:02}", 20 + n % 6, n % 12 + 1, n % 28 + 1);
        let game = json!({"opponent": format!("Team {n}"), "played_on": day, "venue": "home"});
        let game = client.post("/api/games", &game).await.1;
        let upload = json!({"game": game["id"], "name": "game.mp4", "size": 1_000_000, "type": "video/mp4", "fingerprint": n.to_string()});
        let upload = client.post("/api/uploads", &upload).await.1;
        last = Seeded { game: text(&game["id"]), video: text(&upload["video"]), upload: text(&upload["id"]), ..last };
        let mut clips = Vec::new();
        for second in 0..CLIPS_A_GAME {
            // Five stars would make a reel each; the library's clips are what is measured.
            let mut clip = clip(&last.video, second);
            clip["rating"] = json!(second % 4 + 1);
            clips.push(client.post("/api/clips", &clip).await.1["id"].clone());
        }
        if n % 10 == 0 {
            last.reel = text(&client.post("/api/reels", &json!({"aspect": "9:16", "clips": clips})).await.1["id"]);
        }
    }
    last
}
