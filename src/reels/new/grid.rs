//! The clips that match, as cards to pick.

use super::choice::Choice;
use crate::clips::types::LibraryClip;
use leptos::prelude::*;

/// How many cards are drawn before "Show more" is asked for.
const PAGE: usize = 120;

#[component]
pub fn ClipGrid(choice: Choice) -> impl IntoView {
    let matching = Memo::new(move |_| choice.matching());
    let drawn = RwSignal::new(PAGE);
    let rest = Memo::new(move |_| matching.with(|list| list.len().saturating_sub(drawn.get())));
    let has_more = Memo::new(move |_| rest.get() > 0);
    view! {
        <section aria-label="Clips">
            <GridHead choice matching />
            <div class="pick-grid">
                <For each=move || matching.with(|list| list.iter().take(drawn.get()).cloned().collect::<Vec<_>>())
                    key=|clip| (clip.clip.id.clone(), clip.clip.version) let:clip>
                    <ClipCard choice clip />
                </For>
            </div>
            <Show when=move || matching.with(Vec::is_empty)>
                <p class="empty__text">"No clip has all of this. Take a filter away to see more."</p>
            </Show>
            <Show when=move || has_more.get()>
                <button class="button button--outline button--block" type="button" on:click=move |_| drawn.update(|drawn| *drawn += PAGE)>
                    <span class="button__text">{move || format!("Show {} more", rest.get().min(PAGE))}</span>
                </button>
            </Show>
        </section>
    }
}

#[component]
fn GridHead(choice: Choice, matching: Memo<Vec<LibraryClip>>) -> impl IntoView {
    let all_picked = Memo::new(move |_| matching.with(|list| list.iter().all(|clip| choice.is_picked(clip))));
    let count = move || match matching.with(Vec::len) {
        1 => "1 clip matches".to_owned(),
        count => format!("{count} clips match"),
    };
    view! {
        <div class="section__head">
            <h2 class="section__title" role="status">{count}</h2>
            <button class="button button--quiet button--sm" type="button"
                on:click=move |_| choice.pick_all(&matching.get_untracked(), !all_picked.get_untracked())>
                {move || if all_picked.get() { "Clear" } else { "Select all" }}
            </button>
            <span class="section__end">
                <Show when=move || choice.wanted.with(|wanted| wanted.count() > 0)>
                    <button class="button button--quiet button--sm" type="button" on:click=move |_| choice.filter(|wanted| *wanted = super::choice::Wanted::default())>
                        "Remove filters"
                    </button>
                </Show>
            </span>
        </div>
    }
}

#[component]
fn ClipCard(choice: Choice, clip: LibraryClip) -> impl IntoView {
    let clip = StoredValue::new(clip);
    let picked = move || clip.with_value(|clip| choice.is_picked(clip));
    let LibraryClip { clip: marked, game_name, poster_url, .. } = clip.get_value();
    let (title, rating) = (marked.title(), marked.details.rating);
    view! {
        <label class="pick">
            <input class="checkbox" type="checkbox" aria-label=title.clone() checked=untrack(picked) prop:checked=picked
                on:change:target=move |ev| choice.pick(clip.with_value(|clip| clip.clip.id.clone()), ev.target().checked()) />
            <div class="poster">
                {poster_url.map(|url| view! { <img class="scene" src=url alt="" loading="lazy" /> })}
                <span class=format!("badge badge--rating-{}", rating.stars()) title=rating.name()>{rating.mark()}</span>
                <span class="poster__label">{marked.length().to_string()}</span>
            </div>
            <div>
                <p class="pick__name">{title}</p>
                <p class="pick__meta">{game_name}</p>
            </div>
        </label>
    }
}
