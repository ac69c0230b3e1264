//! The segment under the playhead: how fast it plays, and the clip in parts.

use super::{desk::Desk, lanes::speed_label};
use crate::{
    domain::framing::{Segment, Speed},
    ui::icon::Icon,
};
use leptos::prelude::*;

#[component]
pub fn SegmentSection(desk: Desk) -> impl IntoView {
    let segment = Memo::new(move |_| desk.segment());
    let of =
        move |read: fn(&Segment) -> Speed| segment.with(|it| it.as_ref().map_or(Speed::NORMAL, |(.., it)| read(it)));
    let speed = Memo::new(move |_| of(|it| it.speed));
    let to = Memo::new(move |_| of(|it| it.ramp_to.unwrap_or(it.speed)));
    let is_ramp = Memo::new(move |_| segment.with(|it| it.as_ref().is_some_and(|(.., it)| it.ramp_to.is_some())));
    let blends = Memo::new(move |_| segment.with(|it| it.as_ref().is_some_and(|(.., it)| it.blend)));
    let (index, count) = (
        Memo::new(move |_| segment.with(|it| it.as_ref().map_or(0, |(index, ..)| *index))),
        Memo::new(move |_| segment.with(|it| it.as_ref().map_or(1, |(_, count, _)| *count))),
    );
    let title = move || match count.get() {
        1 => "Speed".to_owned(),
        count => format!("Segment {} of {count}", index.get() + 1),
    };
    let is_slow = Memo::new(move |_| speed.get().percent().min(to.get().percent()) < 100);
    view! {
        <div class="panel__section">
            <span class="panel__label">{title}</span>
            <SpeedChoice label="Speed" value=speed on_choose=move |speed| desk.set_speed(speed) />
            <label class="option option--tight">
                <span>"Changes on the way"</span>
                <input class="switch" type="checkbox" prop:checked=move || is_ramp.get() on:change:target=move |ev| {
                    let is_on = ev.target().checked();
                    desk.change_segment(|it| it.ramp_to = is_on.then(|| other_than(it.speed)));
                } />
            </label>
            <Show when=move || is_ramp.get()>
                <SpeedChoice label="Speed at its end" value=to on_choose=move |speed| desk.change_segment(|it| it.ramp_to = Some(speed)) />
            </Show>
            <Show when=move || is_slow.get() || blends.get()>
                <label class="option option--tight" title="Pictures between two recorded ones are mixed from both">
                    <span>"Soften slow motion"</span>
                    <input class="switch" type="checkbox" prop:checked=move || blends.get() on:change:target=move |ev| {
                        let is_on = ev.target().checked();
                        desk.change_segment(|it| it.blend = is_on);
                    } />
                </label>
            </Show>
            <div class="button-row">
                <button class="button button--outline button--sm" type="button" title="Split at the playhead (S)" on:click=move |_| split(desk)>
                    <Icon name="split" /><span class="button__text">"Split"</span>
                </button>
                <Show when=move || count.get() != 1>
                    <button class="button button--outline button--sm" type="button" title="Take this segment out of the clip (Shift+Delete)" on:click=move |_| { desk.remove_segment(); }>
                        <Icon name="trash" /><span class="button__text">"Cut out"</span>
                    </button>
                    <button class="button button--quiet button--sm" type="button" title="One with the segment before it, and what was cut out between them (Shift+S)"
                        disabled=move || index.get() == 0 on:click=move |_| { desk.join_segment(); }>
                        <span class="button__text">"Join"</span>
                    </button>
                </Show>
            </div>
        </div>
    }
}

/// In two at the playhead, or why not.
pub fn split(desk: Desk) {
    desk.playback.pause();
    if !desk.split() {
        desk.session.toasts.say("Move the playhead into a segment to split it there");
    }
}

/// Where a ramp goes first.
fn other_than(speed: Speed) -> Speed {
    if speed == Speed::HALF { Speed::NORMAL } else { Speed::HALF }
}

#[component]
fn SpeedChoice(label: &'static str, value: Memo<Speed>, #[prop(into)] on_choose: Callback<Speed>) -> impl IntoView {
    let is_own = Memo::new(move |_| !Speed::STEPS.contains(&value.get()));
    view! {
        <div class="segmented segmented--fit" role="radiogroup" aria-label=label>
            {Speed::STEPS.map(|step| view! {
                <button class="segmented__item" type="button" role="radio" aria-checked=move || (value.get() == step).to_string()
                    on:click=move |_| on_choose.run(step)>{speed_label(step)}</button>
            })}
        </div>
        <Show when=move || is_own.get()>
            <p class="field__hint">{move || format!("Now {}", speed_label(value.get()))}</p>
        </Show>
    }
}
