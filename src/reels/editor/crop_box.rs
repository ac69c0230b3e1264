//! The crop box on the stage: dragged, resized by eight handles or two fingers, moved by arrow keys. Writes a keyframe under
//! the playhead.

use super::{desk::Desk, draft::Draft};
use crate::{
    browser::pointer,
    domain::geometry::{Crop, Handle, PIXEL},
    editor::fingers::{Fingers, Hand},
};
use leptos::{ev, html, prelude::*};

/// A drag that goes on.
#[derive(Clone)]
struct Drag {
    /// What is undone when it is.
    before: Draft,
    /// Where the crop was, and the pointer.
    crop: Crop,
    from: (i32, i32),
    handle: Option<Handle>,
    pointer: i32,
    /// Thousandths of a source pixel in one pixel of the screen.
    scale: f64,
}

#[component]
pub fn CropBox(desk: Desk) -> impl IntoView {
    let layer = NodeRef::<html::Div>::new();
    let drag = StoredValue::new(None::<Drag>);
    let fingers = Fingers::default();
    let begin = move |event: &ev::PointerEvent, handle: Option<Handle>| {
        if !pointer::is_main(event) {
            return;
        }
        let (Some(crop), Some(layer)) = (untrack(|| desk.crop()), layer.get_untracked()) else { return };
        let (_, width) = pointer::horizontal(&layer);
        let Some(across) = desk.with_subject(|it| f64::from(it.space.width)).filter(|_| width > 0.0) else { return };
        pointer::capture(event);
        desk.playback.pause();
        #[allow(clippy::cast_precision_loss)]
        let scale = across * PIXEL as f64 / width;
        let (from, pointer) = ((event.client_x(), event.client_y()), event.pointer_id());
        drag.set_value(Some(Drag { before: desk.session.draft(), crop, from, handle, pointer, scale }));
    };
    let go_on = move |event: &ev::PointerEvent| {
        let Some(held) = drag.get_value() else { return };
        let crop = match fingers.drag(event) {
            Some(Hand::Pinch { by, .. }) => untrack(|| desk.crop()).and_then(|now| pinched(desk, now, by)),
            _ if fingers.are_two() || event.pointer_id() != held.pointer => None,
            _ => dragged(desk, &held, event),
        };
        if let Some(framing) = crop.and_then(|crop| desk.framing_with(&held.before, crop)) {
            desk.session.show_framing(framing);
        }
    };
    let end = move |event: &ev::PointerEvent| {
        fingers.release(event);
        // Of two fingers either one ends it; another that came down beside a handle does not.
        let is_over = |held: &Drag| held.handle.is_none() || held.pointer == event.pointer_id();
        if drag.with_value(|held| held.as_ref().is_some_and(is_over))
            && let Some(held) = drag.try_update_value(Option::take).flatten()
        {
            desk.session.commit(held.before, None);
        }
    };
    let abandon = move || {
        if let Some(drag) = drag.try_update_value(Option::take).flatten()
            && let Some(clip) = untrack(|| desk.session.clip())
            && let Some(before) = drag.before.clips.into_iter().find(|before| before.id == clip.id)
        {
            desk.session.show_framing(before.framing);
            // Something of it may be on its way.
            desk.session.save();
        }
    };
    let size = move || desk.rect().map(|rect| format!("{:.0} × {:.0}", rect.w, rect.h)).unwrap_or_default();
    view! {
        <div class="frame__layer" node_ref=layer on:click=move |_| desk.playback.toggle()>
            <div class="crop" data-testid="crop-box" tabindex="0" role="group" style=move || place(desk)
                aria-label=move || format!("Crop box, {} pixels. Arrow keys move it, with Shift by ten.", size())
                on:click=|event| event.stop_propagation()
                on:pointerdown=move |event| {
                    fingers.press(&event);
                    // The second finger belongs to the box, too, wherever it came down.
                    pointer::capture(&event);
                    begin(&event, None);
                }
                on:pointermove=move |event| go_on(&event)
                on:pointerup=move |event| end(&event)
                on:pointercancel=move |event| {
                    fingers.release(&event);
                    abandon();
                }
                on:keydown=move |event| {
                    if event.key() == "Escape" {
                        abandon();
                    } else {
                        nudge(desk, &event, None);
                    }
                }>
                <span class="crop__size">{size}</span>
                {Handle::ALL.map(|handle| view! {
                    <button class=handle_class(handle) type="button" style=handle_place(handle) aria-label=handle_label(handle)
                        on:pointerdown=move |event| {
                            event.stop_propagation();
                            begin(&event, Some(handle));
                        }
                        on:keydown=move |event| {
                            event.stop_propagation();
                            nudge(desk, &event, Some(handle));
                        }></button>
                })}
            </div>
        </div>
    }
}

/// The box in percent of the picture.
fn place(desk: Desk) -> String {
    let space = desk.subject.with(|it| it.as_ref().map(|it| it.space));
    let (Some(rect), Some(space)) = (desk.rect(), space) else { return String::new() };
    let (width, height) = (f64::from(space.width) / 100.0, f64::from(space.height) / 100.0);
    format!(
        "--x: {:.5}%; --y: {:.5}%; --cw: {:.5}%; --ch: {:.5}%",
        rect.x / width,
        rect.y / height,
        rect.w / width,
        rect.h / height
    )
}

#[allow(clippy::cast_possible_truncation)]
fn dragged(desk: Desk, drag: &Drag, event: &ev::PointerEvent) -> Option<Crop> {
    let by = |now: i32, from: i32| libm::round(f64::from(now - from) * drag.scale) as i64;
    let (dx, dy) = (by(event.client_x(), drag.from.0), by(event.client_y(), drag.from.1));
    desk.with_subject(|it| match drag.handle {
        None => it.space.moved(drag.crop, dx, dy),
        Some(handle) => it.space.resized(drag.crop, handle, dx, dy),
    })
}

/// As many times as large, about its middle.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // Pixels.
fn pinched(desk: Desk, now: Crop, by: f64) -> Option<Crop> {
    let h = libm::round(now.h as f64 * by.clamp(0.1, 10.0)) as i64;
    desk.with_subject(|it| it.space.clamp(Crop { h, ..now }))
}

/// Arrow keys: one source pixel, ten with Shift.
fn nudge(desk: Desk, event: &ev::KeyboardEvent, handle: Option<Handle>) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let (across, down) = match event.key().as_str() {
        "ArrowLeft" => (-1, 0),
        "ArrowRight" => (1, 0),
        "ArrowUp" => (0, -1),
        "ArrowDown" => (0, 1),
        _ => return,
    };
    event.prevent_default();
    let step = if event.shift_key() { 10 * PIXEL } else { PIXEL };
    let Some(crop) = untrack(|| desk.crop()) else { return };
    let (dx, dy) = (across * step, down * step);
    let crop = desk.with_subject(|it| match handle {
        None => it.space.moved(crop, dx, dy),
        Some(handle) => it.space.resized(crop, handle, dx, dy),
    });
    if let Some(crop) = crop {
        desk.playback.pause();
        desk.write_crop("nudge", crop);
    }
}

fn handle_class(handle: Handle) -> &'static str {
    match handle.direction() {
        (0, _) => "crop__handle crop__handle--edge-x",
        (_, 0) => "crop__handle crop__handle--edge-y",
        _ => "crop__handle",
    }
}

fn handle_place(handle: Handle) -> String {
    let (x, y) = handle.direction();
    format!("--hx: {}%; --hy: {}%", (x + 1) * 50, (y + 1) * 50)
}

fn handle_label(handle: Handle) -> &'static str {
    match handle {
        Handle::North => "Resize from the top",
        Handle::NorthEast => "Resize from the top right",
        Handle::East => "Resize from the right",
        Handle::SouthEast => "Resize from the bottom right",
        Handle::South => "Resize from the bottom",
        Handle::SouthWest => "Resize from the bottom left",
        Handle::West => "Resize from the left",
        Handle::NorthWest => "Resize from the top left",
    }
}
