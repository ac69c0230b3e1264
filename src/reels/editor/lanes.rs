//! The clip's time: keyframes of the crop, and what plays how fast.

use super::{
    desk::{Desk, Subject},
    diamonds::{Diamonds, Mark},
    draft::Draft,
    trim,
};
use crate::{
    browser::pointer,
    domain::{
        framing::{Segment, Speed},
        time::Micros,
        time_map::TimeMap,
    },
    editor::{
        film::Film,
        scale::{Scale, Span as Stretch},
        timeline::{Lane, Timeline},
    },
};
use leptos::prelude::*;

/// The time of the clip on the desk as its lanes have it: as it plays, without what is cut away, each part at its speed.
#[derive(Clone, Copy)]
pub struct ClipTime {
    pub desk: Desk,
    pub scale: Scale,
    pub playhead: Signal<Micros>,
    pub on_seek: Callback<Micros>,
}

impl ClipTime {
    pub fn of(desk: Desk) -> Self {
        let whole = Signal::derive(move || {
            let end = desk.time.with(|map| map.as_ref().map_or(Micros::SECOND, TimeMap::length));
            Stretch { start: Micros::ZERO, end }
        });
        let scale = Scale::new(whole);
        let playhead = Signal::derive(move || desk.played(desk.playback.now.get()));
        let on_seek = Callback::new(move |at: Micros| desk.playback.seek(untrack(|| desk.recorded(at))));
        Self { desk, scale, playhead, on_seek }
    }

    /// Where a moment of the recording stands.
    pub fn percent(self, at: Micros) -> String {
        self.scale.percent(self.desk.played(at))
    }

    /// Where a stretch of the recording lies.
    pub fn bar_style(self, start: Micros, end: Micros) -> String {
        self.scale.bar_style(self.desk.played(start), self.desk.played(end))
    }

    /// When a moment of the recording is played, as text.
    pub fn said(self, at: Micros) -> String {
        self.desk.played(at).precise()
    }

    /// The moment of the recording under a pointer.
    pub fn recorded_at(self, client_x: i32) -> Option<Micros> {
        self.scale.time_at(client_x).map(|at| untrack(|| self.desk.recorded(at)))
    }
}

#[component]
pub fn FramingTimeline(desk: Desk) -> impl IntoView {
    let time = ClipTime::of(desk);
    view! {
        <Timeline scale=time.scale playhead=time.playhead on_seek=time.on_seek bar=false>
            <Lane name="Video" icon="film" kind="video"><Thumbs time /></Lane>
            <Lane name="Crop" icon="diamond" kind="keys"><Keyframes time /></Lane>
            <Lane name="Speed" icon="split" kind="regions"><Segments time /></Lane>
        </Timeline>
    }
}

/// What the clip shows; the poster, side by side, until its video's small pictures are there.
#[component]
pub fn Thumbs(time: ClipTime) -> impl IntoView {
    let ClipTime { desk, scale, .. } = time;
    let picture = Callback::new(move |at: Micros| {
        let at = desk.recorded(at);
        desk.video.with(|video| video.as_ref()?.picture(at))
    });
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

#[component]
fn Keyframes(time: ClipTime) -> impl IntoView {
    let desk = time.desk;
    let marks = Signal::derive(move || desk.subject.with(|it| it.as_ref().map(marks_of).unwrap_or_default()));
    let moved = Callback::new(move |(at, to)| desk.with_subject(|it| it.framing.with_key_moved(it.span, at, to)));
    let on_remove = Callback::new(move |at| desk.remove_key(at));
    view! { <Diamonds time name="Crop" marks moved on_remove /> }
}

/// Those of what plays; both ends of the clip have one even before the first is written.
fn marks_of(it: &Subject) -> Vec<Mark> {
    let (first, last) = it.span.ends();
    let mut marks: Vec<_> = it
        .framing
        .crop
        .iter()
        .map(|key| Mark { at: key.at, is_end: [first, last].contains(&it.span.snap(key.at)) })
        .collect();
    for end in [first, last] {
        if !marks.iter().any(|mark| it.span.snap(mark.at) == end) {
            marks.push(Mark { at: end, is_end: true });
        }
    }
    let playing = trim::segments(&it.framing, it.span);
    marks.retain(|mark| {
        playing.iter().any(|part| part.start <= mark.at && mark.at < part.end)
            || mark.at == first && playing[0].start == it.span.start
    });
    marks.sort_by_key(|mark| mark.at);
    marks
}

/// What is dragged on the speed lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Start,
    End,
    /// Where this segment starts after the one before it.
    Border(usize),
    /// Where the one before this segment ends; by keys also while nothing is cut out between the two.
    Gap(usize),
}

#[component]
fn Segments(time: ClipTime) -> impl IntoView {
    let desk = time.desk;
    let segments = Memo::new(move |_| {
        desk.subject.with(|it| it.as_ref().map(|it| trim::segments(&it.framing, it.span)).unwrap_or_default())
    });
    let count = Memo::new(move |_| segments.with(Vec::len));
    view! {
        <For each=move || 0..count.get() key=|index| *index let:index>
            <SegmentBar time segments index />
        </For>
        <For each=move || 1..count.get().max(1) key=|index| *index let:index>
            <TrimHandle time segments edge=Edge::Gap(index) />
            <TrimHandle time segments edge=Edge::Border(index) />
        </For>
        <Show when=move || count.get() != 0>
            <TrimHandle time segments edge=Edge::Start />
            <TrimHandle time segments edge=Edge::End />
        </Show>
    }
}

#[component]
fn SegmentBar(time: ClipTime, segments: Memo<Vec<Segment>>, index: usize) -> impl IntoView {
    let segment = Memo::new(move |_| segments.with(|all| all.get(index).copied().unwrap_or_default()));
    let is_current = Memo::new(move |_| {
        let (at, it) = (time.desk.at(), segment.get());
        it.start <= at && at < it.end
    });
    let label = move || {
        let Segment { speed, ramp_to, .. } = segment.get();
        match ramp_to {
            Some(to) => format!("{} to {}", speed_label(speed), speed_label(to)),
            None => speed_label(speed),
        }
    };
    view! {
        <div class="clip-bar clip-bar--segment" class:clip-bar--slow=move || segment.get().twice_speed() < 200
            class:clip-bar--current=move || is_current.get()
            style=move || { let it = segment.get(); time.bar_style(it.start, it.end) }>
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

/// A drag of an edge: what is undone when it is, where the edge was, and the pointer; how much of the recording a pixel is.
#[derive(Clone)]
struct EdgeDrag {
    before: Draft,
    at: Micros,
    from: i32,
    per_pixel: f64,
    pointer: i32,
}

/// Where the clip starts or ends playing, or one segment follows another; dragged, or moved frame by frame with the arrow keys.
/// What comes after it moves along.
#[component]
fn TrimHandle(time: ClipTime, segments: Memo<Vec<Segment>>, edge: Edge) -> impl IntoView {
    let (desk, scale) = (time.desk, time.scale);
    let at = Memo::new(move |_| {
        segments.with(|all| match edge {
            Edge::Start => all.first().map(|part| part.start),
            Edge::End => all.last().map(|part| part.end),
            Edge::Border(index) => all.get(index).map(|part| part.start),
            Edge::Gap(index) => all.get(index - 1).map(|part| part.end),
        })
    });
    // What is cut out takes no room: both of its edges stand at one place, side by side.
    let is_apart = Memo::new(move |_| match edge {
        Edge::Border(index) | Edge::Gap(index) => segments
            .with(|all| all.get(index - 1).zip(all.get(index)).is_some_and(|(before, after)| before.end < after.start)),
        Edge::Start | Edge::End => false,
    });
    let at = move || at.get().unwrap_or_default();
    let drag = StoredValue::new(None::<EdgeDrag>);
    let moved = move |to: Micros| {
        desk.with_subject(|it| match edge {
            Edge::Start => trim::with_start(&it.framing, it.span, to),
            Edge::End => trim::with_end(&it.framing, it.span, to),
            Edge::Border(index) => trim::with_border(&it.framing, it.span, index, to),
            Edge::Gap(index) => trim::with_gap_from(&it.framing, it.span, index, to),
        })
    };
    // A pixel of what plays fast is more of the recording.
    let speed = move || {
        segments.with_untracked(|all| {
            let part = match edge {
                Edge::Start => all.first(),
                Edge::End => all.last(),
                Edge::Border(index) => all.get(index),
                Edge::Gap(index) => all.get(index - 1),
            };
            #[allow(clippy::cast_precision_loss)]
            part.map_or(1.0, |part| part.twice_speed() as f64 / 200.0)
        })
    };
    let span = move || desk.subject.with(|it| it.as_ref().map(|it| it.span));
    let since_start = move |at: Micros| span().map_or(Micros::ZERO, |span| at - span.start);
    let length = move || since_start(span().map_or(Micros::ZERO, |span| span.end));
    let label = move || match edge {
        Edge::Start => "Trim the start".to_owned(),
        Edge::End => "Trim the end".to_owned(),
        Edge::Border(index) if is_apart.get() => format!("Start of segment {}", index + 1),
        Edge::Border(index) => format!("Border of segments {index} and {}", index + 1),
        Edge::Gap(index) => format!("End of segment {index}"),
    };
    let end = move || {
        if let Some(EdgeDrag { before, .. }) = drag.try_update_value(Option::take).flatten() {
            desk.session.commit(before, None);
        }
    };
    view! {
        <span class="trim-handle"  class:trim-handle--end=matches!(edge, Edge::End | Edge::Gap(_)) class:trim-handle--border=matches!(edge, Edge::Border(_) | Edge::Gap(_))
            class:trim-handle--apart=move || is_apart.get() class:trim-handle--gap=matches!(edge, Edge::Gap(_))
            role="slider" tabindex="0" aria-label=label title="Drag it, or move it by arrow keys; with Shift by ten frames"
            aria-valuemin="0" aria-valuemax=move || format!("{:.3}", length().seconds())
            aria-valuenow=move || format!("{:.3}", since_start(at()).seconds())
            aria-valuetext=move || since_start(at()).precise()
            style:--at=move || time.percent(at())
            on:pointerdown=move |event| {
                event.stop_propagation();
                if let Some(per_pixel) = scale.per_pixel().filter(|_| pointer::is_main(&event)) {
                    pointer::capture(&event);
                    desk.playback.pause();
                    drag.set_value(Some(EdgeDrag {
                        before: desk.session.draft(),
                        at: untrack(at),
                        from: event.client_x(),
                        per_pixel: per_pixel * speed(),
                        pointer: event.pointer_id(),
                    }));
                }
            }
            on:pointermove=move |event| {
                let drag = drag.get_value().filter(|drag| drag.pointer == event.pointer_id() && !scale.pinched.get_untracked());
                let Some(EdgeDrag { at: was, from, per_pixel, .. }) = drag else { return };
                let by = Micros::from_seconds_f64(f64::from(event.client_x() - from) * per_pixel);
                if let Some(framing) = moved(was + by) {
                    desk.session.show_framing(framing);
                    desk.playback.seek(untrack(at));
                }
            }
            on:pointerup=move |_| end()
            on:pointercancel=move |_| end()
            on:keydown=move |event| {
                let frames = match event.key().as_str() {
                    "ArrowLeft" => -1,
                    "ArrowRight" => 1,
                    _ => return,
                };
                event.prevent_default();
                event.stop_propagation();
                let frames = if event.shift_key() { frames * 10 } else { frames };
                let to = desk.with_subject(|it| it.span.rate.frame_start(it.span.rate.frame_at(untrack(at)) + frames));
                if let Some(framing) = to.and_then(moved) {
                    let clip = desk.session.current.get_untracked();
                    desk.session.set_framing(clip.map(|id| format!("{edge:?} {id}")), framing);
                }
            }></span>
    }
}
