//! The store as its clients meet it: a real listener, a real database, real HTTP. `conformance` asks of any store what we
//! rely on; `hardening` is about the built-in one.

mod conformance;
mod foreign;
mod hardening;
mod ranges;
mod senders;

use super::{AllowedOrigins, LocalStore, ObjectKey, ObjectStore, PublicBase, keys};
use crate::{
    domain::ids::{AccountId, VideoId},
    server::db::Db,
};
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinHandle;

const HOUR: Duration = Duration::from_hours(1);
const MIB: usize = 1 << 20;

/// A running store in a folder of its own.
struct Place {
    store: ObjectStore,
    local: LocalStore,
    base: PublicBase,
    db: Db,
    folder: TempDir,
    server: JoinHandle<()>,
}

impl Place {
    async fn new() -> Self {
        Self::open(tempfile::tempdir().expect("a folder")).await
    }

    async fn open(folder: TempDir) -> Self {
        let url = Db::embedded_url(folder.path());
        Self::with_database(folder, &url).await
    }

    async fn with_database(folder: TempDir, url: &str) -> Self {
        let db = Db::connect(url, 4).await.expect("a database");
        db.migrate().await.expect("a schema");
        let origins = AllowedOrigins::List(vec!["https://clips.example".to_owned()]);
        let local = LocalStore::open(&folder.path().join("store"), db.clone(), origins).await.expect("a store");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let router = local.mount(axum::Router::new());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("serving") });
        let store = ObjectStore::embedded(local.clone(), &base, None);
        Self { store, local, base: PublicBase::parse(&base).expect("a base"), db, folder, server }
    }

    /// As after a crash: nothing is told to anybody, the folder stays.
    async fn crash(self) -> TempDir {
        self.server.abort();
        let _ = self.server.await;
        self.db.pool().close().await;
        self.folder
    }

    /// Every file of the store's folder with its path below it.
    fn files(&self) -> Vec<String> {
        fn walk(folder: &std::path::Path, files: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    walk(&path, files);
                } else {
                    files.push(path.to_string_lossy().into_owned());
                }
            }
        }
        let mut files = Vec::new();
        for part in ["objects", "incoming"] {
            walk(&self.folder.path().join("store").join(part), &mut files);
        }
        files
    }
}

/// A new database on the test run's PostgreSQL.
async fn fresh_postgres() -> String {
    let admin = std::env::var("TOUCHLINE_TEST_POSTGRES_URL")
        .expect("TOUCHLINE_TEST_POSTGRES_URL names a PostgreSQL for tests; `make test` starts one");
    let name = format!("t{}", keys::random_name());
    let db = Db::connect(&admin, 1).await.expect("PostgreSQL answers");
    let sql = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::query(sql).execute(db.pool()).await.expect("a database");
    let (server, _) = admin.rsplit_once('/').expect("a database in the address");
    format!("{server}/{name}")
}

fn video_key() -> ObjectKey {
    keys::video(&AccountId::generate(), &VideoId::generate())
}

/// Bytes that differ at every place and from seed to seed.
fn bytes(length: usize, seed: u32) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(length)
    .collect()
}

#[tokio::test]
async fn the_doctor_finds_the_built_in_store_well() {
    let place = Place::new().await;
    let checks = super::doctor::check(&place.store, &place.base).await;
    assert!(checks.len() == 5 && checks.iter().all(|check| check.ok), "{checks:?}");
    let elsewhere = PublicBase::parse("http://127.0.0.1:9").expect("a base");
    let checks = super::doctor::check(&place.store, &elsewhere).await;
    assert!(!checks[0].ok && checks[0].how_to_mend.contains("storage.endpoint"), "{checks:?}");
    assert!(place.files().is_empty());
}
