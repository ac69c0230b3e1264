//! What the clips are filtered by, with how many there are of each.

use super::choice::{Choice, players_of, toggle};
use crate::{
    domain::{ids::GameId, rating::Rating},
    ui::icon::Icon,
};
use leptos::prelude::*;
use std::collections::BTreeMap;

#[component]
pub fn Filters(choice: Choice) -> impl IntoView {
    // On a phone they are behind one chip.
    let open = RwSignal::new(false);
    view! {
        <div class="chips only-phone">
            <button class="chip" type="button" aria-expanded=move || open.get().to_string() on:click=move |_| open.update(|open| *open = !*open)>
                <Icon name="filter" class="icon--sm" />
                "Filters "
                <span class="chip__count">{move || choice.wanted.with(|wanted| wanted.count().to_string())}</span>
            </button>
        </div>
        <aside class="filters" class:is-open=move || open.get() aria-label="Filter clips">
            <RatingFilter choice />
            <GameFilter choice />
            <TagFilter choice />
            <PlayerFilter choice />
        </aside>
    }
}

#[component]
fn RatingFilter(choice: Choice) -> impl IntoView {
    let row = move |rating: Rating| {
        let of_this =
            move || choice.all.with(|all| all.iter().filter(|clip| clip.clip.details.rating == rating).count());
        view! {
            <label class="filters__row">
                <input class="checkbox" type="checkbox"
                    prop:checked=move || choice.wanted.with(|wanted| wanted.ratings.contains(&rating))
                    checked=choice.wanted.with_untracked(|wanted| wanted.ratings.contains(&rating))
                    on:change=move |_| choice.filter(|wanted| toggle(&mut wanted.ratings, rating)) />
                <span class=format!("badge badge--rating-{}", rating.stars())>{rating.mark()}</span>
                {rating.name()}
                <span class="num">{of_this}</span>
            </label>
        }
    };
    view! {
        <div class="filters__group">
            <h2 class="filters__title">"Rating"</h2>
            {Rating::ALL.into_iter().rev().map(row).collect_view()}
        </div>
    }
}

#[component]
fn GameFilter(choice: Choice) -> impl IntoView {
    // In the order of the library: the newest game first.
    let games = Memo::new(move |_| {
        choice.all.with(|all| {
            let mut games: Vec<(GameId, String, usize)> = Vec::new();
            for clip in all.iter() {
                match games.iter_mut().find(|(id, ..)| *id == clip.clip.game) {
                    Some((.., count)) => *count += 1,
                    None => games.push((clip.clip.game.clone(), clip.game_name.clone(), 1)),
                }
            }
            games
        })
    });
    view! {
        <div class="filters__group">
            <h2 class="filters__title">"Game"</h2>
            <For each=move || games.get() key=|game| game.clone() let:game>
                <GameRow choice game />
            </For>
        </div>
    }
}

#[component]
fn GameRow(choice: Choice, game: (GameId, String, usize)) -> impl IntoView {
    let (id, name, count) = game;
    let id = StoredValue::new(id);
    let is_wanted = move || choice.wanted.with(|wanted| id.with_value(|id| wanted.games.contains(id)));
    view! {
        <label class="filters__row">
            <input class="checkbox" type="checkbox" checked=untrack(is_wanted) prop:checked=is_wanted
                on:change=move |_| choice.filter(|wanted| toggle(&mut wanted.games, id.get_value())) />
            {name}
            <span class="num">{count}</span>
        </label>
    }
}

#[component]
fn TagFilter(choice: Choice) -> impl IntoView {
    let tags = Memo::new(move |_| {
        counted(choice.all.with(|all| all.iter().flat_map(|clip| clip.clip.details.tags.clone()).collect()))
    });
    let is_wanted = move |tag: &str| choice.wanted.with(|wanted| wanted.tags.iter().any(|other| other == tag));
    let on_toggle = Callback::new(move |tag| choice.filter(|wanted| toggle(&mut wanted.tags, tag)));
    view! { <TagGroup title="Tags" names=tags is_wanted on_toggle /> }
}

#[component]
fn PlayerFilter(choice: Choice) -> impl IntoView {
    let players = Memo::new(move |_| {
        let names = |text: &str| players_of(text).map(str::to_owned).collect::<Vec<_>>();
        counted(choice.all.with(|all| all.iter().flat_map(|clip| names(&clip.clip.details.players)).collect()))
    });
    let is_wanted = move |name: &str| choice.wanted.with(|wanted| wanted.players.iter().any(|other| other == name));
    let on_toggle = Callback::new(move |name| choice.filter(|wanted| toggle(&mut wanted.players, name)));
    view! { <TagGroup title="Player" names=players is_wanted on_toggle /> }
}

/// A group of small buttons that can be pressed; absent without names.
#[component]
fn TagGroup(
    title: &'static str,
    names: Memo<Vec<String>>,
    is_wanted: impl Fn(&str) -> bool + Copy + Send + Sync + 'static,
    on_toggle: Callback<String>,
) -> impl IntoView {
    view! {
        <Show when=move || !names.with(Vec::is_empty)>
        <div class="filters__group">
            <h2 class="filters__title">{title}</h2>
            <div class="chips chips--tight">
                <For each=move || names.get() key=Clone::clone let:name>
                    {
                        let name = StoredValue::new(name);
                        view! {
                            <button class="tag" type="button" aria-pressed=move || is_wanted(&name.get_value()).to_string()
                                on:click=move |_| on_toggle.run(name.get_value())>{name.get_value()}</button>
                        }
                    }
                </For>
            </div>
        </div>
        </Show>
    }
}

/// Each name once, the most frequent first, at most 24 of them.
fn counted(names: Vec<String>) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut names: Vec<_> = counts.into_iter().collect();
    names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    names.into_iter().take(24).map(|(name, _)| name).collect()
}
