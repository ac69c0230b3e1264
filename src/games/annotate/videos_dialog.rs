//! The videos of a game: their order, the gaps between them, adding and removing.

use super::annotation::Annotation;
use crate::{
    browser::{files::LocalFile, uploads},
    clips::time_field::TimeField,
    domain::{clock::LONGEST_GAP, ids::VideoId, size::size, time::Micros},
    error::Code,
    games::drop::{videos_of, without_interrupted},
    live::types::Topic,
    ui::{
        button::{Button, IconButton, Look},
        dialog::{ConfirmDialog, Dialog},
        icon::Icon,
        video_file::VideoFile,
    },
    videos::{
        api::{arrange_videos, delete_video},
        types::{Arrangement, Place, Video, VideoState},
    },
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

/// What its rows share.
#[derive(Clone, Copy)]
struct Desk {
    page: Annotation,
    is_saving: RwSignal<bool>,
    /// The video that shall go.
    removing: RwSignal<Option<Video>>,
}

#[component]
pub fn VideosDialog(page: Annotation, open: RwSignal<bool>) -> impl IntoView {
    let desk = Desk { page, is_saving: RwSignal::new(false), removing: RwSignal::new(None) };
    view! {
        <Dialog open title="Videos of this game">
            <div class="dialog__body"><Rows desk /></div>
            <div class="dialog__foot">
                <AddVideos desk />
                <Button look=Look::Primary on_press=move || open.set(false)>"Done"</Button>
            </div>
        </Dialog>
        <RemoveVideo desk />
    }
}

#[component]
fn Rows(desk: Desk) -> impl IntoView {
    let videos = move || desk.page.game.with(|game| game.videos.clone());
    let is_empty = move || desk.page.game.with(|game| game.videos.is_empty());
    view! {
        <Show when=move || !is_empty() fallback=|| view! { <p class="muted">"No video yet. Choose the recording, or drop it on the page."</p> }>
            <p class="muted">"They play one after the other on one clock: halves, or the chapters of a camera."</p>
            <ol class="video-list">
                <For each=videos key=|video| video.id.clone() let:video><Row id=video.id desk /></For>
            </ol>
        </Show>
    }
}

#[component]
fn Row(id: VideoId, desk: Desk) -> impl IntoView {
    let id = StoredValue::new(id);
    let game = desk.page.game;
    let place = Memo::new(move |_| {
        id.with_value(|id| game.with(|game| game.videos.iter().position(|video| video.id == *id))).unwrap_or_default()
    });
    let count = Memo::new(move |_| game.with(|game| game.videos.len()));
    let video = Memo::new(move |_| game.with(|game| game.videos.get(place.get()).cloned()));
    let read = move |of: fn(&Video) -> String| move || video.with(|video| video.as_ref().map(of).unwrap_or_default());
    let name = Signal::derive(read(|video| video.file_name.clone()));
    view! {
        <li class="video-list__row">
            <span class="video-list__number num">{move || place.get() + 1}</span>
            <div class="video-list__name">
                <p title=move || name.get()>{move || name.get()}</p>
                <p class="muted">{read(facts_of)}</p>
            </div>
            <div class="button-row button-row--tight">
                <IconButton small=true icon="up" label=move || format!("Move {} up", name.get())
                    disabled=Signal::derive(move || place.get() == 0 || desk.is_saving.get())
                    on_press=move || desk.step(place.get_untracked(), -1) />
                <IconButton small=true icon="down" label=move || format!("Move {} down", name.get())
                    disabled=Signal::derive(move || place.get() + 1 >= count.get() || desk.is_saving.get())
                    on_press=move || desk.step(place.get_untracked(), 1) />
                <IconButton small=true icon="trash" label=move || format!("Remove {}", name.get())
                    on_press=move || desk.removing.set(video.get_untracked()) />
            </div>
            <Show when=move || place.get() != 0><Gap id=id.get_value() desk /></Show>
        </li>
    }
}

/// "45:12 · 4.6 GB · uploading"
fn facts_of(video: &Video) -> String {
    let state = match video.state {
        VideoState::Ready => None,
        VideoState::Probing => Some("being read"),
        VideoState::Waiting => Some("not uploaded yet"),
        VideoState::Error => Some("cannot be used"),
    };
    let length = video.facts.as_ref().map(|facts| facts.duration.to_string());
    length.into_iter().chain([size(video.bytes)]).chain(state.map(str::to_owned)).collect::<Vec<_>>().join(" · ")
}

/// Seconds between the end of the video before and the beginning of this one.
#[component]
fn Gap(id: VideoId, desk: Desk) -> impl IntoView {
    let field = format!("gap-{id}");
    let id = StoredValue::new(id);
    let gap = Memo::new(move |_| {
        let gap_of = |id: &VideoId| {
            desk.page.game.with(|game| game.videos.iter().find(|video| video.id == *id).map(|video| video.gap))
        };
        id.with_value(gap_of).unwrap_or_default()
    });
    let on_change = Callback::new(move |text: String| {
        let gap = read_gap(&text)?;
        desk.arrange(move |places| {
            if let Some(place) = id.with_value(|id| places.iter_mut().find(|place| place.id == *id)) {
                place.gap = gap;
            }
        });
        Ok(())
    });
    view! {
        <div class="video-list__gap">
            <TimeField id=field label="Seconds after the one before" shown=Signal::derive(move || shown_gap(gap.get())) on_change />
            <span class="field__hint">"Below zero: they overlap"</span>
        </div>
    }
}

/// Seconds with up to three decimals, of either sign.
fn read_gap(text: &str) -> Result<Micros, String> {
    let (sign, digits) = match text.trim().strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (-1, rest),
        None => (1, text.trim()),
    };
    let gap = Micros::parse(digits).ok_or("Write seconds like 12, or -1.5 where they overlap")?;
    if gap > LONGEST_GAP {
        return Err("At most six hours".to_owned());
    }
    Ok(Micros(gap.0 * sign))
}

fn shown_gap(gap: Micros) -> String {
    format!("{}", gap.seconds())
}

impl Desk {
    /// Moves a video one place up (`-1`) or down.
    fn step(self, from: usize, by: isize) {
        self.arrange(move |places| {
            if let Some(to) = from.checked_add_signed(by).filter(|to| *to < places.len()) {
                places.swap(from, to);
            }
        });
    }

    /// Stores another order or other gaps, after what is being stored.
    fn arrange(self, change: impl FnOnce(&mut Vec<Place>) + 'static) {
        let page = self.page;
        spawn_local(async move {
            while self.is_saving.try_get_untracked() == Some(true) {
                TimeoutFuture::new(50).await;
            }
            if self.is_saving.try_set(true).is_some() {
                return;
            }
            let (id, version, mut videos) = page.game.with_untracked(|game| {
                let places = game.videos.iter().map(|video| Place { id: video.id.clone(), gap: video.gap }).collect();
                (game.id.clone(), game.version, places)
            });
            change(&mut videos);
            let arranged = arrange_videos(Arrangement { id, version, videos }).await;
            self.is_saving.try_set(false);
            match arranged {
                Ok(game) => {
                    page.game.try_set(game);
                    page.versions.bump(&Topic::Games);
                }
                Err(error) => {
                    page.toasts.error(match error.code {
                        Code::Conflict => {
                            "The game was changed elsewhere. Its latest order is shown; arrange it again.".to_owned()
                        }
                        _ => error.message,
                    });
                    page.reload();
                }
            }
        });
    }
}

#[component]
fn AddVideos(desk: Desk) -> impl IntoView {
    let page = desk.page;
    let on_files = Callback::new(move |(files,): (Vec<LocalFile>,)| {
        let (id, name) = page.game.with_untracked(|game| (game.id.clone(), game.details.name()));
        uploads::start(
            page.queue,
            &id,
            &name,
            without_interrupted(videos_of(files, page.toasts), Some(&id), page.queue),
        );
    });
    view! {
        <label class="button button--outline">
            <Icon name="upload" />
            <span class="button__text">"Add a video"</span>
            <VideoFile on_files several=true />
        </label>
    }
}

#[component]
fn RemoveVideo(desk: Desk) -> impl IntoView {
    let (page, removing) = (desk.page, desk.removing);
    let open = crate::ui::dialog::open_while(removing);
    let title = move || {
        removing.with(|video| video.as_ref().map(|video| format!("Remove {}?", video.file_name)).unwrap_or_default())
    };
    let text = move || {
        let id = removing.with(|video| video.as_ref().map(|video| video.id.clone()));
        let clips = page.clips.with(|clips| clips.iter().filter(|clip| Some(&clip.video) == id.as_ref()).count());
        let clips = match clips {
            0 => String::new(),
            1 => " and the clip that was marked in it".to_owned(),
            more => format!(" and the {more} clips that were marked in it"),
        };
        format!("The recording{clips} are gone for good, in every reel too. Exported files stay in the gallery.")
            .replace("The recording are", "The recording is")
    };
    let remove = move || {
        let Some(video) = removing.get_untracked() else { return };
        open.set(false);
        spawn_local(async move {
            match delete_video(video.id).await {
                Ok(()) => {
                    page.versions.bump_all();
                    page.toasts.say(format!("{} removed", video.file_name));
                }
                Err(error) => page.toasts.error(error.message),
            }
        });
    };
    view! { <ConfirmDialog open title text verb="Remove video" on_confirm=remove /> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_have_either_sign() {
        assert_eq!(read_gap("12"), Ok(Micros::from_seconds(12)));
        assert_eq!(read_gap(" -1.5 "), Ok(Micros(-1_500_000)));
        assert_eq!(read_gap("\u{2212}0.25"), Ok(Micros(-250_000)));
        assert_eq!(read_gap("15:00"), Ok(Micros::from_seconds(900)));
        assert!(read_gap("soon").is_err() && read_gap("--1").is_err() && read_gap("7:00:00").is_err());
        for gap in [Micros::ZERO, Micros(-1_500_000), Micros(250_000)] {
            assert_eq!(read_gap(&shown_gap(gap)), Ok(gap), "what is shown can be typed");
        }
    }
}
