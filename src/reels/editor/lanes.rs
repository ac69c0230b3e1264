//! The clip's time: keyframes of the crop, and what plays how fast.

use super::{desk::Desk, trim};
use crate::{
    browser::pointer,
    domain::{
        framing::{Segment, Speed},
        time::Micros,
    },
    editor::{
        film::Film,
        scale::{Scale, Span as Stretch},
        timeline::{Lane, Timeline},
    },
};
use leptos::{ev, prelude::*};

/// The time of the clip on the desk as its lanes have it.
#[derive(Clone, Copy)]
pub struct ClipTime {
    pub scale: Scale,
    /// Where the clip begins in its video.
    pub start: Memo<Micros>,
    pub playhead: Signal<Micros>,
    pub on_seek: Callback<Micros>,
}

impl ClipTime {
    pub fn of(desk: Desk) -> Self {
        // The lanes count from the clip's start, the player from the video's.
        let start = Memo::new(move |_| desk.subject.with(|it| it.as_ref().map_or(Micros::ZERO, |it| it.span.start)));
        let whole = Signal::derive(move || {
            let end = desk.subject.with(|it| it.as_ref().map_or(Micros::SECOND, |it| it.clip_time(it.span.end)));
            Stretch { start: Micros::ZERO, end }
        });
        let scale = Scale::new(whole);
        let playhead = Signal::derive(move || desk.playback.now.get() - start.get());
        let on_seek = Callback::new(move |at: Micros| desk.playback.seek(at + start.get_untracked()));
        Self { scale, start, playhead, on_seek }
    }
}

#[component]
pub fn FramingTimeline(desk: Desk) -> impl IntoView {
    let ClipTime { scale, start, playhead, on_seek } = ClipTime::of(desk);
    view! {
        <Timeline scale playhead on_seek bar=false>
            <Lane name="Video" icon="film" kind="video"><Thumbs desk scale start /></Lane>
            <Lane name="Crop" icon="diamond" kind="keys"><Keyframes desk scale start /></Lane>
            <Lane name="Speed" icon="split" kind="regions"><Segments desk scale start /></Lane>
        </Timeline>
    }
}

/// What the clip shows; the poster, side by side, until its video's small pictures are there.
#[component]
pub fn Thumbs(desk: Desk, scale: Scale, start: Memo<Micros>) -> impl IntoView {
    let picture = Callback::new(move |at: Micros| desk.video.with(|video| video.as_ref()?.picture(at + start.get())));
    let has_pictures =
        Memo::new(move |_| desk.video.with(|video| video.as_ref().is_some_and(|video| video.sprites_url.is_some())));
    view! {
        <Show when=move || has_pictures.get() fallback=move || view! { <Posters desk /> }>
            <Film scale picture />
        </Show>
    }
}

#[component]
fn Posters(desk: Desk) -> impl IntoView {
    const COUNT: usize = 14;
    let poster = Memo::new(move |_| desk.video.with(|video| video.as_ref().and_then(|video| video.poster_url.clone())));
    view! {
        <div class="thumbs" aria-hidden="true">
            {move || poster.get().map(|url| {
                (0..COUNT).map(|_| view! { <img class="scene" src=url.clone() alt="" draggable="false" /> }).collect_view()
            })}
        </div>
    }
}

/// A keyframe as its lane shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    at: Micros,
    is_end: bool,
}

#[component]
fn Keyframes(desk: Desk, scale: Scale, start: Memo<Micros>) -> impl IntoView {
    let marks = Memo::new(move |_| {
        desk.subject.with(|subject| {
            let Some(it) = subject else { return Vec::new() };
            let (first, last) = it.span.ends();
            let inside = |at: &Micros| (it.span.start..it.span.end).contains(at) || *at == first;
            let mut marks: Vec<_> = it
                .framing
                .crop
                .iter()
                .map(|key| key.at)
                .filter(inside)
                .map(|at| Mark { at, is_end: [first, last].contains(&it.span.snap(at)) })
                .collect();
            // Both ends have one even before the first is written.
            for end in [first, last] {
                if !marks.iter().any(|mark| it.span.snap(mark.at) == end) {
                    marks.push(Mark { at: end, is_end: true });
                }
            }
            marks
        })
    });
    view! {
        <For each=move || marks.get() key=|mark| (mark.at, mark.is_end) let:mark>
            <Keyframe desk scale start mark />
        </For>
    }
}

#[component]
fn Keyframe(desk: Desk, scale: Scale, start: Memo<Micros>, mark: Mark) -> impl IntoView {
    let Mark { at, is_end } = mark;
    let is_current = Memo::new(move |_| {
        let now = desk.at();
        desk.subject.with(|it| it.as_ref().is_some_and(|it| it.span.snap(at) == now))
    });
    let time = move || (at - start.get()).precise();
    let on_key = move |event: ev::KeyboardEvent| {
        if !is_end && matches!(event.key().as_str(), "Delete" | "Backspace") {
            event.prevent_default();
            event.stop_propagation();
            desk.remove_key(at);
        }
    };
    view! {
        <button class="keyframe" class:keyframe--end=is_end type="button" style:--at=move || format!("clamp(.6%, {}, 99.4%)", scale.percent(at - start.get()))
            aria-pressed=move || is_current.get().to_string() aria-label=move || format!("Crop at {}", time())
            title=move || if is_end { format!("Crop at {}", time()) } else { format!("Crop at {}. Delete removes it", time()) }
            on:pointerdown=|event| event.stop_propagation()
            on:click=move |_| {
                desk.playback.pause();
                desk.playback.seek(at);
            }
            on:keydown=on_key></button>
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Start,
    End,
}

#[component]
fn Segments(desk: Desk, scale: Scale, start: Memo<Micros>) -> impl IntoView {
    let segments = Memo::new(move |_| {
        desk.subject.with(|it| it.as_ref().map(|it| trim::segments(&it.framing, it.span)).unwrap_or_default())
    });
    let count = Memo::new(move |_| segments.with(Vec::len));
    view! {
        <For each=move || 0..count.get() key=|index| *index let:index>
            <SegmentBar desk scale start segments index />
        </For>
        <Show when=move || count.get() != 0>
            <TrimHandle desk scale start edge=Edge::Start />
            <TrimHandle desk scale start edge=Edge::End />
        </Show>
    }
}

#[component]
fn SegmentBar(
    desk: Desk,
    scale: Scale,
    start: Memo<Micros>,
    segments: Memo<Vec<Segment>>,
    index: usize,
) -> impl IntoView {
    let segment = Memo::new(move |_| segments.with(|all| all.get(index).copied().unwrap_or_default()));
    let is_current = Memo::new(move |_| {
        let (at, it) = (desk.at(), segment.get());
        it.start <= at && at < it.end
    });
    let label = move || speed_label(segment.get().speed);
    view! {
        <div class="clip-bar clip-bar--segment" class:clip-bar--slow=move || segment.get().speed.percent() < 100
            class:clip-bar--current=move || is_current.get()
            style=move || scale.bar_style(segment.get().start - start.get(), segment.get().end - start.get())>
            <span>{label}</span>
        </div>
    }
}

pub fn speed_label(speed: Speed) -> String {
    let (whole, part) = (speed.percent() / 100, speed.percent() % 100);
    match part {
        0 => format!("{whole}x"),
        part if part % 10 == 0 => format!("{whole}.{}x", part / 10),
        part => format!("{whole}.{part:02}x"),
    }
}

/// Where the clip starts or ends playing; dragged, or moved frame by frame with the arrow keys.
#[component]
fn TrimHandle(desk: Desk, scale: Scale, start: Memo<Micros>, edge: Edge) -> impl IntoView {
    let at = Memo::new(move |_| {
        let bounds =
            desk.subject.with(|it| it.as_ref().map(|it| trim::bounds(&it.framing, it.span))).unwrap_or_default();
        if edge == Edge::Start { bounds.0 } else { bounds.1 }
    });
    let drag = StoredValue::new(None::<super::draft::Draft>);
    let moved = move |to: Micros| {
        desk.with_subject(|it| match edge {
            Edge::Start => trim::with_start(&it.framing, it.span, to),
            Edge::End => trim::with_end(&it.framing, it.span, to),
        })
    };
    let length = move || desk.subject.with(|it| it.as_ref().map_or(Micros::ZERO, |it| it.clip_time(it.span.end)));
    let label = if edge == Edge::Start { "Trim the start" } else { "Trim the end" };
    view! {
        <span class="trim-handle" class:trim-handle--end=edge == Edge::End role="slider" tabindex="0" aria-label=label
            aria-valuemin="0" aria-valuemax=move || format!("{:.3}", length().seconds())
            aria-valuenow=move || format!("{:.3}", (at.get() - start.get()).seconds())
            aria-valuetext=move || (at.get() - start.get()).precise()
            style:--at=move || scale.percent(at.get() - start.get())
            on:pointerdown=move |event| {
                event.stop_propagation();
                if pointer::is_main(&event) {
                    pointer::capture(&event);
                    desk.playback.pause();
                    drag.set_value(Some(desk.session.draft()));
                }
            }
            on:pointermove=move |event| {
                if drag.with_value(Option::is_some)
                    && let Some(time) = scale.time_at(event.client_x())
                    && let Some(framing) = moved(time + start.get_untracked())
                {
                    desk.session.show_framing(framing);
                    desk.playback.seek(at.get_untracked());
                }
            }
            on:pointerup=move |_| {
                if let Some(before) = drag.try_update_value(Option::take).flatten() {
                    desk.session.commit(before, None);
                }
            }
            on:pointercancel=move |_| {
                if let Some(before) = drag.try_update_value(Option::take).flatten() {
                    desk.session.commit(before, None);
                }
            }
            on:keydown=move |event| {
                let frames = match event.key().as_str() {
                    "ArrowLeft" => -1,
                    "ArrowRight" => 1,
                    _ => return,
                };
                event.prevent_default();
                event.stop_propagation();
                let frames = if event.shift_key() { frames * 10 } else { frames };
                let to = desk.with_subject(|it| it.span.rate.frame_start(it.span.rate.frame_at(at.get_untracked()) + frames));
                if let Some(framing) = to.and_then(moved) {
                    desk.session.set_framing(Some(format!("{label} {:?}", start.get_untracked())), framing);
                }
            }></span>
    }
}
