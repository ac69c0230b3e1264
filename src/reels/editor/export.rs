//! The export step: what will be made, the one button that makes it, and how far it is.

use super::{
    desk::Desk,
    export_choices::{Choices, Make, MakeChoice, Settings},
    export_status::{ExportStatus, Freshness},
    session::Session,
};
use crate::{
    browser::keys::on_press,
    domain::{
        ids::{ReelClipId, ReelId},
        music::Music,
        plan::{ExportPlan, PlanError, ReelForPlan, plan},
        preset::{ExportSettings, Made, expected_bytes, expected_seconds},
        size::size,
        time::Micros,
    },
    error::{ApiError, Code},
    exports::{
        api::{create_batch, recent_exports},
        progress::newest,
        types::{Export, ExportKind, JobState, NewBatch, Subject},
    },
    gallery::{api::get_rendition, types::Rendition},
    live::{types::Topic, versions::Versions},
    music::field::{MusicDesk, MusicField},
    reels::types::Reel,
    ui::{notice::LoadError, toast::Toasts},
    videos::types::VideoState,
};
use leptos::{html, prelude::*};
use serde::{Deserialize, Serialize};

/// So many tell how fast exports are made here.
const MOST_MADE: usize = 9;
/// How far back an export of this reel is looked for.
const RECENT_HOURS: i64 = 168;

/// What the step needs to know of exports, asked for while it is shown. Made by the page, outside of everything that waits: a
/// resource that is made inside of that may be made twice, and the browser finds the answer of the one that was given up.
pub type Exports = Resource<Result<Option<Newest>, ApiError>>;

pub fn newest_exports(reel: impl Fn() -> Option<ReelId> + Send + Sync + 'static) -> Exports {
    let versions = Versions::expect();
    Resource::new(
        move || reel().map(|reel| (reel, versions.exports.get())),
        async |wanted| match wanted {
            Some((reel, _)) => newest_of(reel).await.map(Some),
            None => Ok(None),
        },
    )
}

#[component]
pub fn ExportStep(session: Session, exports: Exports) -> impl IntoView {
    // What was chosen here; before that, what the last export was made with.
    let chosen = RwSignal::new(None::<ExportSettings>);
    let made_of = RwSignal::new(Make::default());
    let music = MusicDesk::new(session.id(), Memo::new(move |_| session.reel.with(|reel| reel.music.clone())));
    view! {
        <main class="workspace export-layout" id="main">
            <Transition fallback=|| view! { <section class="stage-column"></section> }>
                {move || Suspend::new(async move {
                    match exports.await {
                        // The step was just opened: they are being asked for.
                        Ok(None) => view! { <section class="stage-column"></section> }.into_any(),
                        Ok(Some(Newest { last, rendition, made })) => {
                            let before = last.as_ref().map(|export| export.settings).unwrap_or_default();
                            let settings = Settings { chosen, before, make: made_of };
                            view! { <ExportDesk session music last rendition settings made /> }.into_any()
                        }
                        Err(error) => view! { <LoadError error on_retry=move || exports.refetch() /> }.into_any(),
                    }
                })}
            </Transition>
        </main>
    }
}

/// One resource for all of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Newest {
    /// The newest of this reel, and its file when it has one.
    last: Option<Export>,
    rendition: Option<Rendition>,
    /// What was made here lately, of any reel.
    made: Vec<Made>,
}

async fn newest_of(reel: ReelId) -> Result<Newest, ApiError> {
    let recent = recent_exports(RECENT_HOURS).await?;
    let made = recent.iter().filter_map(made_of).take(MOST_MADE).collect();
    // The newest first: the one that counts.
    let last = recent.into_iter().find(|export| export.reel.as_ref() == Some(&reel));
    let file = last.as_ref().filter(|export| export.state == JobState::Complete);
    let rendition = match file.and_then(|export| export.rendition.clone()) {
        Some(id) => match get_rendition(id).await {
            Ok(rendition) => Some(rendition),
            // Deleted in this very moment.
            Err(error) if error.code == Code::NotFound => None,
            Err(error) => return Err(error),
        },
        None => None,
    };
    Ok(Newest { last, rendition, made })
}

fn made_of(export: &Export) -> Option<Made> {
    let milliseconds = export.finished_at? - export.started_at?;
    let seconds = Micros(milliseconds.saturating_mul(1_000)).seconds();
    // A clip may have been copied, which tells nothing.
    let was_rendered = export.state == JobState::Complete && export.kind != ExportKind::Clip;
    was_rendered.then_some((export.settings, export.total, seconds))
}

#[component]
fn ExportDesk(
    session: Session,
    music: MusicDesk,
    last: Option<Export>,
    rendition: Option<Rendition>,
    settings: Settings,
    made: Vec<Made>,
) -> impl IntoView {
    view! {
        <section class="stage-column stage-column--export" aria-label="Preview">
            {match rendition {
                Some(rendition) => view! { <super::export_status::RenditionStage rendition /> }.into_any(),
                None => view! { <FirstFrame session /> }.into_any(),
            }}
        </section>
        <ExportPanel session music last settings made />
    }
}

/// The first frame of the reel as it will be cut.
#[component]
fn FirstFrame(session: Session) -> impl IntoView {
    let desk = Desk::of(session, Memo::new(move |_| session.reel.with(|reel| reel.clips.first().cloned())));
    let video = NodeRef::<html::Video>::new();
    let at = Memo::new(move |_| {
        desk.subject.with(|it| it.as_ref().map(|it| (it.facts.clone(), super::trim::frames(&it.framing, it.span).0)))
    });
    let seek = move || {
        if let (Some(video), Some((facts, at))) = (video.get_untracked(), at.get_untracked()) {
            video.set_current_time(facts.current_time(at));
        }
    };
    let place = move || {
        let transform = desk.subject.with(|it| {
            let it = it.as_ref()?;
            Some(it.space.transform(it.rect_at(super::trim::frames(&it.framing, it.span).0)).css())
        });
        transform.map(|css| format!("--crop: {css}")).unwrap_or_default()
    };
    let shape =
        move || session.reel.with(|reel| format!("--w: {}; --h: {}", reel.aspect.size().0, reel.aspect.size().1));
    view! {
        <div class="stage stage--padded stage--tall">
            <div class="frame frame--result" style=shape>
                <video class="frame__layer frame__cropped" data-testid="first-frame" style=place node_ref=video src=move || desk.source.url.get()
                    preload="auto" muted playsinline aria-label="First frame of the reel" on:loadedmetadata=move |_| seek()></video>
            </div>
        </div>
    }
}

#[component]
fn ExportPanel(
    session: Session,
    music: MusicDesk,
    last: Option<Export>,
    settings: Settings,
    made: Vec<Made>,
) -> impl IntoView {
    let listed = last.clone();
    let planned = Memo::new(move |_| {
        let settings = settings.get();
        session.reel.with(|reel| planned(reel, settings))
    });
    let made = StoredValue::new(made);
    let seconds = move |plan: &ExportPlan| {
        made.with_value(|made| expected_seconds(settings.get(), plan.total_frames, made.iter().copied()))
    };
    let sum = Memo::new(move |_| {
        planned.with(|planned| match planned {
            Planned::Ready(plan) => plan.sum(),
            Planned::Not(_) => String::new(),
        })
    });
    view! {
        <section class="export-panel" aria-label="Export settings">
            <h2 class="export-panel__title">"Export"</h2>
            <MakeChoice session make=settings.make />
            <Choices session settings planned />
            <MusicField desk=music />
            <label class="option">
                <span>"Also make a before and after"</span>
                <input class="switch" type="checkbox" prop:checked=move || settings.make.get().before_after
                    on:change=move |event| settings.make.update(|it| it.before_after = event_target_checked(&event)) />
            </label>
            {move || match planned.get() {
                Planned::Ready(plan) => {
                    let seconds = seconds(&plan);
                    view! { <Facts session plan=*plan seconds /> }.into_any()
                }
                Planned::Not(why) => view! { <p class="muted" role="status">{why}</p> }.into_any(),
            }}
            {last.map(|export| view! { <ExportStatus listed=export settings sum /> })}
            <ExportButton session settings planned listed sum />
        </section>
    }
}

/// What would be rendered now, or why nothing can be.
#[derive(Debug, Clone, PartialEq)]
pub enum Planned {
    Ready(Box<ExportPlan>),
    Not(String),
}

/// The very plan that the server makes.
pub fn planned(reel: &Reel, settings: ExportSettings) -> Planned {
    let mut clips = Vec::with_capacity(reel.clips.len());
    for clip in &reel.clips {
        let video = reel.video_of(clip);
        let Some(facts) = video.and_then(|video| video.facts.clone()) else {
            let why = match video.map(|video| video.state) {
                Some(VideoState::Probing) => "is still being read",
                Some(VideoState::Error) => "cannot be used",
                _ => "is still uploading",
            };
            return Planned::Not(format!(
                "The video of “{}” {why}. The export can start when it is there.",
                clip.clip.title()
            ));
        };
        clips.push(clip.for_plan(facts, video.and_then(|video| video.loudness), settings));
    }
    match plan(&ReelForPlan { aspect: reel.aspect, settings, clips, music: reel.music.as_ref().map(Music::bed) }) {
        Ok(plan) => Planned::Ready(Box::new(plan)),
        Err(PlanError::ReelEmpty) => Planned::Not("This reel has no clips. Add one in Framing.".to_owned()),
        Err(error) => Planned::Not(reason(reel, &error)),
    }
}

fn reason(reel: &Reel, error: &PlanError) -> String {
    let name = |id: &ReelClipId| reel.clips.iter().find(|clip| clip.id == *id).map(|clip| clip.clip.title());
    let text = error.to_string();
    match error.clip().and_then(name) {
        Some(name) => format!("“{name}”: {} Change it in Framing, or remove it from the reel.", sentence(&text)),
        None => format!("This reel cannot be exported: {}", sentence(&text)),
    }
}

/// With one full stop at its end.
fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

#[component]
fn Facts(
    session: Session,
    plan: ExportPlan,
    /// How long it will take, when that can be told.
    seconds: Option<f64>,
) -> impl IntoView {
    let length: Micros = plan.rate.frame_start(plan.total_frames);
    let clips = session.reel.with_untracked(|reel| reel.clips.len());
    view! {
        <dl class="facts">
            <div><dt>"Length"</dt><dd>{length.precise()}</dd></div>
            <div><dt>"Clips"</dt><dd>{clips}</dd></div>
            <div><dt>"File size"</dt><dd>{format!("about {}", round_bytes(expected_bytes(&plan)))}</dd></div>
            {seconds.map(|seconds| view! { <div><dt>"Ready in"</dt><dd>{format!("about {}", words_of(seconds))}</dd></div> })}
        </dl>
    }
}

/// To two digits: it is a guess.
pub fn round_bytes(bytes: i64) -> String {
    let digits = bytes.max(1).ilog10();
    let unit = 10_i64.pow(digits.saturating_sub(1));
    size(bytes / unit * unit)
}

/// "20 s", "4 min", "1 h 10 min"
#[allow(clippy::cast_possible_truncation)] // Hours.
fn words_of(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round() as i64;
    match (seconds, minutes) {
        (..60.0, _) => format!("{} s", ((seconds / 5.0).ceil() as i64).max(1) * 5),
        (_, ..60) => format!("{} min", minutes.max(1)),
        _ => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

fn exports_of(count: usize) -> String {
    if count == 1 { "1 export".to_owned() } else { format!("{count} exports") }
}

#[component]
fn ExportButton(
    session: Session,
    settings: Settings,
    planned: Memo<Planned>,
    listed: Option<Export>,
    /// Of the plan of the reel as it is now.
    sum: Memo<String>,
) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let export = Action::new(move |(): &()| async move {
        let (make, settings) = untrack(|| (settings.make.get(), settings.get()));
        let batch = NewBatch { of: Subject::Reel(session.id()), make: make.kinds(), clips: Vec::new(), settings };
        match create_batch(batch).await {
            Ok(exports) => {
                if !make.reel || exports.len() > 1 {
                    toasts.say(format!("{} started. The files show up in the gallery.", exports_of(exports.len())));
                }
                for export in exports {
                    versions.apply_export(export);
                }
                versions.bump(&Topic::Exports);
            }
            Err(error) => toasts.error(error.to_string()),
        }
    });
    let again = listed.is_some();
    // A file that shows the reel as it is needs no second one.
    let quiet = {
        let listed = listed.clone();
        Memo::new(move |_| {
            let is_current =
                listed.as_ref().is_some_and(|export| sum.with(|sum| Freshness::of(export, sum) == Freshness::Current));
            is_current && settings.make.get() == Make::default()
        })
    };
    let running = Memo::new(move |_| {
        let newest = |listed: &Export| versions.progress.with(|live| newest(listed, live).state.is_running());
        listed.as_ref().is_some_and(newest)
    });
    let cannot = move || matches!(planned.get(), Planned::Not(_)) || running.get();
    let clips = Memo::new(move |_| session.reel.with(|reel| reel.clips.len()));
    let label = move || {
        let make = settings.make.get();
        match (running.get(), make == Make::default(), again) {
            (true, ..) => "Exporting".to_owned(),
            (false, false, _) => match make.files(clips.get()) {
                1 => "Export 1 file".to_owned(),
                many => format!("Export {many} files"),
            },
            (false, true, true) => "Export again".to_owned(),
            (false, true, false) => "Export reel".to_owned(),
        }
    };
    let is_busy = move || export.pending().get() || running.get();
    let press = move || {
        if !export.pending().get_untracked() {
            export.dispatch(());
        }
    };
    Effect::new(move |_| {
        on_press(move |key| {
            if key.is_export() && !untrack(cannot) {
                press();
            }
            key.is_export()
        });
    });
    view! {
        <div class="button-row">
            <button class="button button--lg button--block" class:button--primary=move || !quiet.get() class:button--outline=move || quiet.get() class:is-loading=is_busy type="button" aria-busy=move || is_busy().to_string()
                title="Export (Ctrl+E)" disabled=cannot on:click=move |_| press()>
                <span class="button__text">{label}</span>
            </button>
        </div>
        <Show when=move || running.get()>
            <p class="field__hint">"You can close this tab. The export goes on and shows up in the gallery."</p>
        </Show>
    }
}
