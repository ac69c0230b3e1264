//! The chosen spotlight on the stage: dragged, resized by eight handles or two fingers, turned, moved by arrow keys. Writes a
//! keyframe under the playhead.

use super::Lights;
use crate::{
    browser::pointer,
    domain::{geometry::Handle, overlay::Ellipse, time::Micros},
    editor::fingers::{Fingers, Hand},
    reels::editor::draft::Draft,
};
use leptos::{ev, html, prelude::*};

/// What is dragged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grip {
    Whole,
    Edge(Handle),
    Turn,
}

/// A drag that goes on.
#[derive(Clone)]
struct Drag {
    /// What is undone when it is.
    before: Draft,
    ellipse: Ellipse,
    from: (f64, f64),
    grip: Grip,
    spot: usize,
    at: Micros,
    pointer: i32,
    /// Source pixels in one pixel of the screen.
    scale: f64,
    /// The ellipse's middle on the screen.
    middle: (f64, f64),
}

#[component]
pub fn SpotBox(lights: Lights) -> impl IntoView {
    let layer = NodeRef::<html::Div>::new();
    let drag = StoredValue::new(None::<Drag>);
    let fingers = Fingers::default();
    let begin = move |event: &ev::PointerEvent, grip: Grip| {
        event.stop_propagation();
        if !pointer::is_main(event) {
            return;
        }
        let (Some(ellipse), Some((spot, _))) = untrack(|| (lights.ellipse(), lights.spot())) else { return };
        let (Some(rect), Some(layer)) = (untrack(|| lights.desk.rect()), layer.get_untracked()) else { return };
        let (left, top, width) = pointer::place(&layer);
        if width <= 0.0 {
            return;
        }
        pointer::capture(event);
        lights.desk.playback.pause();
        let scale = rect.w / width;
        let middle = (left + (ellipse.x - rect.x) / scale, top + (ellipse.y - rect.y) / scale);
        let (before, at) = (lights.desk.session.draft(), untrack(|| lights.desk.at()));
        let (from, pointer) = (at_of(event), event.pointer_id());
        drag.set_value(Some(Drag { before, ellipse, from, grip, spot, at, pointer, scale, middle }));
    };
    let go_on = move |event: &ev::PointerEvent| {
        let Some(held) = drag.get_value() else { return };
        let ellipse = match fingers.drag(event) {
            Some(Hand::Pinch { by, .. }) => {
                let now = untrack(|| lights.ellipse()).unwrap_or(held.ellipse);
                Ellipse { rx: now.rx * by, ry: now.ry * by, ..now }
            }
            _ if fingers.are_two() || event.pointer_id() != held.pointer => return,
            _ => dragged(&held, at_of(event)),
        };
        lights.show(|framing, span| framing.with_ellipse_at(held.spot, span, held.at, ellipse));
    };
    let end = move |event: &ev::PointerEvent| {
        fingers.release(event);
        // Of two fingers either one ends it; another that came down beside a handle does not.
        let is_over = |held: &Drag| held.grip == Grip::Whole || held.pointer == event.pointer_id();
        if drag.with_value(|held| held.as_ref().is_some_and(is_over))
            && let Some(held) = drag.try_update_value(Option::take).flatten()
        {
            lights.commit(held.before);
        }
    };
    view! {
        <div class="frame__layer spot-layer" node_ref=layer>
            <div class="spot-box" data-testid="spot-box" tabindex="0" role="group" style=move || place(lights)
                aria-label="Spotlight. Arrow keys move it, with Shift by ten; on its handles they resize it."
                on:click=|event| event.stop_propagation()
                on:pointerdown=move |event| {
                    fingers.press(&event);
                    begin(&event, Grip::Whole);
                }
                on:pointermove=move |event| go_on(&event)
                on:pointerup=move |event| end(&event)
                on:pointercancel=move |event| end(&event)
                on:keydown=move |event| nudge(lights, &event, Grip::Whole)>
                <span class="spot-box__edge"></span>
                {Handle::ALL.map(|handle| {
                    let (x, y) = handle.direction();
                    let style = format!("--hx: {}%; --hy: {}%", (x + 1) * 50, (y + 1) * 50);
                    view! {
                        <button class="crop__handle" type="button" style=style aria-label=handle_label(handle)
                            on:pointerdown=move |event| begin(&event, Grip::Edge(handle))
                            on:keydown=move |event| nudge(lights, &event, Grip::Edge(handle))></button>
                    }
                })}
                <button class="spot-box__turn" type="button" aria-label="Turn the spotlight" on:pointerdown=move |event| begin(&event, Grip::Turn)
                    on:keydown=move |event| nudge(lights, &event, Grip::Turn)></button>
            </div>
        </div>
    }
}

fn at_of(event: &ev::PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}

/// The box in percent of the result.
fn place(lights: Lights) -> String {
    let (Some(ellipse), Some(rect)) = (lights.ellipse(), lights.desk.rect()) else { return String::new() };
    let (w, h) = (rect.w.max(1.0) / 100.0, rect.h.max(1.0) / 100.0);
    format!(
        "--x: {:.4}%; --y: {:.4}%; --cw: {:.4}%; --ch: {:.4}%; --turn: {:.2}deg",
        (ellipse.x - rect.x) / w,
        (ellipse.y - rect.y) / h,
        2.0 * ellipse.rx / w,
        2.0 * ellipse.ry / h,
        ellipse.angle
    )
}

fn dragged(held: &Drag, (x, y): (f64, f64)) -> Ellipse {
    let (dx, dy) = ((x - held.from.0) * held.scale, (y - held.from.1) * held.scale);
    match held.grip {
        Grip::Whole => Ellipse { x: held.ellipse.x + dx, y: held.ellipse.y + dy, ..held.ellipse },
        Grip::Edge(handle) => resized(held.ellipse, handle, dx, dy),
        Grip::Turn => {
            // The handle stands above the middle.
            let angle = libm::atan2(x - held.middle.0, held.middle.1 - y).to_degrees();
            Ellipse { angle: if angle.abs() < 3.0 { 0.0 } else { angle }, ..held.ellipse }
        }
    }
}

/// A handle goes by `dx`, `dy` (source pixels); the middle stays.
fn resized(ellipse: Ellipse, handle: Handle, dx: f64, dy: f64) -> Ellipse {
    let (sin, cos) = (libm::sin(ellipse.angle.to_radians()), libm::cos(ellipse.angle.to_radians()));
    #[allow(clippy::cast_precision_loss)] // -1 to 1.
    let side = |side: i64| side as f64;
    let (across, down) = handle.direction();
    let (own_x, own_y) = (dx * cos + dy * sin, dy * cos - dx * sin);
    Ellipse {
        rx: (ellipse.rx + side(across) * own_x).max(1.0),
        ry: (ellipse.ry + side(down) * own_y).max(1.0),
        ..ellipse
    }
}

/// Arrow keys: one source pixel (or degree), ten with Shift.
fn nudge(lights: Lights, event: &ev::KeyboardEvent, grip: Grip) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let (across, down) = match event.key().as_str() {
        "ArrowLeft" => (-1.0, 0.0),
        "ArrowRight" => (1.0, 0.0),
        "ArrowUp" => (0.0, -1.0),
        "ArrowDown" => (0.0, 1.0),
        _ => return,
    };
    event.prevent_default();
    // A handle's arrows are not the box's, nor the player's.
    event.stop_propagation();
    let Some(ellipse) = untrack(|| lights.ellipse()) else { return };
    let step = if event.shift_key() { 10.0 } else { 1.0 };
    let (dx, dy) = (across * step, down * step);
    let next = match grip {
        Grip::Whole => Ellipse { x: ellipse.x + dx, y: ellipse.y + dy, ..ellipse },
        Grip::Edge(handle) => resized(ellipse, handle, dx, dy),
        Grip::Turn => Ellipse { angle: ellipse.angle + dx + dy, ..ellipse },
    };
    lights.write_ellipse("nudge", next);
}

const fn handle_label(handle: Handle) -> &'static str {
    match handle {
        Handle::North => "Taller or flatter, from the top",
        Handle::NorthEast => "Larger or smaller, from the top right",
        Handle::East => "Wider or narrower, from the right",
        Handle::SouthEast => "Larger or smaller, from the bottom right",
        Handle::South => "Taller or flatter, from the bottom",
        Handle::SouthWest => "Larger or smaller, from the bottom left",
        Handle::West => "Wider or narrower, from the left",
        Handle::NorthWest => "Larger or smaller, from the top left",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_of_a_turned_spotlight_goes_its_own_way() {
        let flat = Ellipse { x: 0.0, y: 0.0, rx: 50.0, ry: 20.0, angle: 0.0 };
        assert_eq!(resized(flat, Handle::East, 10.0, 3.0), Ellipse { rx: 60.0, ..flat });
        let turned = Ellipse { angle: 90.0, ..flat };
        let wider = resized(turned, Handle::East, 0.0, 10.0);
        assert!((wider.rx - 60.0).abs() < 1e-9 && (wider.ry - 20.0).abs() < 1e-9, "{wider:?}");
        assert!((resized(flat, Handle::North, 0.0, 500.0).ry - 1.0).abs() < 1e-9);
    }
}
