//! Clips of the library, to be added to the reel.

use super::session::Session;
use crate::{
    clips::{
        api::library_clips,
        types::{ClipFilter, LibraryClip},
    },
    domain::ids::ClipId,
    ui::dialog::Dialog,
};
use leptos::prelude::*;

/// How many are listed at most; the search finds the rest.
const LISTED: usize = 100;

#[component]
pub fn AddClips(session: Session, open: RwSignal<bool>) -> impl IntoView {
    view! { <Dialog open title="Add from library"><Library session open /></Dialog> }
}

/// Asked for when the dialog opens.
#[component]
fn Library(session: Session, open: RwSignal<bool>) -> impl IntoView {
    let clips = LocalResource::new(|| library_clips(ClipFilter::default()));
    let (search, chosen) = (RwSignal::new(String::new()), RwSignal::new(Vec::<ClipId>::new()));
    let label = move || match chosen.with(Vec::len) {
        0 => "Choose clips to add".to_owned(),
        1 => "Add 1 clip".to_owned(),
        many => format!("Add {many} clips"),
    };
    view! {
        <div class="dialog__body">
            <label class="field">
                <span class="field__label">"Search"</span>
                <input class="field__input" type="search" placeholder="Name, tag, player or game" bind:value=search />
            </label>
            <Suspense fallback=|| view! { <div class="skeleton add-list"></div> }>
                {move || Suspend::new(async move {
                    match clips.await {
                        Ok(list) => view! { <Choices list search chosen /> }.into_any(),
                        Err(error) => view! { <p class="field__error" role="alert">{error.message}</p> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
        <div class="dialog__foot">
            <button class="button button--quiet" type="button" on:click=move |_| open.set(false)><span class="button__text">"Cancel"</span></button>
            <button class="button button--primary" type="button" disabled=move || chosen.with(Vec::is_empty)
                on:click=move |_| {
                    session.add_clips(chosen.get_untracked());
                    open.set(false);
                }>
                <span class="button__text">{label}</span>
            </button>
        </div>
    }
}

#[component]
fn Choices(list: Vec<LibraryClip>, search: RwSignal<String>, chosen: RwSignal<Vec<ClipId>>) -> impl IntoView {
    let list = StoredValue::new(list);
    let found = Memo::new(move |_| {
        let wanted = search.get().to_lowercase();
        list.with_value(|list| {
            list.iter().filter(|clip| matches(clip, &wanted)).take(LISTED).cloned().collect::<Vec<_>>()
        })
    });
    view! {
        <div class="add-list">
            <For each=move || found.get() key=|clip| clip.clip.id.clone() let:clip><ChoiceRow clip chosen /></For>
            <Show when=move || found.with(Vec::is_empty)><p class="muted">"No clip has that."</p></Show>
        </div>
    }
}

fn matches(clip: &LibraryClip, wanted: &str) -> bool {
    let details = &clip.clip.details;
    let texts = [&clip.clip.title(), &clip.game_name, &details.players].map(|text| text.to_lowercase());
    texts.iter().any(|text| text.contains(wanted)) || details.tags.iter().any(|tag| tag.to_lowercase().contains(wanted))
}

#[component]
fn ChoiceRow(clip: LibraryClip, chosen: RwSignal<Vec<ClipId>>) -> impl IntoView {
    let id = StoredValue::new(clip.clip.id.clone());
    let rating = clip.clip.details.rating;
    view! {
        <label class="filters__row">
            <input class="checkbox" type="checkbox" prop:checked=move || chosen.with(|all| id.with_value(|id| all.contains(id)))
                on:change=move |_| chosen.update(|all| crate::reels::new::toggle(all, id.get_value())) />
            <span class=format!("badge badge--rating-{}", rating.stars()) title=rating.name()>{rating.mark()}</span>
            <span class="clip-row__name">{clip.clip.title()}</span>
            <span class="faint add-list__game">{clip.game_name}</span>
            <span class="num">{clip.clip.length().to_string()}</span>
        </label>
    }
}
