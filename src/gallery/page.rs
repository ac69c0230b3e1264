//! The gallery: every file that an export made, by day.

use super::{
    api::{delete_rendition, list_renditions},
    player::RenditionPlayer,
    rendition_card::RenditionCard,
    types::Rendition,
};
use crate::{
    domain::{calendar::Day, size::size},
    live::{fresh::Fresh, types::Topic, versions::Versions},
    shell::Page,
    ui::{
        dialog::ConfirmDialog,
        icon::Icon,
        notice::{EmptyNotice, LoadError},
        toast::Toasts,
    },
};
use leptos::{prelude::*, task::spawn_local};

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
    let doomed = RwSignal::new(None::<Rendition>);
    let on_delete = Callback::new(move |rendition| doomed.set(Some(rendition)));
    let days = Memo::new(move |_| list.with(|list| by_day(list)));
    let is_empty = Memo::new(move |_| list.with(Vec::is_empty));
    view! {
        <div class="page__head">
            <div>
                <h1 class="page__title">"Gallery"</h1>
                <p class="page__lead">{move || list.with(|list| lead(list))}</p>
            </div>
        </div>
        <Show when=move || is_empty.get()><NothingYet /></Show>
        <For each=move || days.get() key=|(day, _)| *day let:group>
            <DayGroup day=group.0 files=of_day(days, group.0) on_delete />
        </For>
        <RenditionPlayer all=list />
        <DeleteRendition doomed />
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
        1 => format!("1 file, {bytes}. Delete it to free space; clips and reels stay."),
        many => format!("{many} files, {bytes}. Delete any of them to free space; clips and reels stay."),
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
fn DayGroup(day: Day, files: Memo<Vec<Rendition>>, on_delete: Callback<Rendition>) -> impl IntoView {
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
                    <RenditionCard rendition on_delete />
                </For>
            </div>
        </section>
    }
}

/// Asks before the file is gone for good, and names it.
#[component]
fn DeleteRendition(doomed: RwSignal<Option<Rendition>>) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(doomed.with(Option::is_some)));
    let title = Signal::derive(move || {
        doomed.with(|doomed| doomed.as_ref().map(|it| format!("Delete {}?", it.name)).unwrap_or_default())
    });
    let delete = move || {
        let Some(rendition) = doomed.get_untracked() else { return };
        open.set(false);
        spawn_local(async move {
            match delete_rendition(rendition.id).await {
                Ok(()) => {
                    versions.bump(&Topic::Exports);
                    toasts.say(format!("Deleted {}", rendition.name));
                }
                Err(error) => toasts.error(error.to_string()),
            }
        });
    };
    view! { <ConfirmDialog open title text="The file is gone for good. Its reel and clips stay, so it can be exported again." verb="Delete file" on_confirm=delete /> }
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
