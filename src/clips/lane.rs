//! The lane of clips on a timeline: bars coloured by rating, moved and resized by dragging.

use super::{list::Pick, types::Clip};
use crate::{
    browser::pointer,
    domain::{ids::ClipId, rating::Rating, time::Micros},
    editor::{
        scale::Scale,
        snap,
        timeline::{Lane, OverviewMark},
    },
    ui::growing,
};
use leptos::{ev, prelude::*};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How near to an edge a press takes the edge, in pixels.
const GRIP: f64 = 9.0;
/// A press that moves less than this is a click.
const SLACK: i32 = 3;
/// How near to something an edge catches on it, in pixels.
const CATCH: f64 = 8.0;
/// Clips that overlap lie in rows, at most so many.
const ROWS: usize = 3;
/// No drag makes a clip shorter.
const SHORTEST: Micros = Micros(100_000);

/// What is dragged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Start,
    End,
    Whole,
}

/// New bounds of a clip: shown while it is dragged, and stored when it is let go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub id: ClipId,
    pub start: Micros,
    pub end: Micros,
    pub released: bool,
}

/// A bar of the lane: its clip, in which row it lies.
type Placed = (Clip, usize);

#[component]
pub fn ClipsLane(
    scale: Scale,
    #[prop(into)] clips: Signal<Vec<Clip>>,
    #[prop(into)] selected: Signal<Option<ClipId>>,
    #[prop(into)] picked: Signal<BTreeSet<ClipId>>,
    on_select: Callback<(ClipId, Pick)>,
    on_move: Callback<Moved>,
    /// The mark that waits for its end, and the playhead.
    #[prop(into)]
    mark: Signal<Option<(Micros, Micros)>>,
    /// What dragged edges catch on, beside other clips.
    catches: Callback<(), Vec<Micros>>,
) -> impl IntoView {
    // In playing order, as the list comes.
    let placed = Memo::new(move |_| {
        Arc::new(clips.with(|clips| {
            let stretches: Vec<_> = clips.iter().map(|clip| (clip.details.start, clip.details.end)).collect();
            let rows = snap::rows(&stretches, ROWS);
            clips.iter().zip(rows).map(|(clip, row)| (clip.id.clone(), (clip.clone(), row))).collect::<BTreeMap<_, _>>()
        }))
    });
    let rows = Memo::new(move |_| placed.with(|all| all.values().map(|(_, row)| row + 1).max().unwrap_or(1)));
    let room = growing::room(Signal::derive(move || clips.with(Vec::len)));
    let shown = Memo::new(move |_| {
        clips.with(|clips| {
            let is_shown = |clip: &&Clip| scale.shows(clip.details.start, clip.details.end);
            clips.iter().filter(is_shown).take(room.get()).map(|clip| clip.id.clone()).collect::<Vec<_>>()
        })
    });
    let caught = RwSignal::new(None::<Micros>);
    let targets = Callback::new(move |moving: ClipId| {
        let edges = clips.with_untracked(|clips| {
            let others = clips.iter().filter(|clip| clip.id != moving);
            others.flat_map(|clip| [clip.details.start, clip.details.end]).collect::<Vec<_>>()
        });
        edges.into_iter().chain(catches.run(())).collect()
    });
    view! {
        <Lane name="Clips" icon="flag" kind="clips" rows>
            <For each=move || shown.get() key=Clone::clone let:id>
                <ClipBar id scale placed selected picked on_select on_move targets caught />
            </For>
            {move || {
                mark.get().map(|(start, end)| {
                    let style = move || scale.bar_style(start.min(end), start.max(end));
                    view! { <span class="clip-bar clip-bar--region clip-bar--mark" style=style><span>"In"</span></span> }
                })
            }}
            {move || caught.get().map(|at| view! { <span class="lane__catch" style:--at=move || scale.percent(at)></span> })}
        </Lane>
    }
}

#[component]
fn ClipBar(
    id: ClipId,
    scale: Scale,
    placed: Memo<Arc<BTreeMap<ClipId, Placed>>>,
    selected: Signal<Option<ClipId>>,
    picked: Signal<BTreeSet<ClipId>>,
    on_select: Callback<(ClipId, Pick)>,
    on_move: Callback<Moved>,
    targets: Callback<ClipId, Vec<Micros>>,
    caught: RwSignal<Option<Micros>>,
) -> impl IntoView {
    let id = StoredValue::new(id);
    let place = Memo::new(move |_| id.with_value(|id| placed.with(|placed| placed.get(id).cloned())));
    let clip = Memo::new(move |_| place.get().map(|(clip, _)| clip));
    let is_picked = Memo::new(move |_| id.with_value(|id| picked.with(|picked| picked.contains(id))));
    let is_selected = Memo::new(move |_| id.with_value(|id| selected.with(|selected| selected.as_ref() == Some(id))));
    // What is dragged, from where on the screen, and the bounds it had.
    let drag = RwSignal::new(None::<(Part, i32, Micros, Micros)>);
    let moved = StoredValue::new(false);
    // As they are when it is taken up, without its own edges: the playhead goes with what is dragged.
    let near = StoredValue::new(Vec::<Micros>::new());

    let press = move |event: ev::PointerEvent| {
        if !pointer::is_main(&event) {
            return;
        }
        event.stop_propagation();
        let Some(clip) = clip.get_untracked() else { return };
        let part = match pointer::edge_distances(&event).filter(|_| is_selected.get_untracked()) {
            Some((left, right)) if left.min(right) > GRIP => Part::Whole,
            Some((left, right)) if left <= right => Part::Start,
            Some(_) => Part::End,
            None => Part::Whole,
        };
        pointer::capture(&event);
        moved.set_value(false);
        let own = [clip.details.start, clip.details.end];
        near.set_value(targets.run(clip.id.clone()).into_iter().filter(|at| !own.contains(at)).collect());
        drag.set(Some((part, event.client_x(), clip.details.start, clip.details.end)));
    };
    let bounds = move |event: &ev::PointerEvent| {
        let (part, from, start, end) = drag.get_untracked()?;
        let pixels = event.client_x() - from;
        if pixels.abs() <= SLACK && !moved.get_value() {
            return None;
        }
        moved.set_value(true);
        let per_pixel = scale.per_pixel()?;
        let by = Micros::from_seconds_f64(f64::from(pixels) * per_pixel);
        // Alt moves freely.
        let reach = Micros::from_seconds_f64(if event.alt_key() { -1.0 } else { CATCH * per_pixel });
        let targets = near.get_value();
        let whole = scale.whole.get_untracked();
        let edge = |at: Micros| {
            let target = snap::nearest(at, &targets, reach);
            caught.set(target);
            target.unwrap_or(at)
        };
        Some(match part {
            Part::Start => (edge(start + by).clamp_to(whole.start, end - SHORTEST), end),
            Part::End => (start, edge(end + by).clamp_to(start + SHORTEST, whole.end)),
            Part::Whole => {
                let length = end - start;
                let found = snap::stretch(start + by, end + by, &targets, reach);
                caught.set(found.map(|(_, target)| target));
                let by = by + found.map(|(more, _)| more).unwrap_or_default();
                let start = (start + by).clamp_to(whole.start, whole.end - length);
                (start, start + length)
            }
        })
    };
    let tell = move |event: &ev::PointerEvent, released: bool| {
        if scale.pinched.get_untracked() {
            // It was no drag: back to where it was.
            if let Some((_, _, start, end)) = drag.get_untracked().filter(|_| moved.get_value()) {
                on_move.run(Moved { id: id.get_value(), start, end, released: true });
            }
            drag.set(None);
            caught.set(None);
            return;
        }
        if let Some((start, end)) = bounds(event) {
            on_move.run(Moved { id: id.get_value(), start, end, released });
        }
    };
    let release = move |event: ev::PointerEvent| {
        if drag.with_untracked(Option::is_some) {
            tell(&event, true);
            drag.set(None);
            caught.set(None);
        }
    };
    view! {
        <button
            class=move || format!("clip-bar clip-bar--rating-{}", clip.get().map_or(3, |clip| clip.details.rating.stars()))
            class:is-selected=move || is_selected.get()
            class:is-picked=move || is_picked.get()
            class:is-dragged=move || drag.with(Option::is_some)
            type="button"
            style=move || {
                let Some((clip, row)) = place.get() else { return String::new() };
                format!("{}; --row: {row}", scale.bar_style(clip.details.start, clip.details.end))
            }
            tabindex=move || if is_selected.get() { "0" } else { "-1" }
            aria-label=move || clip.get().map(|clip| format!("{} {}", clip.details.rating.mark(), clip.title()))
            aria-pressed=move || is_selected.get().to_string()
            on:pointerdown=press
            on:pointermove=move |event| tell(&event, false)
            on:pointerup=release
            on:pointercancel=release
            on:click=move |event| {
                if !moved.get_value() {
                    on_select.run((id.get_value(), Pick::of(&event)));
                }
                moved.set_value(false);
            }
        >
            <span>{move || clip.get().map(|clip| clip.details.rating.mark())}</span>
            <span>{move || clip.get().map(|clip| clip.title())}</span>
        </button>
    }
}

/// The clips as marks of the whole game.
#[component]
pub fn ClipMarks(scale: Scale, #[prop(into)] clips: Signal<Vec<Clip>>) -> impl IntoView {
    let room = growing::room(Signal::derive(move || clips.with(Vec::len)));
    let mark = |clip: &Clip| (clip.id.clone(), clip.details.start, clip.details.rating);
    let marks = Memo::new(move |_| clips.with(|clips| clips.iter().take(room.get()).map(mark).collect::<Vec<_>>()));
    view! {
        <For each=move || marks.get() key=Clone::clone let:mark>
            <OverviewMark scale at=mark.1 class=rating_class(mark.2) />
        </For>
    }
}

const fn rating_class(rating: Rating) -> &'static str {
    match rating {
        Rating::Blunder => "badge--rating-1",
        Rating::Mistake => "badge--rating-2",
        Rating::Interesting => "badge--rating-3",
        Rating::Good => "badge--rating-4",
        Rating::Brilliant => "badge--rating-5",
    }
}
