//! What the player plays: the file of this computer while it uploads, the stored one afterwards, without losing the
//! position.

use super::annotation::Annotation;
use crate::{
    browser::files::ObjectUrl,
    uploads::queue::{TaskState, UploadQueue},
};
use leptos::prelude::*;
use send_wrapper::SendWrapper;

#[derive(Clone, Copy)]
pub struct Source {
    pub url: Signal<Option<String>>,
    /// Whether the file of this computer plays.
    pub is_local: Signal<bool>,
}

impl Source {
    pub fn new(page: Annotation) -> Self {
        let queue = UploadQueue::expect();
        let id = page.game.with_untracked(|game| game.id.clone());
        // The address of the stored file changes with every signature: the first one is kept until it fails.
        let stored = RwSignal::new(untrack(|| page.video()).and_then(|video| video.url));
        let local = RwSignal::new(None::<String>);
        let object = StoredValue::new(None::<SendWrapper<ObjectUrl>>);

        let game = id.clone();
        Effect::new(move |_| {
            let file = queue.files.with(|files| files.get(&game).cloned());
            if let Some(url) = file.and_then(|file| file.url())
                && local.with_untracked(Option::is_none)
                && stored.with_untracked(Option::is_none)
            {
                local.set(Some(url.as_str().to_owned()));
                object.set_value(Some(SendWrapper::new(url)));
            }
        });
        Effect::new(move |_| {
            let fresh = page.video().and_then(|video| video.url);
            if stored.with_untracked(Option::is_none) && fresh.is_some() {
                stored.set(fresh);
            }
        });
        // The stored file takes over when it is ready and nothing plays: a change of source is a short gap.
        let sending =
            Memo::new(move |_| queue.of_game(&id).is_some_and(|task| !matches!(task.state, TaskState::Failed(_))));
        Effect::new(move |_| {
            if local.with(Option::is_some)
                && stored.with(Option::is_some)
                && !sending.get()
                && !page.playback.playing.get()
            {
                local.set(None);
                object.set_value(None);
            }
        });
        // A signature ends after some hours.
        Effect::new(move |_| {
            if page.playback.failure.get().is_some() && local.with_untracked(Option::is_none) {
                let fresh = untrack(|| page.video().and_then(|video| video.url));
                if stored.get_untracked() == fresh {
                    page.reload();
                } else {
                    stored.set(fresh);
                }
            }
        });
        let url = Signal::derive(move || local.get().or_else(|| stored.get()));
        Self { url, is_local: Signal::derive(move || local.with(Option::is_some)) }
    }
}
