//! The picture of a game's card, and over it what its video waits for.

use crate::{
    domain::{ids::GameId, left::left, time::Micros},
    editor::film::Still,
    games::types::GameCard,
    ui::progress::{Progress, ProgressTone},
    uploads::queue::{TaskState, UploadQueue, UploadTask},
    videos::types::VideoState,
};
use leptos::prelude::*;

/// A frame of the video, or a pitch while there is none.
#[component]
pub fn PosterPicture(url: Option<String>) -> impl IntoView {
    match url {
        Some(url) => view! { <img src=url alt="" loading="lazy" decoding="async" /> }.into_any(),
        None => view! { <span class="poster__none"><Pitch /></span> }.into_any(),
    }
}

/// A pitch seen from the stand.
#[component]
pub fn Pitch() -> impl IntoView {
    view! {
        <svg viewBox="0 0 220 120" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
            <path d="M10 104h200M110 104V20M10 104 46 20h128l36 84" stroke-linejoin="round"></path>
            <ellipse cx="110" cy="56" rx="30" ry="13"></ellipse>
            <circle cx="110" cy="56" r="3" fill="currentColor"></circle>
        </svg>
    }
}

/// The length of a video that is ready; otherwise how far it is.
#[component]
pub fn GamePoster(
    card: GameCard,
    /// The part of the game (0 to 1) that is looked at, if any.
    part: RwSignal<Option<f64>>,
) -> impl IntoView {
    let GameCard { id, video, duration, poster_url, glance, .. } = card;
    let looked_at = move || {
        let part = part.get()?;
        let picture = glance.as_ref()?.picture(part);
        Some(view! {
            <Still picture />
            <span class="poster__scrub" style:--at=percent(part)></span>
        })
    };
    let duration = duration.map(|time: Micros| time.to_string());
    view! {
        <div class="poster">
            <PosterPicture url=poster_url />
            {looked_at}
            {match video {
                Some(VideoState::Ready) => {
                    duration.map(|time| view! { <span class="poster__label">{time}</span> }).into_any()
                }
                video => view! { <VideoProgress game=id video /> }.into_any(),
            }}
        </div>
    }
}

/// In whole percent: what writes floats would be kilobytes more for the library.
#[allow(clippy::cast_possible_truncation)] // 0 to 100.
fn percent(part: f64) -> String {
    format!("{}%", (part * 100.0) as i32)
}

/// The upload of this tab when there is one, else what the server knows.
#[component]
fn VideoProgress(game: GameId, video: Option<VideoState>) -> impl IntoView {
    let queue = UploadQueue::expect();
    let task = Memo::new(move |_| queue.of_game(&game));
    let words = move || task.with(|task| task.as_ref().map_or_else(|| server_words(video), task_words));
    let percent = Signal::derive(move || task.with(|task| task.as_ref().map_or(0, UploadTask::percent)));
    let tone = Signal::derive(move || task.with(|task| task.as_ref().map_or_else(|| server_tone(video), task_tone)));
    let has_bar = move || video.is_some() || task.with(Option::is_some);
    view! {
        <div class="poster__state">
            <span><span>{move || words().0}</span><span>{move || words().1}</span></span>
            <Show when=has_bar><Progress label="Upload" value=percent tone /></Show>
        </div>
    }
}

fn server_words(video: Option<VideoState>) -> (String, String) {
    let words = match video {
        None => "No video yet",
        Some(VideoState::Waiting) => "Waiting for the file",
        Some(VideoState::Probing) => "Reading the video",
        Some(VideoState::Error) => "The video cannot be used",
        Some(VideoState::Ready) => "",
    };
    (words.to_owned(), String::new())
}

const fn server_tone(video: Option<VideoState>) -> ProgressTone {
    match video {
        Some(VideoState::Error) => ProgressTone::Error,
        _ => ProgressTone::Waiting,
    }
}

fn task_words(task: &UploadTask) -> (String, String) {
    let percent = task.percent();
    let sent = format!("{percent}% sent");
    match task.state {
        TaskState::Preparing => ("Preparing the upload".to_owned(), String::new()),
        TaskState::Queued => ("Next to upload".to_owned(), String::new()),
        TaskState::Sending => (format!("Uploading {percent}%"), task.seconds_left().map(left).unwrap_or_default()),
        TaskState::Paused => ("Upload paused".to_owned(), sent),
        TaskState::Waiting => ("No connection, trying again".to_owned(), sent),
        TaskState::Interrupted => ("Upload interrupted".to_owned(), sent),
        TaskState::Elsewhere => (format!("Uploading {percent}%"), "from another browser".to_owned()),
        TaskState::Finishing => ("Reading the video".to_owned(), String::new()),
        TaskState::Done => (String::new(), String::new()),
        TaskState::Failed(_) => ("Upload failed".to_owned(), sent),
    }
}

const fn task_tone(task: &UploadTask) -> ProgressTone {
    match task.state {
        TaskState::Preparing | TaskState::Queued => ProgressTone::Waiting,
        TaskState::Sending | TaskState::Elsewhere | TaskState::Finishing => ProgressTone::Moving,
        TaskState::Paused | TaskState::Waiting | TaskState::Interrupted => ProgressTone::Paused,
        TaskState::Done => ProgressTone::Done,
        TaskState::Failed(_) => ProgressTone::Error,
    }
}
