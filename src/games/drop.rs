//! Videos that are chosen or dropped before their game is described: they wait in the queue, and the form opens with them.

use crate::{
    browser::{files::LocalFile, uploads},
    domain::ids::GameId,
    ui::{icon::Icon, toast::Toasts, video_file::VideoFile},
    uploads::queue::UploadQueue,
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// The videos of what was given, in playing order: that of their names, in which cameras count. What is no video is said to
/// be none.
pub fn videos_of(given: Vec<LocalFile>, toasts: Toasts) -> Vec<LocalFile> {
    let (mut videos, others): (Vec<_>, Vec<_>) = given.into_iter().partition(LocalFile::may_be_video);
    if let Some(name) = others.first().map(LocalFile::name) {
        toasts.error(format!("{name} is not a video. Choose an MP4, MOV or MKV."));
    }
    videos.sort_by(|a, b| natord::compare_ignore_case(&a.name(), &b.name()));
    videos
}

/// Those videos that no interrupted upload waits for (of this game, if one is given): the others go on with it.
pub fn without_interrupted(videos: Vec<LocalFile>, game: Option<&GameId>, queue: UploadQueue) -> Vec<LocalFile> {
    videos.into_iter().filter(|video| !uploads::take_up(queue, game, video)).collect()
}

/// Keeps videos for the form of a new game, after those that it has; answers whether there were any.
pub fn keep(videos: Vec<LocalFile>, queue: UploadQueue) -> bool {
    let are_any = !videos.is_empty();
    queue.pending.update(|pending| pending.extend(videos));
    are_any
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
        if let (true, Some(on_kept)) = (keep(videos_of(files, toasts), queue), on_kept) {
            on_kept.run(());
        }
    });
    view! {
        <label class=class>
            <Icon name="upload" />
            <span class="button__text">{label}</span>
            <VideoFile on_files several=true />
        </label>
    }
}
