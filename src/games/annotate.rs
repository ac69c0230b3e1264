//! Annotate: watch, mark, rate, tag. Every change of a clip is saved at once, whether or not its video has arrived.

mod annotation;
mod conflict;
mod edges;
mod exchange;
mod exporting;
mod hints;
mod keys;
mod layers;
mod likes;
mod mark_bar;
mod marking;
mod overview;
mod panel;
mod picking;
mod saving;
mod tools;
mod topbar;
mod undo;
mod videos;
mod videos_dialog;
mod videos_lane;

pub use self::keys::SECTIONS as KEYS;
use self::{
    annotation::Annotation, conflict::Conflicts, exchange::ExchangeDialog, exporting::ExportDialog, layers::Layers,
    mark_bar::MarkBar, overview::GameSound, panel::ClipsPanel, topbar::AnnotateBar, videos_dialog::VideosDialog,
    videos_lane::VideosLane,
};
use super::{api::get_game, types::Game};
use crate::{
    clips::{
        api::clips_of_game,
        lane::{ClipMarks, ClipsLane},
        list::Pick,
        types::Clip,
    },
    domain::ids::{ClipId, GameId},
    editor::{key_help::KeyHelp, player::Player, timeline::Timeline},
    error::{ApiError, Code},
    preferences::{api::get_preferences, types::Preferences},
    shell::{EditorPage, Page, not_found::NotFoundPage},
    ui::notice::LoadError,
    uploads::queue::UploadQueue,
    videos::source::Source,
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// `/games/:id`
#[component]
pub fn AnnotatePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<GameId>().ok())));
    // Loaded once for a game; afterwards the page keeps itself fresh without being built again.
    let loaded = Resource::new(move || id.get(), load);
    view! {
        <Transition fallback=|| view! { <EditorPage title="Annotate"><main class="workspace" id="main" aria-busy="true"></main></EditorPage> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok((game, clips, preferences)) => view! { <Editor game clips preferences /> }.into_any(),
                    Err(error) if error.code == Code::NotFound => view! { <NotFoundPage /> }.into_any(),
                    Err(error) => view! { <Page title="Annotate"><LoadError error on_retry=move |()| loaded.refetch() /></Page> }.into_any(),
                }
            })}
        </Transition>
    }
}

async fn load(id: Option<GameId>) -> Result<(Game, Vec<Clip>, Preferences), ApiError> {
    let id = id.ok_or_else(|| ApiError::not_found("game"))?;
    let (game, clips, preferences) = futures::join!(get_game(id.clone()), clips_of_game(id), get_preferences());
    Ok((game?, clips?, preferences?))
}

/// The page of one game.
#[component]
fn Editor(game: Game, clips: Vec<Clip>, preferences: Preferences) -> impl IntoView {
    let page = Annotation::new(game, clips, preferences);
    let queue = UploadQueue::expect();
    let file = move || match page.videos.shown.get() {
        Some(video) => queue.file_of(&video.id),
        None => page.game.with(|game| queue.new_file_of(&game.id)),
    };
    let source = Source::new(page.videos.shown, page.playback, file, move || page.reload());
    let [help, arranging, exporting, exchanging] = [(); 4].map(|()| RwSignal::new(false));
    page.keep_fresh();
    page.keep_preferences_fresh();
    page.videos.drive_player();
    page.take_drops();
    page.follow_playhead();
    page.remember_position();
    page.keep_history();
    page.loop_selected();
    Effect::new(move |_| page.saver.resume());
    let query = use_query_map();
    Effect::new(move |_| {
        if let Some(id) = query.with(|query| query.get("clip")).and_then(|id| id.parse::<ClipId>().ok()) {
            page.select(&id);
        }
    });
    Effect::new(move |_| keys::listen(page, help));

    let playback = page.playback;
    let select = Callback::new(move |(id, how): (ClipId, Pick)| page.pick(&id, how));
    let clips = Signal::derive(move || page.clips.get());
    let selected = Signal::derive(move || page.selected.get());
    let mark = Signal::derive(move || page.mark.get().map(|start| (start, playback.now.get())));
    let scale = page.scale;
    view! {
        <EditorPage title=move || page.name()>
            <AnnotateBar page help arranging exporting exchanging />
            <Conflicts page />
            <main class="workspace workspace--annotate" id="main">
                <Player playback src=source.url size=page.picture_size() below=move || view! { <MarkBar page /> }>
                    <Layers page source />
                </Player>
                <ClipsPanel page />
            </main>
            <Timeline
                scale
                playhead=playback.now
                on_seek=Callback::new(move |at| playback.seek(at))
                marks=move || view! { <ClipMarks scale clips /> }
                parts=Signal::derive(move || page.videos.parts())
            >
                <VideosLane page />
                <GameSound page />
                <ClipsLane scale clips selected picked=page.picked on_select=select on_move=Callback::new(move |moved| page.moved(moved))
                    mark catches=Callback::new(move |()| page.catches()) />
            </Timeline>
            <KeyHelp open=help sections=keys::SECTIONS />
            <VideosDialog page open=arranging />
            <ExportDialog page open=exporting />
            <ExchangeDialog page open=exchanging />
        </EditorPage>
    }
    .into_any()
}
