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
        ids::{MusicId, ReelId},
        music::{Level, Music, MusicSettings},
        time::Micros,
    },
    error::{ApiError, Code},
    live::{types::Topic, versions::Versions},
    ui::{choice::Choice, toast::Toasts},
};
use leptos::{prelude::*, task::spawn_local};

/// What a file dialog offers.
const ACCEPT: &str = "audio/*,.mp3,.m4a,.aac,.wav,.flac,.ogg";

/// What is done to the music of one reel. Made by the page: what is asked of the server outlives the form that asked.
#[derive(Clone, Copy)]
pub struct MusicDesk {
    reel: StoredValue<ReelId>,
    music: Memo<Option<Music>>,
    /// As it is shown: ahead of the server while a change is on its way.
    settings: RwSignal<MusicSettings>,
    /// Whether a song is on its way.
    adding: RwSignal<bool>,
    add: Callback<LocalFile>,
    set: Action<bool, ()>,
    remove: Action<(), ()>,
}

impl MusicDesk {
    pub fn new(reel: ReelId, music: Memo<Option<Music>>) -> Self {
        let (versions, toasts) = (Versions::expect(), Toasts::expect());
        let settings = RwSignal::new(MusicSettings::default());
        // Signals of the page may be gone when an answer comes: nothing of them is asked without asking for that.
        let told = {
            let topic = Topic::Reels(reel.clone());
            move |answer: Result<Option<String>, ApiError>| {
                match answer {
                    Ok(said) => said.into_iter().for_each(|said| toasts.say(said)),
                    Err(error) => toasts.error(error.to_string()),
                }
                versions.bump(&topic);
            }
        };
        let adding = RwSignal::new(false);
        let add = {
            let (reel, told) = (reel.clone(), told.clone());
            Callback::new(move |file: LocalFile| {
                let (reel, told) = (reel.clone(), told.clone());
                adding.set(true);
                spawn_local(async move {
                    let added = add(&reel, &file).await;
                    adding.try_set(false);
                    told(added.map(|music| Some(format!("{} plays under this reel", music.name))));
                });
            })
        };
        let set = {
            let (reel, told) = (reel.clone(), told.clone());
            // One after another, until what is shown is what the server has.
            Action::new(move |restore: &bool| {
                let (reel, told, mut restore) = (reel.clone(), told.clone(), *restore);
                async move {
                    while let Some(wanted) = settings.try_get_untracked() {
                        let update = MusicUpdate { id: reel.clone(), restore, settings: wanted };
                        let answer = update_music(update).await;
                        restore = false;
                        if answer.is_err() {
                            let kept = music.try_get_untracked().flatten().map(|music| music.settings);
                            settings.try_set(kept.unwrap_or_default());
                        }
                        if answer.is_err() || settings.try_get_untracked().is_none_or(|shown| shown == wanted) {
                            return told(answer.map(|()| None));
                        }
                    }
                }
            })
        };
        let undo = Callback::new(move |()| drop(set.dispatch(true)));
        let remove = {
            let reel = reel.clone();
            Action::new(move |(): &()| {
                let (reel, told) = (reel.clone(), told.clone());
                async move {
                    let removed = delete_music(reel).await;
                    if removed.is_ok() {
                        toasts.with_action("Music removed".to_owned(), "Undo", undo);
                    }
                    told(removed.map(|()| None));
                }
            })
        };
        Effect::new(move |_| {
            if let Some(music) = music.get().filter(|_| !set.pending().get_untracked()) {
                settings.set(music.settings);
            }
        });
        Self { reel: StoredValue::new(reel), music, settings, adding, add, set, remove }
    }

    fn change(self, change: impl FnOnce(&mut MusicSettings)) {
        self.settings.update(change);
        if !self.set.pending().get_untracked() {
            self.set.dispatch(false);
        }
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
pub fn MusicField(desk: MusicDesk) -> impl IntoView {
    // A change of its level leaves the player alone.
    let song = Memo::new(move |_| desk.music.get().map(|Music { id, name, length, .. }| (id, name, length)));
    view! {
        <div class="field music" role="group" aria-label="Music">
            <span class="field__label" aria-hidden="true">"Music"</span>
            <p class="muted music__state" role="status">{move || desk.adding.get().then_some("Adding the music…")}</p>
            {move || match song.get() {
                _ if desk.adding.get() => ().into_any(),
                Some((id, name, length)) => view! { <Song desk id name length /> }.into_any(),
                None => view! {
                    <FileButton desk words="Add music" />
                    <p class="field__hint">"MP3, M4A, WAV, FLAC or Ogg, up to 100 MB. It plays again until the reel ends."</p>
                }.into_any(),
            }}
        </div>
    }
}

#[component]
fn FileButton(desk: MusicDesk, words: &'static str) -> impl IntoView {
    view! {
        <label class="button button--outline">
            <input class="visually-hidden" type="file" accept=ACCEPT
                on:change=move |event| {
                    if let Some(file) = files::chosen(&event).into_iter().next() {
                        desk.add.run(file);
                    }
                } />
            <span class="button__text">{words}</span>
        </label>
    }
}

#[component]
fn Song(desk: MusicDesk, id: MusicId, name: String, length: Micros) -> impl IntoView {
    let settings = desk.settings;
    // Another song has another address.
    let source = format!("/media/reels/{}/music?song={id}", desk.reel.get_value());
    let levels = || {
        let words =
            [(Level::Soft, "Soft, in the background"), (Level::Medium, "Medium"), (Level::Loud, "As loud as the game")];
        words.map(|(level, words)| (level, words.to_owned())).to_vec()
    };
    let on_level = Callback::new(move |level| desk.change(|it| it.level = level));
    view! {
        <p class="music__name"><strong>{name}</strong>" "<span class="muted num">{length.precise()}</span></p>
        <audio class="music__player" controls preload="none" src=source aria-label="Listen to the music"></audio>
        <Choice label="Music level" items=Signal::derive(levels) value=Signal::derive(move || settings.get().level) on_choose=on_level />
        <label class="option">
            <span>"Softer while the game is loud"</span>
            <input class="switch" type="checkbox" prop:checked=move || settings.get().ducks
                on:change=move |event| desk.change(|it| it.ducks = event_target_checked(&event)) />
        </label>
        <div class="button-row">
            <FileButton desk words="Choose another" />
            <button class="button button--outline" type="button" on:click=move |_| drop(desk.remove.dispatch(()))>
                <span class="button__text">"Remove music"</span>
            </button>
        </div>
    }
}
