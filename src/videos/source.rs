//! What a player plays of a video: the file of this computer while it uploads, the stored one afterwards, without losing
//! the position.

use super::types::Video;
use crate::{
    browser::files::{LocalFile, ObjectUrl},
    domain::ids::VideoId,
    editor::playback::Playback,
    uploads::queue::{TaskState, UploadQueue},
};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::collections::HashMap;

#[derive(Clone, Copy)]
pub struct Source {
    pub url: Signal<Option<String>>,
    /// Whether the file of this computer plays.
    pub is_local: Signal<bool>,
}

/// A file of this computer that plays. The video is none while the server does not know it yet.
struct Local {
    video: Option<VideoId>,
    url: SendWrapper<ObjectUrl>,
}

impl Source {
    /// For whichever video `video` is. `file` is its file on this computer, if there is one; `refresh` asks the server for
    /// the video again, when its address works no longer.
    pub fn new(
        video: Memo<Option<Video>>,
        playback: Playback,
        file: impl Fn() -> Option<LocalFile> + Copy + Send + Sync + 'static,
        refresh: impl Fn() + Copy + Send + Sync + 'static,
    ) -> Self {
        // The address of a stored file changes with every signature: the first one is kept until it fails, or until there is a
        // copy that plays where the recording does not.
        let addresses = StoredValue::new(HashMap::<(VideoId, bool), String>::new());
        let renewals = RwSignal::new(0_u32);
        let stored = Memo::new(move |_| {
            renewals.track();
            let video = video.get()?;
            let fresh = video.url?;
            addresses.try_update_value(|known| known.entry((video.id, video.has_proxy)).or_insert(fresh).clone())
        });
        let local = RwSignal::new(None::<Local>);

        Effect::new(move |_| {
            let id = video.with(|video| video.as_ref().map(|video| video.id.clone()));
            let file = file();
            let playing = local.with_untracked(|local| local.as_ref().map(|local| local.video.clone()));
            match (playing, file) {
                // It plays already; the server has given it a name meanwhile.
                (Some(None), Some(_)) => {
                    local.update_untracked(|local| {
                        if let Some(local) = local {
                            local.video = id;
                        }
                    });
                }
                (Some(of), _) if of == id => {}
                (_, Some(file)) if stored.get_untracked().is_none() => {
                    local.set(file.url().map(|url| Local { video: id, url: SendWrapper::new(url) }));
                }
                (Some(_), _) => local.set(None),
                (None, _) => {}
            }
        });
        // The stored file takes over when it is ready and nothing plays: a change of source is a short gap.
        let queue = UploadQueue::expect();
        let sending = Memo::new(move |_| {
            let id = video.with(|video| video.as_ref().map(|video| video.id.clone()));
            id.and_then(|id| queue.of_video(&id))
                .is_some_and(|task| !matches!(task.state, TaskState::Done | TaskState::Failed(_)))
        });
        Effect::new(move |_| {
            if local.with(Option::is_some) && stored.get().is_some() && !sending.get() && !playback.playing.get() {
                local.set(None);
            }
        });
        // A signature ends after some hours.
        Effect::new(move |_| {
            if playback.failure.with(Option::is_none) || local.with_untracked(Option::is_some) {
                return;
            }
            let Some(video) = video.get() else { return };
            if video.url == stored.get_untracked() {
                refresh();
            } else {
                addresses.update_value(|known| drop(known.remove(&(video.id, video.has_proxy))));
                renewals.update(|renewals| *renewals += 1);
            }
        });
        let local_url = move || local.with(|local| local.as_ref().map(|local| local.url.as_str().to_owned()));
        Self {
            url: Signal::derive(move || local_url().or_else(|| stored.get())),
            is_local: Signal::derive(move || local.with(Option::is_some)),
        }
    }
}
