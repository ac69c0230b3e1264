//! The reel's editor: framing, overlay and export.

mod add_clips;
mod changed;
mod clip_list;
mod clip_sheet;
mod crop_box;
mod desk;
mod diamonds;
mod draft;
#[cfg(test)]
mod edits;
mod export;
mod export_choices;
mod export_status;
mod framing;
mod keys;
mod lanes;
mod level_section;
mod merge;
mod opening_section;
mod overlay;
mod panel;
mod result;
mod segment_section;
mod session;
mod sound_section;
mod topbar;
mod trim;
mod watch;

use self::{
    changed::ChangedClip,
    export::{ExportStep, Exports, newest_exports},
    framing::FramingStep,
    overlay::OverlayStep,
    session::{SaveState, Session},
    topbar::ReelBar,
    watch::WatchReel,
};
use super::{api::get_reel, types::Reel};
use crate::{
    browser::page::warn_before_leaving,
    domain::ids::ReelId,
    editor::conflict::ConflictBanner,
    error::{ApiError, Code},
    exports::progress::Paces,
    live::{types::Topic, versions::Versions},
    shell::{EditorPage, Page, not_found::NotFoundPage},
    ui::notice::LoadError,
};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// The steps of the editor, from `?step=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Framing,
    Overlay,
    Export,
}

#[component]
pub fn ReelPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).and_then(|id| id.parse::<ReelId>().ok()));
    // Loaded once for each reel: from then on the session holds it and takes in what changes elsewhere.
    let loaded = Resource::new(
        move || id.get(),
        async move |id| match id {
            Some(id) => get_reel(id).await,
            None => Err(ApiError::not_found("reel")),
        },
    );
    let query = use_query_map();
    let step = Memo::new(move |_| match query.with(|query| query.get("step")).as_deref() {
        Some("export") => Step::Export,
        Some("overlay") => Step::Overlay,
        _ => Step::Framing,
    });
    let exports = newest_exports(move || id.get().filter(|_| step.get() == Step::Export));
    view! {
        <Suspense fallback=|| view! { <Page title="Reel"><div class="skeleton page-skeleton" aria-busy="true"></div></Page> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(reel) => view! { <ReelEditor reel step exports /> }.into_any(),
                    Err(error) if error.code == Code::NotFound => view! { <NotFoundPage /> }.into_any(),
                    Err(error) => view! { <Page title="Reel"><LoadError error on_retry=move || loaded.refetch() /></Page> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn ReelEditor(reel: Reel, step: Memo<Step>, exports: Exports) -> impl IntoView {
    let query = use_query_map();
    let chosen = query.with_untracked(|query| query.get("clip")).and_then(|id| id.parse().ok());
    let session = Session::new(reel, chosen);
    follow_changes(session);
    session.keep();
    Effect::new(move |_| {
        warn_before_leaving(move || {
            session.state.get_untracked() != SaveState::Saved || session.refused.with_untracked(Option::is_some)
        });
    });
    // One pace of each export for the status bar and the export step.
    provide_context(Paces::new());
    let title = move || session.reel.with(|reel| reel.name.clone());
    view! {
        <EditorPage title>
            <ReelBar session step />
            <WatchReel session />
            <Show when=move || session.refused.with(Option::is_some)>
                <ConflictBanner
                    text="This reel was edited somewhere else. The latest is shown; what you did is kept here."
                    keep="Use mine"
                    on_keep=move |()| session.keep_mine()
                    latest="Keep the latest"
                    on_latest=move |()| session.refused.set(None)
                />
            </Show>
            <ChangedClip session />
            {move || match step.get() {
                Step::Framing => view! { <FramingStep session /> }.into_any(),
                Step::Overlay => view! { <OverlayStep session /> }.into_any(),
                Step::Export => view! { <ExportStep session exports /> }.into_any(),
            }}
        </EditorPage>
    }
}

/// When something says that reels, clips or games changed, the session asks again, once for a burst.
fn follow_changes(session: Session) {
    const BURST_MS: u32 = 250;
    let versions = Versions::expect();
    let reel = StoredValue::new(Topic::Reels(session.id()));
    Effect::watch(
        move || (reel.with_value(|reel| versions.of(reel)), versions.clips.get(), versions.games.get()),
        // The timer of the run before ends with it.
        move |_, _, _: Option<Timeout>| Timeout::new(BURST_MS, move || session.refresh()),
        false,
    );
}
