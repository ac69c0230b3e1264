//! Rules of reels.

use super::{
    store::{self, ReelRow},
    types::{FramingUpdate, MAX_CLIPS, MAX_NAME, NewReel, Reel, ReelCard, ReelClip, ReelUpdate},
};
use crate::{
    clips::types::Clip,
    domain::{
        aspect::Aspect,
        framing::Framing,
        geometry::CropSpace,
        ids::{AccountId, ClipId, ReelClipId, ReelId},
        naming,
        overlay::{self, Card, TextCard},
        plan::OVERHANG,
        text::clean,
        time::Micros,
    },
    error::{ApiError, Code},
    live::types::Topic,
    media, music,
    server::{db::Db, door::Caller},
    videos::{self, store::VideoRow},
};
use sqlx::AnyConnection;
use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
};
use tokio::sync::Semaphore;

pub async fn list(caller: &Caller) -> Result<Vec<ReelCard>, ApiError> {
    Ok(store::cards(&caller.app.db, caller.owner()).await?)
}

pub async fn get(caller: &Caller, id: &ReelId) -> Result<Reel, ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    let reel = store::get(db.pool(), owner, id).await?.ok_or_else(|| ApiError::not_found("reel"))?;
    let clips = store::clips(db, owner, id).await?;
    let mut videos = Vec::new();
    for video in videos::store::of_reel(db, owner, id.as_str()).await? {
        videos.push(videos::service::show(caller, video).await?);
    }
    let music = music::store::of_reel(db, owner, id).await?.map(|(music, _)| music);
    Ok(Reel { id: reel.id, version: reel.version, name: reel.name, aspect: reel.aspect, clips, videos, music })
}

pub async fn create(caller: &Caller, new: NewReel) -> Result<Reel, ApiError> {
    if new.clips.is_empty() {
        return Err(ApiError::invalid("clips", "Choose at least one clip."));
    }
    check_count(new.clips.len())?;
    let typed = checked_name(&new.name)?;
    let mut tx = caller.app.db.begin_write().await?;
    let sources = known_clips(&mut tx, caller.owner(), &new.clips).await?;
    let name = if typed.is_empty() { derived(&naming::reel(&sources, &new.tags)) } else { typed };
    let row = insert_named(&mut tx, caller.owner(), &name, new.aspect, None).await?;
    store::add_clips(&mut tx, caller.owner(), &row.id, &newly_placed(new.clips)).await?;
    tx.commit().await?;
    caller.changed(Topic::Reels(row.id.clone()));
    get(caller, &row.id).await
}

/// A 9:16 reel of one five-star clip, named after it.
pub async fn make_from_clip(
    connection: &mut AnyConnection,
    owner: &AccountId,
    clip: &Clip,
) -> Result<ReelId, ApiError> {
    let sources = known_clips(connection, owner, std::slice::from_ref(&clip.id)).await?;
    let name = derived(&format!("{} {}", naming::reel(&sources, &[]), clip.title()));
    let row = insert_named(connection, owner, &name, Aspect::Portrait, Some(&clip.id)).await?;
    store::add_clips(connection, owner, &row.id, &newly_placed(vec![clip.id.clone()])).await?;
    Ok(row.id)
}

async fn insert_named(
    connection: &mut AnyConnection,
    owner: &AccountId,
    wanted: &str,
    aspect: Aspect,
    made_from: Option<&ClipId>,
) -> Result<ReelRow, ApiError> {
    let taken: HashSet<String> = store::names(connection, owner).await?.into_iter().collect();
    let name = naming::unique(wanted, |name| taken.contains(name));
    let row = ReelRow { id: ReelId::generate(), version: 1, name, aspect };
    store::insert(connection, owner, &row, made_from).await?;
    Ok(row)
}

/// The naming sources of the clips in order; another owner's clip is not found.
async fn known_clips(
    connection: &mut AnyConnection,
    owner: &AccountId,
    clips: &[ClipId],
) -> Result<Vec<naming::ReelSource>, ApiError> {
    let found = store::sources(connection, owner, clips).await?;
    clips.iter().map(|clip| found.get(clip).cloned().ok_or_else(|| ApiError::not_found("clip"))).collect()
}

pub async fn update(caller: &Caller, update: ReelUpdate) -> Result<Reel, ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    let name = update.name.as_deref().map(checked_name).transpose()?;
    if name.as_deref() == Some("") {
        return Err(ApiError::invalid("name", "Name the reel."));
    }
    let add = placed(update.add.clone(), update.add_ids)?;
    // Read before the transaction: a framing that changes meanwhile keeps its own version and is left alone.
    let clips = if update.aspect.is_some() { store::clips(db, owner, &update.id).await? } else { Vec::new() };
    let videos = videos::store::of_reel(db, owner, update.id.as_str()).await?;
    let mut tx = db.begin_write().await?;
    let before = store::get(&mut *tx, owner, &update.id).await?.ok_or_else(|| ApiError::not_found("reel"))?;
    let row = ReelRow {
        version: update.version,
        name: name.unwrap_or(before.name),
        aspect: update.aspect.unwrap_or(before.aspect),
        id: before.id,
    };
    if !store::update(&mut tx, owner, &row).await? {
        return Err(ApiError::conflict());
    }
    let places = store::places(&mut tx, &row.id).await?;
    // What the order leaves out makes room for what is added.
    let kept = update.order.as_ref().map_or(places.len(), Vec::len);
    if let Some(order) = &update.order {
        check_order(&places, order)?;
        store::reorder(&mut tx, &row.id, &places, order).await?;
    }
    if !add.is_empty() {
        check_count(kept + add.len())?;
        known_clips(&mut tx, owner, &update.add).await?;
        if !store::add_clips(&mut tx, owner, &row.id, &add).await? {
            return Err(ApiError::invalid("add_ids", "One of these ids is taken. Choose another."));
        }
    }
    if row.aspect != before.aspect {
        for (clip, framing) in retargeted(&clips, &videos, before.aspect, row.aspect) {
            store::set_framing(&mut tx, owner, &clip.id, clip.version, &framing).await?;
        }
    }
    tx.commit().await?;
    caller.changed(Topic::Reels(row.id.clone()));
    get(caller, &row.id).await
}

/// Each clip with a new id of its place in a reel.
fn newly_placed(clips: Vec<ClipId>) -> Vec<(ReelClipId, ClipId)> {
    clips.into_iter().map(|clip| (ReelClipId::generate(), clip)).collect()
}

/// The same with the ids that were chosen, if any were.
fn placed(clips: Vec<ClipId>, ids: Vec<ReelClipId>) -> Result<Vec<(ReelClipId, ClipId)>, ApiError> {
    if ids.is_empty() {
        return Ok(newly_placed(clips));
    }
    if ids.len() != clips.len() {
        return Err(ApiError::invalid("add_ids", "Send an id for every clip that is added, or none."));
    }
    Ok(ids.into_iter().zip(clips).collect())
}

/// A new shape keeps every clip's framing sensible: the same centre, as much of the picture as before.
fn retargeted<'a>(
    clips: &'a [ReelClip],
    videos: &'a [VideoRow],
    from: Aspect,
    to: Aspect,
) -> impl Iterator<Item = (&'a ReelClip, Framing)> {
    clips.iter().filter(|clip| !clip.framing.crop.is_empty()).filter_map(move |clip| {
        let facts = videos.iter().find(|video| video.id == clip.clip.video)?.facts.as_ref()?;
        let space = |aspect| CropSpace::new(facts.width, facts.height, aspect);
        Some((clip, space(from).retarget_framing(&clip.framing, space(to))))
    })
}

pub async fn update_framing(caller: &Caller, update: FramingUpdate) -> Result<ReelClip, ApiError> {
    update.framing.check().map_err(|error| ApiError::invalid("framing", error.to_string()))?;
    let (db, owner) = (&caller.app.db, caller.owner());
    if let Some(place) = store::reel_clip(db, owner, &update.id).await? {
        let (start, end) = update.framing.stretch(place.marks());
        if update.framing.playing_length(start, end) == Micros::ZERO {
            return Err(ApiError::invalid("framing", "Nothing of the clip would be left to play. Keep a part of it."));
        }
        let video = videos::store::get(db, owner, &place.clip.video).await?;
        let length = video.and_then(|video| video.facts).map(|facts| facts.duration);
        if update.framing.bounds.is_some() && length.is_some_and(|length| start >= length || end > length + OVERHANG) {
            return Err(ApiError::invalid("framing", "What plays of a clip lies within its recording."));
        }
    }
    let mut tx = db.begin_write().await?;
    let reel = store::set_framing(&mut tx, owner, &update.id, update.version, &update.framing).await?;
    tx.commit().await?;
    let clip = store::reel_clip(db, owner, &update.id).await?;
    match (reel, clip) {
        (Some(reel), Some(clip)) => {
            caller.changed(Topic::Reels(reel));
            Ok(clip)
        }
        (None, Some(_)) => Err(ApiError::conflict()),
        (_, None) => Err(ApiError::not_found("clip in the reel")),
    }
}

/// Moves the reel to the trash.
pub async fn delete(caller: &Caller, id: &ReelId) -> Result<(), ApiError> {
    if !store::trash(&caller.app.db, caller.owner(), id).await? {
        return Err(ApiError::not_found("reel"));
    }
    caller.changed(Topic::Reels(id.clone()));
    Ok(())
}

/// Brings a reel back from the trash. A second call finds it back already.
pub async fn restore(caller: &Caller, id: &ReelId) -> Result<(), ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    if !store::restore(db, owner, id).await? {
        store::get(db.pool(), owner, id).await?.ok_or_else(|| ApiError::not_found("reel"))?;
    }
    caller.changed(Topic::Reels(id.clone()));
    Ok(())
}

/// Deletes a reel in the trash for good, with its song.
pub async fn purge(caller: &Caller, id: &ReelId) -> Result<(), ApiError> {
    if !purge_of(&caller.app.db, caller.owner(), id).await? {
        return Err(ApiError::not_found("reel in the trash"));
    }
    caller.app.wake.sweep();
    caller.changed(Topic::Reels(id.clone()));
    Ok(())
}

/// Whether it was in the trash and is gone.
pub async fn purge_of(db: &Db, owner: &AccountId, id: &ReelId) -> Result<bool, sqlx::Error> {
    let mut tx = db.begin_write().await?;
    // A song that is on its way to it waits.
    store::changed(&mut tx, owner, id).await?;
    music::store::purge(&mut tx, owner, id).await?;
    let is_gone = store::delete(&mut tx, owner, id).await?;
    // Brought back meanwhile: its song stays.
    if is_gone {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(is_gone)
}

fn checked_name(name: &str) -> Result<String, ApiError> {
    clean(name, MAX_NAME).ok_or_else(|| ApiError::invalid("name", format!("Use at most {MAX_NAME} characters.")))
}

/// A name of our own making, within the bound of a typed one.
fn derived(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect()
}

fn check_count(clips: usize) -> Result<(), ApiError> {
    if clips > MAX_CLIPS {
        return Err(ApiError::invalid("clips", format!("A reel has at most {MAX_CLIPS} clips.")));
    }
    Ok(())
}

/// Each place stands in the reel and is named once.
fn check_order(places: &[ReelClipId], order: &[ReelClipId]) -> Result<(), ApiError> {
    let known: HashSet<&ReelClipId> = places.iter().collect();
    let named: HashSet<&ReelClipId> = order.iter().collect();
    if named.len() == order.len() && named.is_subset(&known) {
        Ok(())
    } else {
        Err(ApiError::invalid("order", "The order names each clip of the reel once, and no other."))
    }
}

/// No preview is larger.
const LONGEST_SIDE: u32 = 1920;
/// How many are drawn at a time: each holds a whole picture.
static DRAWERS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// A card as an export of that size draws it, as PNG.
pub async fn card_picture(card: &str, (width, height): (u32, u32)) -> Result<Vec<u8>, ApiError> {
    let malformed = |_| ApiError::new(Code::Malformed, "The card is not of the form that this call takes.");
    let card: Card = serde_json::from_str(card).map_err(malformed)?;
    let sides = 16..=LONGEST_SIDE;
    if !sides.contains(&width) || !sides.contains(&height) {
        return Err(ApiError::invalid("width", format!("A side is 16 to {LONGEST_SIDE} pixels long.")));
    }
    let card = TextCard { start: Micros::ZERO, end: Micros::SECOND, card };
    if !overlay::is_sound(&[], std::slice::from_ref(&card)) {
        return Err(ApiError::invalid("card", "A card has at most 120 characters, and 280 in its line below."));
    }
    // Who goes away meanwhile has not taken a turn; a turn lasts as long as its picture.
    let turn = Arc::clone(&DRAWERS).acquire_owned().await.map_err(|_| ApiError::internal())?;
    let draw = move || {
        let _turn = turn;
        media::text::png(&card.card, (width, height))
    };
    let drawn = tokio::task::spawn_blocking(draw).await;
    drawn.ok().flatten().ok_or_else(ApiError::internal)
}
