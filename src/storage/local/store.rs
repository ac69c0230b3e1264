//! The rows of the built-in store. Every change of what exists is one transaction, and names the files that it frees.

use crate::server::db::Db;
use sqlx::{AnyConnection, Row as _, any::AnyRow};
use std::collections::HashSet;

/// An object. `file` is its name in the folder, `etag` is without quotes.
#[derive(Debug, Clone)]
pub(super) struct ObjectRow {
    pub(super) key_hex: String,
    pub(super) file: String,
    pub(super) bytes: i64,
    pub(super) etag: String,
    pub(super) content_type: String,
    /// A JSON object of texts.
    pub(super) metadata: String,
    pub(super) upload: Option<String>,
    pub(super) modified_at: i64,
}

#[derive(Debug, Clone)]
pub(super) struct UploadRow {
    pub(super) id: String,
    pub(super) key_hex: String,
    pub(super) file: String,
    /// 0: not known.
    pub(super) part_size: i64,
    pub(super) content_type: String,
    pub(super) metadata: String,
    pub(super) created_at: i64,
}

#[derive(Debug, Clone)]
pub(super) struct PartRow {
    pub(super) number: i64,
    pub(super) bytes: i64,
    pub(super) etag: String,
    pub(super) crc32: String,
    /// Its own file, if it does not lie in the upload's.
    pub(super) file: Option<String>,
    pub(super) created_at: i64,
}

macro_rules! object_sql {
    ($rest:literal) => {
        concat!(
            "SELECT key_hex, file, bytes, etag, content_type, metadata, upload, modified_at FROM store_objects ",
            $rest
        )
    };
}
macro_rules! upload_sql {
    ($rest:literal) => {
        concat!("SELECT id, key_hex, file, part_size, content_type, metadata, created_at FROM store_uploads ", $rest)
    };
}
macro_rules! part_sql {
    ($rest:literal) => {
        concat!("SELECT number, bytes, etag, crc32, file, created_at FROM store_parts ", $rest)
    };
}

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The key that a row stands for.
pub(super) fn key_of(key_hex: &str) -> String {
    hex::decode(key_hex).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// A key as its rows have it.
pub(super) fn key_hex(key: &str) -> String {
    hex::encode(key)
}

/// Greater than every row's key that starts with `prefix_hex`: `g` follows the hexadecimal digits.
pub(super) fn end_of_prefix(prefix_hex: &str) -> String {
    format!("{prefix_hex}g")
}

pub(super) async fn object(db: &Db, key_hex: &str) -> Result<Option<ObjectRow>> {
    let sql = object_sql!("WHERE key_hex = $1");
    sqlx::query(sql).bind(key_hex).try_map(object_row).fetch_optional(db.pool()).await
}

/// At most `limit` objects whose key starts with the prefix and sorts after `after`, by key.
pub(super) async fn objects(db: &Db, prefix_hex: &str, after: &str, limit: i64) -> Result<Vec<ObjectRow>> {
    let sql = object_sql!("WHERE key_hex > $1 AND key_hex >= $2 AND key_hex < $3 ORDER BY key_hex LIMIT $4");
    let query = sqlx::query(sql).bind(after).bind(prefix_hex).bind(end_of_prefix(prefix_hex)).bind(limit);
    query.try_map(object_row).fetch_all(db.pool()).await
}

/// Writes the object's row; what it replaces becomes litter. With `only_new`, `None` when the key is taken.
pub(super) async fn put_object(tx: &mut AnyConnection, row: &ObjectRow, only_new: bool) -> Result<Option<Litter>> {
    let sql = "SELECT file FROM store_objects WHERE key_hex = $1";
    let old: Option<String> = sqlx::query_scalar(sql).bind(&row.key_hex).fetch_optional(&mut *tx).await?;
    if only_new && old.is_some() {
        return Ok(None);
    }
    let sql = "INSERT INTO store_objects (key_hex, file, bytes, etag, content_type, metadata, upload, modified_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key_hex) DO UPDATE SET file = excluded.file, \
               bytes = excluded.bytes, etag = excluded.etag, content_type = excluded.content_type, \
               metadata = excluded.metadata, upload = excluded.upload, modified_at = excluded.modified_at";
    sqlx::query(sql)
        .bind(&row.key_hex)
        .bind(&row.file)
        .bind(row.bytes)
        .bind(&row.etag)
        .bind(&row.content_type)
        .bind(&row.metadata)
        .bind(row.upload.as_deref())
        .bind(row.modified_at)
        .execute(&mut *tx)
        .await?;
    Litter::mark(tx, old).await.map(Some)
}

pub(super) async fn delete_object(db: &Db, key_hex: &str) -> Result<Litter> {
    let mut tx = db.begin_write().await?;
    let sql = "DELETE FROM store_objects WHERE key_hex = $1 RETURNING file";
    let old: Option<String> = sqlx::query_scalar(sql).bind(key_hex).fetch_optional(&mut *tx).await?;
    let litter = Litter::mark(&mut tx, old).await?;
    tx.commit().await?;
    Ok(litter)
}

pub(super) async fn create_upload(db: &Db, row: &UploadRow) -> Result<()> {
    let sql = "INSERT INTO store_uploads (id, key_hex, file, part_size, content_type, metadata, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let mut tx = db.begin_write().await?;
    sqlx::query(sql)
        .bind(&row.id)
        .bind(&row.key_hex)
        .bind(&row.file)
        .bind(row.part_size)
        .bind(&row.content_type)
        .bind(&row.metadata)
        .bind(row.created_at)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// The upload of that name, if it is for that key.
pub(super) async fn upload(db: &Db, id: &str, key_hex: &str) -> Result<Option<UploadRow>> {
    let sql = upload_sql!("WHERE id = $1 AND key_hex = $2");
    let query = sqlx::query(sql).bind(id).bind(key_hex);
    query.try_map(upload_row).fetch_optional(db.pool()).await
}

/// At most `limit` open uploads whose key starts with the prefix, after (`after`, `after_id`), by key and name.
pub(super) async fn uploads(
    db: &Db,
    prefix_hex: &str,
    after: &str,
    after_id: &str,
    limit: i64,
) -> Result<Vec<UploadRow>> {
    let sql = upload_sql!(
        "WHERE (key_hex > $1 OR (key_hex = $2 AND id > $3)) AND key_hex >= $4 AND key_hex < $5 \
         ORDER BY key_hex, id LIMIT $6"
    );
    let query = sqlx::query(sql).bind(after).bind(after).bind(after_id).bind(prefix_hex);
    let query = query.bind(end_of_prefix(prefix_hex)).bind(limit);
    query.try_map(upload_row).fetch_all(db.pool()).await
}

pub(super) async fn part(db: &Db, upload: &str, number: i64) -> Result<Option<PartRow>> {
    let sql = part_sql!("WHERE upload = $1 AND number = $2");
    let query = sqlx::query(sql).bind(upload).bind(number);
    query.try_map(part_row).fetch_optional(db.pool()).await
}

/// At most `limit` parts with a number above `after`, by number.
pub(super) async fn parts(db: &Db, upload: &str, after: i64, limit: i64) -> Result<Vec<PartRow>> {
    let sql = part_sql!("WHERE upload = $1 AND number > $2 ORDER BY number LIMIT $3");
    let query = sqlx::query(sql).bind(upload).bind(after).bind(limit);
    query.try_map(part_row).fetch_all(db.pool()).await
}

/// Writes the part's row; the file of the part that it replaces becomes litter.
pub(super) async fn put_part(tx: &mut AnyConnection, upload: &str, row: &PartRow) -> Result<Litter> {
    let sql = "SELECT file FROM store_parts WHERE upload = $1 AND number = $2";
    let query = sqlx::query_scalar(sql).bind(upload).bind(row.number);
    let old: Option<Option<String>> = query.fetch_optional(&mut *tx).await?;
    let sql = "INSERT INTO store_parts (upload, number, bytes, etag, crc32, file, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (upload, number) DO UPDATE SET bytes = excluded.bytes, \
               etag = excluded.etag, crc32 = excluded.crc32, file = excluded.file, created_at = excluded.created_at";
    sqlx::query(sql)
        .bind(upload)
        .bind(row.number)
        .bind(row.bytes)
        .bind(&row.etag)
        .bind(&row.crc32)
        .bind(row.file.as_deref())
        .bind(row.created_at)
        .execute(&mut *tx)
        .await?;
    Litter::mark(tx, old.flatten()).await
}

/// Deletes the upload and its parts; their files become litter, but for `except`.
pub(super) async fn delete_upload(tx: &mut AnyConnection, upload: &UploadRow, except: Option<&str>) -> Result<Litter> {
    let sql = "SELECT file FROM store_parts WHERE upload = $1 AND file IS NOT NULL";
    let mut files: Vec<String> = sqlx::query_scalar(sql).bind(&upload.id).fetch_all(&mut *tx).await?;
    files.push(upload.file.clone());
    sqlx::query("DELETE FROM store_parts WHERE upload = $1").bind(&upload.id).execute(&mut *tx).await?;
    sqlx::query("DELETE FROM store_uploads WHERE id = $1").bind(&upload.id).execute(&mut *tx).await?;
    Litter::mark(tx, files.into_iter().filter(|file| Some(file.as_str()) != except)).await
}

/// Files that this transaction freed. Once it is committed they are removed, then forgotten.
#[derive(Debug, Default)]
pub(super) struct Litter(pub(super) Vec<String>);

impl Litter {
    async fn mark(tx: &mut AnyConnection, files: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut litter = Self::default();
        for file in files {
            let sql = "INSERT INTO store_litter (file) VALUES ($1) ON CONFLICT (file) DO NOTHING";
            sqlx::query(sql).bind(&file).execute(&mut *tx).await?;
            litter.0.push(file);
        }
        Ok(litter)
    }

    pub(super) async fn left(db: &Db) -> Result<Self> {
        sqlx::query_scalar("SELECT file FROM store_litter").fetch_all(db.pool()).await.map(Self)
    }

    pub(super) async fn forget(&self, db: &Db) -> Result<()> {
        let mut tx = db.begin_write().await?;
        for file in &self.0 {
            sqlx::query("DELETE FROM store_litter WHERE file = $1").bind(file).execute(&mut *tx).await?;
        }
        tx.commit().await
    }
}

/// The files of all open uploads and of their parts.
pub(super) async fn open_files(db: &Db) -> Result<HashSet<String>> {
    let sql = "SELECT file FROM store_uploads UNION ALL SELECT file FROM store_parts WHERE file IS NOT NULL";
    Ok(sqlx::query_scalar(sql).fetch_all(db.pool()).await?.into_iter().collect())
}

/// Those of `files` that are objects.
pub(super) async fn objects_among(db: &Db, files: Vec<String>) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for file in files {
        let sql = "SELECT 1 FROM store_objects WHERE file = $1";
        if sqlx::query(sql).bind(&file).fetch_optional(db.pool()).await?.is_some() {
            found.insert(file);
        }
    }
    Ok(found)
}

fn object_row(row: AnyRow) -> Result<ObjectRow> {
    Ok(ObjectRow {
        key_hex: row.try_get(0)?,
        file: row.try_get(1)?,
        bytes: row.try_get(2)?,
        etag: row.try_get(3)?,
        content_type: row.try_get(4)?,
        metadata: row.try_get(5)?,
        upload: row.try_get(6)?,
        modified_at: row.try_get(7)?,
    })
}

fn upload_row(row: AnyRow) -> Result<UploadRow> {
    Ok(UploadRow {
        id: row.try_get(0)?,
        key_hex: row.try_get(1)?,
        file: row.try_get(2)?,
        part_size: row.try_get(3)?,
        content_type: row.try_get(4)?,
        metadata: row.try_get(5)?,
        created_at: row.try_get(6)?,
    })
}

fn part_row(row: AnyRow) -> Result<PartRow> {
    Ok(PartRow {
        number: row.try_get(0)?,
        bytes: row.try_get(1)?,
        etag: row.try_get(2)?,
        crc32: row.try_get(3)?,
        file: row.try_get(4)?,
        created_at: row.try_get(5)?,
    })
}
