//! The reel as it will be: how many clips, how long, its name and shape, and the button that makes it.

use super::choice::{Choice, total};
use crate::{
    clips::types::LibraryClip,
    error::{ApiError, Code},
    live::{types::Topic, versions::Versions},
    reels::{
        api::create_reel,
        aspect_choice::AspectChoice,
        types::{MAX_CLIPS, MAX_NAME, NewReel},
    },
    ui::toast::Toasts,
};
use leptos::prelude::*;

#[component]
pub fn Summary(choice: Choice) -> impl IntoView {
    let picked = Memo::new(move |_| choice.picked());
    view! {
        <aside class="summary" aria-label="Your reel">
            <div class="panel__section summary__head">
                <Stats picked />
                <label class="field">
                    <span class="field__label">"Name"</span>
                    <input class="field__input" maxlength=MAX_NAME placeholder=move || choice.derived_name()
                        bind:value=choice.name autocomplete="off" />
                </label>
                <div class="field">
                    <span class="field__label">"Shape"</span>
                    <AspectChoice value=choice.aspect on_choose=move |aspect| choice.aspect.set(aspect) />
                </div>
            </div>
            <Order picked />
            <CreateButton choice picked />
        </aside>
    }
}

#[component]
fn Stats(picked: Memo<Vec<LibraryClip>>) -> impl IntoView {
    let count = move || picked.with(Vec::len);
    view! {
        <div class="summary__stats" role="status">
            <div class="stat">
                <span class="stat__value">{count}</span>
                <span class="stat__label">{move || if count() == 1 { "clip" } else { "clips" }}</span>
            </div>
            <div class="stat">
                <span class="stat__value">{move || picked.with(|clips| total(clips).to_string())}</span>
                <span class="stat__label">"total time"</span>
            </div>
        </div>
    }
}

/// The picked clips in their order.
#[component]
fn Order(picked: Memo<Vec<LibraryClip>>) -> impl IntoView {
    view! {
        <ol class="panel__scroll summary__order">
            <For each=move || picked.get() key=|clip| (clip.clip.id.clone(), clip.clip.version) let:clip>
                <li class="order-row order-row--plain">
                    <span class=format!("badge badge--rating-{}", clip.clip.details.rating.stars())>
                        {clip.clip.details.rating.mark()}
                    </span>
                    <span class="clip-row__name">{clip.clip.title()}</span>
                    <span class="time faint">{clip.clip.length().to_string()}</span>
                </li>
            </For>
        </ol>
    }
}

#[component]
fn CreateButton(choice: Choice, picked: Memo<Vec<LibraryClip>>) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let create = Action::new(move |reel: &NewReel| {
        let reel = reel.clone();
        async move {
            match create_reel(reel).await {
                Ok(reel) => {
                    versions.bump(&Topic::Reels(reel.id.clone()));
                    choice.open(&format!("/reels/{}?step=framing", reel.id));
                }
                Err(error) => {
                    // A clip that was deleted meanwhile: the list is asked for again.
                    if matches!(error, ApiError { code: Code::NotFound | Code::Conflict, .. }) {
                        versions.clips.update(|version| *version += 1);
                    }
                    toasts.error(error.to_string());
                }
            }
        }
    });
    let label = move || match picked.with(Vec::len) {
        0 => "Pick a clip to create a reel".to_owned(),
        1 => "Create reel with 1 clip".to_owned(),
        many if many > MAX_CLIPS => format!("A reel holds up to {MAX_CLIPS} clips"),
        many => format!("Create reel with {many} clips"),
    };
    let cannot = move || picked.with(|clips| clips.is_empty() || clips.len() > MAX_CLIPS);
    view! {
        <div class="summary__foot">
            <button class="button button--primary button--lg button--block" class:is-loading=move || create.pending().get() type="button"
                aria-busy=move || create.pending().get().to_string() disabled=cannot
                on:click=move |_| {
                    if !create.pending().get_untracked() {
                        create.dispatch(choice.reel());
                    }
                }>
                <span class="button__text">{label}</span>
            </button>
        </div>
    }
}
