//! Every upload of this browser and every export: where it stands, and what to do about it.

use super::{api::recent_exports, export_job::ExportJob, progress::Paces, types::Export, upload_job::UploadJob};
use crate::{
    browser::page,
    live::versions::Versions,
    shell::Page,
    ui::notice::{EmptyNotice, LoadError},
    uploads::queue::{TaskState, UploadQueue},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// A week, in hours: what the server keeps at hand.
const RECENT_HOURS: i64 = 168;

/// What is listed, from `?show=`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Listed {
    All,
    Uploads,
    Exports,
}

impl Listed {
    const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::All, "All", "/jobs"),
        (Self::Uploads, "Uploads", "/jobs?show=uploads"),
        (Self::Exports, "Exports", "/jobs?show=exports"),
    ];
}

#[component]
pub fn JobsPage() -> impl IntoView {
    provide_context(Paces::new());
    let versions = Versions::expect();
    let query = use_query_map();
    let show = Memo::new(move |_| match query.with(|query| query.get("show")).as_deref() {
        Some("uploads") => Listed::Uploads,
        Some("exports") => Listed::Exports,
        _ => Listed::All,
    });
    let exports = Resource::new(move || versions.exports.get(), |_| recent_exports(RECENT_HOURS));
    view! {
        <Page title="Jobs">
            <div class="page__head">
                <div>
                    <h1 class="page__title">"Jobs"</h1>
                    <p class="page__lead">"Every upload of this browser and every export, with what it is doing now."</p>
                </div>
                <ShowTabs show />
            </div>
            <Transition fallback=|| view! { <div class="skeleton job-list" style="height: 12rem"></div> }>
                {move || Suspend::new(async move {
                    match exports.await {
                        Ok(list) => view! { <Jobs list show /> }.into_any(),
                        Err(error) => view! { <LoadError error on_retry=move || exports.refetch() /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
}

#[component]
fn ShowTabs(show: Memo<Listed>) -> impl IntoView {
    view! {
        <nav class="segmented" aria-label="Show">
            {Listed::ALL.map(|(of, label, link)| view! {
                <a class="segmented__item" href=link aria-current=move || (show.get() == of).then_some("true")>{label}</a>
            })}
        </nav>
    }
}

/// What runs or needs a person, then what is over.
#[component]
fn Jobs(list: Vec<Export>, show: Memo<Listed>) -> impl IntoView {
    let versions = Versions::expect();
    let uploads = UploadQueue::expect().tasks;
    let paces = expect_context::<Paces>();
    Effect::new(move |_| {
        let now = page::now_ms();
        versions.progress.with(|live| live.iter().for_each(|export| paces.see(export, now)));
    });
    let clock = RwSignal::new(0.0);
    Effect::new(move |_| {
        clock.set(page::now_ms());
        page::every(1_000, move || {
            clock.try_set(page::now_ms());
        });
    });
    let (now, over): (Vec<_>, Vec<_>) = list.into_iter().partition(|export| export.state.is_running());
    let upload_keys = move |done: bool| {
        let keys =
            |task: &crate::uploads::queue::UploadTask| ((task.state == TaskState::Done) == done).then_some(task.key);
        if show.get() == Listed::Exports {
            Vec::new()
        } else {
            uploads.with(|all| all.iter().filter_map(keys).collect())
        }
    };
    let exports = move |list: &[Export]| if show.get() == Listed::Uploads { Vec::new() } else { list.to_vec() };
    let (now, over) = (StoredValue::new(now), StoredValue::new(over));
    let running = Memo::new(move |_| (upload_keys(false), now.with_value(|list| exports(list))));
    let finished = Memo::new(move |_| (upload_keys(true), over.with_value(|list| exports(list))));
    let empty = Memo::new(move |_| {
        [running, finished]
            .into_iter()
            .all(|group| group.with(|(uploads, exports)| uploads.is_empty() && exports.is_empty()))
    });
    view! {
        <Show when=move || empty.get()>
            <EmptyNotice title="Nothing is running" text="Exports of the last seven days and the uploads of this tab stand here.">
                <a class="button button--primary button--lg" href="/"><span class="button__text">"Open the library"</span></a>
            </EmptyNotice>
        </Show>
        <JobGroup id="now" title="Now" note="" group=running paces clock />
        <JobGroup id="over" title="Finished" note="Last 7 days" group=finished paces clock />
    }
}

/// Absent when it is empty.
#[component]
fn JobGroup(
    id: &'static str,
    title: &'static str,
    note: &'static str,
    group: Memo<(Vec<u64>, Vec<Export>)>,
    paces: Paces,
    clock: RwSignal<f64>,
) -> impl IntoView {
    let count = move || group.with(|(uploads, exports)| uploads.len() + exports.len());
    let has_any = Memo::new(move |_| count() > 0);
    let note = move || if note.is_empty() { format!("{} running or waiting", count()) } else { note.to_owned() };
    view! {
        <Show when=move || has_any.get()>
            <section class="section" aria-labelledby=id>
                <div class="section__head">
                    <h2 class="section__title" id=id>{title}</h2>
                    <span class="section__note">{note}</span>
                </div>
                <div class="job-list">
                    <For each=move || group.get().0 key=|key| *key let:key><UploadJob key /></For>
                    <For each=move || group.get().1 key=|export| (export.id.clone(), export.version) let:export>
                        <ExportJob listed=export paces now=clock />
                    </For>
                </div>
            </section>
        </Show>
    }
}
