//! Keyframes on a lane: gone to, dragged, moved frame by frame, removed.

use super::{draft::Draft, lanes::ClipTime};
use crate::{
    browser::pointer,
    domain::{
        framing::{Framing, Span},
        time::Micros,
    },
};
use leptos::{ev, prelude::*};

/// A keyframe as its lane shows it; one at an end of the clip stays where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    pub at: Micros,
    pub is_end: bool,
}

/// A drag that goes on: what is undone when it is, where the keyframe is now, and the pointer.
type Drag = (Draft, Micros, i32);

#[component]
pub fn Diamonds(
    time: ClipTime,
    /// What they are keyframes of.
    name: &'static str,
    #[prop(into)] marks: Signal<Vec<Mark>>,
    /// The framing with the keyframe at the first moment moved to the second, as far as it goes.
    moved: Callback<(Micros, Micros), Option<Framing>>,
    on_remove: Callback<Micros>,
) -> impl IntoView {
    let marks = Memo::new(move |_| marks.get());
    let count = Memo::new(move |_| marks.with(Vec::len));
    let desk = time.desk;
    // Of hundreds only two hear of it: the one that was under the playhead, and the one that is.
    let current = Selector::new(move || {
        let now = desk.at();
        let of = |span: Span| marks.with(|marks| marks.iter().position(|mark| span.snap(mark.at) == now));
        desk.subject.with(|it| it.as_ref().and_then(|it| of(it.span)))
    });
    view! {
        <For each=move || 0..count.get() key=|index| *index let:index>
            <Diamond time name marks index current=current.clone() moved on_remove />
        </For>
    }
}

#[component]
fn Diamond(
    time: ClipTime,
    name: &'static str,
    marks: Memo<Vec<Mark>>,
    index: usize,
    /// The one under the playhead.
    current: Selector<Option<usize>>,
    moved: Callback<(Micros, Micros), Option<Framing>>,
    on_remove: Callback<Micros>,
) -> impl IntoView {
    let desk = time.desk;
    let mark = Memo::new(move |_| marks.with(|marks| marks.get(index).copied().unwrap_or_default()));
    let is_end = Memo::new(move |_| mark.get().is_end);
    let drag = StoredValue::new(None::<Drag>);
    let label = move || format!("{name} at {}", time.said(mark.get().at));
    let title = move || {
        if is_end.get() { label() } else { format!("{}. Drag or arrow keys move it, Delete removes it", label()) }
    };
    let go_to = move || {
        desk.playback.pause();
        desk.playback.seek(mark.get_untracked().at);
    };
    let press = move |event: &ev::PointerEvent| {
        event.stop_propagation();
        if pointer::is_main(event) {
            go_to();
            if !is_end.get_untracked() {
                pointer::capture(event);
                drag.set_value(Some((desk.session.draft(), mark.get_untracked().at, event.pointer_id())));
            }
        }
    };
    let go_on = move |event: &ev::PointerEvent| {
        let Some((before, at, pointer)) = drag.get_value().filter(|(_, _, pointer)| *pointer == event.pointer_id())
        else {
            return;
        };
        let framing = time.recorded_at(event.client_x()).and_then(|to| moved.run((at, to)));
        if let Some(framing) = framing.filter(|_| !time.scale.pinched.get_untracked()) {
            desk.session.show_framing(framing);
            let at = mark.get_untracked().at;
            drag.set_value(Some((before, at, pointer)));
            desk.playback.seek(at);
        }
    };
    let end = move || {
        if let Some((before, ..)) = drag.try_update_value(Option::take).flatten() {
            desk.session.commit(before, None);
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let at = mark.get_untracked().at;
        let frames = match event.key().as_str() {
            _ if is_end.get_untracked() => return,
            "Delete" | "Backspace" => {
                on_remove.run(at);
                0
            }
            "ArrowLeft" => -1,
            "ArrowRight" => 1,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        if frames != 0 {
            let frames = if event.shift_key() { frames * 10 } else { frames };
            let gesture = desk.session.current.get_untracked().map(|id| format!("{name} key {id} {index}"));
            desk.edit(gesture, |it| moved.run((at, it.span.rate.frame_start(it.span.rate.nearest_frame(at) + frames))));
            go_to();
        }
    };
    view! {
        <button class="keyframe" class:keyframe--end=move || is_end.get() type="button" style:--at=move || format!("clamp(8px, {}, calc(100% - 8px))", time.percent(mark.get().at))
            aria-pressed=move || current.selected(&Some(index)).to_string() aria-label=label title=title
            on:pointerdown=move |event| press(&event) on:pointermove=move |event| go_on(&event)
            on:pointerup=move |_| end() on:pointercancel=move |_| end()
            on:click=move |_| go_to()
            on:keydown=on_key></button>
    }
}
