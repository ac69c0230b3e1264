//! Plays a file of the gallery: `?play=` in the URL opens it, so that a link leads straight to it and Back closes it.

use super::{rendition_card::shape, share::ShareButton, types::Rendition};
use crate::{
    domain::size::size,
    ui::{dialog::Dialog, icon::Icon},
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

#[component]
pub fn RenditionPlayer(all: Signal<Vec<Rendition>>) -> impl IntoView {
    let query = use_query_map();
    let playing = Memo::new(move |_| {
        let wanted = query.with(|query| query.get("play"))?;
        all.with(|all| all.iter().find(|rendition| rendition.id.as_str() == wanted).cloned())
    });
    // The URL opens it; what closes the dialog takes the file out of the URL.
    let open = RwSignal::new(playing.with_untracked(Option::is_some));
    let go = use_navigate();
    Effect::new(move |_| open.set(playing.with(Option::is_some)));
    Effect::watch(
        move || open.get(),
        move |open, _, _| {
            if !open && playing.with_untracked(Option::is_some) {
                go("/gallery", NavigateOptions { scroll: false, replace: true, ..NavigateOptions::default() });
            }
        },
        false,
    );
    let title = Signal::derive(move || playing.with(|it| it.as_ref().map(|it| it.name.clone()).unwrap_or_default()));
    view! {
        <Dialog open title>
            {move || playing.get().map(|it| view! { <Playing rendition=it /> })}
        </Dialog>
    }
}

#[component]
fn Playing(rendition: Rendition) -> impl IntoView {
    let Rendition { name, url, poster_url, width, height, bytes, duration, download_url, reel, .. } = rendition;
    view! {
        <div class="dialog__body">
            <video class="rendition-video" data-testid="rendition-video" style=format!("--w: {}; --h: {}", width.max(1), height.max(1))
                src=url.clone() poster=poster_url controls autoplay playsinline aria-label=name.clone()></video>
            <p class="muted">{format!("{} · {width} × {height} · {} · {}", shape(width, height), duration, size(bytes))}</p>
        </div>
        <div class="dialog__foot">
            <ShareButton name=name.clone() url=url.clone() />
            {reel.map(|id| view! {
                <a class="button button--quiet" href=format!("/reels/{id}?step=framing")><span class="button__text">"Open reel"</span></a>
            })}
            <a class="button button--primary" href=download_url download=name>
                <Icon name="download" /><span class="button__text">"Download"</span>
            </a>
        </div>
    }
}
