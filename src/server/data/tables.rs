//! Rows from one database to another: the schema is one, and so are the two types of its columns.

use super::DataError;
use crate::server::db::{Backend, Db};
use futures::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

/// Every table but the built-in store's own book, parents before children.
pub const TABLES: [&str; 18] = [
    "accounts",
    "sessions",
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
    "remote_calls",
    "exports",
    "segments",
    "renditions",
    "preferences",
    "doomed_objects",
];

/// Rows and the sum of their hashes: equal for equal rows in any order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    pub rows: u64,
    hash: u128,
}

impl Sum {
    fn add(&mut self, values: &[Value]) {
        let mut hash = Sha256::new();
        for value in values {
            match value {
                Value::Text(None) | Value::Number(None) => hash.update([0]),
                Value::Text(Some(text)) => {
                    hash.update([1]);
                    hash.update(text.len().to_be_bytes());
                    hash.update(text);
                }
                Value::Number(Some(number)) => {
                    hash.update([2]);
                    hash.update(number.to_be_bytes());
                }
            }
        }
        let mut first = [0; 16];
        first.copy_from_slice(&hash.finalize()[..16]);
        self.rows += 1;
        self.hash = self.hash.wrapping_add(u128::from_be_bytes(first));
    }
}

enum Value {
    Text(Option<String>),
    Number(Option<i64>),
}

/// A column's name, and whether it holds numbers.
type Column = (String, bool);

async fn columns(db: &Db, table: &str) -> Result<Vec<Column>, DataError> {
    let sql = match db.backend() {
        Backend::Sqlite => "SELECT name AS name, lower(type) AS type FROM pragma_table_info($1) ORDER BY name",
        Backend::Postgres => {
            "SELECT CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS type FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY column_name"
        }
    };
    let rows = sqlx::query(sql).bind(table).fetch_all(db.pool()).await?;
    let mut columns: Vec<Column> = Vec::new();
    for row in rows {
        columns.push((row.try_get("name")?, row.try_get::<String, _>("type")? == "bigint"));
    }
    // Databases order names differently.
    columns.sort();
    Ok(columns)
}

fn select(table: &str, columns: &[Column]) -> AssertSqlSafe<String> {
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    // A job stands after the one that waits for it.
    let order = if table == "jobs" { " ORDER BY CASE WHEN parent IS NULL THEN 0 ELSE 1 END" } else { "" };
    // Names of our own schema only.
    AssertSqlSafe(format!("SELECT {} FROM {table}{order}", names.join(", ")))
}

fn values(row: &AnyRow, columns: &[Column]) -> Result<Vec<Value>, sqlx::Error> {
    let value = |(at, (_, number)): (usize, &Column)| {
        Ok(if *number { Value::Number(row.try_get(at)?) } else { Value::Text(row.try_get(at)?) })
    };
    columns.iter().enumerate().map(value).collect()
}

/// What the table holds.
pub async fn sum(db: &Db, connection: &mut AnyConnection, table: &str) -> Result<Sum, DataError> {
    let columns = columns(db, table).await?;
    let mut sum = Sum::default();
    let mut rows = sqlx::query(select(table, &columns)).fetch(connection);
    while let Some(row) = rows.try_next().await? {
        sum.add(&values(&row, &columns)?);
    }
    Ok(sum)
}

/// Copies the table into the transaction `to` of `target`; answers what was sent. An open upload becomes an aborted one: it
/// cannot go on at another store.
pub async fn copy(from: &Db, target: &Db, to: &mut AnyConnection, table: &str) -> Result<Sum, DataError> {
    let columns = columns(from, table).await?;
    if columns != self::columns(target, table).await? {
        return Err(DataError::Differs(format!("the columns of {table}")));
    }
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let places: Vec<String> = (1..=columns.len()).map(|at| format!("${at}")).collect();
    let insert = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "));
    let state = names.iter().position(|name| table == "uploads" && *name == "state");
    let mut sum = Sum::default();
    let mut rows = sqlx::query(select(table, &columns)).fetch(from.pool());
    while let Some(row) = rows.try_next().await? {
        let mut values = values(&row, &columns)?;
        if let Some(Value::Text(Some(state))) = state.and_then(|at| values.get_mut(at))
            && state == "open"
        {
            "aborted".clone_into(state);
        }
        sum.add(&values);
        let mut query = sqlx::query(AssertSqlSafe(insert.clone()));
        for value in values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        query.execute(&mut *to).await?;
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_table_is_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::connect(&Db::embedded_url(folder.path()), 1).await.expect("a database");
        db.migrate().await.expect("the schema");
        let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
                   AND name NOT LIKE 'store~_%' ESCAPE '~' AND name <> '_sqlx_migrations' ORDER BY name";
        let there: Vec<String> = sqlx::query_scalar(sql).fetch_all(db.pool()).await.expect("names");
        let mut known = TABLES.map(str::to_owned);
        known.sort();
        assert_eq!(there, known);
        for table in TABLES {
            let columns = columns(&db, table).await.expect("columns");
            let rows =
                sqlx::query("SELECT COUNT(*) AS n FROM pragma_table_info($1) WHERE type NOT IN ('TEXT', 'BIGINT')")
                    .bind(table)
                    .fetch_one(db.pool())
                    .await
                    .expect("a count");
            assert_eq!((columns.is_empty(), rows.get::<i64, _>("n")), (false, 0), "{table}");
        }
    }
}
