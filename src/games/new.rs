//! Add a game: its video and what it was. The game exists before its upload, and Annotate opens at once.

use super::{
    api::create_game,
    details_form::{DetailsDraft, DetailsFields},
    drop::VideoInput,
};
use crate::{
    browser::uploads,
    domain::size::size,
    live::{types::Topic, versions::Versions},
    shell::Page,
    ui::{
        button::{Button, IconButton, Look, Size},
        icon::Icon,
        toast::Toasts,
    },
    uploads::queue::UploadQueue,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

#[component]
pub fn NewGamePage() -> impl IntoView {
    let draft = DetailsDraft::empty();
    let is_saving = RwSignal::new(false);
    let add = add_game(draft, is_saving);
    view! {
        <Page title="Add game">
            <div class="form-page">
                <div class="page__head">
                    <div>
                        <h1 class="page__title">"Add game"</h1>
                        <p class="page__lead">"You can start marking clips at once, while the video uploads."</p>
                    </div>
                </div>
                <VideoChoice />
                <form
                    class="form"
                    novalidate
                    on:submit=move |event| {
                        event.prevent_default();
                        add.run(());
                    }
                >
                    <DetailsFields draft />
                    <div class="button-row">
                        <Button look=Look::Primary size=Size::Large submit=true loading=is_saving>"Add game"</Button>
                        <a class="button button--quiet button--lg" href="/"><span class="button__text">"Cancel"</span></a>
                    </div>
                </form>
            </div>
        </Page>
    }
}

/// Makes the game, begins its upload when a video was chosen, and opens Annotate.
fn add_game(draft: DetailsDraft, is_saving: RwSignal<bool>) -> Callback<()> {
    let (queue, versions, toasts) = (UploadQueue::expect(), Versions::expect(), Toasts::expect());
    let navigate = use_navigate();
    Callback::new(move |()| {
        if is_saving.get_untracked() {
            return;
        }
        let Some(details) = draft.read() else { return };
        let navigate = navigate.clone();
        is_saving.set(true);
        spawn_local(async move {
            let name = details.name();
            match create_game(details).await {
                Ok(game) => {
                    if let Some(file) = queue.pending.try_update(Option::take).flatten() {
                        uploads::start(queue, game.id.clone(), name, file);
                    }
                    versions.bump(&Topic::Games);
                    navigate(&format!("/games/{}", game.id), NavigateOptions::default());
                }
                Err(error) if draft.refuse(&error) => {}
                Err(error) => toasts.error(error.to_string()),
            }
            is_saving.try_set(false);
        });
    })
}

/// The drop area, or the video that was chosen.
#[component]
fn VideoChoice() -> impl IntoView {
    let queue = UploadQueue::expect();
    let chosen =
        Memo::new(move |_| queue.pending.with(|file| file.as_ref().map(|file| (file.name(), size(file.size())))));
    view! {
        {move || match chosen.get() {
            Some((name, bytes)) => view! { <ChosenVideo name bytes /> }.into_any(),
            None => view! { <NoVideo /> }.into_any(),
        }}
    }
}

#[component]
fn NoVideo() -> impl IntoView {
    view! {
        <section class="empty drop" aria-labelledby="drop-title">
            <h2 class="empty__title" id="drop-title">"Choose the video, or drop it here"</h2>
            <p class="empty__text">"MP4, MOV or MKV, any length. You can also add it later."</p>
            <div class="button-row"><VideoInput label="Choose a video" outline=true /></div>
        </section>
    }
}

#[component]
fn ChosenVideo(name: String, bytes: String) -> impl IntoView {
    let queue = UploadQueue::expect();
    view! {
        <section class="empty drop drop--chosen" aria-label="Video">
            <div class="drop__file">
                <Icon name="film" />
                <div>
                    <p class="drop__name">{name}</p>
                    <p class="muted">{bytes}</p>
                </div>
                <div class="button-row button-row--tight">
                    <VideoInput label="Choose another" outline=true />
                    <IconButton icon="close" label="Remove the video" on_press=move || queue.pending.set(None) />
                </div>
            </div>
        </section>
    }
}
