//! Play, pause, frames, speed, sound, full screen.

use super::playback::Playback;
use crate::{browser::storage, domain::time::Micros, ui::icon::Icon};
use leptos::prelude::*;

const FIVE: Micros = Micros::from_seconds(5);
/// Under which the browser remembers how the clock counts.
const CLOCK_KEY: &str = "clock";

/// The row under the picture.
#[component]
pub fn Transport(playback: Playback) -> impl IntoView {
    view! {
        <div class="transport" role="group" aria-label="Playback">
            <Clock playback />
            <div class="transport__group transport__group--center">
                <Tool icon="back" label="Back 5 seconds" key="Left" optional=true act=move || playback.skip(Micros::ZERO - FIVE) />
                <Tool icon="frame-back" label="One frame back" key="," act=move || playback.step(-1) />
                <PlayButton playback />
                <Tool icon="frame-on" label="One frame on" key="." act=move || playback.step(1) />
                <Tool icon="on" label="On 5 seconds" key="Right" optional=true act=move || playback.skip(FIVE) />
            </div>
            <div class="transport__group transport__group--end">
                {move || playback.frame_rate.get().map(|rate| view! { <span class="faint time transport__opt transport__fps">{format!("{rate} fps")}</span> })}
                <LoopButton playback />
                <SpeedButton playback />
                <MuteButton playback />
                <Tool icon="full" label="Full screen" key="F" act=move || playback.toggle_full_screen() />
            </div>
        </div>
    }
}

/// Where the playhead is, counted from the start of what can be played.
#[component]
fn Clock(playback: Playback) -> impl IntoView {
    let short = move || playback.bounds.with(Option::is_some);
    let since_start = move |at: Micros| match playback.played.get() {
        Some(played) => played.run(at),
        None => at - playback.range().0,
    };
    let length = move || {
        let length = since_start(playback.range().1);
        if short() { length.precise() } else { length.to_string() }
    };
    // A browser's choice: pages are rendered with the time.
    Effect::new(move |_| playback.as_frames.set(storage::get(CLOCK_KEY).as_deref() == Some("frames")));
    let turn = move |_| {
        let is_on = !playback.as_frames.get_untracked();
        playback.as_frames.set(is_on);
        storage::set(CLOCK_KEY, if is_on { "frames" } else { "time" });
    };
    let text = move || {
        if playback.as_frames.get() {
            format!("f {}", playback.frame_number())
        } else {
            since_start(playback.now.get()).precise()
        }
    };
    let title = move || if playback.as_frames.get() { "Show the time" } else { "Show the number of the frame" };
    view! {
        <div class="transport__time">
            <button class="transport__clock time" type="button" title=title on:click=turn>{text}</button>
            <small class="time">{move || format!("/ {}", length())}</small>
        </div>
    }
}

#[component]
fn LoopButton(playback: Playback) -> impl IntoView {
    let is_off = move || playback.loop_range().is_none();
    view! {
        <button
            class="icon-button"
            type="button"
            aria-label="Loop the clip"
            aria-pressed=move || playback.looping.get().to_string()
            disabled=is_off
            title=move || if is_off() { "Select a clip to loop it" } else { "Loop the clip (Shift+Space)" }
            on:click=move |_| playback.toggle_loop()
        >
            <Icon name="loop" />
        </button>
    }
}

#[component]
fn Tool(
    icon: &'static str,
    label: &'static str,
    key: &'static str,
    /// Goes where space is short.
    #[prop(optional)]
    optional: bool,
    act: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <button class="icon-button" class:transport__opt=optional type="button" aria-label=label title=format!("{label} ({key})") on:click=move |_| act()>
            <Icon name=icon />
        </button>
    }
}

#[component]
fn PlayButton(playback: Playback) -> impl IntoView {
    let label = move || if playback.playing.get() { "Pause" } else { "Play" };
    view! {
        <button class="play-button" type="button" aria-label=label title=move || format!("{} (Space)", label()) on:click=move |_| playback.toggle()>
            <Show when=move || playback.playing.get() fallback=|| view! { <Icon name="play" class="icon--solid" /> }>
                <Icon name="pause" class="icon--solid" />
            </Show>
        </button>
    }
}

#[component]
fn SpeedButton(playback: Playback) -> impl IntoView {
    let text = move || match playback.shuttle_speed() {
        0 => format!("{}x", playback.rate.get()),
        speed => format!("{speed}x"),
    };
    view! {
        <button class="speed" type="button" title="Speed" aria-label=move || format!("Speed {}", text()) on:click=move |_| playback.cycle_rate()>
            {text}
        </button>
    }
}

#[component]
fn MuteButton(playback: Playback) -> impl IntoView {
    let label = move || if playback.muted.get() { "Sound on" } else { "Mute" };
    view! {
        <button
            class="icon-button"
            type="button"
            aria-label=label
            aria-pressed=move || playback.muted.get().to_string()
            title=move || format!("{} (M)", label())
            on:click=move |_| playback.toggle_mute()
        >
            <Icon name="volume" />
        </button>
    }
}
