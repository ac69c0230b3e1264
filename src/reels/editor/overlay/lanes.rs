//! The clip's time: when its spotlights and texts are seen, and the keyframes of the chosen spotlight.

use super::{Lights, style_name};
use crate::{
    browser::pointer,
    domain::{
        framing::Framing,
        highlights::{Highlight, Part},
        overlay::SpotKey,
        time::Micros,
    },
    editor::timeline::{Lane, Timeline},
    reels::editor::{
        diamonds::{Diamonds, Mark},
        draft::Draft,
        lanes::{ClipTime, Thumbs},
    },
};
use leptos::{ev, prelude::*};

/// How near to an edge a press takes the edge, in pixels.
const GRIP: f64 = 9.0;

#[component]
pub fn OverlayTimeline(lights: Lights) -> impl IntoView {
    let desk = lights.desk;
    let time = ClipTime::of(desk);
    let spots = Memo::new(move |_| desk.subject.with(|it| it.as_ref().map_or(0, |it| it.framing.spotlights.len())));
    let cards = Memo::new(move |_| desk.subject.with(|it| it.as_ref().map_or(0, |it| it.framing.cards.len())));
    view! {
        <Timeline scale=time.scale playhead=time.playhead on_seek=time.on_seek bar=false>
            <Lane name="Video" icon="film" kind="video"><Thumbs time /></Lane>
            <Lane name="Spotlight" icon="spot" kind="regions">
                <For each=move || 0..spots.get() key=|at| *at let:at><Region lights time highlight=Highlight::Spot(at) /></For>
            </Lane>
            <Lane name="Path" icon="diamond" kind="keys"><PathKeys lights time /></Lane>
            <Lane name="Text" icon="text" kind="regions">
                <For each=move || 0..cards.get() key=|at| *at let:at><Region lights time highlight=Highlight::Card(at) /></For>
            </Lane>
        </Timeline>
    }
}

/// A drag that goes on.
#[derive(Clone)]
struct Drag {
    /// What is undone when it is.
    before: Draft,
    /// The clip's framing, as it was.
    framing: Framing,
    part: Part,
    pointer: i32,
    from: i32,
}

#[component]
fn Region(lights: Lights, time: ClipTime, highlight: Highlight) -> impl IntoView {
    let ClipTime { desk, scale, .. } = time;
    let stretch = Memo::new(move |_| {
        desk.subject.with(|it| it.as_ref().and_then(|it| it.framing.stretch_of(highlight))).unwrap_or_default()
    });
    let is_chosen = Memo::new(move |_| lights.chosen() == Some(highlight));
    let label = move || {
        desk.subject.with(|it| {
            let Some(it) = it else { return String::new() };
            match highlight {
                Highlight::Spot(at) => {
                    it.framing.spotlights.get(at).map(|spot| style_name(spot.style).to_owned()).unwrap_or_default()
                }
                Highlight::Card(at) => {
                    it.framing.cards.get(at).map(|card| card.card.texts().0.to_owned()).unwrap_or_default()
                }
            }
        })
    };
    let pick = move || {
        if let Some(clip) = desk.session.current.get_untracked() {
            lights.pick(clip, highlight);
        }
    };
    let drag = StoredValue::new(None::<Drag>);
    let press = move |event: &ev::PointerEvent| {
        if !pointer::is_main(event) {
            return;
        }
        event.stop_propagation();
        pointer::capture(event);
        let part = match pointer::edge_distances(event).filter(|_| is_chosen.get_untracked()) {
            Some((left, right)) if left.min(right) <= GRIP => {
                if left <= right {
                    Part::Start
                } else {
                    Part::End
                }
            }
            _ => Part::Whole,
        };
        let Some(framing) = desk.with_subject(|it| it.framing.clone()) else { return };
        let (pointer, from) = (event.pointer_id(), event.client_x());
        drag.set_value(Some(Drag { before: desk.session.draft(), framing, part, pointer, from }));
    };
    let go_on = move |event: &ev::PointerEvent| {
        let Some(Drag { framing, part, from, .. }) = drag.get_value().filter(|drag| drag.pointer == event.pointer_id())
        else {
            return;
        };
        if scale.pinched.get_untracked() {
            // It was no drag.
            drag.set_value(None);
            return lights.show(|_, _| framing);
        }
        let Some(per_pixel) = scale.per_pixel().filter(|_| is_chosen.get_untracked()) else { return };
        let by = Micros::from_seconds_f64(f64::from(event.client_x() - from) * per_pixel);
        // Of what it was: what it is stopped by on the way does not add up.
        let Some((first, last)) = framing.stretch_of(highlight) else { return };
        let held = if part == Part::End { last } else { first };
        let by = match by {
            Micros::ZERO => Micros::ZERO,
            by => untrack(|| desk.recorded((desk.played(held) + by).max(Micros::ZERO))) - held,
        };
        lights.show(|_, span| framing.with_shifted(highlight, span, part, by));
    };
    let end = move || {
        if let Some(Drag { before, .. }) = drag.try_update_value(Option::take).flatten() {
            lights.commit(before);
        }
    };
    view! {
        <button class="clip-bar clip-bar--region" class:is-selected=move || is_chosen.get() type="button" aria-pressed=move || is_chosen.get().to_string()
            aria-label=move || { let (from, to) = stretch.get(); format!("{} from {} to {}", label(), time.said(from), time.said(to)) }
            title="Arrow keys move it by a frame, with Shift its end"
            style=move || { let (from, to) = stretch.get(); time.bar_style(from, to) }
            on:pointerdown=move |event| press(&event) on:pointermove=move |event| go_on(&event)
            on:pointerup=move |_| end() on:pointercancel=move |_| end()
            on:click=move |_| pick()
            on:keydown=move |event| {
                let by = match event.key().as_str() {
                    "ArrowLeft" => -1,
                    "ArrowRight" => 1,
                    _ => return,
                };
                event.prevent_default();
                event.stop_propagation();
                pick();
                let frame = desk.with_subject(|it| it.span.rate.frame_length()).unwrap_or_default();
                let part = if event.shift_key() { Part::End } else { Part::Whole };
                lights.change(Some("shift"), |framing, span| framing.with_shifted(highlight, span, part, Micros(frame.0 * by)));
            }>
            <span>{label}</span>
        </button>
    }
}

/// The keyframes of the chosen spotlight.
#[component]
fn PathKeys(lights: Lights, time: ClipTime) -> impl IntoView {
    let desk = lights.desk;
    let marks = Signal::derive(move || {
        let mark = |key: &SpotKey| Mark { at: key.at, is_end: false };
        lights.spot().map(|(_, spot)| spot.keys.iter().map(mark).collect()).unwrap_or_default()
    });
    let moved = Callback::new(move |(at, to)| {
        let (spot, _) = untrack(|| lights.spot())?;
        desk.with_subject(|it| it.framing.with_ellipse_moved(spot, it.span, at, to))
    });
    let on_remove = Callback::new(move |at| {
        if let Some((spot, _)) = untrack(|| lights.spot()) {
            lights.change(None, |framing, span| framing.without_ellipse_at(spot, span, at));
        }
    });
    view! { <Diamonds time name="Spotlight" marks moved on_remove /> }
}
