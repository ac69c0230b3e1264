//! [`TestApp`]: a real server with a fresh database, a data folder of its own and two accounts.

use crate::database::Database;
use reqwest::{Client, Method, RequestBuilder, StatusCode, header};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use touchline::{
    accounts,
    server::{
        config::{Config, leptos_options},
        db::Db,
        start::{self, Running},
        state::AppState,
    },
};

/// An identifier that no row has.
pub const NOBODY: &str = "0192f0c1-2345-7abc-8def-0123456789ab";
/// Every table, but for the store's litter and sessions that come and go by themselves.
const TABLES: [&str; 18] = [
    "accounts",
    "games",
    "videos",
    "uploads",
    "clips",
    "clip_tags",
    "reels",
    "reel_clips",
    "reel_music",
    "overlays",
    "jobs",
    "exports",
    "segments",
    "renditions",
    "preferences",
    "doomed_objects",
    "store_objects",
    "store_uploads",
];
/// How long a test waits for something that happens by itself.
const PATIENCE: Duration = Duration::from_mins(2);

/// An answer: status and JSON (null when there is no body).
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub json: Value,
}

impl Answer {
    /// The body of a success; anything else fails the test and shows itself.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.json);
        self.json
    }

    /// Fails the test unless it is this error.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.json["error"].as_str()), (status, Some(code)), "{}", self.json);
        assert!(self.json["message"].as_str().is_some_and(|text| !text.is_empty()), "an error says what to do");
    }
}

/// The text of a JSON string, for paths: `id(&game["id"])`.
#[track_caller]
pub fn id(value: &Value) -> &str {
    value.as_str().expect("an identifier")
}

/// Asks until there is an answer; fails the test when that takes too long.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < until, "it never came: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub struct TestApp {
    pub db: Db,
    pub base: String,
    /// Stops the server.
    stop: CancellationToken,
    config: Config,
    client: Client,
    /// The second account's session, as a Cookie header.
    other: String,
    data: TempDir,
    server: JoinHandle<()>,
    /// Let go before a restart: a server that has stopped must let go of its folder.
    state: Option<AppState>,
}

async fn open(config: Config) -> Running {
    let mut leptos = leptos_options(Path::new("Leptos.toml")).expect("our own file");
    leptos.site_addr = ([127, 0, 0, 1], 0).into();
    // Beside the program of a test stands no list of hashed files.
    leptos.hash_files = false;
    start::open(config, leptos).await.expect("the server opens")
}

fn run(running: Running) -> (AppState, CancellationToken, String, JoinHandle<()>) {
    let (state, stop) = (running.app.clone(), running.app.stop.clone());
    let base = format!("http://{}", running.address().expect("an address"));
    let server = tokio::spawn(async move { start::run(running).await.expect("the server runs") });
    (state, stop, base, server)
}

impl TestApp {
    pub async fn start(database: Database) -> Self {
        Self::start_with(database, |_| {}).await
    }

    pub async fn start_with(database: Database, adjust: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let mut config = Config::load(Path::new("/no/such/file")).expect("defaults");
        config.data = data.path().to_owned();
        config.database.url = database.fresh_url().await;
        config.database.connections = 4;
        adjust(&mut config);
        let (state, stop, base, server) = run(open(config.clone()).await);
        let db = state.db.clone();
        let other = accounts::store::create(&db, "Second account").await.expect("an account");
        let secret = accounts::service::begin_session(&db, &other).await.expect("a session");
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self {
            db,
            base,
            stop,
            config,
            client,
            other: format!("touchline_session={secret}"),
            data,
            server,
            state: Some(state),
        }
    }

    /// Stops the server in the middle of whatever it does, and starts it again on the same data.
    pub async fn restart(&mut self) {
        self.stop.cancel();
        self.state = None;
        (&mut self.server).await.expect("the server stops");
        let (state, stop, base, server) = run(open(self.config.clone()).await);
        (self.db, self.stop, self.base, self.server) = (state.db.clone(), stop, base, server);
        self.state = Some(state);
    }

    /// The server's own state, for what happens by itself once an hour.
    pub fn state(&self) -> &AppState {
        self.state.as_ref().expect("it runs")
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The second account's session, as a Cookie header.
    pub fn other_cookie(&self) -> &str {
        &self.other
    }

    /// A request that a test finishes itself.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        self.client.request(method, url)
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let status = response.status();
        let text = response.text().await.expect("a body");
        Answer { status, json: serde_json::from_str(&text).unwrap_or(Value::Null) }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// To the trash, and out of it for good.
    pub async fn destroy(&self, kind: &str, id: &Value) {
        let id = id.as_str().expect("an id");
        assert_eq!(self.delete(&format!("/api/{kind}s/{id}")).await.status.as_u16(), 204);
        assert_eq!(self.delete(&format!("/api/trash/{kind}/{id}")).await.status.as_u16(), 204);
    }

    /// The other door: a server function.
    pub async fn call(&self, function: &str, body: Value) -> Answer {
        self.post(&format!("/_fn/{function}"), body).await
    }

    /// Any request as the second account.
    pub async fn as_other(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.request(method, path).header(header::COOKIE, &self.other);
        self.send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    /// A PUT of plain bytes, as a browser sends a part: to the store when it is a signed address.
    pub async fn put_bytes(&self, path: &str, bytes: impl Into<reqwest::Body>) -> Answer {
        self.send(self.request(Method::PUT, path).body(bytes)).await
    }

    /// Rows of a table, to see that nothing was written.
    pub async fn count(&self, table: &str) -> i64 {
        let sql = AssertSqlSafe(format!("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM {table}"));
        sqlx::query(sql).fetch_one(self.db.pool()).await.expect("a count").get("n")
    }

    /// How many rows every table has: the same before and after means that nothing was written.
    pub async fn rows(&self) -> Vec<(&'static str, i64)> {
        let mut rows = Vec::with_capacity(TABLES.len());
        for table in TABLES {
            rows.push((table, self.count(table).await));
        }
        rows
    }

    /// A game of the local account.
    pub async fn game(&self) -> Value {
        self.game_against("Rovers", "2026-12-06").await
    }

    pub async fn game_against(&self, opponent: &str, day: &str) -> Value {
        self.post("/api/games", json!({"opponent": opponent, "played_on": day, "venue": "home"})).await.ok()
    }

    /// A game with a video that waits for its upload: clips can be marked on it.
    pub async fn game_with_upload(&self, bytes: i64) -> (Value, Value) {
        let game = self.game().await;
        let upload = self.upload_to(&game, bytes).await;
        (game, upload)
    }

    pub async fn upload_to(&self, game: &Value, bytes: i64) -> Value {
        let upload =
            json!({"game": game["id"], "name": "match.mp4", "size": bytes, "type": "video/mp4", "fingerprint": "f1"});
        self.post("/api/uploads", upload).await.ok()
    }

    /// A clip from `start` to `end` (milliseconds) of the upload's video, with `more` of its details.
    pub async fn clip(&self, upload: &Value, (start, end): (i64, i64), more: Value) -> Value {
        let mut body = json!({"video": upload["video"], "start": start * 1000, "end": end * 1000});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        self.post("/api/clips", body).await.ok()
    }

    pub async fn reel(&self, aspect: &str, clips: &[&Value]) -> Value {
        let clips: Vec<&Value> = clips.iter().map(|clip| &clip["id"]).collect();
        self.post("/api/reels", json!({"aspect": aspect, "clips": clips})).await.ok()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
        self.server.abort();
    }
}
