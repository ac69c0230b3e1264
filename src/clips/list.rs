//! The clips of a game as dense rows.

use super::types::Clip;
use crate::{domain::ids::ClipId, ui::labels::Badge};
use leptos::prelude::*;

/// One row for each clip, in playing order.
#[component]
pub fn ClipList(
    #[prop(into)] clips: Signal<Vec<Clip>>,
    #[prop(into)] selected: Signal<Option<ClipId>>,
    on_select: Callback<ClipId>,
) -> impl IntoView {
    view! {
        <div class="panel__scroll" role="listbox" aria-label="Clips">
            <For each=move || clips.get() key=|clip| clip.id.clone() let:clip>
                <ClipRow id=clip.id clips selected on_select />
            </For>
        </div>
    }
}

#[component]
fn ClipRow(
    id: ClipId,
    clips: Signal<Vec<Clip>>,
    selected: Signal<Option<ClipId>>,
    on_select: Callback<ClipId>,
) -> impl IntoView {
    let clip = {
        let id = id.clone();
        Memo::new(move |_| clips.with(|clips| clips.iter().find(|clip| clip.id == id).cloned()))
    };
    let is_selected = {
        let id = id.clone();
        Memo::new(move |_| selected.with(|selected| selected.as_ref() == Some(&id)))
    };
    let row = NodeRef::<leptos::html::Button>::new();
    Effect::new(move |_| {
        if is_selected.get()
            && let Some(row) = row.get()
        {
            crate::browser::page::reveal(&row);
        }
    });
    view! {
        <button
            class="clip-row"
            type="button"
            role="option"
            node_ref=row
            aria-selected=move || is_selected.get().to_string()
            on:click=move |_| on_select.run(id.clone())
        >
            {move || {
                clip.get().map(|clip| {
                    view! {
                        <Badge rating=clip.details.rating />
                        <span class="clip-row__name">{clip.title()}</span>
                        <span class="clip-row__time time">{clip.details.start.to_string()}</span>
                        <span class="clip-row__length time">{clip.length().to_string()}</span>
                    }
                })
            }}
        </button>
    }
}
