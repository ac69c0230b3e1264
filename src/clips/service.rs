//! Rules of clips.

use super::{
    store,
    types::{Clip, ClipDetails, ClipFilter, ClipUpdate, LibraryClip, MAX_NAME, MAX_NOTES, MAX_PLAYERS, NewClip},
};
use crate::{
    domain::{
        ids::{ClipId, GameId},
        plan::OVERHANG,
        rating::Rating,
        tags::{MAX_TAG_LENGTH, MAX_TAGS},
        text::{clean, clean_lines},
        time::Micros,
    },
    error::ApiError,
    live::types::Topic,
    reels,
    server::door::Caller,
};

/// A clip is at least one frame of the fastest camera and at most an hour.
const SHORTEST: Micros = Micros(8_000);
const LONGEST: Micros = Micros::from_seconds(3600);
/// No recording is longer than four days.
const LATEST: Micros = Micros::from_seconds(4 * 86_400);

pub async fn of_game(caller: &Caller, game: &GameId) -> Result<Vec<Clip>, ApiError> {
    let clips = store::of_game(&caller.app.db, caller.owner(), game).await?;
    if clips.is_empty() && crate::games::store::get(&caller.app.db, caller.owner(), game).await?.is_none() {
        return Err(ApiError::not_found("game"));
    }
    Ok(clips)
}

pub async fn library(caller: &Caller, filter: &ClipFilter) -> Result<Vec<LibraryClip>, ApiError> {
    if filter.text.len() > 400 {
        return Err(ApiError::invalid("text", "Search for at most 400 characters."));
    }
    if filter.games.len() > 500 || filter.tags.len() > 100 || filter.ratings.len() > 5 {
        return Err(ApiError::invalid("games", "Choose at most 500 games, 100 tags and 5 ratings."));
    }
    Ok(store::library(&caller.app.db, caller.owner(), filter).await?)
}

pub async fn get(caller: &Caller, id: &ClipId) -> Result<Clip, ApiError> {
    store::get(&caller.app.db, caller.owner(), id).await?.ok_or_else(|| ApiError::not_found("clip"))
}

/// Saves the clip at once, whether or not its video has arrived. Five stars make a 9:16 reel of it. The same call again, with
/// the id that it chose, makes nothing more and answers with the clip as it is.
pub async fn create(caller: &Caller, new: NewClip) -> Result<Clip, ApiError> {
    let details = checked(new.details)?;
    let mut tx = caller.app.db.begin_write().await?;
    let (game, length) =
        store::game_of_video(&mut tx, caller.owner(), &new.video).await?.ok_or_else(|| ApiError::not_found("video"))?;
    within(length, &details)?;
    let id = new.id.unwrap_or_else(ClipId::generate);
    let clip = Clip { id, version: 1, game, video: new.video, details };
    if !store::insert(&mut tx, caller.owner(), &clip).await? {
        drop(tx);
        let known = store::get(&caller.app.db, caller.owner(), &clip.id).await?;
        return known.filter(|known| known.video == clip.video).ok_or_else(ApiError::conflict);
    }
    let reel = if clip.details.rating == Rating::Brilliant {
        Some(reels::service::make_from_clip(&mut tx, caller.owner(), &clip).await?)
    } else {
        None
    };
    tx.commit().await?;
    tell(caller, &clip, reel);
    Ok(clip)
}

pub async fn update(caller: &Caller, update: ClipUpdate) -> Result<Clip, ApiError> {
    let details = checked(update.details)?;
    let before = get(caller, &update.id).await?;
    let mut tx = caller.app.db.begin_write().await?;
    // Marks that were made before the video was read may hang over: their other details can be changed all the same.
    if (details.start, details.end) != (before.details.start, before.details.end) {
        let known = store::game_of_video(&mut tx, caller.owner(), &before.video).await?;
        within(known.and_then(|(_, length)| length), &details)?;
    }
    if !store::update(&mut tx, caller.owner(), &update.id, update.version, &details).await? {
        return Err(ApiError::conflict());
    }
    let clip = Clip { version: update.version + 1, details, ..before.clone() };
    let reel = match (before.details.rating == Rating::Brilliant, clip.details.rating == Rating::Brilliant) {
        (false, true) => Some(reels::service::make_from_clip(&mut tx, caller.owner(), &clip).await?),
        (true, false) => reels::made::store::delete_of(&mut tx, caller.owner(), &clip.id).await?,
        _ => None,
    };
    tx.commit().await?;
    tell(caller, &clip, reel);
    Ok(clip)
}

pub async fn delete(caller: &Caller, id: &ClipId) -> Result<(), ApiError> {
    let clip = get(caller, id).await?;
    let mut tx = caller.app.db.begin_write().await?;
    let reel = reels::made::store::delete_of(&mut tx, caller.owner(), id).await?;
    if !store::delete(&mut tx, caller.owner(), id).await? {
        return Err(ApiError::not_found("clip"));
    }
    tx.commit().await?;
    tell(caller, &clip, reel);
    Ok(())
}

/// Brings a deleted clip back as it was: its tags, its places in reels with their framing, and the reel that five stars
/// make.
pub async fn restore(caller: &Caller, id: &ClipId) -> Result<Clip, ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    let mut tx = db.begin_write().await?;
    if !store::restore(&mut tx, owner, id).await? {
        drop(tx);
        // A second call finds it restored already.
        return get(caller, id).await;
    }
    tx.commit().await?;
    let clip = get(caller, id).await?;
    let mut reel = None;
    if clip.details.rating == Rating::Brilliant {
        let mut tx = db.begin_write().await?;
        if !reels::made::store::is_there(&mut tx, owner, id).await? {
            reel = Some(reels::service::make_from_clip(&mut tx, owner, &clip).await?);
        }
        tx.commit().await?;
    }
    tell(caller, &clip, reel);
    Ok(clip)
}

fn tell(caller: &Caller, clip: &Clip, reel: Option<crate::domain::ids::ReelId>) {
    caller.changed(Topic::Clips(clip.game.clone()));
    if let Some(reel) = reel {
        caller.changed(Topic::Reels(reel));
    }
}

/// A clip lies within its recording, once it is known how long that is.
fn within(length: Option<Micros>, details: &ClipDetails) -> Result<(), ApiError> {
    let Some(length) = length else { return Ok(()) };
    if details.start >= length {
        return Err(ApiError::invalid("start", format!("The recording is over at {length}.")));
    }
    if details.end > length + OVERHANG {
        return Err(ApiError::invalid("end", format!("The recording is over at {length}.")));
    }
    Ok(())
}

/// Within all bounds, and clean.
pub fn checked(details: ClipDetails) -> Result<ClipDetails, ApiError> {
    if details.start < Micros::ZERO || details.start > LATEST {
        return Err(ApiError::invalid("start", "The clip begins within the recording."));
    }
    let length = Micros(details.end.0.saturating_sub(details.start.0));
    if length < SHORTEST {
        return Err(ApiError::invalid("end", "The clip ends after it begins."));
    }
    if length > LONGEST {
        return Err(ApiError::invalid("end", "A clip is at most one hour long."));
    }
    let within = |field, text: &str, max| {
        clean(text, max).ok_or_else(|| ApiError::invalid(field, format!("Use at most {max} characters.")))
    };
    let mut tags: Vec<String> = Vec::new();
    for tag in &details.tags {
        let tag = within("tags", tag, MAX_TAG_LENGTH)?;
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.len() > MAX_TAGS {
        return Err(ApiError::invalid("tags", format!("Use at most {MAX_TAGS} tags.")));
    }
    let notes = clean_lines(&details.notes, MAX_NOTES)
        .ok_or_else(|| ApiError::invalid("notes", format!("Use at most {MAX_NOTES} characters.")))?;
    Ok(ClipDetails {
        name: within("name", &details.name, MAX_NAME)?,
        players: within("players", &details.players, MAX_PLAYERS)?,
        notes,
        tags,
        ..details
    })
}
