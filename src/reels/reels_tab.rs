//! The reels of the library, a group for each season in which they were last changed.

use super::{
    reel_tile::{ReelTile, status_words},
    types::{ReelCard, ReelStatus},
};
use crate::{
    domain::{aspect::Aspect, calendar::Day},
    games::library::{address::Address, games_tab::counted},
    ui::{icon::Icon, labels::FilterChip, notice::EmptyNotice},
};
use leptos::prelude::*;

const STATUSES: [ReelStatus; 6] = [
    ReelStatus::NotStarted,
    ReelStatus::Editing,
    ReelStatus::Framed,
    ReelStatus::InOverlay,
    ReelStatus::Exporting,
    ReelStatus::Complete,
];

impl Address {
    pub fn keeps_reel(&self, card: &ReelCard) -> bool {
        let text = self.text.to_lowercase();
        card.name.to_lowercase().contains(&text)
            && self.status.as_ref().is_none_or(|code| code == status_words(card.status).0)
            && self.aspect.is_none_or(|aspect| aspect == card.aspect)
    }
}

#[component]
pub fn ReelsTab(reels: Signal<Vec<ReelCard>>, address: Memo<Address>) -> impl IntoView {
    let has_reels = Memo::new(move |_| !reels.with(Vec::is_empty));
    view! {
        <Show when=move || has_reels.get() fallback=NoReels>
            <Shelf reels address />
        </Show>
    }
}

/// The reels that search and filters keep, by season.
#[component]
fn Shelf(reels: Signal<Vec<ReelCard>>, address: Memo<Address>) -> impl IntoView {
    let groups = Memo::new(move |_| {
        address.with(|address| {
            by_season(reels.with(|reels| reels.iter().filter(|card| address.keeps_reel(card)).cloned().collect()))
        })
    });
    let has_any = Memo::new(move |_| !groups.with(Vec::is_empty));
    view! {
        <div class="toolbar">
            <ReelFilters address />
            <a class="button button--outline" href="/reels/new">
                <Icon name="plus" />
                <span class="button__text">"New reel"</span>
            </a>
        </div>
        <Show when=move || has_any.get() fallback=NoMatch>
            <For each=move || groups.get() key=|(season, _)| season.clone() let:group>
                <SeasonGroup season=group.0 groups />
            </For>
        </Show>
    }
}

/// A season's name and its reels.
type Group = (String, Vec<ReelCard>);

/// The order of the list stays.
fn by_season(list: Vec<ReelCard>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for card in list {
        let season = Day::of_ms(card.updated_at).season().to_string();
        match groups.iter_mut().find(|(known, _)| *known == season) {
            Some((_, cards)) => cards.push(card),
            None => groups.push((season, vec![card])),
        }
    }
    groups
}

#[component]
fn SeasonGroup(season: String, groups: Memo<Vec<Group>>) -> impl IntoView {
    let name = season.clone();
    let cards = Memo::new(move |_| {
        groups.with(|groups| {
            groups.iter().find(|(of, _)| *of == season).map(|(_, cards)| cards.clone()).unwrap_or_default()
        })
    });
    view! {
        <details class="library-group" open>
            <summary class="section__head">
                <h2 class="disclosure"><Icon name="chevron" class="icon--sm" />{name}</h2>
                <span class="section__note">{move || counted(cards.with(Vec::len), "reel")}</span>
                <span class="section__rule"></span>
            </summary>
            <div class="grid">
                <For each=move || cards.get() key=|card| card.id.clone() let:first>
                    {
                        let card = Memo::new(move |_| {
                            let id = &first.id;
                            cards.with(|cards| cards.iter().find(|card| card.id == *id).cloned())
                        });
                        move || card.get().map(|card| view! { <ReelTile card /> })
                    }
                </For>
            </div>
        </details>
    }
    .into_any()
}

#[component]
fn ReelFilters(address: Memo<Address>) -> impl IntoView {
    view! {
        <div class="chips chips--scroll" role="group" aria-label="Filter reels">
            {STATUSES
                .map(|status| {
                    let (code, word, _) = status_words(status);
                    let is_active = Memo::new(move |_| address.with(|it| it.status.as_deref() == Some(code)));
                    let href = move || {
                        let status = (!is_active.get()).then(|| code.to_owned());
                        Address { status, ..address.get() }.href()
                    };
                    view! { <FilterChip label=word active=is_active href=href /> }
                })}
            {Aspect::ALL
                .map(|aspect| {
                    let is_active = Memo::new(move |_| address.with(|it| it.aspect == Some(aspect)));
                    let href = move || Address { aspect: (!is_active.get()).then_some(aspect), ..address.get() }.href();
                    view! { <FilterChip label=aspect.label() active=is_active href=href /> }
                })}
        </div>
    }
}

#[component]
fn NoReels() -> impl IntoView {
    view! {
        <div class="section">
            <EmptyNotice
                title="No reels yet"
                text="Build one from your clips. A clip that you rate brilliant starts a reel by itself."
            >
                <a class="button button--primary button--lg" href="/reels/new"><span class="button__text">"New reel"</span></a>
            </EmptyNotice>
        </div>
    }
}

#[component]
fn NoMatch() -> impl IntoView {
    view! {
        <EmptyNotice title="No reels found" text="No reel has all that the search and the filters ask for.">
            <a class="button button--primary button--lg" href="/?tab=reels"><span class="button__text">"Show all reels"</span></a>
        </EmptyNotice>
    }
}
