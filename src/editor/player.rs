//! The picture: a stage that the frame fits into, the video, and whatever a page lays over it.

use super::{playback::Playback, transport::Transport, zoom::Zoom};
use crate::ui::icon::Icon;
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
    /// What stands below the controls.
    #[prop(optional, into)]
    below: ViewFn,
    /// What lies over the picture, inside the frame.
    children: Children,
) -> impl IntoView {
    let zoom = playback.zoom;
    view! {
        <section class="player" aria-label="Video" node_ref=playback.screen>
            <Stage playback src poster size zoom>{children()}</Stage>
            <Transport playback />
            {below.run()}
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
    /// How the picture is turned, as CSS.
    #[prop(optional, into)]
    turned: Signal<Option<String>>,
    /// More classes of the stage.
    #[prop(optional)]
    class: &'static str,
    /// Where the picture can be looked at closer: nothing that lies over it may belong to a place in it.
    #[prop(optional)]
    zoom: Option<Zoom>,
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
            <div class="frame" class:frame--closer=move || zoom.is_some_and(|zoom| !zoom.view.get().is_whole())
                on:wheel=move |event| if let Some(zoom) = zoom { zoom.wheel(&event) }
                on:pointerdown=move |event| if let Some(zoom) = zoom { zoom.press(&event) }
                on:pointermove=move |event| if let Some(zoom) = zoom { zoom.drag(&event) }
                on:pointerup=move |event| if let Some(zoom) = zoom { zoom.release(&event) }
                on:pointercancel=move |event| if let Some(zoom) = zoom { zoom.release(&event) }
                style:--w=move || width().to_string() style:--h=move || height().to_string()>
                <video
                    class="frame__layer"
                    style:transform=move || zoom.and_then(|zoom| zoom.view.get().transform()).or_else(|| turned.get())
                    node_ref=playback.video
                    src=move || src.get()
                    poster=move || poster.get()
                    preload="auto"
                    playsinline
                    aria-label="Recording"
                    on:click=move |_| if !zoom.is_some_and(Zoom::has_dragged) { playback.toggle() }
                    on:play=move |_| playback.playing.set(true)
                    on:pause=move |_| playback.playing.set(false)
                    on:emptied=move |_| playback.emptied()
                    on:ended=move |_| playback.ended()
                    on:timeupdate=move |_| playback.ticked()
                    on:seeked=move |_| playback.seeked()
                    on:loadeddata=move |_| playback.settled()
                    on:loadedmetadata=move |_| playback.loaded()
                    on:error=move |_| playback.failed()
                ></video>
                {children()}
                {zoom.map(|zoom| view! { <ZoomBadge zoom /> })}
            </div>
        </div>
    }
}

/// How close the look is, while it is; a press goes back to the whole picture.
#[component]
fn ZoomBadge(zoom: Zoom) -> impl IntoView {
    let is_closer = Memo::new(move |_| !zoom.view.get().is_whole());
    view! {
        <Show when=move || is_closer.get()>
            <button class="frame__zoom num" type="button" title="Whole picture" aria-label=move || format!("{}, show the whole picture", zoom.view.get().percent())
                on:pointerdown=|event| event.stop_propagation() on:click=move |_| zoom.reset()>
                <Icon name="search" class="icon--sm" />
                {move || zoom.view.get().percent()}
            </button>
        </Show>
    }
}
