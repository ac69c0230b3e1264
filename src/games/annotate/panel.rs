//! The panel at the right: the clips, and the form of the selected one.

use super::{annotation::Annotation, hints::FirstSteps};
use crate::{
    clips::{
        bulk_form::BulkForm,
        filter::{ListFilter, choices},
        filter_bar::FilterBar,
        form::ClipForm,
        list::{ClipList, Pick},
        types::{Clip, ClipDetails},
    },
    domain::{ids::ClipId, time::Micros},
    ui::{
        button::{Button, IconButton, Look, Size},
        labels::Score,
    },
};
use leptos::prelude::*;

#[component]
pub fn ClipsPanel(page: Annotation) -> impl IntoView {
    let is_empty = Memo::new(move |_| page.clips.with(Vec::is_empty));
    let is_filtered = Memo::new(move |_| page.filter.with(|filter| !filter.is_open()));
    let count = move || match (page.shown.with(Vec::len), page.clips.with(Vec::len)) {
        (shown, all) if is_filtered.get() => format!("{shown} of {all}"),
        (_, all) => all.to_string(),
    };
    let choices = Memo::new(move |_| page.clips.with(|clips| choices(clips)));
    let picked = Memo::new(move |_| page.picked_clips());
    let has_picked = Memo::new(move |_| picked.with(|picked| !picked.is_empty()));
    view! {
        <aside class="panel" aria-label="Clips">
            <div class="panel__head">
                <h2 class="panel__title">"Clips"</h2>
                <span class="panel__count">{count}</span>
                {move || view! { <Score counts=page.tally() /> }}
                <div class="panel__end">
                    <IconButton icon="search" label="Search clips" title="Search clips (/)" small=true pressed=Signal::derive(move || page.searching.get())
                        on_press=move |()| page.turn_search() />
                    <IconButton icon="check" label="Pick several clips" title="Pick several clips (Ctrl+click, Shift+click)" small=true
                        pressed=Signal::derive(move || page.picking.get()) on_press=move |()| page.turn_picking() />
                    <Button size=Size::Small icon="plus" title="New clip (N)" on_press=move |()| page.new_clip()>"New clip"</Button>
                </div>
            </div>
            <FirstSteps page />
            <Show when=move || page.searching.get() && !is_empty.get()>
                <FilterBar filter=page.filter choices on_close=move |()| page.turn_search() />
            </Show>
            <Show when=move || !is_empty.get() fallback=|| view! { <NoClips /> }>
                <Show when=move || page.shown.with(|shown| !shown.is_empty()) fallback=move || view! { <NoneFound page /> }>
                    <ClipList clips=page.shown selected=page.selected picked=page.picked palette=page.palette
                        on_select=Callback::new(move |(id, how): (ClipId, Pick)| page.pick(&id, how)) />
                </Show>
            </Show>
            <Show when=move || has_picked.get() fallback=move || view! { <SelectedClip page /> }>
                <BulkForm clips=picked palette=page.palette on_bulk=Callback::new(move |what| page.bulk(what))
                    on_close=Callback::new(move |()| page.pick_none()) />
            </Show>
        </aside>
    }
}

/// The form, while a clip is selected.
#[component]
fn SelectedClip(page: Annotation) -> impl IntoView {
    let clip = Memo::new(move |_| page.selected_clip());
    let is_open = Memo::new(move |_| clip.with(Option::is_some));
    let players = Memo::new(move |_| page.players());
    let details = Signal::derive(move || clip.get().map_or_else(nothing, |clip: Clip| clip.details));
    view! {
        <Show when=move || is_open.get()>
            <ClipForm details palette=page.palette players on_change=Callback::new(move |change| page.changed(change))
                can_split=Memo::new(move |_| page.can_split()) on_split=Callback::new(move |()| page.split())
                on_delete=Callback::new(move |()| page.delete_selected()) raised=page.raised />
        </Show>
    }
}

/// For the moment in which the form is taken away.
fn nothing() -> ClipDetails {
    ClipDetails::of(Micros::ZERO, Micros::SECOND)
}

/// The filter keeps none.
#[component]
fn NoneFound(page: Annotation) -> impl IntoView {
    view! {
        <div class="panel__scroll panel__empty">
            <p class="muted">"No clip has all that the search and the filters ask for."</p>
            <Button look=Look::Outline size=Size::Small on_press=move |()| page.filter.set(ListFilter::default())>"Show all clips"</Button>
        </div>
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
