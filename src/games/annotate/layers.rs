//! What lies over the picture: the badge of the clip, where the picture comes from, and what to do when there is none.

use super::annotation::Annotation;
use crate::{
    browser::{
        files::{self, LocalFile},
        uploads,
    },
    clips::types::Clip,
    games::drop::videos_of,
    ui::{labels::Badge, video_file::VideoFile},
    uploads::queue::{TaskState, UploadQueue},
    videos::{
        source::Source,
        types::{Video, VideoState},
    },
};
use leptos::prelude::*;

#[component]
pub fn Layers(page: Annotation, source: Source) -> impl IntoView {
    let has_picture = move || source.url.with(Option::is_some);
    let failure = move || page.playback.failure.get().filter(|_| has_picture());
    let waits = Memo::new(move |_| {
        let stored = !source.is_local.get() && has_picture();
        stored && page.videos.shown.with(|video| video.as_ref().is_some_and(Video::waits_for_proxy))
    });
    let current = Memo::new(move |_| page.current());
    view! {
        {move || current.get().filter(|_| has_picture()).map(|clip| view! { <ClipBadge clip /> })}
        <Show when=move || source.is_local.get()>
            <span class="frame__corner">"Playing your local file"</span>
        </Show>
        <Show when=move || waits.get()>
            <span class="frame__corner" role="status">"A copy that every browser plays is being made"</span>
        </Show>
        <Show when=move || !has_picture()><NoVideo page /></Show>
        {move || failure().map(|why| view! { <div class="frame__notice" role="alert"><p>{why}</p></div> })}
    }
}

/// Mark, name and notes of the clip that the playhead is in.
#[component]
fn ClipBadge(clip: Clip) -> impl IntoView {
    let title = clip.title();
    let notes = clip.details.notes;
    view! {
        <div class="clip-badge">
            <Badge rating=clip.details.rating large=true />
            <div>
                <p class="clip-badge__name">{title}</p>
                {(!notes.is_empty()).then(|| view! { <p class="clip-badge__note">{notes}</p> })}
            </div>
        </div>
    }
}

/// Neither a stored file nor one of this computer.
#[component]
fn NoVideo(page: Annotation) -> impl IntoView {
    let queue = UploadQueue::expect();
    let begin = move |files: Vec<LocalFile>| {
        let mut files = videos_of(files, page.toasts);
        // An upload that was interrupted goes on with its own file, and refuses another.
        let shown = page.videos.shown.with_untracked(|video| video.as_ref().map(|video| video.id.clone()));
        let task = shown.and_then(|id| untrack(|| queue.of_video(&id)));
        if let Some(task) = task.filter(|task| task.state == TaskState::Interrupted) {
            if let Some(file) = files.drain(..).next() {
                uploads::go_on_with(queue, task.key, file);
            }
            return;
        }
        let (id, name) = page.game.with_untracked(|game| (game.id.clone(), game.details.name()));
        uploads::start(queue, &id, &name, files);
    };
    let state = Memo::new(move |_| page.videos.shown.with(|video| video.as_ref().map(|video| video.state)));
    let has_upload =
        Memo::new(move |_| page.videos.shown.with(|video| video.as_ref().is_some_and(|video| video.upload.is_some())));
    let words = move || match state.get() {
        None => ("Add the game's video", "Choose the recording, or drop it here. It plays at once, while it uploads."),
        Some(VideoState::Waiting) if !has_upload.get() => (
            "The upload was cancelled",
            "Choose the same file again: the clips that were marked in it find it, and it plays at once.",
        ),
        Some(VideoState::Waiting) => (
            "The upload is not finished",
            "Choose the same file again: it goes on from where it stopped and plays at once.",
        ),
        Some(VideoState::Error) => (
            "This file cannot be used",
            "It could not be read as a video. Check that it plays elsewhere, then choose another.",
        ),
        Some(_) => ("The video is being read", "It plays here in a moment."),
    };
    view! {
        <div
            class="frame__notice"
            on:dragover=|event| event.prevent_default()
            on:drop=move |event| {
                event.prevent_default();
                event.stop_propagation();
                begin(files::dropped(&event));
            }
        >
            <h2 class="empty__title">{move || words().0}</h2>
            <p class="empty__text">{move || words().1}</p>
            <label class="button button--primary button--lg">
                <span class="button__text">"Choose video"</span>
                <VideoFile several=true on_files=Callback::new(move |(files,)| begin(files)) />
            </label>
        </div>
    }
}
