//! The panel at the right: the clips, and the form of the selected one.

use super::annotation::Annotation;
use crate::{
    clips::{
        form::ClipForm,
        list::ClipList,
        types::{Clip, ClipDetails},
    },
    domain::{rating::Rating, time::Micros},
    ui::{
        button::{Button, Size},
        labels::Score,
    },
};
use leptos::prelude::*;

#[component]
pub fn ClipsPanel(page: Annotation) -> impl IntoView {
    let clips = Signal::derive(move || page.clips.get());
    let is_empty = Memo::new(move |_| page.clips.with(Vec::is_empty));
    view! {
        <aside class="panel" aria-label="Clips">
            <div class="panel__head">
                <h2 class="panel__title">"Clips"</h2>
                <span class="panel__count">{move || page.clips.with(Vec::len)}</span>
                {move || view! { <Score counts=page.tally() /> }}
                <div class="panel__end">
                    <Button size=Size::Small icon="plus" title="New clip (N)" on_press=move |()| page.new_clip()>"New clip"</Button>
                </div>
            </div>
            <Show when=move || !is_empty.get() fallback=|| view! { <NoClips /> }>
                <ClipList clips selected=page.selected on_select=Callback::new(move |id| page.select(&id)) />
            </Show>
            <SelectedClip page />
        </aside>
    }
}

/// The form, while a clip is selected.
#[component]
fn SelectedClip(page: Annotation) -> impl IntoView {
    let clip = Memo::new(move |_| page.selected_clip());
    let is_open = Memo::new(move |_| clip.with(Option::is_some));
    let details = Signal::derive(move || clip.get().map_or_else(nothing, |clip: Clip| clip.details));
    view! {
        <Show when=move || is_open.get()>
            <ClipForm details sport=page.sport() on_change=Callback::new(move |change| page.changed(change))
                on_delete=Callback::new(move |()| page.delete_selected()) raised=page.raised />
        </Show>
    }
}

/// For the moment in which the form is taken away.
fn nothing() -> ClipDetails {
    ClipDetails {
        start: Micros::ZERO,
        end: Micros::SECOND,
        rating: Rating::default(),
        tags: Vec::new(),
        name: String::new(),
        players: String::new(),
        notes: String::new(),
    }
}

#[component]
fn NoClips() -> impl IntoView {
    view! {
        <div class="panel__scroll panel__empty">
            <p class="muted">
                "No clips yet. "
                <span class="for-keys">
                    "Press " <kbd>"N"</kbd> " when something happened, or " <kbd>"I"</kbd> " and " <kbd>"O"</kbd>
                    " for its start and end."
                </span>
                <span class="for-touch">"Press New clip when something happened."</span>
            </p>
        </div>
    }
}
