//! Search, filters and order of the clips of a game.

use super::filter::{ListFilter, Order};
use crate::{
    browser::focus,
    domain::rating::Rating,
    ui::{button::IconButton, icon::Icon},
};
use leptos::prelude::*;

/// The id of the search field, for the key that leads there.
pub const SEARCH: &str = "clip-search";

#[component]
pub fn FilterBar(
    filter: RwSignal<ListFilter>,
    /// Tags and players that can be chosen.
    #[prop(into)]
    choices: Signal<(Vec<String>, Vec<String>)>,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let has_players = Memo::new(move |_| choices.with(|(_, players)| !players.is_empty()));
    view! {
        <div class="clip-filter" role="search" aria-label="Clips of this game" on:keydown=|event| focus::leave_field(&event)>
            <div class="clip-filter__row">
                <label class="search clip-filter__search">
                    <Icon name="search" class="icon--sm" />
                    <input
                        class="search__input"
                        id=SEARCH
                        type="search"
                        placeholder="Name, tag, player or note"
                        aria-label="Search clips"
                        autocomplete="off"
                        prop:value=move || filter.with(|filter| filter.text.clone())
                        on:input:target=move |event| filter.update(|filter| filter.text = event.target().value())
                    />
                </label>
                <IconButton icon="close" label="Show all clips" small=true on_press=on_close />
            </div>
            <div class="clip-filter__row">
                <Ratings filter />
                <Choice label="Tag" any="Every tag" of=Signal::derive(move || choices.with(|(tags, _)| tags.clone()))
                    chosen=Signal::derive(move || filter.with(|filter| filter.tag.clone()))
                    on_choose=move |tag| filter.update(|filter| filter.tag = tag) />
                <Show when=move || has_players.get()>
                    <Choice label="Player" any="Every player" of=Signal::derive(move || choices.with(|(_, players)| players.clone()))
                        chosen=Signal::derive(move || filter.with(|filter| filter.player.clone()))
                        on_choose=move |player| filter.update(|filter| filter.player = player) />
                </Show>
                <select class="field__input clip-filter__choice" aria-label="Order"
                    prop:value=move || filter.with(|filter| filter.order.code())
                    on:change:target=move |event| filter.update(|filter| filter.order = Order::of_code(&event.target().value()))>
                    {Order::ALL.map(|order| view! { <option value=order.code()>{order.label()}</option> })}
                </select>
            </div>
        </div>
    }
}

/// Several can be on at once.
#[component]
fn Ratings(filter: RwSignal<ListFilter>) -> impl IntoView {
    let turn = move |rating: Rating| {
        filter.update(|filter| match filter.ratings.iter().position(|known| *known == rating) {
            Some(at) => drop(filter.ratings.remove(at)),
            None => filter.ratings.push(rating),
        });
    };
    view! {
        <div class="clip-filter__ratings" role="group" aria-label="Ratings">
            {Rating::ALL
                .map(|rating| {
                    let is_on = move || filter.with(|filter| filter.ratings.contains(&rating));
                    view! {
                        <button class=format!("badge badge--rating-{} clip-filter__rating", rating.stars()) type="button"
                            aria-pressed=move || is_on().to_string() aria-label=rating.name() title=rating.name() on:click=move |_| turn(rating)>
                            {rating.mark()}
                        </button>
                    }
                })}
        </div>
    }
}

#[component]
fn Choice(
    label: &'static str,
    any: &'static str,
    of: Signal<Vec<String>>,
    chosen: Signal<Option<String>>,
    #[prop(into)] on_choose: Callback<Option<String>>,
) -> impl IntoView {
    view! {
        <select class="field__input clip-filter__choice" aria-label=label
            on:change:target=move |event| on_choose.run(Some(event.target().value()).filter(|value| !value.is_empty()))>
            <option value="" selected=move || chosen.with(Option::is_none)>{any}</option>
            <For each=move || of.get() key=Clone::clone let:value>
                {
                    let (shown, this) = (value.clone(), value.clone());
                    view! { <option value=value selected=move || chosen.with(|chosen| chosen.as_ref() == Some(&this))>{shown}</option> }
                }
            </For>
        </select>
    }
}
