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
    let pending = UploadQueue::expect().pending;
    on_cleanup(move || pending.set(Vec::new()));
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
                    let files = queue.pending.try_update(std::mem::take).unwrap_or_default();
                    uploads::start(queue, &game.id, &name, files);
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

/// The drop area, or the videos that were chosen.
#[component]
fn VideoChoice() -> impl IntoView {
    let queue = UploadQueue::expect();
    let is_empty = Memo::new(move |_| queue.pending.with(Vec::is_empty));
    view! {
        <Show when=move || is_empty.get() fallback=|| view! { <ChosenVideos /> }><NoVideo /></Show>
    }
}

#[component]
fn NoVideo() -> impl IntoView {
    view! {
        <section class="empty drop" aria-labelledby="drop-title">
            <h2 class="empty__title" id="drop-title">"Choose the video, or drop it here"</h2>
            <p class="empty__text">"MP4, MOV or MKV, any length. Halves or camera chapters: choose them together. You can also add them later."</p>
            <div class="button-row"><VideoInput label="Choose a video" outline=true /></div>
        </section>
    }
}

#[component]
fn ChosenVideos() -> impl IntoView {
    let queue = UploadQueue::expect();
    let names = move || {
        queue.pending.with(|files| {
            files.iter().enumerate().map(|(index, file)| (index, file.name(), size(file.size()))).collect::<Vec<_>>()
        })
    };
    let remove = move |index: usize| {
        queue.pending.update(|files| {
            if index < files.len() {
                files.remove(index);
            }
        });
    };
    view! {
        <section class="empty drop drop--chosen" aria-label="Videos">
            <For each=names key=|chosen| chosen.clone() let((index, name, bytes))>
                <div class="drop__file">
                    <Icon name="film" />
                    <div>
                        <p class="drop__name">{name.clone()}</p>
                        <p class="muted">{bytes}</p>
                    </div>
                    <IconButton icon="close" label=format!("Remove {name}") on_press=move || remove(index) />
                </div>
            </For>
            <div class="button-row"><VideoInput label="Add another part" outline=true /></div>
        </section>
    }
}
