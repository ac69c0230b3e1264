//! The lane of clips on a timeline: bars coloured by rating, moved and resized by dragging.

use super::types::Clip;
use crate::{
    browser::pointer,
    domain::{ids::ClipId, rating::Rating, time::Micros},
    editor::{
        scale::Scale,
        timeline::{Lane, OverviewMark},
    },
};
use leptos::{ev, prelude::*};

/// How near to an edge a press takes the edge, in pixels.
const GRIP: f64 = 9.0;
/// A press that moves less than this is a click.
const SLACK: i32 = 3;
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

#[component]
pub fn ClipsLane(
    scale: Scale,
    #[prop(into)] clips: Signal<Vec<Clip>>,
    #[prop(into)] selected: Signal<Option<ClipId>>,
    on_select: Callback<ClipId>,
    on_move: Callback<Moved>,
    /// The mark that waits for its end, and the playhead.
    #[prop(into)]
    mark: Signal<Option<(Micros, Micros)>>,
) -> impl IntoView {
    let shown = move || {
        clips.with(|clips| {
            clips.iter().filter(|clip| scale.shows(clip.details.start, clip.details.end)).cloned().collect::<Vec<_>>()
        })
    };
    view! {
        <Lane name="Clips" icon="flag" kind="clips">
            <For each=shown key=|clip| clip.id.clone() let:clip>
                <ClipBar id=clip.id scale clips selected on_select on_move />
            </For>
            {move || {
                mark.get().map(|(start, end)| {
                    let style = move || scale.bar_style(start.min(end), start.max(end));
                    view! { <span class="clip-bar clip-bar--region clip-bar--mark" style=style><span>"In"</span></span> }
                })
            }}
        </Lane>
    }
}

#[component]
fn ClipBar(
    id: ClipId,
    scale: Scale,
    clips: Signal<Vec<Clip>>,
    selected: Signal<Option<ClipId>>,
    on_select: Callback<ClipId>,
    on_move: Callback<Moved>,
) -> impl IntoView {
    let id = StoredValue::new(id);
    let clip =
        Memo::new(move |_| id.with_value(|id| clips.with(|clips| clips.iter().find(|clip| clip.id == *id).cloned())));
    let is_selected = Memo::new(move |_| id.with_value(|id| selected.with(|selected| selected.as_ref() == Some(id))));
    // What is dragged, from where on the screen, and the bounds it had.
    let drag = RwSignal::new(None::<(Part, i32, Micros, Micros)>);
    let moved = StoredValue::new(false);

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
        drag.set(Some((part, event.client_x(), clip.details.start, clip.details.end)));
    };
    let bounds = move |event: &ev::PointerEvent| {
        let (part, from, start, end) = drag.get_untracked()?;
        let pixels = event.client_x() - from;
        if pixels.abs() <= SLACK && !moved.get_value() {
            return None;
        }
        moved.set_value(true);
        let by = Micros::from_seconds_f64(f64::from(pixels) * scale.per_pixel()?);
        let whole = scale.whole.get_untracked();
        Some(match part {
            Part::Start => ((start + by).clamp_to(whole.start, end - SHORTEST), end),
            Part::End => (start, (end + by).clamp_to(start + SHORTEST, whole.end)),
            Part::Whole => {
                let start = (start + by).clamp_to(whole.start, whole.end - (end - start));
                (start, start + (drag.get_untracked()?.3 - drag.get_untracked()?.2))
            }
        })
    };
    let tell = move |event: &ev::PointerEvent, released: bool| {
        if let Some((start, end)) = bounds(event) {
            on_move.run(Moved { id: id.get_value(), start, end, released });
        }
    };
    let release = move |event: ev::PointerEvent| {
        if drag.with_untracked(Option::is_some) {
            tell(&event, true);
            drag.set(None);
        }
    };
    view! {
        <button
            class=move || format!("clip-bar clip-bar--rating-{}", clip.get().map_or(3, |clip| clip.details.rating.stars()))
            class:is-selected=move || is_selected.get()
            class:is-dragged=move || drag.with(Option::is_some)
            type="button"
            style=move || clip.get().map(|clip| scale.bar_style(clip.details.start, clip.details.end)).unwrap_or_default()
            aria-label=move || clip.get().map(|clip| format!("{} {}", clip.details.rating.mark(), clip.title()))
            aria-pressed=move || is_selected.get().to_string()
            on:pointerdown=press
            on:pointermove=move |event| tell(&event, false)
            on:pointerup=release
            on:pointercancel=release
            on:click=move |_| {
                if !moved.get_value() {
                    on_select.run(id.get_value());
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
    let marks = Memo::new(move |_| {
        clips.with(|clips| clips.iter().map(|clip| (clip.details.start, clip.details.rating)).collect::<Vec<_>>())
    });
    move || {
        marks
            .get()
            .into_iter()
            .map(|(at, rating)| view! { <OverviewMark scale at class=rating_class(rating) /> })
            .collect_view()
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
