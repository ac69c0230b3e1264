//! One export in the list of jobs.

use super::{
    progress::{Dismissals, ExportActions, Paces, newest, progress_class, state_class, state_word},
    types::{Export, JobState},
};
use crate::{
    domain::time::Micros,
    live::versions::Versions,
    ui::{icon::Icon, moment::Moment},
};
use leptos::prelude::*;

/// A row that follows its export: what the list said at first, what the socket says since.
#[component]
pub fn ExportJob(
    listed: Memo<Export>,
    paces: Paces,
    /// The browser's clock, second by second; 0 on the server.
    now: RwSignal<f64>,
) -> impl IntoView {
    let versions = Versions::expect();
    let export = Memo::new(move |_| versions.progress.with(|live| listed.with(|listed| newest(listed, live))));
    let log = Memo::new(move |_| {
        export.with(|export| {
            export.log.clone().filter(|_| matches!(export.state, JobState::Processing | JobState::Error))
        })
    });
    // The details stay open while lines come.
    let has_log = Memo::new(move |_| log.with(Option::is_some));
    view! {
        <article class="job" data-state=move || export.get().state.code()>
            <div class="job__row">
                <Icon name="film" />
                <div>
                    <h3 class="job__name">{move || export.get().name}</h3>
                    <p class="job__kind">{move || kind(&export.get())}</p>
                </div>
                <Stage export />
                <span class="job__beat">{move || beat(&export.get(), paces, now.get())}</span>
                <span class="job__speed num muted">{move || speed(&export.get(), paces)}</span>
                <span class="job__left num">{move || left(&export.get(), paces)}</span>
                <Actions export />
            </div>
            {move || advice(&export.get()).map(|text| view! { <p class="job__advice"><strong>{text}</strong></p> })}
            <Show when=move || has_log.get()>
                <details class="job__details"><summary>"Log"</summary><pre class="job__log" tabindex="0">{move || log.get()}</pre></details>
            </Show>
        </article>
    }
}

#[component]
fn Stage(export: Memo<Export>) -> impl IntoView {
    let percent = move || export.get().percent();
    view! {
        <div class="job__stage">
            <span>
                <span class=move || state_class(export.get().state)>{move || state_word(&export.get())}</span>
                <span class="num muted">{move || percent_text(&export.get())}</span>
            </span>
            <span class=move || progress_class(export.get().state) role="progressbar" aria-label="Export" aria-valuemin="0"
                aria-valuemax="100" aria-valuenow=percent style=move || format!("width: 100%; --value: {}%", percent())>
                <span class="progress__fill"></span>
            </span>
        </div>
    }
}

#[component]
fn Actions(export: Memo<Export>) -> impl IntoView {
    let (actions, dismissals) = (ExportActions::expect(), Dismissals::expect());
    let id = move || export.get_untracked().id;
    // Rebuilt when the state changes only, so that a button keeps its focus while the bar moves.
    let state = Memo::new(move |_| export.get().state);
    view! {
        <div class="job__actions">
            {move || match state.get() {
                JobState::Pending | JobState::Processing => view! {
                    <button class="button button--outline button--sm" type="button" on:click=move |_| actions.cancel(id())>
                        <span class="button__text">"Cancel"</span>
                    </button>
                }.into_any(),
                JobState::Error | JobState::Cancelled => view! {
                    <button class="button button--primary button--sm" type="button" on:click=move |_| actions.retry(id())>
                        <Icon name="retry" /><span class="button__text">"Retry"</span>
                    </button>
                }.into_any(),
                JobState::Complete => (move || match export.get().rendition {
                    Some(id) => view! {
                        <a class="button button--outline button--sm" href=format!("/gallery?play={id}")>
                            <span class="button__text">"Open"</span>
                        </a>
                    }.into_any(),
                    None => view! { <span class="muted">"File deleted"</span> }.into_any(),
                }).into_any(),
            }}
            <Show when=move || !state.get().is_running()>
                <button class="icon-button icon-button--sm" type="button" title="Take off the list"
                    aria-label=move || format!("Take {} off the list", export.get().name) on:click=move |_| dismissals.exports(vec![id()])>
                    <Icon name="close" />
                </button>
            </Show>
            <span class="job__when"><Moment at=Signal::derive(move || when(&export.get())) /></span>
        </div>
    }
}

fn kind(export: &Export) -> String {
    match (export.total > 0, export.state) {
        (false, _) => export.kind.label().to_owned(),
        (true, JobState::Complete) => format!("{} · {} frames", export.kind.label(), export.total),
        (true, _) => format!("{} · frame {} of {}", export.kind.label(), export.done, export.total),
    }
}

fn percent_text(export: &Export) -> String {
    match export.state {
        JobState::Processing | JobState::Error => format!("{}%", export.percent()),
        JobState::Pending | JobState::Complete | JobState::Cancelled => String::new(),
    }
}

/// A worker is heard every second: after so many it may be gone, and its job is taken over when its lease has run out.
const QUIET: f64 = 6.0;

fn beat(export: &Export, paces: Paces, now: f64) -> String {
    let silent = (export.state == JobState::Processing && !export.queued && now > 0.0)
        .then(|| paces.silent_for(export, now))
        .flatten();
    if let Some(seconds) = silent {
        return if seconds < QUIET {
            format!("working, {seconds:.0} s ago")
        } else {
            format!("no sign for {seconds:.0} s, trying again")
        };
    }
    match (export.started_at, export.finished_at) {
        (Some(from), Some(to)) if export.state == JobState::Complete => {
            format!("took {}", Micros((to - from).max(0).saturating_mul(1000)))
        }
        _ if export.attempt > 1 => format!("attempt {}", export.attempt),
        _ => String::new(),
    }
}

fn speed(export: &Export, paces: Paces) -> String {
    let running = export.state == JobState::Processing;
    running
        .then(|| paces.rate(export))
        .flatten()
        .filter(|rate| *rate >= 1.0)
        .map(|rate| format!("{rate:.0} fps"))
        .unwrap_or_default()
}

fn left(export: &Export, paces: Paces) -> String {
    let running = export.state == JobState::Processing;
    running.then(|| paces.left(export)).flatten().map(|left| format!("{left} left")).unwrap_or_default()
}

fn when(export: &Export) -> i64 {
    export.finished_at.or(export.started_at).unwrap_or(export.created_at)
}

fn advice(export: &Export) -> Option<String> {
    (export.state == JobState::Error)
        .then(|| export.error.clone().unwrap_or_else(|| "The export failed. Try again.".to_owned()))
}
