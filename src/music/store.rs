//! SQL of music.

use crate::{
    domain::{
        ids::{AccountId, MusicId, ReelId},
        music::{Level, Music, MusicSettings},
        time::Micros,
    },
    server::db::{Db, now_ms, parsed},
    storage::ObjectKey,
};
use sqlx::{AnyConnection, Row, any::AnyRow};

const fn code(level: Level) -> &'static str {
    match level {
        Level::Soft => "soft",
        Level::Medium => "medium",
        Level::Loud => "loud",
    }
}

fn music(row: &AnyRow) -> Result<Music, sqlx::Error> {
    let level = match row.try_get::<String, _>("level")?.as_str() {
        "soft" => Level::Soft,
        "loud" => Level::Loud,
        _ => Level::Medium,
    };
    Ok(Music {
        id: parsed(row, "id")?,
        name: row.try_get("name")?,
        length: Micros(row.try_get("length_us")?),
        loudness: row.try_get("loudness")?,
        settings: MusicSettings { level, ducks: row.try_get::<i64, _>("ducks")? != 0 },
    })
}

/// The song of a reel, and where it lies.
pub async fn of_reel(db: &Db, owner: &AccountId, reel: &ReelId) -> Result<Option<(Music, String)>, sqlx::Error> {
    let row = sqlx::query("SELECT * FROM reel_music WHERE reel = $1 AND owner = $2 AND removed_at IS NULL")
        .bind(reel.as_str())
        .bind(owner.as_str())
        .fetch_optional(db.pool())
        .await?;
    row.map(|row| Ok((music(&row)?, row.try_get("object_key")?))).transpose()
}

/// Where a song lies: an export may still want one that was taken away.
pub async fn key(db: &Db, owner: &AccountId, id: &MusicId) -> Result<Option<String>, sqlx::Error> {
    let row = sqlx::query("SELECT object_key FROM reel_music WHERE id = $1 AND owner = $2")
        .bind(id.as_str())
        .bind(owner.as_str())
        .fetch_optional(db.pool())
        .await?;
    row.map(|row| row.try_get("object_key")).transpose()
}

/// Makes it the reel's, which has none.
pub async fn insert(
    connection: &mut AnyConnection,
    owner: &AccountId,
    reel: &ReelId,
    music: &Music,
    (key, bytes): (&ObjectKey, i64),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO reel_music (id, owner, reel, name, object_key, bytes, length_us, loudness, level, ducks, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(music.id.as_str())
    .bind(owner.as_str())
    .bind(reel.as_str())
    .bind(&music.name)
    .bind(key.as_str())
    .bind(bytes)
    .bind(music.length.0)
    .bind(music.loudness)
    .bind(code(music.settings.level))
    .bind(i64::from(music.settings.ducks))
    .bind(now_ms())
    .execute(connection)
    .await
    .map(drop)
}

/// Brings back one that was taken away, where there is one.
pub async fn restore(connection: &mut AnyConnection, owner: &AccountId, reel: &ReelId) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE reel_music SET removed_at = NULL WHERE reel = $1 AND owner = $2")
        .bind(reel.as_str())
        .bind(owner.as_str())
        .execute(connection)
        .await
        .map(drop)
}

/// How loud it is. Whether there is one.
pub async fn set(
    connection: &mut AnyConnection,
    owner: &AccountId,
    reel: &ReelId,
    settings: MusicSettings,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE reel_music SET level = $1, ducks = $2 WHERE reel = $3 AND owner = $4 AND removed_at IS NULL",
    )
    .bind(code(settings.level))
    .bind(i64::from(settings.ducks))
    .bind(reel.as_str())
    .bind(owner.as_str())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes the song from its reel. Whether there was one.
pub async fn remove(connection: &mut AnyConnection, owner: &AccountId, reel: &ReelId) -> Result<bool, sqlx::Error> {
    let done =
        sqlx::query("UPDATE reel_music SET removed_at = $1 WHERE reel = $2 AND owner = $3 AND removed_at IS NULL")
            .bind(now_ms())
            .bind(reel.as_str())
            .bind(owner.as_str())
            .execute(connection)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Nothing is left of the reel's song, removed or not: its object is doomed.
pub async fn purge(connection: &mut AnyConnection, owner: &AccountId, reel: &ReelId) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO doomed_objects (object_key, owner, created_at) \
         SELECT object_key, owner, CAST($1 AS BIGINT) FROM reel_music WHERE reel = $2 AND owner = $3 ON CONFLICT (object_key) DO NOTHING",
    )
    .bind(now_ms())
    .bind(reel.as_str())
    .bind(owner.as_str())
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM reel_music WHERE reel = $1 AND owner = $2")
        .bind(reel.as_str())
        .bind(owner.as_str())
        .execute(connection)
        .await
        .map(drop)
}
