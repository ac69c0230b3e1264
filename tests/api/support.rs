//! [`TestApp`]: a real server with a fresh database, a data folder of its own and two accounts.

use reqwest::{Client, Method, StatusCode, header};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use touchline::{
    accounts,
    server::{
        config::{Config, leptos_options},
        start::{self, Running},
        state::AppState,
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// Makes two tests of one body, one for each database: `on_both!(name, |app| async move { … });`
#[macro_export]
macro_rules! on_both {
    ($name:ident, $body:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let app = $crate::support::TestApp::start($crate::support::Database::Sqlite).await;
                ($body)(app).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let app = $crate::support::TestApp::start($crate::support::Database::Postgres).await;
                ($body)(app).await;
            }
        }
    };
}

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

pub struct TestApp {
    pub app: AppState,
    pub base: String,
    client: Client,
    /// The second account's session, as a Cookie header.
    other: String,
    data: TempDir,
    server: JoinHandle<()>,
    database: Option<String>,
}

impl TestApp {
    pub async fn start(database: Database) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let url = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(fresh_postgres().await),
        };
        let mut config = Config::load(Path::new("/no/such/file")).expect("defaults");
        config.data = data.path().to_owned();
        config.database.url = url.clone().unwrap_or_default();
        config.database.connections = 4;
        let mut leptos = leptos_options(Path::new("Leptos.toml")).expect("our own file");
        leptos.site_addr = ([127, 0, 0, 1], 0).into();
        let running = start::open(config, leptos).await.expect("the server opens");
        Self::run(running, data, url).await
    }

    async fn run(running: Running, data: TempDir, database: Option<String>) -> Self {
        let app = running.app.clone();
        let base = format!("http://{}", running.address().expect("an address"));
        let server = tokio::spawn(async move { start::run(running).await.expect("the server runs") });
        let other = accounts::store::create(&app.db, "Second account").await.expect("an account");
        let secret = accounts::service::begin_session(&app.db, &other).await.expect("a session");
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let other = format!("touchline_session={secret}");
        Self { app, base, client, other, data, server, database }
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// A request that a test finishes itself.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        self.client.request(method, url)
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
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

    /// A game of the local account.
    pub async fn game(&self) -> Value {
        self.post("/api/games", json!({"opponent": "Rovers", "played_on": "2026-12-06", "venue": "home"})).await.ok()
    }

    /// A game with a video that waits for its upload: clips can be marked on it.
    pub async fn game_with_upload(&self, bytes: i64) -> (Value, Value) {
        let game = self.game().await;
        let upload =
            json!({"game": game["id"], "name": "match.mp4", "size": bytes, "type": "video/mp4", "fingerprint": "f1"});
        let upload = self.post("/api/uploads", upload).await.ok();
        (game, upload)
    }

    /// Rows of a table, to see that nothing was written.
    pub async fn count(&self, table: &'static str) -> i64 {
        use sqlx::Row;
        let sql = sqlx::AssertSqlSafe(format!("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM {table}"));
        sqlx::query(sql).fetch_one(self.app.db.pool()).await.expect("a count").get("n")
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.app.stop.cancel();
        self.server.abort();
        // The private cluster of the test run is thrown away as a whole; the name only has to be unique.
        let _ = self.database.take();
    }
}

/// A new database on the test run's PostgreSQL.
async fn fresh_postgres() -> String {
    let admin = std::env::var("TOUCHLINE_TEST_POSTGRES_URL")
        .expect("TOUCHLINE_TEST_POSTGRES_URL names a PostgreSQL for tests; `make test` starts one");
    sqlx::any::install_default_drivers();
    let name = format!("t{}", uuid_text().replace('-', ""));
    let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(&admin).await.expect("PostgreSQL answers");
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.expect("a database");
    pool.close().await;
    let (server, _) = admin.rsplit_once('/').expect("a database in the address");
    format!("{server}/{name}")
}

fn uuid_text() -> String {
    touchline::domain::ids::GameId::generate().to_string()
}
