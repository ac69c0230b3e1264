//! Filter chips of the games: links that turn one filter over and keep the others.

use super::address::Address;
use crate::{
    domain::{naming::Venue, rating::Rating},
    games::types::GameCard,
    ui::labels::FilterChip,
    videos::types::VideoState,
};
use leptos::prelude::*;

/// More seasons than these are reached by scrolling.
const SEASONS: usize = 4;

impl Address {
    pub fn keeps(&self, card: &GameCard) -> bool {
        let season = || card.details.played_on.season().to_string();
        self.season.as_ref().is_none_or(|wanted| *wanted == season())
            && self.venue.is_none_or(|venue| venue == card.details.venue)
            && (!self.has_brilliants || has_brilliants(card))
            && (!self.is_uploading || is_uploading(card))
    }
}

fn has_brilliants(card: &GameCard) -> bool {
    card.tally.of(Rating::Brilliant) > 0
}

fn is_uploading(card: &GameCard) -> bool {
    card.video == Some(VideoState::Waiting)
}

/// The seasons of a list that is sorted by day.
pub fn seasons(games: &[GameCard]) -> Vec<String> {
    let mut seasons: Vec<String> = games.iter().map(|card| card.details.played_on.season().to_string()).collect();
    seasons.dedup();
    seasons
}

#[component]
pub fn GameFilters(games: Signal<Vec<GameCard>>, address: Memo<Address>) -> impl IntoView {
    // The address with one thing changed.
    let changed = move |change: fn(&mut Address)| {
        move || {
            let mut next = address.get();
            change(&mut next);
            next.href()
        }
    };
    let count = move |is: fn(&GameCard) -> bool| {
        Signal::derive(move || games.with(|games| games.iter().filter(|card| is(card)).count()))
    };
    view! {
        <div class="chips chips--scroll" role="group" aria-label="Filter games">
            <For each=move || games.with(|games| seasons(games)).into_iter().take(SEASONS) key=Clone::clone let:season>
                <SeasonChip season address />
            </For>
            {Venue::ALL.map(|venue| view! { <VenueChip venue address /> })}
            <FilterChip
                label="Has brilliants"
                count=count(has_brilliants)
                active=move || address.with(|it| it.has_brilliants)
                href=changed(|it| it.has_brilliants = !it.has_brilliants)
            />
            <FilterChip
                label="Uploading"
                count=count(is_uploading)
                active=move || address.with(|it| it.is_uploading)
                href=changed(|it| it.is_uploading = !it.is_uploading)
            />
        </div>
    }
}

#[component]
fn SeasonChip(season: String, address: Memo<Address>) -> impl IntoView {
    let wanted = season.clone();
    let is_active = Memo::new(move |_| address.with(|it| it.season.as_ref() == Some(&wanted)));
    let this = season.clone();
    let href = move || {
        let season = (!is_active.get()).then(|| this.clone());
        Address { season, ..address.get() }.href()
    };
    view! { <FilterChip label=season active=is_active href=href /> }
}

#[component]
fn VenueChip(venue: Venue, address: Memo<Address>) -> impl IntoView {
    let is_active = Memo::new(move |_| address.with(|it| it.venue == Some(venue)));
    let href = move || Address { venue: (!is_active.get()).then_some(venue), ..address.get() }.href();
    view! { <FilterChip label=venue.label() active=is_active href=href /> }
}
