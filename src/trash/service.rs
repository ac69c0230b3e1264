//! Rules of the trash: each kind keeps its own, here they are one list.

use super::types::{Item, Large, Overview, TRASH_DAYS, Trashed};
use crate::{
    accounts,
    error::ApiError,
    exports, gallery, games, reels,
    server::{db::now_ms, door::Caller},
};

/// So many of the largest games are named.
const MOST_LARGE: i64 = 8;
const KEPT_MS: i64 = TRASH_DAYS * 24 * 3_600_000;

/// All that is in the trash, the last one first.
pub async fn list(caller: &Caller) -> Result<Vec<Trashed>, ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    let trashed =
        |item, name, bytes, deleted_at| Trashed { item, name, bytes, deleted_at, gone_at: deleted_at + KEPT_MS };
    let mut all = Vec::new();
    for (game, at, bytes) in games::store::trashed(db, owner).await? {
        all.push(trashed(Item::Game(game.id), game.details.name(), bytes, at));
    }
    for (reel, at) in reels::store::trashed(db, owner).await? {
        all.push(trashed(Item::Reel(reel.id), reel.name, 0, at));
    }
    for (file, at) in gallery::store::trashed(db, owner).await? {
        all.push(trashed(Item::Rendition(file.id), file.name, file.bytes, at));
    }
    all.sort_by_key(|it| std::cmp::Reverse(it.deleted_at));
    Ok(all)
}

pub async fn overview(caller: &Caller) -> Result<Overview, ApiError> {
    let largest = games::store::largest(&caller.app.db, caller.owner(), MOST_LARGE).await?;
    let large = |(game, bytes): (games::store::GameRow, i64)| Large { id: game.id, name: game.details.name(), bytes };
    Ok(Overview {
        usage: accounts::service::usage(caller).await?,
        largest: largest.into_iter().map(large).collect(),
        trash: list(caller).await?,
    })
}

pub async fn put(caller: &Caller, item: &Item) -> Result<(), ApiError> {
    match item {
        Item::Game(id) => games::service::delete(caller, id).await,
        Item::Reel(id) => reels::service::delete(caller, id).await,
        Item::Rendition(id) => gallery::service::delete(caller, id).await,
    }
}

pub async fn restore(caller: &Caller, item: &Item) -> Result<(), ApiError> {
    match item {
        Item::Game(id) => games::service::restore(caller, id).await,
        Item::Reel(id) => reels::service::restore(caller, id).await,
        Item::Rendition(id) => gallery::service::restore(caller, id).await,
    }
}

pub async fn purge(caller: &Caller, item: &Item) -> Result<(), ApiError> {
    match item {
        Item::Game(id) => games::service::purge(caller, id).await,
        Item::Reel(id) => reels::service::purge(caller, id).await,
        Item::Rendition(id) => gallery::service::purge(caller, id).await,
    }
}

/// What comes to the trash meanwhile stays there.
pub async fn empty(caller: &Caller) -> Result<(), ApiError> {
    for it in list(caller).await? {
        match purge(caller, &it.item).await {
            // Somebody brought it back, or was faster.
            Err(error) if error.code == crate::error::Code::NotFound => {}
            other => other?,
        }
    }
    Ok(())
}

/// The pieces that a running export has made or found stay until it has its file.
pub async fn free_pieces(caller: &Caller) -> Result<i64, ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    // What is taken up from now on counts as used from now on.
    let now = now_ms();
    let running = exports::store::active(db, owner).await?;
    let since = running.iter().map(|export| export.created_at).min().unwrap_or(now);
    let freed = exports::segments::free(db, owner, since).await?;
    caller.app.wake.sweep();
    caller.changed(crate::live::types::Topic::Exports);
    Ok(freed)
}
