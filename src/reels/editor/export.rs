//! The export step: what will be made, the one button that makes it, and how far it is.

use super::{
    desk::Desk,
    export_status::{ExportStatus, Freshness},
    session::Session,
};
use crate::{
    domain::{
        ids::{ReelClipId, ReelId},
        plan::{ClipForPlan, ExportPlan, PlanError, ReelForPlan, plan},
        time::Micros,
    },
    error::ApiError,
    exports::{
        api::{create_export, recent_exports},
        progress::newest,
        types::{Export, JobState, NewExport},
    },
    gallery::{api::get_rendition, types::Rendition},
    live::{types::Topic, versions::Versions},
    reels::types::Reel,
    ui::{notice::LoadError, toast::Toasts},
    videos::types::VideoState,
};
use leptos::{html, prelude::*};

/// How far back an export of this reel is looked for.
const RECENT_HOURS: i64 = 168;

#[component]
pub fn ExportStep(session: Session) -> impl IntoView {
    let versions = Versions::expect();
    let id = session.id();
    let exports = Resource::new(move || versions.exports.get(), move |_| newest_of(id.clone()));
    view! {
        <main class="workspace export-layout" id="main">
            <Transition fallback=|| view! { <section class="stage-column"></section> }>
                {move || Suspend::new(async move {
                    match exports.await {
                        Ok((last, rendition)) => view! { <ExportDesk session last rendition /> }.into_any(),
                        Err(error) => view! { <LoadError error on_retry=move || exports.refetch() /> }.into_any(),
                    }
                })}
            </Transition>
        </main>
    }
}

/// The newest export of a reel, and its file when it has one. One resource for both: one that is made inside of what waits
/// for another does not find its answer in the page again.
async fn newest_of(reel: ReelId) -> Result<(Option<Export>, Option<Rendition>), ApiError> {
    // The newest first: the one that counts.
    let last = recent_exports(RECENT_HOURS).await?.into_iter().find(|export| export.reel.as_ref() == Some(&reel));
    let file = last.as_ref().filter(|export| export.state == JobState::Complete);
    let rendition = match file.and_then(|export| export.rendition.clone()) {
        // Deleted in this very moment: there is none.
        Some(id) => get_rendition(id).await.ok(),
        None => None,
    };
    Ok((last, rendition))
}

#[component]
fn ExportDesk(session: Session, last: Option<Export>, rendition: Option<Rendition>) -> impl IntoView {
    view! {
        <section class="stage-column stage-column--export" aria-label="Preview">
            {match rendition {
                Some(rendition) => view! { <super::export_status::RenditionStage rendition /> }.into_any(),
                None => view! { <FirstFrame session /> }.into_any(),
            }}
        </section>
        <ExportPanel session last />
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
fn ExportPanel(session: Session, last: Option<Export>) -> impl IntoView {
    let listed = last.clone();
    let planned = Memo::new(move |_| session.reel.with(planned));
    let sum = Memo::new(move |_| {
        planned.with(|planned| match planned {
            Planned::Ready(plan) => plan.sum(),
            Planned::Not(_) => String::new(),
        })
    });
    view! {
        <section class="export-panel" aria-label="Export settings">
            <h2 class="export-panel__title">"Export"</h2>
            {move || match planned.get() {
                Planned::Ready(plan) => view! { <Facts session plan=*plan /> }.into_any(),
                Planned::Not(why) => view! { <p class="muted" role="status">{why}</p> }.into_any(),
            }}
            {last.map(|export| view! { <ExportStatus listed=export sum /> })}
            <ExportButton session planned listed sum />
        </section>
    }
}

/// What would be rendered now, or why nothing can be.
#[derive(Debug, Clone, PartialEq)]
enum Planned {
    Ready(Box<ExportPlan>),
    Not(String),
}

/// The very plan that the server makes.
fn planned(reel: &Reel) -> Planned {
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
        clips.push(ClipForPlan {
            reel_clip: clip.id.clone(),
            video: clip.clip.video.clone(),
            facts,
            start: clip.clip.details.start,
            end: clip.clip.details.end,
            framing: clip.framing.clone(),
        });
    }
    match plan(&ReelForPlan { aspect: reel.aspect, clips }) {
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
fn Facts(session: Session, plan: ExportPlan) -> impl IntoView {
    let length: Micros = plan.rate.frame_start(plan.total_frames);
    let clips = session.reel.with_untracked(|reel| reel.clips.len());
    view! {
        <dl class="facts">
            <div><dt>"Length"</dt><dd>{length.precise()}</dd></div>
            <div><dt>"Size"</dt><dd>{format!("{} × {}", plan.width, plan.height)}</dd></div>
            <div><dt>"Frame rate"</dt><dd>{format!("{} fps", plan.rate)}</dd></div>
            <div><dt>"Clips"</dt><dd>{clips}</dd></div>
        </dl>
    }
}

#[component]
fn ExportButton(
    session: Session,
    planned: Memo<Planned>,
    listed: Option<Export>,
    /// Of the plan of the reel as it is now.
    sum: Memo<String>,
) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let export = Action::new(move |(): &()| async move {
        match create_export(NewExport { reel: session.id() }).await {
            Ok(export) => {
                versions.apply_export(export);
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
            listed.as_ref().is_some_and(|export| sum.with(|sum| Freshness::of(export, sum) == Freshness::Current))
        })
    };
    let running = Memo::new(move |_| {
        let newest = |listed: &Export| versions.progress.with(|live| newest(listed, live).state.is_running());
        listed.as_ref().is_some_and(newest)
    });
    let cannot = move || matches!(planned.get(), Planned::Not(_)) || running.get();
    let label = move || match (running.get(), again) {
        (true, _) => "Exporting",
        (false, true) => "Export again",
        (false, false) => "Export reel",
    };
    let is_busy = move || export.pending().get() || running.get();
    view! {
        <div class="button-row">
            <button class="button button--lg button--block" class:button--primary=move || !quiet.get() class:button--outline=move || quiet.get() class:is-loading=is_busy type="button" aria-busy=move || is_busy().to_string()
                disabled=cannot on:click=move |_| {
                    if !export.pending().get_untracked() {
                        export.dispatch(());
                    }
                }>
                <span class="button__text">{label}</span>
            </button>
        </div>
        <Show when=move || running.get()>
            <p class="field__hint">"You can close this tab. The export goes on and shows up in the gallery."</p>
        </Show>
    }
}
