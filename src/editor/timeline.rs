//! The timeline: ruler, playhead, zoom, overview; the lanes are the page's.

use super::{
    fingers::{Fingers, Hand},
    ruler::Ruler,
    scale::{STEP, Scale},
};
use crate::{browser, domain::time::Micros, ui::icon::Icon};
use leptos::{ev, prelude::*};

/// Wheel pixels that double the zoom.
const WHEEL: f64 = 300.0;

/// The timeline of an editor. Children are [`Lane`]s. Clicking or dragging on empty space seeks.
#[component]
pub fn Timeline(
    scale: Scale,
    #[prop(into)] playhead: Signal<Micros>,
    /// Where a click or a drag wants the playhead.
    on_seek: Callback<Micros>,
    /// The bar with title, legend, follow and zoom above the lanes, and the overview under them.
    #[prop(default = true)]
    bar: bool,
    /// The marks of the overview ([`OverviewMark`]).
    #[prop(optional, into)]
    marks: ViewFn,
    /// Where parts begin that are named on the ruler: halves.
    #[prop(optional, into)]
    parts: Signal<Vec<(Micros, String)>>,
    children: Children,
) -> impl IntoView {
    Effect::new(move |_| {
        let at = playhead.get();
        if scale.follow.get_untracked() {
            scale.reveal(at);
        }
    });
    view! {
        <section class="timeline" aria-label="Timeline">
            {bar.then(|| view! { <TimelineBar scale playhead /> })}
            <Lanes scale playhead on_seek parts>{children()}</Lanes>
            {bar.then(|| view! { <Overview scale on_seek marks parts /> })}
        </section>
    }
}

/// Ruler, lanes and playhead; what is dragged here moves the playhead.
#[component]
fn Lanes(
    scale: Scale,
    playhead: Signal<Micros>,
    on_seek: Callback<Micros>,
    parts: Signal<Vec<(Micros, String)>>,
    children: Children,
) -> impl IntoView {
    let dragging = RwSignal::new(false);
    let seek = move |event: &ev::PointerEvent| {
        if let Some(at) = scale.time_at(event.client_x()) {
            on_seek.run(at);
        }
    };
    let fingers = Fingers::default();
    // Where the playhead was when a finger came down: a second one means that the first did not want to seek.
    let before = StoredValue::new(Micros::ZERO);
    let end = move |event: ev::PointerEvent| {
        fingers.release(&event);
        dragging.set(false);
        scale.pinched.set(false);
    };
    let inside = move || (0.0..=1.0).contains(&scale.fraction(playhead.get()));
    view! {
        <div
            class="timeline__lanes"
            // Before what lies on the lanes takes it for itself.
            on:pointerdown:capture=move |event| {
                fingers.press(&event);
                if !fingers.are_two() {
                    return;
                }
                browser::pointer::capture(&event);
                scale.pinched.set(true);
                if dragging.get_untracked() {
                    dragging.set(false);
                    on_seek.run(before.get_value());
                }
            }
            on:pointerdown=move |event| {
                if browser::pointer::is_main(&event) {
                    browser::pointer::capture(&event);
                    dragging.set(true);
                    before.set_value(playhead.get_untracked());
                    seek(&event);
                }
            }
            on:pointermove=move |event| match fingers.drag(&event) {
                Some(Hand::Pinch { by, middle: (x, _), dx, .. }) => scale.pinch(by, x, dx),
                _ if dragging.get_untracked() => seek(&event),
                _ => {}
            }
            on:pointerup=end
            on:pointercancel=end
            on:wheel=move |event| turn(scale, &event)
        >
            <Ruler scale parts />
            {children()}
            <Playhead scale playhead inside=Signal::derive(inside) />
        </div>
    }
}

/// Where the picture is; the page's keys move it, so it can be reached and read by keyboard.
#[component]
fn Playhead(scale: Scale, playhead: Signal<Micros>, inside: Signal<bool>) -> impl IntoView {
    let whole = scale.whole;
    let seconds = |at: Micros| at.0 / 1_000_000;
    // Once a second: a reader has no use for each frame.
    let second = Memo::new(move |_| seconds(playhead.get()));
    view! {
        <span class="playhead" hidden=move || !inside.get() style:--at=move || format!("{:.5}", scale.fraction(playhead.get()))>
            <span
                class="playhead__grip"
                role="slider"
                tabindex="0"
                aria-label="Playhead"
                aria-valuemin=move || seconds(whole.get().start)
                aria-valuemax=move || seconds(whole.get().end)
                aria-valuenow=move || second.get()
                aria-valuetext=move || Micros::from_seconds(second.get()).to_string()
            ></span>
        </span>
    }
}

/// A wheel zooms where the pointer is; sideways, or with Shift, it moves.
fn turn(scale: Scale, event: &ev::WheelEvent) {
    event.prevent_default();
    let (across, down) = (event.delta_x(), event.delta_y());
    if event.shift_key() || across.abs() > down.abs() {
        scale.pan((across + if event.shift_key() { down } else { 0.0 }) / 1000.0);
    } else if let Some(at) = scale.time_at(event.client_x()) {
        scale.zoom(libm::exp2(-down / WHEEL), at);
    }
}

/// Title, what is shown, follow, zoom.
#[component]
fn TimelineBar(scale: Scale, playhead: Signal<Micros>) -> impl IntoView {
    let legend = move || {
        let window = scale.window();
        format!("{} to {}", window.start, window.end)
    };
    let level = move || format!("{:.0}", scale.level());
    let zoom = move |factor: f64| scale.zoom(factor, playhead.get_untracked());
    view! {
        <div class="timeline__bar">
            <span class="timeline__title">"Timeline"</span>
            <span class="num timeline__legend">{legend}</span>
            <div class="timeline__end">
                <button
                    class="button button--quiet button--sm"
                    type="button"
                    aria-pressed=move || scale.follow.get().to_string()
                    on:click=move |_| {
                        scale.follow.update(|follow| *follow = !*follow);
                        scale.reveal(playhead.get_untracked());
                    }
                >
                    <Icon name="target" />
                    <span class="button__text">"Follow"</span>
                </button>
                <span class="divider"></span>
                <button class="icon-button icon-button--sm" type="button" aria-label="Zoom out" title="Zoom out" on:click=move |_| zoom(1.0 / STEP)>
                    <Icon name="minus" />
                </button>
                <input
                    class="slider"
                    type="range"
                    aria-label="Zoom"
                    prop:value=level
                    style:--at=move || format!("{}%", level())
                    on:input=move |event| {
                        if let Ok(level) = event_target_value(&event).parse::<f64>() {
                            scale.set_level(level, playhead.get_untracked());
                        }
                    }
                />
                <button class="icon-button icon-button--sm" type="button" aria-label="Zoom in" title="Zoom in" on:click=move |_| zoom(STEP)>
                    <Icon name="plus" />
                </button>
            </div>
        </div>
    }
}

/// Everything at once, with the window; a click goes there.
#[component]
fn Overview(
    scale: Scale,
    on_seek: Callback<Micros>,
    marks: ViewFn,
    parts: Signal<Vec<(Micros, String)>>,
) -> impl IntoView {
    let strip = NodeRef::<leptos::html::Div>::new();
    let dragging = RwSignal::new(false);
    let go = move |event: &ev::PointerEvent| {
        if let Some(strip) = strip.get_untracked() {
            let (part, _) = browser::pointer::fraction(&strip, event.client_x(), event.client_y());
            let at = scale.whole.get_untracked().at(part.clamp(0.0, 1.0));
            scale.center(at);
            on_seek.run(at);
        }
    };
    let window = move || {
        let (whole, shown) = (scale.whole.get(), scale.window());
        let (start, end) = (whole.fraction(shown.start) * 100.0, whole.fraction(shown.end) * 100.0);
        format!("--start: {start:.2}%; --length: {:.2}%", end - start)
    };
    view! {
        <div
            class="overview"
            aria-hidden="true"
            node_ref=strip
            on:pointerdown=move |event| {
                if browser::pointer::is_main(&event) {
                    browser::pointer::capture(&event);
                    dragging.set(true);
                    go(&event);
                }
            }
            on:pointermove=move |event| {
                if dragging.get_untracked() {
                    go(&event);
                }
            }
            on:pointerup=move |_| dragging.set(false)
            on:pointercancel=move |_| dragging.set(false)
        >
            {marks.run()}
            {move || parts.get().into_iter().map(|(at, _)| view! {
                <span class="overview__half" style:--at=move || format!("{:.2}%", scale.whole.get().fraction(at) * 100.0)></span>
            }).collect_view()}
            <span class="overview__window" style=window></span>
        </div>
    }
}

/// One mark of the overview; `class` gives its colour (`badge--rating-5`).
#[component]
pub fn OverviewMark(scale: Scale, at: Micros, class: &'static str) -> impl IntoView {
    view! { <span class=format!("overview__mark {class}") style:--at=move || format!("{:.2}%", scale.whole.get().fraction(at) * 100.0)></span> }
}

/// One lane with its head. `kind` is the class after `lane--`: `video`, `clips`, `keys`, `regions`.
#[component]
pub fn Lane(
    name: &'static str,
    icon: &'static str,
    kind: &'static str,
    /// How many rows it has, where things overlap.
    #[prop(optional, into)]
    rows: Option<Signal<usize>>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class=format!("lane-head lane-head--{kind}") title=name>
            <Icon name=icon class="icon--sm" />
            <span>{name}</span>
        </div>
        <div class=format!("lane lane--{kind}") style:--rows=move || rows.map(|rows| rows.get().to_string())>
            {children.map(|children| children())}
        </div>
    }
}
