//! The library: games and reels, and where one left off. What is shown is in the address: tab, search and filters.

pub mod address;
mod clips_found;
mod dialogs;
mod empty;
mod filters;
mod game_tile;
pub mod games_tab;
pub mod poster;
mod resume;
mod skeleton;

use self::{address::Address, empty::FirstVisit, games_tab::GamesTab, resume::Resume, skeleton::CardSkeletons};
use super::{
    api::library,
    types::{GameCard, Shelves},
};
use crate::{
    clips::types::LibraryClip,
    error::ApiError,
    live::{fresh::Fresh, versions::Versions},
    reels::{reels_tab::ReelsTab, types::ReelCard},
    shell::{Page, Search},
    ui::{
        notice::LoadError,
        tabs::{Tab, Tabs},
    },
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

#[component]
pub fn LibraryPage() -> impl IntoView {
    let versions = Versions::expect();
    let query = use_query_map();
    let address = Memo::new(move |_| query.with(Address::read));
    let text = Memo::new(move |_| address.with(|address| address.text.clone()));
    // A change of clips moves the version of the games' cards, too.
    let shelves = Fresh::new(Resource::new(
        move || (versions.game_cards.get(), versions.reel_cards.get(), text.get()),
        |(.., text)| library(text),
    ));
    let retry = move || shelves.refetch();
    view! {
        <Page title="Library">
            <h1 class="visually-hidden">"Library"</h1>
            // A phone has no room for it in the top bar.
            <Search />
            <Transition fallback=CardSkeletons>
                {move || Suspend::new(async move {
                    match shelves.first().await {
                        Ok(shelves) => view! { <Loaded shelves address /> }.into_any(),
                        Err(error) => view! { <Unloaded error retry /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
}

#[component]
fn Unloaded(error: ApiError, retry: impl Fn() + Send + Sync + 'static) -> impl IntoView {
    view! { <LoadError error on_retry=retry /> }
}

/// Everything once it is loaded.
#[component]
fn Loaded(shelves: Signal<Shelves>, address: Memo<Address>) -> impl IntoView {
    let games: Signal<_> = Memo::new(move |_| shelves.with(|it| it.games.clone())).into();
    let reels: Signal<_> = Memo::new(move |_| shelves.with(|it| it.reels.clone())).into();
    let clips: Signal<_> = Memo::new(move |_| shelves.with(|it| it.clips.clone())).into();
    let is_searched = move || address.with(|address| !address.text.is_empty());
    let has_any = Memo::new(move |_| !games.with(Vec::is_empty) || !reels.with(Vec::is_empty) || is_searched());
    view! {
        <Show when=move || has_any.get() fallback=FirstVisit>
            <Shelf games reels clips address />
        </Show>
    }
}

/// Where one left off, and the two tabs.
#[component]
fn Shelf(
    games: Signal<Vec<GameCard>>,
    reels: Signal<Vec<ReelCard>>,
    clips: Signal<Vec<LibraryClip>>,
    address: Memo<Address>,
) -> impl IntoView {
    let is_reels = Memo::new(move |_| address.with(|address| address.is_reels));
    let tabs = move || {
        let text = address.with(|address| address.text.clone());
        [("Games", false, games.with(Vec::len)), ("Reels", true, reels.with(Vec::len))]
            .into_iter()
            .map(|(words, tab, count)| Tab {
                words,
                href: Address { is_reels: tab, text: text.clone(), ..Address::default() }.href(),
                count: Some(count),
                is_current: is_reels.get() == tab,
            })
            .collect::<Vec<_>>()
    };
    let is_resuming = Memo::new(move |_| address.with(Address::is_plain));
    view! {
        <Show when=move || is_resuming.get()><Resume games reels /></Show>
        <section class="section section--shelves" aria-label="Games and reels">
            <Tabs label="Library" tabs=tabs />
            {move || if is_reels.get() {
                view! { <ReelsTab reels address /> }.into_any()
            } else {
                view! { <GamesTab games clips address /> }.into_any()
            }}
        </section>
    }
}
