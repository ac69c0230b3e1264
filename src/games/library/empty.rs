//! The first visit: what to do, and what comes of it.

use super::poster::Pitch;
use crate::{
    games::{
        api::make_sample,
        drop::{VideoInput, open_form},
    },
    live::{types::Topic, versions::Versions},
    ui::{
        button::{Button, Look, Size},
        icon::Icon,
        toast::Toasts,
    },
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// Icon, heading, what happens.
const STEPS: [(&str, &str, &str); 3] = [
    (
        "flag",
        "Mark while you watch",
        "Press N or tap New clip at a good moment, then rate it 1 to 5. A brilliant clip starts a reel by itself.",
    ),
    ("crop", "Frame it for a phone", "Draw the box around the play, so that everyone sees your player."),
    ("share", "Export and share", "Close the tab whenever you like. The file is ready when the export is."),
];

/// For who has no recording at hand.
#[component]
fn SampleButton() -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let is_drawing = RwSignal::new(false);
    let go = use_navigate();
    let make = move |()| {
        is_drawing.set(true);
        let go = go.clone();
        spawn_local(async move {
            match make_sample().await {
                Ok(game) => {
                    versions.bump(&Topic::Games);
                    go(&format!("/games/{}", game.id), NavigateOptions::default());
                }
                Err(error) => toasts.error(error.message),
            }
            is_drawing.try_set(false);
        });
    };
    view! {
        <Button look=Look::Quiet size=Size::Large loading=is_drawing on_press=make>
            {move || if is_drawing.get() { "Drawing the sample game" } else { "Try with a sample game" }}
        </Button>
    }
}

#[component]
pub fn FirstVisit() -> impl IntoView {
    view! {
        <section class="empty" aria-labelledby="empty-title">
            <span class="empty__art faint"><Pitch /></span>
            <h2 class="empty__title" id="empty-title">"Drop your first match here"</h2>
            <p class="empty__text">"MP4, MOV or MKV, any length. You can start marking clips at once, while it uploads."</p>
            <div class="button-row">
                <VideoInput label="Choose a video" on_kept=open_form() />
                <a class="button button--outline button--lg" href="/games/new">
                    <span class="button__text">"Describe the game first"</span>
                </a>
                <SampleButton />
            </div>
        </section>
        <ol class="steps-list">
            {STEPS
                .map(|(icon, heading, text)| {
                    view! {
                        <li class="steps-list__item">
                            <Icon name=icon />
                            <strong>{heading}</strong>
                            <span class="muted">{text}</span>
                        </li>
                    }
                })}
        </ol>
    }
}
