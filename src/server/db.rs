//! The database: one pool over SQLite or PostgreSQL, and the two things in which they differ for us.

use crate::domain::ids::AccountId;
use sqlx::{
    Any, AnyConnection, AnyPool, AssertSqlSafe, Executor, Row, Transaction,
    any::{AnyPoolOptions, AnyRow},
    migrate::{MigrateError, Migrator},
};
use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A handle that is cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pool: AnyPool,
    backend: Backend,
}

/// SQLite answers every commit from the disk itself, and readers never wait for the writer.
const SQLITE_PRAGMAS: &str =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000;";

impl Db {
    /// Connects to `sqlite://PATH?mode=rwc` or `postgres://…`.
    pub async fn connect(url: &str, connections: u32) -> Result<Self, sqlx::Error> {
        sqlx::any::install_default_drivers();
        let backend = if url.starts_with("sqlite:") { Backend::Sqlite } else { Backend::Postgres };
        let pool = AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(move |connection: &mut AnyConnection, _| {
                Box::pin(async move {
                    if backend == Backend::Sqlite {
                        connection.execute(SQLITE_PRAGMAS).await?;
                    }
                    Ok(())
                })
            })
            .connect(url)
            .await?;
        Ok(Self { pool, backend })
    }

    /// The file of the embedded database in `folder`.
    pub fn embedded_file(folder: &Path) -> PathBuf {
        folder.join("touchline.db")
    }

    /// The address of the embedded database in `folder`.
    pub fn embedded_url(folder: &Path) -> String {
        format!("sqlite://{}?mode=rwc", Self::embedded_file(folder).display())
    }

    /// Brings the schema up to date; several servers may start at once (sqlx takes an advisory lock on PostgreSQL).
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        MIGRATIONS.run(&self.pool).await
    }

    pub fn pool(&self) -> &AnyPool {
        &self.pool
    }

    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// A transaction that will write. On SQLite it takes the write lock at once: a plain `BEGIN` that reads first and
    /// writes later fails with "database is locked", whatever the busy timeout.
    pub async fn begin_write(&self) -> Result<Transaction<'static, Any>, sqlx::Error> {
        match self.backend {
            Backend::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await,
            Backend::Postgres => self.pool.begin().await,
        }
    }

    /// `SELECT 1`, for the health checks.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map(drop)
    }
}

/// Whether the database's disk is full: SQLite's code, and PostgreSQL's.
pub fn is_full(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code == "13" || code == "53100")
}

/// Whether the database may answer a little later: it cannot be reached, or it starts or stops.
pub fn is_away(error: &MigrateError) -> bool {
    match error {
        MigrateError::Execute(error) => match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
            // 57P: shut down or starting; 08: the connection.
            sqlx::Error::Database(error) => {
                error.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("08"))
            }
            _ => false,
        },
        _ => false,
    }
}

/// Puts a row of `table` into the trash at a moment (milliseconds), or takes it out of it; whether that changed anything.
pub async fn set_deleted(
    db: &Db,
    table: &'static str,
    owner: &AccountId,
    id: &str,
    at: Option<i64>,
) -> Result<bool, sqlx::Error> {
    // Only names of ours are joined.
    let sql = AssertSqlSafe(format!(
        "UPDATE {table} SET deleted_at = $1, version = version + 1 WHERE id = $2 AND owner = $3 \
         AND CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END <> $4"
    ));
    let write = sqlx::query(sql).bind(at).bind(id).bind(owner.as_str()).bind(i64::from(at.is_some()));
    Ok(write.execute(db.pool()).await?.rows_affected() == 1)
}

/// Rows of `table`, of anybody, that came to the trash before then (milliseconds).
pub async fn expired<Id: FromStr>(
    db: &Db,
    table: &'static str,
    before: i64,
) -> Result<Vec<(AccountId, Id)>, sqlx::Error> {
    // Only names of ours are joined.
    let sql = AssertSqlSafe(format!("SELECT owner, id FROM {table} WHERE deleted_at < $1"));
    let rows = sqlx::query(sql).bind(before).fetch_all(db.pool()).await?;
    rows.iter().map(|row| Ok((parsed(row, "owner")?, parsed(row, "id")?))).collect()
}

/// PostgreSQL's NOTIFY: whoever listens to the channel hears the text.
pub async fn notify(db: &Db, channel: &str, text: &str) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT CAST(pg_notify($1, $2) AS TEXT)").bind(channel).bind(text).execute(db.pool()).await.map(drop)
}

/// Now, in milliseconds since 1970: how every row keeps wall time.
pub fn now_ms() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |elapsed| i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}

/// A text that we wrote ourselves and that must read back; a row that does not is an error, not a panic.
pub fn parsed<T: FromStr>(row: &AnyRow, column: &str) -> Result<T, sqlx::Error> {
    row.try_get::<String, _>(column)?
        .parse()
        .map_err(|_| sqlx::Error::Decode(format!("{column} does not hold what we wrote").into()))
}

/// A JSON document that we wrote ourselves.
pub fn document<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}
