//! The gallery: every file that an export made, by day.

use super::{
    api::list_renditions,
    player::RenditionPlayer,
    rendition_card::{Acts, RenditionCard},
    types::Rendition,
};
use crate::{
    domain::{calendar::Day, ids::ReelId, preset::ExportSettings, size::size},
    exports::{
        api::create_batch,
        types::{ExportKind, NewBatch, Subject},
    },
    live::{fresh::Fresh, types::Topic, versions::Versions},
    shell::Page,
    trash::{types::Item, undo::put_away},
    ui::{
        icon::Icon,
        notice::{EmptyNotice, LoadError},
        toast::Toasts,
    },
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use std::sync::Arc;

/// What is shown, from `?show=`: its word, and the kinds of it.
const SHOWN: [(&str, &str, &[ExportKind]); 4] = [
    ("", "All", &ExportKind::ALL),
    ("reels", "Reels", &[ExportKind::Reel, ExportKind::BeforeAfter]),
    ("games", "Games", &[ExportKind::Annotated]),
    ("clips", "Clips", &[ExportKind::Clip]),
];

#[component]
pub fn GalleryPage() -> impl IntoView {
    let versions = Versions::expect();
    let renditions = Fresh::new(Resource::new(move || versions.exports.get(), |_| list_renditions()));
    view! {
        <Page title="Gallery">
            <Transition fallback=|| view! { <div class="skeleton page-skeleton" aria-busy="true"></div> }>
                {move || Suspend::new(async move {
                    match renditions.first().await {
                        Ok(list) => view! { <Gallery list /> }.into_any(),
                        Err(error) => view! { <LoadError error on_retry=move || renditions.refetch() /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
}

#[component]
fn Gallery(list: Signal<Vec<Rendition>>) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let query = use_query_map();
    let show = Memo::new(move |_| query.with(|query| query.get("show")).unwrap_or_default());
    let shown = Memo::new(move |_| {
        let kinds = SHOWN.iter().find(|(code, ..)| *code == show.get()).map_or(&ExportKind::ALL[..], |it| it.2);
        list.with(|list| list.iter().filter(|it| kinds.contains(&it.kind)).cloned().collect::<Vec<_>>())
    });
    let days = Memo::new(move |_| shown.with(|list| by_day(list)));
    let (is_empty, is_none) =
        (Memo::new(move |_| list.with(Vec::is_empty)), Memo::new(move |_| shown.with(Vec::is_empty)));
    let go = StoredValue::new(Arc::new(use_navigate()));
    let acts = Acts {
        delete: Callback::new(move |file: Rendition| {
            spawn_local(async move {
                put_away(Item::Rendition(file.id), file.name, versions, toasts).await;
            });
        }),
        compare: Callback::new(move |file: Rendition| {
            let Some(reel) = file.reel else { return };
            match list.with_untracked(|list| before_and_after(list, &file.name)) {
                Some(id) => (go.get_value())(&format!("/gallery?play={id}"), NavigateOptions::default()),
                None => spawn_local(make_before_and_after(reel, versions, toasts)),
            }
        }),
    };
    view! {
        <div class="page__head">
            <div>
                <h1 class="page__title">"Gallery"</h1>
                <p class="page__lead">{move || list.with(|list| lead(list))}" "<a class="link" href="/storage">"Storage and trash"</a></p>
            </div>
            <Show when=move || !is_empty.get()>
                <nav class="segmented" aria-label="Show">
                    {SHOWN.map(|(code, word, _)| {
                        let href = if code.is_empty() { "/gallery".to_owned() } else { format!("/gallery?show={code}") };
                        let is_now = move || (show.get() == code).then_some("true");
                        view! { <a class="segmented__item" href=href aria-current=is_now>{word}</a> }
                    })}
                </nav>
            </Show>
        </div>
        <Show when=move || is_empty.get()><NothingYet /></Show>
        <Show when=move || is_none.get() && !is_empty.get()><p class="muted">"No file of this kind yet."</p></Show>
        <For each=move || days.get() key=|(day, _)| *day let:group>
            <DayGroup day=group.0 files=of_day(days, group.0) acts />
        </For>
        <RenditionPlayer all=list />
    }
}

/// The newest file that shows before and after of the reel of this name.
fn before_and_after(list: &[Rendition], reel: &str) -> Option<String> {
    let is_it = |it: &&Rendition| it.kind == ExportKind::BeforeAfter && it.name.starts_with(reel);
    list.iter().find(is_it).map(|it| it.id.to_string())
}

async fn make_before_and_after(reel: ReelId, versions: Versions, toasts: Toasts) {
    let (of, settings) = (Subject::Reel(reel), ExportSettings::default());
    let batch = NewBatch { of, make: vec![ExportKind::BeforeAfter], clips: Vec::new(), settings };
    match create_batch(batch).await {
        Ok(exports) => {
            for export in exports {
                versions.apply_export(export);
            }
            versions.bump(&Topic::Exports);
            toasts.say("The before and after is being made. It shows up here.");
        }
        Err(error) => toasts.error(error.to_string()),
    }
}

/// The files of one day.
fn of_day(days: Memo<Vec<(Day, Vec<Rendition>)>>, day: Day) -> Memo<Vec<Rendition>> {
    Memo::new(move |_| {
        days.with(|days| days.iter().find(|(of, _)| *of == day).map(|(_, files)| files.clone()).unwrap_or_default())
    })
}

fn lead(list: &[Rendition]) -> String {
    let bytes = size(list.iter().map(|rendition| rendition.bytes).sum());
    match list.len() {
        0 => "Exported reels stand here.".to_owned(),
        1 => format!("1 file, {bytes}. Clips and reels stay when it is deleted."),
        many => format!("{many} files, {bytes}. Clips and reels stay when they are deleted."),
    }
}

#[component]
fn NothingYet() -> impl IntoView {
    view! {
        <EmptyNotice title="No files yet" text="Export a reel and its file appears here, to play and download.">
            <a class="button button--primary button--lg" href="/?tab=reels"><span class="button__text">"Open reels"</span></a>
            <a class="button button--outline button--lg" href="/reels/new"><span class="button__text">"New reel"</span></a>
        </EmptyNotice>
    }
}

#[component]
fn DayGroup(day: Day, files: Memo<Vec<Rendition>>, acts: Acts) -> impl IntoView {
    let (id, labelled_by) = (format!("day-{day}"), format!("day-{day}"));
    let count = move || match files.with(Vec::len) {
        1 => "1 file".to_owned(),
        many => format!("{many} files"),
    };
    let batches = move || files.with(|files| batches(files));
    view! {
        <section class="section gallery-group" aria-labelledby=labelled_by>
            <div class="section__head">
                <h2 class="section__title" id=id>{format!("{}, {}", day.short(), day.year())}</h2>
                <span class="section__note">{count}</span>
                <span class="section__rule"></span>
                <For each=batches key=|batch| batch.clone() let:batch>
                    <a class="button button--quiet button--sm" href=format!("/media/batches/{}/zip", batch.0) download="">
                        <Icon name="download" class="icon--sm" />
                        <span class="button__text">{format!("{} clips as ZIP, {}", batch.1, size(batch.2))}</span>
                    </a>
                </For>
            </div>
            <div class="rendition-row">
                <For each=move || files.get() key=|it| (it.id.clone(), it.name.clone(), it.reel.clone()) let:rendition>
                    <RenditionCard rendition acts />
                </For>
            </div>
        </section>
    }
}

/// What was made together and still has more than one file: its name, how many and how large.
fn batches(files: &[Rendition]) -> Vec<(String, usize, i64)> {
    let mut batches: Vec<(String, usize, i64)> = Vec::new();
    for file in files {
        let Some(batch) = &file.batch else { continue };
        match batches.iter_mut().find(|(known, ..)| known == batch) {
            Some((_, count, bytes)) => (*count, *bytes) = (*count + 1, *bytes + file.bytes),
            None => batches.push((batch.clone(), 1, file.bytes)),
        }
    }
    batches.retain(|(_, count, _)| *count > 1);
    batches
}

/// In the order of the list, a group for each UTC day.
fn by_day(list: &[Rendition]) -> Vec<(Day, Vec<Rendition>)> {
    let mut groups: Vec<(Day, Vec<Rendition>)> = Vec::new();
    for rendition in list {
        let day = Day::of_ms(rendition.created_at);
        match groups.last_mut() {
            Some((group, files)) if *group == day => files.push(rendition.clone()),
            _ => groups.push((day, vec![rendition.clone()])),
        }
    }
    groups
}
