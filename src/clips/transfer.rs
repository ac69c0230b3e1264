//! Clips of a game to other programs, and from them.

use super::{
    exchange::{self, Found},
    service, store,
    types::{Clip, ClipDetails, ClipImport, Format, Imported, LineError},
};
use crate::{
    domain::{
        clock::GameClock,
        ids::{ClipId, GameId, VideoId},
        rating::Rating,
        time::Micros,
    },
    error::ApiError,
    games,
    live::types::Topic,
    reels,
    server::door::Caller,
    videos,
};

/// A file of the game's clips, on its clock, and what it is called.
pub async fn export(caller: &Caller, game: &GameId, format: Format) -> Result<(String, String), ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    let row = games::store::get(db, owner, game).await?.ok_or_else(|| ApiError::not_found("game"))?;
    let clock = clock_of(caller, game).await?;
    let mut clips: Vec<ClipDetails> = store::of_game(db, owner, game)
        .await?
        .into_iter()
        .map(|clip| clip.details.later(clock.start_of(&clip.video)))
        .collect();
    clips.sort_by_key(|clip| (clip.start, clip.end));
    let name = row.details.name();
    Ok((exchange::write(format, &name, &clips), format!("{name}.{}", format.file().0)))
}

async fn clock_of(caller: &Caller, game: &GameId) -> Result<GameClock, ApiError> {
    let videos = videos::store::of_game(&caller.app.db, caller.owner(), game).await?;
    let length =
        |facts: Option<crate::domain::video::VideoFacts>| facts.map(|facts| facts.duration).unwrap_or_default();
    Ok(GameClock::new(videos.into_iter().map(|video| (video.id, video.gap, length(video.facts)))))
}

/// Reads what another program wrote, and makes clips of it when that is wanted: all that can be read, in one transaction.
pub async fn import(caller: &Caller, import: ClipImport) -> Result<Imported, ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    let game = import.id;
    games::store::get(db, owner, &game).await?.ok_or_else(|| ApiError::not_found("game"))?;
    let clock = clock_of(caller, &game).await?;
    let text = import.text;
    let read = tokio::task::spawn_blocking(move || exchange::read(&text)).await;
    let (format, Found { clips, lines, mut errors }) = read.map_err(|_| ApiError::internal())?;
    let there = store::of_game(db, owner, &game).await?;
    let mut new: Vec<(VideoId, ClipDetails)> = Vec::new();
    let (mut shown, mut known) = (Vec::new(), 0);
    for (line, details) in lines.into_iter().zip(clips) {
        match placed(&clock, details) {
            Ok((video, details)) => {
                let same = |(one, other): (&VideoId, &ClipDetails)| *one == video && *other == details;
                let is_known = there.iter().map(|clip| (&clip.video, &clip.details)).any(same)
                    || new.iter().map(|(video, details)| (video, details)).any(same);
                shown.push(details.clone().later(clock.start_of(&video)));
                if is_known {
                    known += 1;
                } else {
                    new.push((video, details));
                }
            }
            Err(message) => errors.push(LineError { line, message }),
        }
    }
    errors.sort_by_key(|error| error.line);
    let made = if import.apply { make(caller, &game, new).await? } else { Vec::new() };
    Ok(Imported { format, clips: shown, known, errors, made })
}

/// On the video that plays then, and within it.
fn placed(clock: &GameClock, details: ClipDetails) -> Result<(VideoId, ClipDetails), String> {
    let placed = clock.at(details.start).ok_or("Add the game's video first: clips belong to it.")?;
    let is_known = placed.length > Micros::ZERO;
    if details.start < placed.start || (is_known && details.start >= placed.end()) {
        return Err(format!("No video plays at {}.", details.start));
    }
    let end = if is_known { details.end.min(placed.end()) } else { details.end };
    let details = ClipDetails { end, ..details }.later(Micros::ZERO - placed.start);
    let details = service::checked(details).map_err(|error| error.message)?;
    Ok((placed.video.clone(), details))
}

async fn make(caller: &Caller, game: &GameId, new: Vec<(VideoId, ClipDetails)>) -> Result<Vec<Clip>, ApiError> {
    let owner = caller.owner();
    let mut tx = caller.app.db.begin_write().await?;
    let (mut made, mut brilliant) = (Vec::with_capacity(new.len()), Vec::new());
    for (video, details) in new {
        let clip = Clip { id: ClipId::generate(), version: 1, game: game.clone(), video, details };
        store::insert(&mut tx, owner, &clip).await?;
        if clip.details.rating == Rating::Brilliant {
            brilliant.push(reels::service::make_from_clip(&mut tx, owner, &clip).await?);
        }
        made.push(clip);
    }
    tx.commit().await?;
    if !made.is_empty() {
        caller.changed(Topic::Clips(game.clone()));
    }
    for reel in brilliant {
        caller.changed(Topic::Reels(reel));
    }
    Ok(made)
}
