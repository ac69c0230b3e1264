//! The whole reel, played as it will be exported: trims, speeds, crops, transitions, spotlights and text. Without gaps: two
//! players take turns, and the one that rests waits where the reel goes on.

mod decks;

use self::decks::Decks;
use super::{
    export::{Planned, planned},
    session::Session,
};
use crate::{
    domain::{aspect::Aspect, playlist::Playlist, preset::ExportSettings, time::Micros},
    ui::{dialog::Dialog, icon::Icon},
};
use leptos::{ev, prelude::*};

#[component]
pub fn WatchReel(session: Session) -> impl IntoView {
    let title = Signal::derive(move || session.reel.with(|reel| reel.name.clone()));
    view! {
        <Dialog open=session.watching title>
            <Watch session />
        </Dialog>
    }
}

#[component]
fn Watch(session: Session) -> impl IntoView {
    let list = Memo::new(move |_| {
        session.reel.with(|reel| match planned(reel, ExportSettings::default()) {
            Planned::Ready(plan) => Ok(Playlist::of(&plan)),
            Planned::Not(why) => Err(why),
        })
    });
    let is_wide = Memo::new(move |_| session.reel.with(|reel| reel.aspect == Aspect::Wide));
    let why = Memo::new(move |_| list.with(|list| list.as_ref().err().cloned()));
    view! {
        <div class="dialog__body screening" class:screening--wide=move || is_wide.get()>
            <Show when=move || why.get().is_none() fallback=move || view! { <p class="muted" role="status">{move || why.get()}</p> }>
                <Screen session list />
            </Show>
        </div>
    }
}

#[component]
fn Screen(session: Session, list: Memo<Result<Playlist, String>>) -> impl IntoView {
    let decks = Decks::new(session, list);
    let size = Memo::new(move |_| session.reel.with(|reel| reel.aspect).size());
    let time_of = move |n: i64| list.with(|list| list.as_ref().map_or(Micros::ZERO, |list| list.rate.frame_start(n)));
    let frames = Memo::new(move |_| list.with(|list| list.as_ref().map_or(0, |list| list.frames)));
    let time = move || time_of(decks.at.get()).precise();
    let length = move || time_of(frames.get()).precise();
    let title = Memo::new(move |_| {
        let clip = list
            .with(|list| list.as_ref().ok().and_then(|list| Some(list.takes[list.seen(decks.at.get())?.take].clip)))?;
        session.reel.with(|reel| reel.clips.get(clip).map(|it| format!("{}. {}", clip + 1, it.clip.title())))
    });
    let filled = move || format!("{}%", decks.at.get() * 100 / (frames.get() - 1).max(1));
    let on_key = move |event: ev::KeyboardEvent| {
        // The slider has its own.
        let on_slider = crate::browser::focus::is_within(&event, "input");
        match event.code().as_str() {
            "Space" | "KeyK" => decks.toggle(),
            "Comma" => decks.step(-1),
            "Period" => decks.step(1),
            "ArrowLeft" if !on_slider => decks.go(-1),
            "ArrowRight" if !on_slider => decks.go(1),
            "KeyM" => decks.muted.update(|muted| *muted = !*muted),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let play_label = move || if decks.playing.get() { "Pause" } else { "Play" };
    view! {
        <div class="screening__screen" on:keydown=on_key>
            <div class="frame frame--result" style=move || format!("--w: {}; --h: {}", size.get().0, size.get().1)>
                <video class="screening__deck" node_ref=decks.videos[0] preload="auto" playsinline aria-hidden="true" tabindex="-1"
                    on:seeked=move |_| decks.draw() on:loadeddata=move |_| decks.draw() on:timeupdate=move |_| decks.ticked()></video>
                <video class="screening__deck" node_ref=decks.videos[1] preload="auto" playsinline aria-hidden="true" tabindex="-1"
                    on:seeked=move |_| decks.draw() on:loadeddata=move |_| decks.draw() on:timeupdate=move |_| decks.ticked()></video>
                <canvas class="frame__layer screening__deck" node_ref=decks.over aria-hidden="true"></canvas>
                <canvas class="frame__layer" data-testid="whole-reel" node_ref=decks.canvas role="img" aria-label="The reel"
                    on:click=move |_| decks.toggle()></canvas>
            </div>
            <p class="screening__title" aria-live="polite">{move || title.get()}</p>
            <input class="slider" type="range" min="0" max=move || (frames.get() - 1).max(0) step="1" aria-label="Time in the reel" aria-valuetext=time
                prop:value=move || decks.at.get().to_string() style:--at=filled
                on:input:target=move |ev| if let Ok(at) = ev.target().value().parse() { decks.seek(at) } />
            <div class="transport" role="group" aria-label="Playback of the reel">
                <div class="transport__time"><span class="time">{time}</span><small class="time">{move || format!("/ {}", length())}</small></div>
                <div class="transport__group transport__group--center">
                    <button class="icon-button" type="button" aria-label="Previous clip" title="Previous clip (Left)" on:click=move |_| decks.go(-1)><Icon name="back" /></button>
                    <button class="play-button" type="button" aria-label=play_label title=move || format!("{} (Space)", play_label()) on:click=move |_| decks.toggle()>
                        <Show when=move || decks.playing.get() fallback=|| view! { <Icon name="play" class="icon--solid" /> }>
                            <Icon name="pause" class="icon--solid" />
                        </Show>
                    </button>
                    <button class="icon-button" type="button" aria-label="Next clip" title="Next clip (Right)" on:click=move |_| decks.go(1)><Icon name="on" /></button>
                </div>
                <div class="transport__group transport__group--end">
                    <button class="icon-button" type="button" aria-label="Mute" aria-pressed=move || decks.muted.get().to_string() title="Mute (M)"
                        on:click=move |_| decks.muted.update(|muted| *muted = !*muted)><Icon name="volume" /></button>
                </div>
            </div>
            <p class="field__hint">"Music and evened loudness come with the export."</p>
        </div>
    }
}
