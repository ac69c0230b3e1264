//! The picture: a stage that the frame fits into, the video, and whatever a page lays over it.

use super::{playback::Playback, transport::Transport};
use leptos::prelude::*;

/// Stage and transport, as Annotate has them.
#[component]
pub fn Player(
    playback: Playback,
    #[prop(into)] src: Signal<Option<String>>,
    #[prop(optional, into)] poster: Signal<Option<String>>,
    /// Width and height of the picture; 16 by 9 while they are not known.
    #[prop(optional, into)]
    size: Signal<Option<(u32, u32)>>,
    /// What lies over the picture, inside the frame.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="player" aria-label="Video">
            <Stage playback src poster size>{children()}</Stage>
            <Transport playback />
        </section>
    }
}

/// The stage alone: `.stage > .frame > video` and the layers of the page.
#[component]
pub fn Stage(
    playback: Playback,
    #[prop(into)] src: Signal<Option<String>>,
    #[prop(optional, into)] poster: Signal<Option<String>>,
    #[prop(optional, into)] size: Signal<Option<(u32, u32)>>,
    /// More classes of the stage.
    #[prop(optional)]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let (width, height) =
        (move || size.get().map_or(16, |(width, _)| width), move || size.get().map_or(9, |(_, height)| height));
    Effect::new(move |_| {
        if playback.video.get().is_some() {
            playback.attached();
        }
    });
    on_cleanup(move || playback.detached());

    view! {
        <div class=format!("stage {class}") node_ref=playback.stage>
            <div class="frame" style:--w=move || width().to_string() style:--h=move || height().to_string()>
                <video
                    class="frame__layer"
                    node_ref=playback.video
                    src=move || src.get()
                    poster=move || poster.get()
                    preload="auto"
                    playsinline
                    aria-label="Recording"
                    on:click=move |_| playback.toggle()
                    on:play=move |_| playback.playing.set(true)
                    on:pause=move |_| playback.playing.set(false)
                    on:ended=move |_| playback.ended()
                    on:timeupdate=move |_| playback.ticked()
                    on:seeked=move |_| playback.seeked()
                    on:loadeddata=move |_| playback.settled()
                    on:loadedmetadata=move |_| playback.loaded()
                    on:error=move |_| playback.failed()
                ></video>
                {children()}
            </div>
        </div>
    }
}
