//! The lane of the game's videos: which file is where on the clock.

use super::annotation::Annotation;
use crate::{domain::clock::Placed, editor::timeline::Lane};
use leptos::prelude::*;

#[component]
pub fn VideosLane(page: Annotation) -> impl IntoView {
    let (clock, scale) = (page.videos.clock, page.scale);
    let name = move |placed: &Placed| {
        page.game.with(|game| game.videos.iter().find(|video| video.id == placed.video).map(|it| it.file_name.clone()))
    };
    view! {
        <Lane name="Video" icon="film" kind="video">
            {move || {
                clock
                    .get()
                    .videos()
                    .iter()
                    .filter(|placed| scale.shows(placed.start, placed.end()))
                    .map(|placed| {
                        let (start, end) = (placed.start, placed.end());
                        view! {
                            <span class="lane__video" style=move || scale.bar_style(start, end)>
                                <span>{name(placed)}</span>
                            </span>
                        }
                    })
                    .collect_view()
            }}
        </Lane>
    }
}
