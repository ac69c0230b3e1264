//! A video may be dropped anywhere: it goes on with the upload that it was part of, is added to the game that is open, or
//! begins a game.

use crate::{
    browser::{files, uploads},
    games::drop::{keep, videos_of, without_interrupted},
    ui::toast::Toasts,
    uploads::queue::UploadQueue,
};
use leptos::{ev, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

const FORM: &str = "/games/new";

#[component]
pub fn DropPage() -> impl IntoView {
    let (queue, toasts) = (UploadQueue::expect(), Toasts::expect());
    let (navigate, path) = (use_navigate(), use_location().pathname);
    let is_over = RwSignal::new(false);
    let words = move || match queue.target.get() {
        Some((_, name)) => format!("Drop the video to add it to {name}"),
        None if path.with(|path| path == FORM) => "Drop the video of this game".to_owned(),
        None => "Drop the video to add a game".to_owned(),
    };
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let over = window_event_listener(ev::dragover, move |event| {
            if files::has_files(&event) {
                event.prevent_default();
                is_over.set(true);
            }
        });
        let leave = window_event_listener(ev::dragleave, move |event| {
            if event.related_target().is_none() {
                is_over.set(false);
            }
        });
        let drop = window_event_listener(ev::drop, move |event| {
            if files::has_files(&event) {
                event.prevent_default();
                is_over.set(false);
                let dropped = files::dropped(&event);
                let dropped = videos_of(dropped, toasts);
                if let Some((game, name)) = queue.target.get_untracked() {
                    uploads::start(queue, &game, &name, without_interrupted(dropped, Some(&game), queue));
                } else if path.with_untracked(|path| path == FORM) {
                    keep(dropped, queue);
                } else if keep(without_interrupted(dropped, None, queue), queue) {
                    navigate(FORM, NavigateOptions::default());
                }
            }
        });
        on_cleanup(move || {
            over.remove();
            leave.remove();
            drop.remove();
        });
    });
    view! {
        <Show when=move || is_over.get()>
            <div class="is-dropping" data-drop=words></div>
        </Show>
    }
}
