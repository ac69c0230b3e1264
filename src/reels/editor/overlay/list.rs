//! All highlights of the reel, by clip.

use super::{Lights, style_name};
use crate::{
    domain::{highlights::Highlight, ids::ReelClipId, overlay::Card, time::Micros},
    reels::types::ReelClip,
    ui::{button::IconButton, icon::Icon},
};
use leptos::prelude::*;

/// A row: which, its icon, name, what it is, and when it begins in its clip.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    highlight: Highlight,
    icon: &'static str,
    name: String,
    kind: String,
    at: Micros,
}

fn rows(clip: &ReelClip) -> Vec<Row> {
    let seconds = |start: Micros, end: Micros| {
        let tenths = (end - start).0 / 100_000;
        format!("{}.{} s", tenths / 10, tenths % 10)
    };
    let at = |start: Micros| start - clip.stretch().0;
    let spots = clip.framing.spotlights.iter().enumerate().map(|(index, spot)| Row {
        highlight: Highlight::Spot(index),
        icon: "spot",
        name: "Spotlight".to_owned(),
        kind: format!("{}, {}", style_name(spot.style), seconds(spot.start, spot.end)),
        at: at(spot.start),
    });
    let cards = clip.framing.cards.iter().enumerate().map(|(index, card)| Row {
        highlight: Highlight::Card(index),
        icon: "text",
        name: card.card.texts().0.to_owned(),
        kind: match card.card {
            Card::Title { .. } => "Title".to_owned(),
            Card::LowerThird { .. } => "Lower third".to_owned(),
            Card::Banner { .. } => "Banner".to_owned(),
        },
        at: at(card.start),
    });
    let mut rows: Vec<Row> = spots.chain(cards).collect();
    rows.sort_by_key(|row| row.at);
    rows
}

#[component]
pub fn HighlightList(lights: Lights) -> impl IntoView {
    let session = lights.desk.session;
    let clips = Memo::new(move |_| {
        session.reel.with(|reel| {
            reel.clips.iter().map(|clip| (clip.id.clone(), clip.clip.title(), rows(clip))).collect::<Vec<_>>()
        })
    });
    let count = move || clips.with(|clips| clips.iter().map(|(.., rows)| rows.len()).sum::<usize>());
    view! {
        <aside class="panel panel--start" aria-label="Spotlights and text">
            <div class="panel__head">
                <h2 class="panel__title">"Highlights"</h2><span class="panel__count">{count}</span>
                <div class="panel__end">
                    <IconButton icon="plus" label="Add a spotlight" title="Add a spotlight (E)" small=true on_press=move |()| lights.add_spotlight() />
                </div>
            </div>
            <div class="panel__scroll">
                {move || clips.get().into_iter().map(|(id, title, rows)| view! { <ClipRows lights id title rows /> }).collect_view()}
            </div>
        </aside>
    }
}

#[component]
fn ClipRows(lights: Lights, id: ReelClipId, title: String, rows: Vec<Row>) -> impl IntoView {
    let session = lights.desk.session;
    let id = StoredValue::new(id);
    let is_current = move || id.with_value(|id| session.current.with(|current| current.as_ref() == Some(id)));
    let row = |row: Row| {
        let Row { highlight, icon, name, kind, at } = row;
        let is_chosen = move || is_current() && lights.chosen() == Some(highlight);
        view! {
            <button class="clip-row clip-row--highlight" type="button" aria-pressed=move || is_chosen().to_string()
                on:click=move |_| lights.pick(id.get_value(), highlight)>
                <Icon name=icon />
                <span class="clip-row__name">{name}<span class="reel-row__meta">{kind}</span></span>
                <span class="clip-row__time time">{at.to_string()}</span>
            </button>
        }
    };
    view! {
        <button class="highlight-clip" type="button" aria-pressed=move || is_current().to_string() on:click=move |_| session.current.set(Some(id.get_value()))>{title}</button>
        {rows.into_iter().map(row).collect_view()}
    }
}
