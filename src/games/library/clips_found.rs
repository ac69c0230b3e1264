//! The clips that a search found: each leads to its moment in Annotate.

use super::{games_tab::counted, poster::PosterPicture};
use crate::{
    clips::types::LibraryClip,
    ui::{icon::Icon, labels::Badge},
};
use leptos::prelude::*;

#[component]
pub fn ClipsFound(clips: Signal<Vec<LibraryClip>>) -> impl IntoView {
    view! {
        <section class="section" aria-labelledby="clips-found">
            <div class="section__head">
                <h2 class="section__title" id="clips-found">"Clips"</h2>
                <span class="section__note">{move || counted(clips.with(Vec::len), "clip")}</span>
                <span class="section__rule"></span>
            </div>
            <div class="clips-found">
                <For each=move || clips.get() key=|found| (found.clip.id.clone(), found.clip.version) let:found><Found found /></For>
            </div>
        </section>
    }
}

#[component]
fn Found(found: LibraryClip) -> impl IntoView {
    let LibraryClip { clip, game_name, poster_url, .. } = found;
    let said = [clip.details.players.clone(), clip.details.notes.clone()];
    let said = said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" \u{b7} ");
    view! {
        <article class="mini card">
            <div class="poster"><PosterPicture url=poster_url /></div>
            <div class="mini__text">
                <span class="eyebrow">{format!("{game_name} \u{b7} {}", clip.details.start)}</span>
                <h3 class="card__title">
                    <Badge rating=clip.details.rating />
                    <a href=format!("/games/{}?clip={}", clip.game, clip.id)>{clip.title()}</a>
                </h3>
                {(!said.is_empty()).then(|| view! { <p class="card__meta"><span class="clips-found__said">{said}</span></p> })}
            </div>
            <Icon name="chevron" class="faint" />
        </article>
    }
}
