//! Every upload of this browser and every export: where it stands, and what to do about it.

use super::{
    api::recent_exports,
    export_job::ExportJob,
    finished_upload::FinishedUploadJob,
    notify::NotifySwitch,
    progress::{Dismissals, Paces},
    types::Export,
    upload_job::UploadJob,
};
use crate::{
    browser::page,
    live::{fresh::Fresh, versions::Versions},
    shell::Page,
    ui::notice::{EmptyNotice, LoadError},
    uploads::{
        api::finished_uploads,
        queue::{TaskState, UploadQueue, UploadTask},
        types::FinishedUpload,
    },
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
    let exports = Fresh::new(Resource::new(move || versions.exports.get(), |_| recent_exports(RECENT_HOURS)));
    let uploads = Fresh::new(Resource::new(move || versions.games.get(), |_| finished_uploads(RECENT_HOURS)));
    view! {
        <Page title="Jobs">
            <div class="page__head">
                <div>
                    <h1 class="page__title">"Jobs"</h1>
                    <p class="page__lead">"Every upload and export, with what it is doing now."</p>
                </div>
                <div class="button-row"><NotifySwitch /><ShowTabs show /></div>
            </div>
            <Transition fallback=|| view! { <div class="skeleton job-list" style="height: 12rem"></div> }>
                {move || Suspend::new(async move {
                    match (exports.first().await, uploads.first().await) {
                        (Ok(exports), Ok(uploads)) => view! { <Jobs exports uploads show /> }.into_any(),
                        (Err(error), _) | (_, Err(error)) => {
                            let retry = move || {
                                exports.refetch();
                                uploads.refetch();
                            };
                            view! { <LoadError error on_retry=retry /> }.into_any()
                        }
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
fn Jobs(exports: Signal<Vec<Export>>, uploads: Signal<Vec<FinishedUpload>>, show: Memo<Listed>) -> impl IntoView {
    let versions = Versions::expect();
    let tasks = UploadQueue::expect().tasks;
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
    let listed = move |is_running: bool| -> Vec<Export> {
        exports.with(|all| all.iter().filter(|it| it.state.is_running() == is_running).cloned().collect())
    };
    let with_uploads = move || show.get() != Listed::Exports;
    let with_exports = move || show.get() != Listed::Uploads;
    // What the server calls finished is listed there, from whatever browser it came.
    let running = Memo::new(move |_| Group {
        tasks: if with_uploads() {
            let waits = |task: &&UploadTask| task.state != TaskState::Done;
            tasks.with(|all| all.iter().filter(waits).map(|task| task.key).collect())
        } else {
            Vec::new()
        },
        uploads: Vec::new(),
        exports: if with_exports() { listed(true) } else { Vec::new() },
    });
    let finished = Memo::new(move |_| Group {
        tasks: Vec::new(),
        uploads: if with_uploads() { uploads.get() } else { Vec::new() },
        exports: if with_exports() { listed(false) } else { Vec::new() },
    });
    let empty = Memo::new(move |_| running.with(Group::is_empty) && finished.with(Group::is_empty));
    view! {
        <Show when=move || empty.get()>
            <EmptyNotice title="Nothing is running" text="Uploads and exports of the last seven days stand here.">
                <a class="button button--primary button--lg" href="/"><span class="button__text">"Open the library"</span></a>
            </EmptyNotice>
        </Show>
        <JobGroup id="now" title="Now" group=running paces clock />
        <JobGroup id="over" title="Finished" group=finished paces clock />
    }
}

/// What one heading has below it.
#[derive(Clone, PartialEq)]
struct Group {
    /// Uploads of this browser, by key.
    tasks: Vec<u64>,
    uploads: Vec<FinishedUpload>,
    exports: Vec<Export>,
}

impl Group {
    fn len(&self) -> usize {
        self.tasks.len() + self.uploads.len() + self.exports.len()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes everything off the list.
    fn clear(&self, dismissals: Dismissals) {
        let (exports, uploads) = (self.exports.iter(), self.uploads.iter());
        let (exports, uploads): (Vec<_>, Vec<_>) =
            (exports.map(|it| it.id.clone()).collect(), uploads.map(|it| it.id.clone()).collect());
        if !exports.is_empty() {
            dismissals.exports(exports);
        }
        if !uploads.is_empty() {
            dismissals.uploads(uploads);
        }
    }
}

/// Absent when it is empty.
#[component]
fn JobGroup(
    id: &'static str,
    title: &'static str,
    group: Memo<Group>,
    paces: Paces,
    clock: RwSignal<f64>,
) -> impl IntoView {
    let dismissals = Dismissals::expect();
    let is_over = id == "over";
    let has_any = Memo::new(move |_| group.with(|group| !group.is_empty()));
    let note = move || {
        if is_over { "Last 7 days".to_owned() } else { format!("{} running or waiting", group.with(Group::len)) }
    };
    view! {
        <Show when=move || has_any.get()>
            <section class="section" aria-labelledby=id>
                <div class="section__head">
                    <h2 class="section__title" id=id>{title}</h2>
                    <span class="section__note">{note}</span>
                    {is_over.then(|| view! {
                        <button class="button button--quiet button--sm section__end" type="button" on:click=move |_| group.with_untracked(|group| group.clear(dismissals))>
                            <span class="button__text">"Clear list"</span>
                        </button>
                    })}
                </div>
                <div class="job-list">
                    <For each=move || group.get().tasks key=|key| *key let:key><UploadJob key /></For>
                    <For each=move || group.get().exports key=|export| export.id.clone() let:export>
                        <ExportJob listed=as_listed(group, export) paces now=clock />
                    </For>
                    <For each=move || group.get().uploads key=|upload| (upload.id.clone(), upload.video) let:upload>
                        <FinishedUploadJob upload />
                    </For>
                </div>
            </section>
        </Show>
    }
}

/// An export as the newest list has it, `first` once it is in none.
fn as_listed(group: Memo<Group>, first: Export) -> Memo<Export> {
    Memo::new(move |known: Option<&Export>| {
        let id = &first.id;
        group.with(|group| group.exports.iter().find(|export| export.id == *id).or(known).unwrap_or(&first).clone())
    })
}
