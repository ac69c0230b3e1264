//! The music of a reel among the choices of its export.

use super::{
    api::{delete_music, update_music},
    types::{MAX_BYTES, MusicUpdate},
};
use crate::{
    browser::{
        client::put_file,
        files::{self, LocalFile},
    },
    domain::{
        ids::ReelId,
        music::{Level, Music, MusicSettings},
    },
    error::{ApiError, Code},
    live::{types::Topic, versions::Versions},
    ui::{choice::Choice, toast::Toasts},
};
use leptos::prelude::*;

/// What a file dialog offers.
const ACCEPT: &str = "audio/*,.mp3,.m4a,.aac,.wav,.flac,.ogg";

/// What is done to the music of one reel.
#[derive(Clone, Copy)]
struct Desk {
    reel: StoredValue<ReelId>,
    add: Action<LocalFile, ()>,
    set: Action<MusicSettings, ()>,
    remove: Action<MusicSettings, ()>,
}

impl Desk {
    fn new(reel: ReelId) -> Self {
        let (versions, toasts) = (Versions::expect(), Toasts::expect());
        let reel = StoredValue::new(reel);
        let told = move |answer: Result<Option<String>, ApiError>| {
            match answer {
                Ok(said) => said.into_iter().for_each(|said| toasts.say(said)),
                Err(error) => toasts.error(error.to_string()),
            }
            versions.bump(&Topic::Reels(reel.get_value()));
        };
        let add = Action::new_unsync(move |file: &LocalFile| {
            let file = file.clone();
            async move {
                let added = add(&reel.get_value(), &file).await;
                told(added.map(|music| Some(format!("{} plays under this reel", music.name))));
            }
        });
        let update = move |settings| update_music(MusicUpdate { id: reel.get_value(), settings });
        let set = Action::new(move |settings: &MusicSettings| {
            let settings = *settings;
            async move { told(update(settings).await.map(|()| None)) }
        });
        let before = RwSignal::new(MusicSettings::default());
        let undo = Callback::new(move |()| drop(set.dispatch(before.get_untracked())));
        let remove = Action::new(move |settings: &MusicSettings| {
            let settings = *settings;
            async move {
                let removed = delete_music(reel.get_value()).await;
                if removed.is_ok() {
                    before.set(settings);
                    toasts.with_action("Music removed".to_owned(), "Undo", undo);
                }
                told(removed.map(|()| None));
            }
        });
        Self { reel, add, set, remove }
    }
}

async fn add(reel: &ReelId, file: &LocalFile) -> Result<Music, ApiError> {
    if file.size().cast_unsigned() > MAX_BYTES {
        let most = MAX_BYTES >> 20;
        let message = format!("Music has at most {most} MB. Choose a shorter or smaller file.");
        return Err(ApiError::new(Code::TooLarge, message));
    }
    put_file(&format!("/api/reels/{reel}/music"), file).await
}

#[component]
pub fn MusicField(reel: ReelId, music: Memo<Option<Music>>) -> impl IntoView {
    let desk = Desk::new(reel);
    view! {
        <div class="field music" role="group" aria-label="Music">
            <span class="field__label" aria-hidden="true">"Music"</span>
            {move || match music.get() {
                _ if desk.add.pending().get() => view! { <p class="muted" role="status">"Adding the music…"</p> }.into_any(),
                Some(music) => view! { <Song desk music /> }.into_any(),
                None => view! {
                    <FileButton desk words="Add music" />
                    <p class="field__hint">"MP3, M4A, WAV, FLAC or Ogg, up to 100 MB. It plays again until the reel ends."</p>
                }.into_any(),
            }}
        </div>
    }
}

#[component]
fn FileButton(desk: Desk, words: &'static str) -> impl IntoView {
    view! {
        <label class="button button--outline">
            <input class="visually-hidden" type="file" accept=ACCEPT
                on:change=move |event| {
                    if let Some(file) = files::chosen(&event).into_iter().next() {
                        desk.add.dispatch(file);
                    }
                } />
            <span class="button__text">{words}</span>
        </label>
    }
}

#[component]
fn Song(desk: Desk, music: Music) -> impl IntoView {
    let Music { id, name, length, settings, .. } = music;
    // Another song has another address.
    let source = format!("/media/reels/{}/music?song={id}", desk.reel.get_value());
    let levels = || {
        let words =
            [(Level::Soft, "Soft, in the background"), (Level::Medium, "Medium"), (Level::Loud, "As loud as the game")];
        words.map(|(level, words)| (level, words.to_owned())).to_vec()
    };
    let on_level = Callback::new(move |level| drop(desk.set.dispatch(MusicSettings { level, ..settings })));
    view! {
        <p class="music__name"><strong>{name}</strong>" "<span class="muted num">{length.precise()}</span></p>
        <audio class="music__player" controls preload="none" src=source aria-label="Listen to the music"></audio>
        <Choice label="Music level" items=Signal::derive(levels) value=Signal::stored(settings.level) on_choose=on_level />
        <label class="option">
            <span>"Softer while the game is loud"</span>
            <input class="switch" type="checkbox" prop:checked=settings.ducks
                on:change=move |event| drop(desk.set.dispatch(MusicSettings { ducks: event_target_checked(&event), ..settings })) />
        </label>
        <div class="button-row">
            <FileButton desk words="Choose another" />
            <button class="button button--ghost" type="button" on:click=move |_| drop(desk.remove.dispatch(settings))>
                <span class="button__text">"Remove music"</span>
            </button>
        </div>
    }
}
