//! SQL of reels and the clips in them.

use super::types::{ReelCard, ReelClip, ReelStatus};
use crate::{
    clips::store::{clip, tags_where, with_tags},
    domain::{
        aspect::Aspect,
        framing::Framing,
        ids::{AccountId, ClipId, ReelClipId, ReelId},
        naming::{self, ReelSource},
        rating::Rating,
        time::Micros,
    },
    server::db::{Db, document, now_ms, parsed, set_deleted},
    videos::media::video_path,
};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};
use std::collections::HashMap;

/// A reel's own row.
#[derive(Debug, Clone)]
pub struct ReelRow {
    pub id: ReelId,
    pub version: i64,
    pub name: String,
    pub aspect: Aspect,
}

fn reel(row: &AnyRow) -> Result<ReelRow, sqlx::Error> {
    Ok(ReelRow {
        id: parsed(row, "id")?,
        version: row.try_get("version")?,
        name: row.try_get("name")?,
        aspect: parsed(row, "aspect")?,
    })
}

fn to_json(framing: &Framing) -> Result<String, sqlx::Error> {
    serde_json::to_string(framing).map_err(|error| sqlx::Error::Encode(error.into()))
}

pub async fn get<'e, E: sqlx::Executor<'e, Database = sqlx::Any>>(
    executor: E,
    owner: &AccountId,
    id: &ReelId,
) -> Result<Option<ReelRow>, sqlx::Error> {
    let row = sqlx::query("SELECT * FROM reels WHERE id = $1 AND owner = $2 AND deleted_at IS NULL")
        .bind(id.as_str())
        .bind(owner.as_str())
        .fetch_optional(executor)
        .await?;
    row.as_ref().map(reel).transpose()
}

/// Every reel as a card: three statements, however many reels.
pub async fn cards(db: &Db, owner: &AccountId) -> Result<Vec<ReelCard>, sqlx::Error> {
    let reels =
        sqlx::query("SELECT * FROM reels WHERE owner = $1 AND deleted_at IS NULL ORDER BY updated_at DESC, id DESC")
            .bind(owner.as_str())
            .fetch_all(db.pool())
            .await?;
    let clips = sqlx::query(
        "SELECT r.reel, r.framing, c.start_us, c.end_us, c.video, v.poster_key FROM reel_clips r \
         JOIN clips c ON c.id = r.clip AND c.deleted_at IS NULL JOIN videos v ON v.id = c.video \
         WHERE r.owner = $1 ORDER BY r.reel, r.position, r.id",
    )
    .bind(owner.as_str())
    .fetch_all(db.pool())
    .await?;
    let exports = sqlx::query(
        "SELECT e.reel, e.created_at, j.state, n.id AS rendition FROM exports e JOIN jobs j ON j.id = e.job \
         LEFT JOIN renditions n ON n.export = e.id AND n.deleted_at IS NULL WHERE e.owner = $1 AND e.reel IS NOT NULL ORDER BY e.created_at",
    )
    .bind(owner.as_str())
    .fetch_all(db.pool())
    .await?;
    let mut by_reel: HashMap<String, Vec<&AnyRow>> = HashMap::new();
    for row in &clips {
        by_reel.entry(row.try_get("reel")?).or_default().push(row);
    }
    let mut last_export: HashMap<String, &AnyRow> = HashMap::new();
    for row in &exports {
        last_export.insert(row.try_get("reel")?, row);
    }
    reels
        .iter()
        .map(|row| {
            let id: String = row.try_get("id")?;
            card(row, by_reel.get(&id).map_or(&[], Vec::as_slice), last_export.get(&id).copied())
        })
        .collect()
}

fn card(row: &AnyRow, clips: &[&AnyRow], export: Option<&AnyRow>) -> Result<ReelCard, sqlx::Error> {
    let ReelRow { id, version, name, aspect } = reel(row)?;
    let updated_at: i64 = row.try_get("updated_at")?;
    let mut framed = Vec::with_capacity(clips.len());
    let (mut length, mut lit) = (0, false);
    for clip in clips {
        let framing: Framing = document(&clip.try_get::<String, _>("framing")?)?;
        let (start, end) = framing.stretch((Micros(clip.try_get("start_us")?), Micros(clip.try_get("end_us")?)));
        length += framing.playing_length(start, end).0;
        lit |= !(framing.spotlights.is_empty() && framing.cards.is_empty());
        framed
            .push(Framing { spotlights: Vec::new(), cards: Vec::new(), bounds: None, ..framing } != Framing::default());
    }
    let poster_url = match clips.first() {
        Some(clip) if clip.try_get::<Option<String>, _>("poster_key")?.is_some() => {
            Some(format!("{}/poster", video_path(&clip.try_get::<String, _>("video")?)))
        }
        _ => None,
    };
    let (state, exported_at, rendition) = match export {
        Some(row) => (
            row.try_get::<String, _>("state")?,
            row.try_get::<i64, _>("created_at")?,
            row.try_get::<Option<String>, _>("rendition")?.and_then(|id| id.parse().ok()),
        ),
        None => (String::new(), 0, None),
    };
    let status = match state.as_str() {
        "pending" | "processing" => ReelStatus::Exporting,
        "complete" if exported_at >= updated_at => ReelStatus::Complete,
        _ if !framed.is_empty() && framed.iter().all(|framed| *framed) => {
            if lit {
                ReelStatus::InOverlay
            } else {
                ReelStatus::Framed
            }
        }
        _ if lit || framed.contains(&true) => ReelStatus::Editing,
        _ => ReelStatus::NotStarted,
    };
    Ok(ReelCard {
        id,
        version,
        name,
        aspect,
        status,
        framed,
        lit,
        length: Micros(length),
        poster_url,
        rendition,
        updated_at,
    })
}

/// The clips of a reel in order: two statements, however many clips.
pub async fn clips(db: &Db, owner: &AccountId, id: &ReelId) -> Result<Vec<ReelClip>, sqlx::Error> {
    reel_clips(db, owner, "r.reel = $2", id.as_str()).await
}

pub async fn reel_clip(db: &Db, owner: &AccountId, id: &ReelClipId) -> Result<Option<ReelClip>, sqlx::Error> {
    Ok(reel_clips(db, owner, "r.id = $2", id.as_str()).await?.pop())
}

async fn reel_clips(
    db: &Db,
    owner: &AccountId,
    condition: &'static str,
    value: &str,
) -> Result<Vec<ReelClip>, sqlx::Error> {
    let sql = format!(
        "SELECT r.id AS place_id, r.version AS place_version, r.framing, c.*, g.opponent, g.played_on, g.venue, g.tournament \
         FROM reel_clips r JOIN clips c ON c.id = r.clip AND c.deleted_at IS NULL JOIN games g ON g.id = c.game \
         JOIN reels l ON l.id = r.reel AND l.deleted_at IS NULL WHERE r.owner = $1 AND {condition} ORDER BY r.position, r.id"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(owner.as_str()).bind(value).fetch_all(db.pool()).await?;
    let tags = tags_where(db, owner, in_reel_clips(condition), value).await?;
    rows.iter()
        .map(|row| {
            let (opponent, tournament): (String, String) = (row.try_get("opponent")?, row.try_get("tournament")?);
            Ok(ReelClip {
                id: parsed(row, "place_id")?,
                version: row.try_get("place_version")?,
                // A clip may stand in a reel more than once.
                clip: with_tags(clip(row)?, &mut tags.clone()),
                framing: document(&row.try_get::<String, _>("framing")?)?,
                game_name: naming::game(&opponent, parsed(row, "played_on")?, parsed(row, "venue")?, &tournament),
            })
        })
        .collect()
}

fn in_reel_clips(condition: &'static str) -> &'static str {
    match condition {
        "r.id = $2" => "c.id IN (SELECT r.clip FROM reel_clips r WHERE r.id = $2)",
        _ => "c.id IN (SELECT r.clip FROM reel_clips r WHERE r.reel = $2)",
    }
}

/// Names that are taken.
pub async fn names(connection: &mut AnyConnection, owner: &AccountId) -> Result<Vec<String>, sqlx::Error> {
    let rows = sqlx::query("SELECT name FROM reels WHERE owner = $1 AND deleted_at IS NULL")
        .bind(owner.as_str())
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| row.try_get("name")).collect()
}

/// What a reel's name is made from, for those of the clips that are the owner's; keyed by clip.
pub async fn sources(
    connection: &mut AnyConnection,
    owner: &AccountId,
    clips: &[ClipId],
) -> Result<HashMap<ClipId, ReelSource>, sqlx::Error> {
    let places: Vec<String> = (2..clips.len() + 2).map(|at| format!("${at}")).collect();
    // Only placeholders are joined.
    let sql = format!(
        "SELECT c.id, c.rating, g.opponent, g.played_on, g.venue, g.tournament FROM clips c \
         JOIN games g ON g.id = c.game AND c.deleted_at IS NULL \
         WHERE c.owner = $1 AND c.id IN ({})",
        places.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(owner.as_str());
    for clip in clips {
        query = query.bind(clip.as_str());
    }
    let rows = query.fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            let (opponent, tournament): (String, String) = (row.try_get("opponent")?, row.try_get("tournament")?);
            let day = parsed(row, "played_on")?;
            let stars = u8::try_from(row.try_get::<i64, _>("rating")?).unwrap_or_default();
            let source = ReelSource {
                game: naming::game(&opponent, day, parsed(row, "venue")?, &tournament),
                day,
                rating: Rating::try_from(stars).unwrap_or_default(),
            };
            Ok((parsed(row, "id")?, source))
        })
        .collect()
}

pub async fn insert(
    connection: &mut AnyConnection,
    owner: &AccountId,
    reel: &ReelRow,
    made_from: Option<&ClipId>,
) -> Result<(), sqlx::Error> {
    let now = now_ms();
    sqlx::query(
        "INSERT INTO reels (id, owner, name, aspect, made_from_clip, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(reel.id.as_str())
    .bind(owner.as_str())
    .bind(&reel.name)
    .bind(reel.aspect.label())
    .bind(made_from.map(ClipId::as_str))
    .bind(now)
    .bind(now)
    .execute(connection)
    .await
    .map(drop)
}

/// Adds clips at the end, not framed. False when one of the ids is taken; then the transaction is not to be kept.
pub async fn add_clips(
    connection: &mut AnyConnection,
    owner: &AccountId,
    reel: &ReelId,
    clips: &[(ReelClipId, ClipId)],
) -> Result<bool, sqlx::Error> {
    let framing = to_json(&Framing::default())?;
    for (id, clip) in clips {
        let done = sqlx::query(
            "INSERT INTO reel_clips (id, owner, reel, clip, position, framing, created_at) VALUES ($1, $2, $3, $4, \
             (SELECT COALESCE(MAX(position) + 1, 0) FROM reel_clips WHERE reel = $5), $6, $7) ON CONFLICT (id) DO NOTHING",
        )
        .bind(id.as_str())
        .bind(owner.as_str())
        .bind(reel.as_str())
        .bind(clip.as_str())
        .bind(reel.as_str())
        .bind(&framing)
        .bind(now_ms())
        .execute(&mut *connection)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the row was at that version and now is at the next. Marks the reel as touched.
pub async fn update(connection: &mut AnyConnection, owner: &AccountId, reel: &ReelRow) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE reels SET name = $1, aspect = $2, touched = 1, updated_at = $3, version = version + 1 \
         WHERE id = $4 AND owner = $5 AND version = $6 AND deleted_at IS NULL",
    )
    .bind(&reel.name)
    .bind(reel.aspect.label())
    .bind(now_ms())
    .bind(reel.id.as_str())
    .bind(owner.as_str())
    .bind(reel.version)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The places of a reel's clips as they stand.
pub async fn places(connection: &mut AnyConnection, reel: &ReelId) -> Result<Vec<ReelClipId>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT r.id FROM reel_clips r JOIN clips c ON c.id = r.clip AND c.deleted_at IS NULL \
         WHERE r.reel = $1 ORDER BY r.position, r.id",
    )
    .bind(reel.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| parsed(row, "id")).collect()
}

/// Gives the places this order; one that is not named leaves the reel.
pub async fn reorder(
    connection: &mut AnyConnection,
    reel: &ReelId,
    before: &[ReelClipId],
    order: &[ReelClipId],
) -> Result<(), sqlx::Error> {
    for gone in before.iter().filter(|place| !order.contains(place)) {
        sqlx::query("DELETE FROM reel_clips WHERE id = $1 AND reel = $2")
            .bind(gone.as_str())
            .bind(reel.as_str())
            .execute(&mut *connection)
            .await?;
    }
    for (position, place) in (0_i64..).zip(order) {
        sqlx::query("UPDATE reel_clips SET position = $1 WHERE id = $2 AND reel = $3")
            .bind(position)
            .bind(place.as_str())
            .bind(reel.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Replaces a framing when the place was at that version, and marks its reel as touched; answers the reel.
pub async fn set_framing(
    connection: &mut AnyConnection,
    owner: &AccountId,
    id: &ReelClipId,
    version: i64,
    framing: &Framing,
) -> Result<Option<ReelId>, sqlx::Error> {
    let row = sqlx::query(
        "UPDATE reel_clips SET framing = $1, version = version + 1 WHERE id = $2 AND owner = $3 AND version = $4 \
         AND EXISTS (SELECT 1 FROM clips c WHERE c.id = reel_clips.clip AND c.deleted_at IS NULL) \
         AND EXISTS (SELECT 1 FROM reels r WHERE r.id = reel_clips.reel AND r.deleted_at IS NULL) RETURNING reel",
    )
    .bind(to_json(framing)?)
    .bind(id.as_str())
    .bind(owner.as_str())
    .bind(version)
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let reel: ReelId = parsed(&row, "reel")?;
    changed(connection, owner, &reel).await?;
    Ok(Some(reel))
}

/// Something that belongs to it was changed: it is somebody's now, and no export shows it as it is.
pub async fn changed(connection: &mut AnyConnection, owner: &AccountId, id: &ReelId) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE reels SET touched = 1, updated_at = $1 WHERE id = $2 AND owner = $3")
        .bind(now_ms())
        .bind(id.as_str())
        .bind(owner.as_str())
        .execute(connection)
        .await
        .map(drop)
}

/// The reel is somebody's now: it does not go with the rating of the clip that made it.
pub async fn touch(connection: &mut AnyConnection, owner: &AccountId, id: &ReelId) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE reels SET touched = 1 WHERE id = $1 AND owner = $2")
        .bind(id.as_str())
        .bind(owner.as_str())
        .execute(connection)
        .await
        .map(drop)
}

/// Whether the reel was there and is in the trash now.
pub async fn trash(db: &Db, owner: &AccountId, id: &ReelId) -> Result<bool, sqlx::Error> {
    set_deleted(db, "reels", owner, id.as_str(), Some(now_ms())).await
}

/// Whether it came back.
pub async fn restore(db: &Db, owner: &AccountId, id: &ReelId) -> Result<bool, sqlx::Error> {
    set_deleted(db, "reels", owner, id.as_str(), None).await
}

/// The reels in the trash, the last one first, with when they came there; not those that went with a game.
pub async fn trashed(db: &Db, owner: &AccountId) -> Result<Vec<(ReelRow, i64)>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT r.* FROM reels r WHERE r.owner = $1 AND r.deleted_at IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM clips c JOIN games g ON g.id = c.game \
             WHERE c.id = r.made_from_clip AND r.touched = 0 AND g.deleted_at = r.deleted_at) \
         ORDER BY r.deleted_at DESC, r.id",
    )
    .bind(owner.as_str())
    .fetch_all(db.pool())
    .await?;
    rows.iter().map(|row| Ok((reel(row)?, row.try_get("deleted_at")?))).collect()
}

/// Deletes a reel in the trash for good.
pub async fn delete(connection: &mut AnyConnection, owner: &AccountId, id: &ReelId) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("DELETE FROM reels WHERE id = $1 AND owner = $2 AND deleted_at IS NOT NULL")
        .bind(id.as_str())
        .bind(owner.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}
