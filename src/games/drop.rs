//! A video that is chosen or dropped before its game is described: it waits in the queue, and the form opens with it.

use crate::{
    browser::{files::LocalFile, uploads},
    ui::{icon::Icon, toast::Toasts, video_file::VideoFile},
    uploads::queue::UploadQueue,
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// Keeps the first video of what was given for the form of a new game, and answers whether it did. The file of an
/// interrupted upload goes on instead; what is no video is said to be none.
pub fn keep(given: Vec<LocalFile>, queue: UploadQueue, toasts: Toasts) -> bool {
    let Some(video) = given.into_iter().find(LocalFile::may_be_video) else {
        toasts.error("This file is not a video. Choose an MP4, MOV or MKV.");
        return false;
    };
    if uploads::take_up(queue, &video) {
        return false;
    }
    queue.pending.set(Some(video));
    true
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
    let on_files = Callback::new(move |(files,)| {
        if let (true, Some(on_kept)) = (keep(files, queue, toasts), on_kept) {
            on_kept.run(());
        }
    });
    view! {
        <label class=class>
            <Icon name="upload" />
            <span class="button__text">{label}</span>
            <VideoFile on_files />
        </label>
    }
}
