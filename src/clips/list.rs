//! The clips of a game as dense rows.

use super::types::Clip;
use crate::{
    browser::page,
    domain::{
        ids::ClipId,
        palette::{Palette, TagColour},
    },
    ui::{growing, labels::Badge},
};
use leptos::{ev, prelude::*};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a press of a row means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// This one.
    One,
    /// This one too, or no longer (Ctrl, Command).
    Toggle,
    /// All from the last one to this (Shift).
    Range,
}

impl Pick {
    pub fn of(event: &ev::MouseEvent) -> Self {
        match (event.shift_key(), event.ctrl_key() || event.meta_key()) {
            (true, _) => Self::Range,
            (false, true) => Self::Toggle,
            (false, false) => Self::One,
        }
    }
}

/// One row for each clip, in the order of `clips`.
#[component]
pub fn ClipList(
    #[prop(into)] clips: Signal<Vec<Clip>>,
    #[prop(into)] selected: Signal<Option<ClipId>>,
    /// Those that are picked together.
    #[prop(into)]
    picked: Signal<BTreeSet<ClipId>>,
    /// For the colours of tags.
    #[prop(into)]
    palette: Signal<Palette>,
    on_select: Callback<(ClipId, Pick)>,
) -> impl IntoView {
    // Each row looks itself up: with hundreds of clips a search for each would be felt.
    let by_id =
        Memo::new(move |_| {
            Arc::new(clips.with(|clips| {
                clips.iter().map(|clip| (clip.id.clone(), clip.clone())).collect::<BTreeMap<ClipId, Clip>>()
            }))
        });
    let room = growing::room(Signal::derive(move || clips.with(Vec::len)));
    let ids = Memo::new(move |_| {
        clips.with(|clips| clips.iter().take(room.get()).map(|clip| clip.id.clone()).collect::<Vec<_>>())
    });
    let rest = if cfg!(feature = "ssr") { rest_of(clips) } else { String::new() };
    view! {
        <div class="panel__scroll" role="listbox" aria-label="Clips" aria-multiselectable="true">
            <For each=move || ids.get() key=Clone::clone let:id>
                <ClipRow id by_id selected picked palette on_select />
            </For>
        </div>
        <noscript inner_html=rest></noscript>
    }
}

/// What a browser without scripts would never see: the rows that come later.
fn rest_of(clips: Signal<Vec<Clip>>) -> String {
    let row = |clip: &Clip| {
        view! {
            <p class="clip-row">
                <Badge rating=clip.details.rating />
                <span class="clip-row__name">{clip.title()}</span>
                <span class="clip-row__time time">{clip.details.start.to_string()}</span>
                <span class="clip-row__length time">{clip.length().to_string()}</span>
            </p>
        }
    };
    clips.with_untracked(|clips| clips.iter().skip(growing::FIRST).map(row).collect_view().to_html())
}

#[component]
fn ClipRow(
    id: ClipId,
    by_id: Memo<Arc<BTreeMap<ClipId, Clip>>>,
    selected: Signal<Option<ClipId>>,
    picked: Signal<BTreeSet<ClipId>>,
    palette: Signal<Palette>,
    on_select: Callback<(ClipId, Pick)>,
) -> impl IntoView {
    let id = StoredValue::new(id);
    let clip = Memo::new(move |_| by_id.with(|clips| id.with_value(|id| clips.get(id).cloned())));
    let is_selected = Memo::new(move |_| id.with_value(|id| selected.with(|selected| selected.as_ref() == Some(id))));
    let is_picked = Memo::new(move |_| id.with_value(|id| picked.with(|picked| picked.contains(id))));
    let dots = move |tags: &[String]| {
        let colour = |tag: &String| palette.with(|palette| palette.tag(tag).and_then(|tag| tag.colour));
        let dot = |colour: TagColour| view! { <span class=format!("tag-dot {}", colour.class())></span> };
        let dots = tags.iter().filter_map(colour).map(dot).collect_view();
        (!dots.is_empty()).then(|| view! { <span class="clip-row__dots" aria-hidden="true">{dots}</span> })
    };
    let row = NodeRef::<leptos::html::Button>::new();
    Effect::new(move |_| {
        if is_selected.get()
            && let Some(row) = row.get()
        {
            page::reveal(&row);
        }
    });
    view! {
        <button
            class="clip-row"
            class:is-picked=move || is_picked.get()
            type="button"
            role="option"
            node_ref=row
            aria-selected=move || (is_selected.get() || is_picked.get()).to_string()
            on:click=move |event| on_select.run((id.get_value(), Pick::of(&event)))
        >
            {move || {
                clip.get().map(|clip| {
                    view! {
                        <Badge rating=clip.details.rating />
                        <span class="clip-row__name">{clip.title()}{dots(&clip.details.tags)}</span>
                        <span class="clip-row__time time">{clip.details.start.to_string()}</span>
                        <span class="clip-row__length time">{clip.length().to_string()}</span>
                    }
                })
            }}
        </button>
    }
}
