//! The buttons of an upload, wherever it is shown: pause, resume, continue, choose its file again, retry, cancel.

use super::queue::{TaskState, UploadQueue, UploadTask};
use crate::{
    browser::{files::LocalFile, uploads},
    ui::{
        button::{Button, IconButton, Look, Size},
        dialog::ConfirmDialog,
        video_file::VideoFile,
    },
};
use leptos::prelude::*;

/// Which button an upload has beside cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Control {
    None,
    Pause,
    Resume,
    Retry,
    /// It was interrupted, and the browser finds its file by itself.
    Continue,
    /// It was interrupted, and needs its file to be chosen again.
    Choose,
}

fn control(task: &UploadTask) -> Control {
    match task.state {
        TaskState::Preparing | TaskState::Elsewhere | TaskState::Finishing | TaskState::Done => Control::None,
        TaskState::Queued | TaskState::Sending | TaskState::Waiting => Control::Pause,
        TaskState::Paused => Control::Resume,
        TaskState::Interrupted if task.has_handle => Control::Continue,
        TaskState::Interrupted => Control::Choose,
        TaskState::Failed(_) => Control::Retry,
    }
}

#[component]
pub fn UploadActions(key: u64) -> impl IntoView {
    let queue = UploadQueue::expect();
    let task = Memo::new(move |_| queue.tasks.with(|tasks| tasks.iter().find(|task| task.key == key).cloned()));
    let control = Memo::new(move |_| task.with(|task| task.as_ref().map_or(Control::None, control)));
    let asking = RwSignal::new(false);
    // What arrived cannot be brought back: that is asked for first.
    let ask_or_cancel = move || {
        if task.with_untracked(|task| task.as_ref().is_some_and(|task| task.sent > 0 && !task.state.has_ended())) {
            asking.set(true);
        } else {
            uploads::cancel(queue, key);
        }
    };
    view! {
        {move || match control.get() {
            Control::None => ().into_any(),
            Control::Pause => {
                view! { <IconButton small=true solid=true icon="pause" label="Pause upload" on_press=move || uploads::pause(queue, key) /> }
                    .into_any()
            }
            Control::Resume => {
                view! { <IconButton small=true solid=true icon="play" label="Resume upload" on_press=move || uploads::resume(queue, key) /> }
                    .into_any()
            }
            Control::Continue => {
                view! {
                    <Button look=Look::Outline size=Size::Small on_press=move || uploads::go_on(queue, key)>"Continue"</Button>
                }
                    .into_any()
            }
            Control::Choose => view! { <ChooseAgain key /> }.into_any(),
            Control::Retry => {
                view! { <IconButton small=true icon="retry" label="Retry upload" on_press=move || uploads::retry(queue, key) /> }
                    .into_any()
            }
        }}
        <IconButton small=true icon="close" label="Cancel upload" on_press=move || ask_or_cancel() />
        <ConfirmDialog
            open=asking
            title=move || format!("Cancel the upload of {}?", task.with(|task| task.as_ref().map(|it| it.name.clone()).unwrap_or_default()))
            text=move || {
                let percent = task.with(|task| task.as_ref().map_or(0, UploadTask::percent));
                format!("The {percent}% that arrived are thrown away. The game and its clips stay.")
            }
            verb="Cancel upload"
            on_confirm=move || {
                asking.set(false);
                uploads::cancel(queue, key);
            }
        />
    }
}

/// Asks for the file of an interrupted upload.
#[component]
fn ChooseAgain(key: u64) -> impl IntoView {
    let queue = UploadQueue::expect();
    let on_files = Callback::new(move |(files,): (Vec<LocalFile>,)| {
        if let Some(file) = files.into_iter().next() {
            uploads::go_on_with(queue, key, file);
        }
    });
    view! {
        <label class="button button--outline button--sm">
            <span class="button__text">"Choose file"</span>
            <VideoFile on_files />
        </label>
    }
}
