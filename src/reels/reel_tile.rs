//! A reel's card: its state, and a strip with one segment for each clip and one for the overlay.

use super::types::{ReelCard, ReelStatus};
use crate::{
    domain::{aspect::Aspect, ids::ReelId},
    exports::types::Export,
    games::library::{games_tab::counted, poster::PosterPicture},
    live::versions::Versions,
    trash::{types::Item, undo::put_away},
    ui::{
        labels::Dot,
        menu::{Menu, MenuItem},
        toast::Toasts,
    },
};
use leptos::{prelude::*, task::spawn_local};

/// The step that comes next, in a word and in the address.
pub const fn next_step(status: ReelStatus) -> (&'static str, &'static str) {
    match status {
        ReelStatus::NotStarted | ReelStatus::Editing => ("Framing", "framing"),
        ReelStatus::Framed => ("Overlay", "overlay"),
        ReelStatus::InOverlay | ReelStatus::Exporting | ReelStatus::Complete => ("Export", "export"),
    }
}

/// Code for the address, word, dot.
pub const fn status_words(status: ReelStatus) -> (&'static str, &'static str, Dot) {
    match status {
        ReelStatus::NotStarted => ("not_started", "Not started", Dot::Idle),
        ReelStatus::Editing => ("editing", "Editing", Dot::Running),
        ReelStatus::Framed => ("framed", "Framed", Dot::Waiting),
        ReelStatus::InOverlay => ("in_overlay", "In overlay", Dot::Waiting),
        ReelStatus::Exporting => ("exporting", "Exporting", Dot::Running),
        ReelStatus::Complete => ("complete", "Complete", Dot::Done),
    }
}

const fn next_words(status: ReelStatus) -> &'static str {
    match status {
        ReelStatus::NotStarted | ReelStatus::Editing => "Next: framing",
        ReelStatus::Framed => "Next: overlay or export",
        ReelStatus::InOverlay => "Next: export",
        ReelStatus::Exporting => "Rendering",
        ReelStatus::Complete => "Nothing left to do",
    }
}

#[component]
pub fn ReelTile(card: ReelCard) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let (item, known) = (Item::Reel(card.id.clone()), card.name.clone());
    let delete = move || {
        let (item, name) = (item.clone(), known.clone());
        spawn_local(async move {
            put_away(item, name, versions, toasts).await;
        });
    };
    let (_, step) = next_step(card.status);
    view! {
        <article class="card card--reel">
            <ReelPoster card=card.clone() />
            <div class="card__body">
                <div class="card__head">
                    <h3 class="card__title"><a href=format!("/reels/{}?step={step}", card.id)>{card.name.clone()}</a></h3>
                    <ReelState id=card.id.clone() status=card.status />
                    <Menu label=format!("More for {}", card.name)>
                        <MenuItem icon="trash" danger=true on_press=delete>"Delete reel"</MenuItem>
                    </Menu>
                </div>
                <p class="card__meta">
                    <span>{counted(card.framed.len(), "clip")}</span>
                    <span>{next_words(card.status)}</span>
                </p>
                <Strip card />
            </div>
        </article>
    }
    .into_any()
}

/// The word, with the percent while it is exported.
#[component]
fn ReelState(id: ReelId, status: ReelStatus) -> impl IntoView {
    let versions = Versions::expect();
    let (_, word, dot) = status_words(status);
    let percent = Memo::new(move |_| {
        versions.progress.with(|all| {
            let running = |it: &&Export| it.state.is_running() && it.reel.as_ref() == Some(&id);
            all.iter().find(running).map(Export::percent)
        })
    });
    let words = move || match percent.get() {
        Some(percent) => format!("Exporting {percent}%"),
        None => word.to_owned(),
    };
    view! { <span class=move || if percent.get().is_some() { Dot::Running.class() } else { dot.class() }>{words}</span> }
}

/// A wide reel fills its poster; another stands in it as it will be seen.
#[component]
fn ReelPoster(card: ReelCard) -> impl IntoView {
    let is_wide = card.aspect == Aspect::Wide;
    let (across, down) = card.aspect.ratio();
    let inset = (!is_wide && card.poster_url.is_some()).then(|| {
        let url = card.poster_url.clone();
        view! {
            <div class="poster__inset" style=format!("--of: {across} / {down}")><img src=url alt="" loading="lazy" decoding="async" /></div>
        }
    });
    view! {
        <div class="poster" class:poster--reel=!is_wide>
            <PosterPicture url=card.poster_url />
            {inset}
            <span class="poster__label">{card.length.to_string()}</span>
            <span class="poster__label poster__label--start">{card.aspect.label()}</span>
        </div>
    }
}

#[component]
fn Strip(card: ReelCard) -> impl IntoView {
    let framing = format!("/reels/{}?step=framing", card.id);
    let is_done = card.status == ReelStatus::Complete;
    let overlay_words = if card.lit { "Overlay: begun" } else { "Overlay: nothing yet" };
    view! {
        <div class="strip" role="group" aria-label="Steps of this reel">
            {card
                .framed
                .into_iter()
                .enumerate()
                .map(|(index, is_framed)| {
                    let state = if is_framed { "framed" } else { "as recorded" };
                    view! {
                        <a
                            class="strip__segment"
                            class:strip__segment--done=is_framed || is_done
                            href=framing.clone()
                            aria-label=format!("Clip {}: {state}", index + 1)
                        ></a>
                    }
                })
                .collect_view()}
            <a
                class="strip__segment strip__segment--overlay"
                class:strip__segment--done=card.lit
                href=format!("/reels/{}?step=overlay", card.id)
                aria-label=overlay_words
            ></a>
        </div>
    }
}
