//! SQL of clips and their tags.

use super::types::{Clip, ClipDetails, ClipFilter, LibraryClip};
use crate::{
    domain::{
        calendar::Day,
        ids::{AccountId, ClipId, GameId, VideoId},
        naming,
        rating::Rating,
        text::folded,
        time::Micros,
        video::VideoFacts,
    },
    server::db::{Db, document, now_ms, parsed},
    videos::media::video_path,
};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};
use std::collections::HashMap;

/// A clip without its tags, which stand in a table of their own.
pub fn clip(row: &AnyRow) -> Result<Clip, sqlx::Error> {
    let number = |name: &str| row.try_get::<i64, _>(name);
    let text = |name: &str| row.try_get::<String, _>(name);
    Ok(Clip {
        id: parsed(row, "id")?,
        version: number("version")?,
        game: parsed(row, "game")?,
        video: parsed(row, "video")?,
        details: ClipDetails {
            start: Micros(number("start_us")?),
            end: Micros(number("end_us")?),
            rating: u8::try_from(number("rating")?).ok().and_then(|n| Rating::try_from(n).ok()).unwrap_or_default(),
            tags: Vec::new(),
            name: text("name")?,
            players: text("players")?,
            notes: text("notes")?,
        },
    })
}

/// Tags by clip, in their order.
pub type Tags = HashMap<String, Vec<String>>;

/// Tags by clip, for rows that `condition` (over `c`, the clips) selects; it binds the owner as `$1` and `value` as `$2`.
pub async fn tags_where(db: &Db, owner: &AccountId, condition: &'static str, value: &str) -> Result<Tags, sqlx::Error> {
    let sql = format!(
        "SELECT t.clip AS clip, t.tag AS tag FROM clip_tags t JOIN clips c ON c.id = t.clip \
         WHERE c.owner = $1 AND {condition} ORDER BY t.position"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(owner.as_str()).bind(value).fetch_all(db.pool()).await?;
    let mut tags = Tags::new();
    for row in &rows {
        tags.entry(row.try_get("clip")?).or_default().push(row.try_get("tag")?);
    }
    Ok(tags)
}

pub fn with_tags(mut clip: Clip, tags: &mut Tags) -> Clip {
    clip.details.tags = tags.remove(clip.id.as_str()).unwrap_or_default();
    clip
}

pub async fn of_game(db: &Db, owner: &AccountId, game: &GameId) -> Result<Vec<Clip>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT c.* FROM clips c JOIN videos v ON v.id = c.video WHERE c.owner = $1 AND c.game = $2 AND c.deleted_at IS NULL \
         ORDER BY v.position, v.id, c.start_us, c.id",
    )
    .bind(owner.as_str())
    .bind(game.as_str())
    .fetch_all(db.pool())
    .await?;
    let mut tags = tags_where(db, owner, "c.game = $2", game.as_str()).await?;
    rows.iter().map(|row| Ok(with_tags(clip(row)?, &mut tags))).collect()
}

pub async fn get(db: &Db, owner: &AccountId, id: &ClipId) -> Result<Option<Clip>, sqlx::Error> {
    let row = sqlx::query("SELECT * FROM clips WHERE owner = $1 AND id = $2 AND deleted_at IS NULL")
        .bind(owner.as_str())
        .bind(id.as_str())
        .fetch_optional(db.pool())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let mut tags = tags_where(db, owner, "c.id = $2", id.as_str()).await?;
    Ok(Some(with_tags(clip(&row)?, &mut tags)))
}

/// The library's clips, newest match first: three statements, however many clips.
pub async fn library(db: &Db, owner: &AccountId, filter: &ClipFilter) -> Result<Vec<LibraryClip>, sqlx::Error> {
    let mut values: Vec<String> = Vec::new();
    let mut conditions = String::new();
    let mut any_of = |column: &str, wanted: Vec<String>| {
        if wanted.is_empty() {
            return;
        }
        let places: Vec<String> = (0..wanted.len()).map(|at| format!("${}", values.len() + at + 2)).collect();
        conditions = format!("{conditions} AND {} ", column.replace("{}", &places.join(", ")));
        values.extend(wanted);
    };
    any_of("c.game IN ({})", filter.games.iter().map(ToString::to_string).collect());
    any_of(
        "EXISTS (SELECT 1 FROM clip_tags t WHERE t.clip = c.id AND t.tag IN ({}))",
        // PostgreSQL's texts cannot hold that character, and no tag does.
        filter.tags.iter().map(|tag| tag.replace('\0', "")).collect(),
    );
    if !filter.ratings.is_empty() {
        let ratings: Vec<String> = filter.ratings.iter().map(|rating| rating.stars().to_string()).collect();
        conditions = format!("{conditions} AND c.rating IN ({})", ratings.join(", "));
    }
    // Only names of ours, numbers and placeholders are joined; values are always bound. What a row repeats (its game, its video)
    // is read once apart: a joined row of 5,000 costs more to carry than to look up.
    let sql = format!(
        "SELECT c.id, c.version, c.game, c.video, c.start_us, c.end_us, c.rating, c.name, c.players, c.notes \
         FROM clips c WHERE c.owner = $1 AND c.deleted_at IS NULL{conditions}"
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(owner.as_str());
    for value in values {
        query = query.bind(value);
    }
    let rows = query.fetch_all(db.pool()).await?;
    let videos = source_videos(db, owner).await?;
    let mut tags = tags_where(db, owner, "c.owner = $2", owner.as_str()).await?;
    let players = filter.players.trim().to_lowercase();
    let folded_text = folded(&filter.text);
    let words: Vec<&str> = folded_text.split_whitespace().collect();
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let clip = with_tags(clip(row)?, &mut tags);
        // One that was deleted between the statements takes its clips along.
        let Some(video) = videos.get(clip.video.as_str()) else { continue };
        let has_words = words.is_empty() || has_words(&clip, &video.game_name, &words);
        if has_words && clip.details.players.to_lowercase().contains(&players) {
            found.push((video, clip));
        }
    }
    found.sort_by(|(video, clip), (other_video, other)| {
        let newest_game = (other_video.played_on, &other.game).cmp(&(video.played_on, &clip.game));
        newest_game
            .then_with(|| (video.position, &clip.video).cmp(&(other_video.position, &other.video)))
            .then_with(|| (clip.details.start, &clip.id).cmp(&(other.details.start, &other.id)))
    });
    let most = usize::try_from(filter.limit).ok().filter(|most| *most > 0).unwrap_or(usize::MAX);
    Ok(found.into_iter().take(most).map(|(video, clip)| video.with(clip)).collect())
}

/// Whether each word is in what the clip says or in its game's name, and one at least in the former.
fn has_words(clip: &Clip, game: &str, words: &[&str]) -> bool {
    let details = &clip.details;
    let own = folded(
        &[&clip.title(), &details.tags.join(" "), &details.players, &details.notes].map(String::as_str).join(" "),
    );
    let game = folded(game);
    words.iter().all(|word| own.contains(word) || game.contains(word)) && words.iter().any(|word| own.contains(word))
}

/// What a clip of the library shows of its video and game.
struct SourceVideo {
    game_name: String,
    played_on: Day,
    position: i64,
    poster: bool,
    ready: bool,
}

impl SourceVideo {
    fn with(&self, clip: Clip) -> LibraryClip {
        let video = video_path(clip.video.as_str());
        LibraryClip {
            game_name: self.game_name.clone(),
            played_on: self.played_on,
            poster_url: self.poster.then(|| format!("{video}/poster")),
            video_url: self.ready.then_some(video),
            clip,
        }
    }
}

async fn source_videos(db: &Db, owner: &AccountId) -> Result<HashMap<String, SourceVideo>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT v.id, v.position, v.state, v.poster_key, g.opponent, g.played_on, g.venue, g.tournament \
         FROM videos v JOIN games g ON g.id = v.game AND g.deleted_at IS NULL WHERE v.owner = $1",
    )
    .bind(owner.as_str())
    .fetch_all(db.pool())
    .await?;
    let video = |row: &AnyRow| {
        let played_on = parsed(row, "played_on")?;
        let opponent: String = row.try_get("opponent")?;
        let tournament: String = row.try_get("tournament")?;
        let video = SourceVideo {
            game_name: naming::game(&opponent, played_on, parsed(row, "venue")?, &tournament),
            played_on,
            position: row.try_get("position")?,
            poster: row.try_get::<Option<String>, _>("poster_key")?.is_some(),
            ready: row.try_get::<String, _>("state")? == "ready",
        };
        Ok((row.try_get("id")?, video))
    };
    rows.iter().map(video).collect()
}

/// The game that a video is of, and how long the video is once that is known.
pub async fn game_of_video(
    connection: &mut AnyConnection,
    owner: &AccountId,
    video: &VideoId,
) -> Result<Option<(GameId, Option<Micros>)>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT v.game, v.facts FROM videos v JOIN games g ON g.id = v.game AND g.deleted_at IS NULL \
         WHERE v.id = $1 AND v.owner = $2",
    )
    .bind(video.as_str())
    .bind(owner.as_str())
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let facts: Option<String> = row.try_get("facts")?;
        let facts: Option<VideoFacts> = facts.as_deref().map(document).transpose()?;
        Ok((parsed(&row, "game")?, facts.map(|facts| facts.duration)))
    })
    .transpose()
}

/// Whether it was new: false for an id that is taken, and then nothing is written.
pub async fn insert(connection: &mut AnyConnection, owner: &AccountId, new: &Clip) -> Result<bool, sqlx::Error> {
    let (details, now) = (&new.details, now_ms());
    let done = sqlx::query(
        "INSERT INTO clips (id, owner, game, video, start_us, end_us, rating, name, notes, players, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING",
    )
    .bind(new.id.as_str())
    .bind(owner.as_str())
    .bind(new.game.as_str())
    .bind(new.video.as_str())
    .bind(details.start.0)
    .bind(details.end.0)
    .bind(i64::from(details.rating.stars()))
    .bind(&details.name)
    .bind(&details.notes)
    .bind(&details.players)
    .bind(now)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    set_tags(connection, owner, &new.id, &details.tags).await?;
    Ok(true)
}

/// Whether the row was at that version and now is at the next.
pub async fn update(
    connection: &mut AnyConnection,
    owner: &AccountId,
    id: &ClipId,
    version: i64,
    details: &ClipDetails,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE clips SET start_us = $1, end_us = $2, rating = $3, name = $4, notes = $5, players = $6, updated_at = $7, \
         version = version + 1 WHERE id = $8 AND owner = $9 AND version = $10",
    )
    .bind(details.start.0)
    .bind(details.end.0)
    .bind(i64::from(details.rating.stars()))
    .bind(&details.name)
    .bind(&details.notes)
    .bind(&details.players)
    .bind(now_ms())
    .bind(id.as_str())
    .bind(owner.as_str())
    .bind(version)
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    sqlx::query("DELETE FROM clip_tags WHERE clip = $1").bind(id.as_str()).execute(&mut *connection).await?;
    set_tags(connection, owner, id, &details.tags).await?;
    Ok(true)
}

async fn set_tags(
    connection: &mut AnyConnection,
    owner: &AccountId,
    id: &ClipId,
    tags: &[String],
) -> Result<(), sqlx::Error> {
    for (position, tag) in (0_i64..).zip(tags) {
        sqlx::query("INSERT INTO clip_tags (clip, owner, position, tag) VALUES ($1, $2, $3, $4)")
            .bind(id.as_str())
            .bind(owner.as_str())
            .bind(position)
            .bind(tag)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Takes the clip out of every list and reel (whose version moves: they have other clips now); [`restore`] brings it back.
/// Whether it was there.
pub async fn delete(connection: &mut AnyConnection, owner: &AccountId, id: &ClipId) -> Result<bool, sqlx::Error> {
    set_deleted(connection, owner, id, Some(now_ms())).await
}

/// Whether a deleted clip came back.
pub async fn restore(connection: &mut AnyConnection, owner: &AccountId, id: &ClipId) -> Result<bool, sqlx::Error> {
    set_deleted(connection, owner, id, None).await
}

async fn set_deleted(
    connection: &mut AnyConnection,
    owner: &AccountId,
    id: &ClipId,
    at: Option<i64>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "UPDATE clips SET deleted_at = $1, version = version + 1 WHERE id = $2 AND owner = $3 \
         AND CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END <> $4 \
         AND NOT EXISTS (SELECT 1 FROM games g WHERE g.id = clips.game AND g.deleted_at IS NOT NULL)",
    )
    .bind(at)
    .bind(id.as_str())
    .bind(owner.as_str())
    .bind(i64::from(at.is_some()))
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "UPDATE reels SET version = version + 1 WHERE owner = $1 AND id IN (SELECT reel FROM reel_clips WHERE clip = $2)",
    )
    .bind(owner.as_str())
    .bind(id.as_str())
    .execute(connection)
    .await?;
    Ok(true)
}

/// The reels that a game's clips stand in have other clips now: an order of what was there before is an order of something else.
async fn reels_of_game_changed(
    connection: &mut AnyConnection,
    owner: &AccountId,
    game: &GameId,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE reels SET version = version + 1 WHERE owner = $1 AND id IN \
         (SELECT rc.reel FROM reel_clips rc JOIN clips c ON c.id = rc.clip WHERE c.game = $2)",
    )
    .bind(owner.as_str())
    .bind(game.as_str())
    .execute(connection)
    .await
    .map(drop)
}

/// The clips of a game that goes to the trash go with it, at the same moment `at`.
pub async fn trash_of_game(
    connection: &mut AnyConnection,
    owner: &AccountId,
    game: &GameId,
    at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE clips SET deleted_at = $1, version = version + 1 WHERE game = $2 AND owner = $3 AND deleted_at IS NULL",
    )
    .bind(at)
    .bind(game.as_str())
    .bind(owner.as_str())
    .execute(&mut *connection)
    .await?;
    reels_of_game_changed(connection, owner, game).await
}

/// And come back with it: those that went at that moment.
pub async fn restore_of_game(
    connection: &mut AnyConnection,
    owner: &AccountId,
    game: &GameId,
    at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE clips SET deleted_at = NULL, version = version + 1 WHERE game = $1 AND owner = $2 AND deleted_at = $3",
    )
    .bind(game.as_str())
    .bind(owner.as_str())
    .bind(at)
    .execute(&mut *connection)
    .await?;
    reels_of_game_changed(connection, owner, game).await
}

/// Forgets clips that were deleted before then (milliseconds). Those of a game in the trash go with it.
pub async fn purge(db: &Db, before: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM clips WHERE deleted_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM games g WHERE g.id = clips.game AND g.deleted_at IS NOT NULL)",
    )
    .bind(before)
    .execute(db.pool())
    .await
    .map(drop)
}
