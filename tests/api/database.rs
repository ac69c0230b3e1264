//! Databases for tests: a file of its own, or a new database on the test run's server.

use sqlx::{AssertSqlSafe, any::AnyPoolOptions};
use tempfile::TempDir;
use touchline::{domain::ids::GameId, server::db::Db};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    /// Where a fresh one is; empty for the embedded one of the data folder.
    pub async fn fresh_url(self) -> String {
        match self {
            Self::Sqlite => String::new(),
            Self::Postgres => fresh_postgres().await,
        }
    }

    /// A migrated database without a server, and the folder that it may live in.
    pub async fn open(self) -> (Db, TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let url = match self {
            Self::Sqlite => Db::embedded_url(folder.path()),
            Self::Postgres => fresh_postgres().await,
        };
        let db = Db::connect(&url, 8).await.expect("the database opens");
        db.migrate().await.expect("the schema");
        (db, folder)
    }
}

/// The private cluster of the test run is thrown away as a whole; the name only has to be unique.
async fn fresh_postgres() -> String {
    let admin = std::env::var("TOUCHLINE_TEST_POSTGRES_URL")
        .expect("TOUCHLINE_TEST_POSTGRES_URL names a PostgreSQL for tests; `make test` starts one");
    fresh_in(&admin).await
}

/// A new database on the server of `admin`; answers its address.
pub async fn fresh_in(admin: &str) -> String {
    sqlx::any::install_default_drivers();
    let name = format!("t{}", GameId::generate().to_string().replace('-', ""));
    let pool = AnyPoolOptions::new().max_connections(1).connect(admin).await.expect("PostgreSQL answers");
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.expect("a database");
    pool.close().await;
    let (server, _) = admin.rsplit_once('/').expect("a database in the address");
    format!("{server}/{name}")
}

/// Makes two tests of one body, one for each database: `on_both!(name, |app| async move { … });`, or with a change of the
/// configuration: `on_both!(name, |config| config.uploads.max_open = 2, |app| async move { … });`
#[macro_export]
macro_rules! on_both {
    ($name:ident, $body:expr) => {
        $crate::on_both!($name, |_| {}, $body);
    };
    ($name:ident, $adjust:expr, $body:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn on(database: $crate::database::Database) {
                let adjust: fn(&mut touchline::server::config::Config) = $adjust;
                let app = $crate::support::TestApp::start_with(database, adjust).await;
                ($body)(app).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                on($crate::database::Database::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                on($crate::database::Database::Postgres).await;
            }
        }
    };
}
