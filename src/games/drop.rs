//! A video that is chosen or dropped before its game is described: it waits in the queue, and the form opens with it.

use crate::{
    browser::files::{self, LocalFile},
    ui::{icon::Icon, toast::Toasts},
    uploads::queue::UploadQueue,
};
use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// What a file dialog offers.
const ACCEPT: &str = "video/*,.mkv,.mts,.m2ts,.ts";

/// Keeps the first video of what was given, or says what is wrong with it.
fn keep(given: Vec<LocalFile>, queue: UploadQueue, toasts: Toasts) -> bool {
    let video = given.into_iter().find(LocalFile::may_be_video);
    let is_kept = video.is_some();
    if is_kept {
        queue.pending.set(video);
    } else {
        toasts.error("This file is not a video. Choose an MP4, MOV or MKV.");
    }
    is_kept
}

/// The whole page takes a video.
#[component]
pub fn DropPage(words: &'static str, #[prop(optional, into)] on_kept: Option<Callback<()>>) -> impl IntoView {
    let (queue, toasts) = (UploadQueue::expect(), Toasts::expect());
    let is_over = RwSignal::new(false);
    Effect::new(move |_| {
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
                if let (true, Some(on_kept)) = (keep(files::dropped(&event), queue, toasts), on_kept) {
                    on_kept.run(());
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

/// The form of a new game, as a callback.
pub fn open_form() -> Callback<()> {
    let navigate = use_navigate();
    Callback::new(move |()| navigate("/games/new", NavigateOptions::default()))
}

/// A button that asks for a video.
#[component]
pub fn VideoInput(
    label: &'static str,
    #[prop(optional)] outline: bool,
    #[prop(optional, into)] on_kept: Option<Callback<()>>,
) -> impl IntoView {
    let (queue, toasts) = (UploadQueue::expect(), Toasts::expect());
    let class = if outline { "button button--outline" } else { "button button--primary button--lg" };
    view! {
        <label class=class>
            <Icon name="upload" />
            <span class="button__text">{label}</span>
            <input
                class="visually-hidden"
                type="file"
                accept=ACCEPT
                on:change=move |event| {
                    if let (true, Some(on_kept)) = (keep(files::chosen(&event), queue, toasts), on_kept) {
                        on_kept.run(());
                    }
                }
            />
        </label>
    }
}
