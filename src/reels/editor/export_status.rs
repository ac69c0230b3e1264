//! How far the export of this reel is, and its result.

use super::export_choices::Settings;
use crate::{
    browser::page,
    domain::{changes::Changes, ids::RenditionId},
    exports::{
        api::export_changes,
        progress::{ExportActions, Paces, STAGES, newest, state_class, state_word},
        types::{Export, JobState},
    },
    gallery::types::{Rendition, media_path},
    live::versions::Versions,
    ui::icon::Icon,
};
use gloo_timers::callback::Timeout;
use leptos::{prelude::*, task::spawn_local};

/// What the file of a finished export is to the reel as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// It shows the reel as it is, or it is not known otherwise.
    Current,
    /// The reel was changed since.
    Older,
    /// It was deleted.
    Gone,
}

impl Freshness {
    /// `sum` is that of the reel's plan now; empty while there is none.
    pub fn of(export: &Export, sum: &str) -> Self {
        match (&export.rendition, export.state) {
            (None, JobState::Complete) => Self::Gone,
            _ if !export.plan_sum.is_empty() && export.plan_sum != sum => Self::Older,
            _ => Self::Current,
        }
    }
}

/// Follows the export: what the list said at first, what the socket says since.
#[component]
pub fn ExportStatus(
    listed: Export,
    settings: Settings,
    /// Of the plan of the reel as it is now.
    sum: Memo<String>,
) -> impl IntoView {
    let versions = Versions::expect();
    let paces = expect_context::<Paces>();
    let listed = StoredValue::new(listed);
    let export = Memo::new(move |_| versions.progress.with(|live| listed.with_value(|listed| newest(listed, live))));
    let state = Memo::new(move |_| export.get().state);
    Effect::new(move |_| paces.see(&export.get(), page::now_ms()));
    view! {
        <div class="export-status" data-testid="export-status" data-state=move || state.get().code()>
            {move || match state.get() {
                JobState::Pending | JobState::Processing => view! { <Running export paces /> }.into_any(),
                JobState::Complete => view! { <Complete export settings sum /> }.into_any(),
                JobState::Error => view! { <Failed export sum /> }.into_any(),
                JobState::Cancelled => view! { <Cancelled export sum /> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Running(export: Memo<Export>, paces: Paces) -> impl IntoView {
    let actions = ExportActions::expect();
    let percent = move || export.get().percent();
    let frames = move || {
        let it = export.get();
        if it.total > 0 {
            format!("{}% · frame {} of {}", it.percent(), it.done, it.total)
        } else {
            state_word(&it).to_owned()
        }
    };
    let left = move || {
        let it = export.get();
        let rate = paces.rate(&it).filter(|rate| *rate >= 1.0).map(|rate| format!("{rate:.0} frames/s"));
        [rate, paces.left(&it).map(|left| format!("{left} left"))].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    view! {
        <div class="work__head">
            <span class=move || state_class(export.get().state)>{move || state_word(&export.get())}</span>
            <span class="work__end">
                <button class="button button--outline button--sm" type="button" on:click=move |_| actions.cancel(export.get_untracked().id)>
                    <span class="button__text">"Cancel export"</span>
                </button>
            </span>
        </div>
        <span class="progress" class:progress--waiting=move || export.get().state == JobState::Pending role="progressbar" aria-label="Export"
            aria-valuemin="0" aria-valuemax="100" aria-valuenow=percent style=move || format!("--value: {}%", percent())>
            <span class="progress__fill"></span>
        </span>
        <Stages export />
        <div class="work__meta"><span>{frames}</span><span>{left}</span></div>
    }
}

/// What is done, what is being done, what is to come.
#[component]
fn Stages(export: Memo<Export>) -> impl IntoView {
    let now = Memo::new(move |_| STAGES.iter().position(|(code, _)| *code == export.get().stage));
    view! {
        <ol class="stages" aria-label="Stages">
            {STAGES.iter().enumerate().map(|(index, (_, word))| view! {
                <li class:is-done=move || now.get().is_some_and(|now| index < now) class:is-now=move || now.get() == Some(index)
                    style=move || format!("--value: {}%", if now.get() == Some(index) { export.get().percent() } else { 0 })>{*word}</li>
            }).collect_view()}
        </ol>
    }
}

#[component]
fn Complete(export: Memo<Export>, settings: Settings, sum: Memo<String>) -> impl IntoView {
    let rendition = move || export.get().rendition;
    let freshness = Memo::new(move |_| export.with(|export| sum.with(|sum| Freshness::of(export, sum))));
    let (class, words) = (
        move || if freshness.get() == Freshness::Current { "status status--done" } else { "status status--waiting" },
        move || match freshness.get() {
            Freshness::Current => "The reel is ready",
            Freshness::Older => "Changed since this export. Export again to have the changes in the file.",
            Freshness::Gone => "The file of the last export was deleted",
        },
    );
    view! {
        <div class="work__head"><span class=class data-testid="freshness">{words}</span></div>
        <Show when=move || freshness.get() == Freshness::Older><WhatChanged export settings sum /></Show>
        {move || rendition().map(|id| view! { <ResultLinks id is_older=Signal::derive(move || freshness.get() != Freshness::Current) /> })}
    }
}

/// What is other than in the file, and how much of it is rendered again.
#[component]
fn WhatChanged(export: Memo<Export>, settings: Settings, sum: Memo<String>) -> impl IntoView {
    // What is typed comes in bursts, and an edit has to be saved before the server knows of it.
    const BURST_MS: u32 = 400;
    let changes = RwSignal::new(None::<Changes>);
    // The timer of the run before ends with it.
    Effect::new(move |_: Option<Timeout>| {
        let (id, settings) = (export.get().id, settings.get());
        sum.track();
        Timeout::new(BURST_MS, move || {
            spawn_local(async move {
                // Where it cannot be said, the words above say enough.
                if let Ok(answer) = export_changes(id, settings).await {
                    changes.try_set(Some(answer));
                }
            });
        })
    });
    let said = move || changes.with(|changes| changes.as_ref().map(Changes::said)).filter(|said| !said.is_empty());
    let again = move || {
        changes.with(|changes| {
            let Changes { again, length, .. } = changes.as_ref()?;
            Some(match again.0 {
                0 => "Nothing has to be rendered again.".to_owned(),
                _ => format!("{} of {} are rendered again.", again.precise(), length.precise()),
            })
        })
    };
    view! { <p class="muted" data-testid="changes">{said}" "{again}</p> }
}

#[component]
fn ResultLinks(id: RenditionId, is_older: Signal<bool>) -> impl IntoView {
    let download = format!("{}/download", media_path(&id));
    let in_gallery = format!("/gallery?play={id}");
    view! {
        <div class="button-row">
            <a class="button" class:button--primary=move || !is_older.get() class:button--outline=move || is_older.get() href=download download="">
                <Icon name="download" /><span class="button__text">{move || if is_older.get() { "Download as it was" } else { "Download reel" }}</span>
            </a>
            <a class="button button--outline" href=in_gallery><span class="button__text">"Open in gallery"</span></a>
        </div>
    }
}

#[component]
fn Failed(export: Memo<Export>, sum: Memo<String>) -> impl IntoView {
    let why = move || export.get().error.unwrap_or_else(|| "The export failed.".to_owned());
    view! {
        <p class="job__advice export-status__advice" role="alert"><strong>{why}</strong></p>
        <Retry export sum />
    }
}

#[component]
fn Cancelled(export: Memo<Export>, sum: Memo<String>) -> impl IntoView {
    view! {
        <div class="work__head"><span class="status">"The last export was cancelled"</span></div>
        <Retry export sum />
    }
}

/// Renders the plan of its submit once more. Not offered once the reel was changed: its export is another one then.
#[component]
fn Retry(export: Memo<Export>, sum: Memo<String>) -> impl IntoView {
    let actions = ExportActions::expect();
    let is_same =
        Memo::new(move |_| export.with(|export| sum.with(|sum| Freshness::of(export, sum) == Freshness::Current)));
    view! {
        <div class="button-row" hidden=move || !is_same.get()>
            <button class="button button--outline" type="button" on:click=move |_| actions.retry(export.get_untracked().id)>
                <Icon name="retry" /><span class="button__text">"Retry export"</span>
            </button>
        </div>
    }
}

/// The exported file, played in place of the preview.
#[component]
pub fn RenditionStage(rendition: Rendition) -> impl IntoView {
    let Rendition { name, width, height, url, poster_url, .. } = rendition;
    view! {
        <div class="stage stage--padded stage--tall">
            <div class="frame frame--result" style=format!("--w: {width}; --h: {height}")>
                <video class="frame__layer" data-testid="rendition" src=url poster=poster_url controls playsinline
                    preload="metadata" aria-label=name></video>
            </div>
        </div>
    }
}
