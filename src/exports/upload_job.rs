//! One upload of this browser in the list of jobs.

use crate::{
    domain::{size::size, time::Micros},
    ui::icon::Icon,
    uploads::{
        actions::UploadActions,
        queue::{TaskState, UploadQueue, UploadTask},
    },
};
use leptos::prelude::*;

/// A row that follows its upload by key; it shows nothing once that is gone from the queue.
#[component]
pub fn UploadJob(key: u64) -> impl IntoView {
    let tasks = UploadQueue::expect().tasks;
    let task = Memo::new(move |_| tasks.with(|all| all.iter().find(|task| task.key == key).cloned()));
    let read = move |of: fn(&UploadTask) -> String| move || task.get().as_ref().map(of).unwrap_or_default();
    let percent = move || task.get().map_or(0, |task| task.percent());
    view! {
        <article class="job">
            <div class="job__row">
                <Icon name="upload" />
                <div>
                    <h3 class="job__name">{read(|task| task.name.clone())}</h3>
                    <p class="job__kind">{read(|task| format!("{} · {} of {}", task.file_name, size(task.sent), size(task.bytes)))}</p>
                </div>
                <div class="job__stage">
                    <span>
                        <span class=read(|task| state_class(&task.state).to_owned())>{read(state_word)}</span>
                        <span class="num muted">{move || format!("{}%", percent())}</span>
                    </span>
                    <span class=read(|task| progress_class(&task.state).to_owned()) role="progressbar" aria-label="Upload"
                        aria-valuemin="0" aria-valuemax="100" aria-valuenow=percent
                        style=move || format!("width: 100%; --value: {}%", percent())>
                        <span class="progress__fill"></span>
                    </span>
                </div>
                <span class="job__beat"></span>
                <span class="job__speed num muted">{read(rate)}</span>
                <span class="job__left num">{read(left)}</span>
                <div class="job__actions">
                    <UploadActions key />
                    <a class="button button--outline button--sm" href=read(|task| format!("/games/{}", task.game))>
                        <span class="button__text">"Open game"</span>
                    </a>
                </div>
            </div>
            {move || match task.get().map(|task| task.state) {
                Some(TaskState::Failed(why)) => Some(view! { <p class="job__advice"><strong>{why}</strong></p> }),
                _ => None,
            }}
        </article>
    }
}

fn state_word(task: &UploadTask) -> String {
    let word = match task.state {
        TaskState::Preparing => "Reading the file",
        TaskState::Queued => "Next in line",
        TaskState::Sending if task.through_server => "Sending through the server",
        TaskState::Sending => "Sending from this tab",
        TaskState::Paused => "Paused",
        TaskState::Waiting => "Waiting for the connection",
        TaskState::Interrupted => "Interrupted",
        TaskState::Elsewhere => "Sent from another browser",
        TaskState::Finishing => "Reading the video",
        TaskState::Done => "Done",
        TaskState::Failed(_) => "Failed",
    };
    word.to_owned()
}

fn state_class(state: &TaskState) -> &'static str {
    match state {
        TaskState::Preparing | TaskState::Sending | TaskState::Elsewhere | TaskState::Finishing => {
            "status status--running"
        }
        TaskState::Queued | TaskState::Paused | TaskState::Waiting | TaskState::Interrupted => "status status--waiting",
        TaskState::Done => "status status--done",
        TaskState::Failed(_) => "status status--error",
    }
}

fn progress_class(state: &TaskState) -> &'static str {
    match state {
        TaskState::Preparing | TaskState::Sending | TaskState::Elsewhere | TaskState::Finishing => "progress",
        TaskState::Queued => "progress progress--waiting",
        TaskState::Paused | TaskState::Waiting | TaskState::Interrupted => "progress progress--paused",
        TaskState::Done => "progress progress--done",
        TaskState::Failed(_) => "progress progress--error",
    }
}

#[allow(clippy::cast_possible_truncation)]
fn rate(task: &UploadTask) -> String {
    match (&task.state, task.rate) {
        (TaskState::Sending, Some(rate)) => format!("{}/s", size(rate as i64)),
        _ => String::new(),
    }
}

fn left(task: &UploadTask) -> String {
    match (&task.state, task.seconds_left()) {
        (TaskState::Sending, Some(seconds)) => format!("{} left", Micros::from_seconds_f64(seconds)),
        _ => String::new(),
    }
}
