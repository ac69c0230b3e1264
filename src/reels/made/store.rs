//! SQL of reels that clips made by themselves.

use crate::{
    domain::ids::{AccountId, ClipId, GameId, ReelId, VideoId},
    server::db::parsed,
};
use sqlx::{AnyConnection, AssertSqlSafe};

/// Deletes the reel that a clip made by itself, while nobody has touched it.
pub async fn delete_of(
    connection: &mut AnyConnection,
    owner: &AccountId,
    clip: &ClipId,
) -> Result<Option<ReelId>, sqlx::Error> {
    let row = sqlx::query(
        "DELETE FROM reels WHERE owner = $1 AND made_from_clip = $2 AND touched = 0 \
         AND NOT EXISTS (SELECT 1 FROM exports e WHERE e.reel = reels.id) RETURNING id",
    )
    .bind(owner.as_str())
    .bind(clip.as_str())
    .fetch_optional(connection)
    .await?;
    row.map(|row| parsed(&row, "id")).transpose()
}

/// Whether there is a reel that this clip made by itself.
pub async fn is_there(connection: &mut AnyConnection, owner: &AccountId, clip: &ClipId) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("SELECT id FROM reels WHERE owner = $1 AND made_from_clip = $2 AND deleted_at IS NULL")
        .bind(owner.as_str())
        .bind(clip.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// Deletes the reels that a game's clips made by themselves, while nobody has touched them.
pub async fn delete_of_game(
    connection: &mut AnyConnection,
    owner: &AccountId,
    game: &GameId,
) -> Result<(), sqlx::Error> {
    delete_where(connection, owner, "c.game", game.as_str()).await
}

/// The same for the clips of one video.
pub async fn delete_of_video(
    connection: &mut AnyConnection,
    owner: &AccountId,
    video: &VideoId,
) -> Result<(), sqlx::Error> {
    delete_where(connection, owner, "c.video", video.as_str()).await
}

async fn delete_where(
    connection: &mut AnyConnection,
    owner: &AccountId,
    column: &str,
    id: &str,
) -> Result<(), sqlx::Error> {
    // Only literals of this file are joined.
    sqlx::query(AssertSqlSafe(format!(
        "DELETE FROM reels WHERE owner = $1 AND touched = 0 \
         AND made_from_clip IN (SELECT c.id FROM clips c WHERE {column} = $2) \
         AND NOT EXISTS (SELECT 1 FROM exports e WHERE e.reel = reels.id)",
    )))
    .bind(owner.as_str())
    .bind(id)
    .execute(connection)
    .await
    .map(drop)
}

/// The untouched reels of a game that goes to the trash go with it, at the same moment `at`.
pub async fn trash_of_game(
    connection: &mut AnyConnection,
    owner: &AccountId,
    game: &GameId,
    at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE reels SET deleted_at = $1 WHERE owner = $2 AND touched = 0 AND deleted_at IS NULL \
         AND made_from_clip IN (SELECT c.id FROM clips c WHERE c.game = $3) \
         AND NOT EXISTS (SELECT 1 FROM exports e WHERE e.reel = reels.id)",
    )
    .bind(at)
    .bind(owner.as_str())
    .bind(game.as_str())
    .execute(connection)
    .await
    .map(drop)
}

/// And come back with it: those that went at that moment.
pub async fn restore_of_game(
    connection: &mut AnyConnection,
    owner: &AccountId,
    game: &GameId,
    at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE reels SET deleted_at = NULL WHERE owner = $1 AND deleted_at = $2 AND touched = 0 \
         AND made_from_clip IN (SELECT c.id FROM clips c WHERE c.game = $3)",
    )
    .bind(owner.as_str())
    .bind(at)
    .bind(game.as_str())
    .execute(connection)
    .await
    .map(drop)
}
