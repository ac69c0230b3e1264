//! The lane of the game's videos: what they show, and which file is where on the clock.

use super::{annotation::Annotation, overview};
use crate::{
    domain::clock::Placed,
    editor::{film::Film, timeline::Lane},
};
use leptos::prelude::*;

#[component]
pub fn VideosLane(page: Annotation) -> impl IntoView {
    let (clock, scale) = (page.videos.clock, page.scale);
    // One video whose pictures are there needs no name.
    let is_named = Memo::new(move |_| {
        page.game.with(|game| game.videos.len() > 1 || game.videos.iter().any(|video| video.sprites_url.is_none()))
    });
    let name = move |placed: &Placed| {
        page.game.with(|game| game.videos.iter().find(|video| video.id == placed.video).map(|it| it.file_name.clone()))
    };
    let shown = move || {
        let shows = |placed: &&Placed| scale.shows(placed.start, placed.end());
        clock.with(|clock| clock.videos().iter().filter(shows).cloned().collect::<Vec<_>>())
    };
    view! {
        <Lane name="Video" icon="film" kind="video">
            {move || {
                shown()
                    .into_iter()
                    .map(|placed| view! { <span class="lane__video" style=move || scale.bar_style(placed.start, placed.end())></span> })
                    .collect_view()
            }}
            <Film scale picture=overview::picture(page) />
            <Show when=move || is_named.get()>
                {move || {
                    shown()
                        .into_iter()
                        .map(|placed| {
                            let name = name(&placed);
                            view! { <span class="lane__name" style=move || scale.bar_style(placed.start, placed.end())><span>{name}</span></span> }
                        })
                        .collect_view()
                }}
            </Show>
        </Lane>
    }
}
