//! Clips of a game to other programs, and from them.

use super::{
    exchange, service, store,
    types::{Clip, ClipDetails, ClipImport, Format, Imported},
};
use crate::{
    domain::{
        clock::GameClock,
        ids::{ClipId, GameId, VideoId},
        time::Micros,
    },
    error::ApiError,
    games,
    live::types::Topic,
    server::door::Caller,
    videos,
};
use std::collections::HashSet;

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

/// Reads what another program wrote, and makes clips of it when that is wanted: all that can be read, in one transaction. Five
/// stars make no reel here: a file may have hundreds of them.
pub async fn import(caller: &Caller, import: ClipImport) -> Result<Imported, ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    let game = import.id;
    games::store::get(db, owner, &game).await?.ok_or_else(|| ApiError::not_found("game"))?;
    let clock = clock_of(caller, &game).await?;
    let text = import.text;
    let read = tokio::task::spawn_blocking(move || exchange::read(&text)).await;
    let (format, mut found) = read.map_err(|_| ApiError::internal())?;
    let mut clips = Vec::with_capacity(found.clips.len());
    for (line, details) in std::mem::take(&mut found.lines).into_iter().zip(std::mem::take(&mut found.clips)) {
        match placed(&clock, details) {
            Ok(clip) => clips.push(clip),
            Err(message) => found.error(line, message),
        }
    }
    found.errors.sort_by_key(|error| error.line);
    let shown = clips.iter().map(|(video, details)| details.clone().later(clock.start_of(video))).collect();
    let mut made = Vec::new();
    let known = if import.apply {
        // Until the end of it nobody else adds clips to this game: two imports at once make them once.
        let mut tx = db.begin_write().await?;
        if !games::store::hold(&mut tx, owner, &game).await? {
            return Err(ApiError::not_found("game"));
        }
        let known = drop_known(format, &store::of_game(db, owner, &game).await?, &mut clips);
        for (video, details) in clips {
            let clip = Clip { id: ClipId::generate(), version: 1, game: game.clone(), video, details };
            store::insert(&mut tx, owner, &clip).await?;
            made.push(clip);
        }
        tx.commit().await?;
        known
    } else {
        drop_known(format, &store::of_game(db, owner, &game).await?, &mut clips)
    };
    if !made.is_empty() {
        caller.changed(Topic::Clips(game));
    }
    Ok(Imported { format, clips: shown, known, errors: found.errors, unread: found.unread, made })
}

/// How many of them are there already, or twice among them; they are taken out.
fn drop_known(format: Format, there: &[Clip], clips: &mut Vec<(VideoId, ClipDetails)>) -> usize {
    let mut seen: HashSet<_> = there.iter().map(|clip| stretch(format, &clip.video, &clip.details)).collect();
    let all = clips.len();
    clips.retain(|(video, details)| seen.insert(stretch(format, video, details)));
    all - clips.len()
}

/// What makes two clips the same to a format: some know no more than milliseconds, or the second of the start.
fn stretch(format: Format, video: &VideoId, details: &ClipDetails) -> (VideoId, i64, i64) {
    match format {
        Format::Chapters => (video.clone(), details.start.0 / 1_000_000, 0),
        _ => (video.clone(), details.start.0 / 1_000, details.end.0 / 1_000),
    }
}

/// On the video that plays then, and within it.
fn placed(clock: &GameClock, details: ClipDetails) -> Result<(VideoId, ClipDetails), String> {
    let placed = clock.at(details.start).ok_or("Add the game's video first: clips belong to it.")?;
    let unknown = clock.videos().iter().rev().skip(1).any(|video| video.length == Micros::ZERO);
    if unknown {
        return Err("The game's videos are still being read: which of them plays then is not known yet.".to_owned());
    }
    let is_known = placed.length > Micros::ZERO;
    if details.start < placed.start || (is_known && details.start >= placed.end()) {
        return Err(format!("No video plays at {}.", details.start));
    }
    let end = if is_known { details.end.min(placed.end()) } else { details.end };
    let details = ClipDetails { end, ..details }.later(Micros::ZERO - placed.start);
    let details = service::checked(details).map_err(|error| error.message)?;
    Ok((placed.video.clone(), details))
}
