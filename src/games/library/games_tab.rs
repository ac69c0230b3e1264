//! The games, a group for each season.

use super::{
    address::Address,
    clips_found::ClipsFound,
    dialogs::EditGame,
    filters::{GameFilters, seasons},
    game_tile::GameTile,
};
use crate::{
    clips::types::LibraryClip,
    games::types::GameCard,
    ui::{icon::Icon, notice::EmptyNotice},
};
use leptos::prelude::*;

/// The game that a dialog is about, if one is open.
pub type Target = RwSignal<Option<GameCard>>;

#[component]
pub fn GamesTab(
    games: Signal<Vec<GameCard>>,
    clips: Signal<Vec<LibraryClip>>,
    address: Memo<Address>,
) -> impl IntoView {
    let editing: Target = RwSignal::new(None);
    let shown = Memo::new(move |_| {
        address.with(|address| {
            games.with(|games| games.iter().filter(|card| address.keeps(card)).cloned().collect::<Vec<_>>())
        })
    });
    let has_any = Memo::new(move |_| !shown.with(Vec::is_empty));
    let has_clips = Memo::new(move |_| !clips.with(Vec::is_empty));
    view! {
        <div class="toolbar"><GameFilters games address /></div>
        <Show when=move || has_any.get() || has_clips.get() fallback=move || view! { <NoMatch address /> }>
            <For each=move || shown.with(|shown| seasons(shown)) key=Clone::clone let:season>
                <SeasonGroup season shown editing />
            </For>
            <Show when=move || has_clips.get()><ClipsFound clips /></Show>
        </Show>
        <EditGame target=editing />
    }
}

/// Folds without JavaScript.
#[component]
fn SeasonGroup(season: String, shown: Memo<Vec<GameCard>>, editing: Target) -> impl IntoView {
    let name = season.clone();
    let cards = Memo::new(move |_| {
        let is_of = |card: &&GameCard| card.details.played_on.season().to_string() == season;
        shown.with(|shown| shown.iter().filter(is_of).cloned().collect::<Vec<_>>())
    });
    let note = move || {
        cards.with(|cards| {
            let clips: i64 = cards.iter().map(|card| card.tally.clips()).sum();
            format!("{}, {}", counted(cards.len(), "game"), counted(clips, "clip"))
        })
    };
    view! {
        <details class="library-group" open>
            <summary class="section__head">
                <h2 class="disclosure"><Icon name="chevron" class="icon--sm" />{name}</h2>
                <span class="section__note">{note}</span>
                <span class="section__rule"></span>
            </summary>
            <div class="grid">
                <For each=move || cards.get() key=|card| card.id.clone() let:first>
                    {
                        let card = Memo::new(move |_| {
                            let id = &first.id;
                            cards.with(|cards| cards.iter().find(|card| card.id == *id).cloned())
                        });
                        move || card.get().map(|card| view! { <GameTile card editing /> })
                    }
                </For>
            </div>
        </details>
    }
    .into_any()
}

#[component]
fn NoMatch(address: Memo<Address>) -> impl IntoView {
    let is_searched = address.with_untracked(|address| !address.text.is_empty());
    let text = if is_searched {
        "Neither a game nor a clip, tag, player or note says that, with these filters."
    } else {
        "No game has all that these filters ask for."
    };
    view! {
        <EmptyNotice title="No games found" text>
            <a class="button button--primary button--lg" href="/"><span class="button__text">"Show all games"</span></a>
        </EmptyNotice>
    }
}

/// "1 game", "3 clips".
pub fn counted(count: impl TryInto<i64>, what: &str) -> String {
    let count = count.try_into().unwrap_or(i64::MAX);
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
