//! Build a reel from clips: filter, choose, name, create.

mod choice;
mod filters;
mod grid;
mod summary;

pub(super) use self::choice::toggle;
use self::{choice::Choice, filters::Filters, grid::ClipGrid, summary::Summary};
use crate::{
    clips::{
        api::library_clips,
        types::{ClipFilter, LibraryClip},
    },
    live::versions::Versions,
    shell::Page,
    ui::notice::{EmptyNotice, LoadError},
};
use leptos::prelude::*;

#[component]
pub fn NewReelPage() -> impl IntoView {
    let versions = Versions::expect();
    // Every clip once: filters, counts and the derived name answer without asking the server again.
    let clips = Resource::new(move || versions.clips.get(), |_| library_clips(ClipFilter::default()));
    let choice = Choice::provide();
    view! {
        <Page title="New reel">
            <div class="page__head">
                <div>
                    <h1 class="page__title">"New reel"</h1>
                    <p class="page__lead">"Choose clips. Order and framing come next."</p>
                </div>
            </div>
            <Transition fallback=BuilderSkeleton>
                {move || Suspend::new(async move {
                    match clips.await {
                        Ok(list) if list.is_empty() => view! { <NoClips /> }.into_any(),
                        Ok(list) => view! { <Builder list choice /> }.into_any(),
                        Err(error) => view! { <LoadError error on_retry=move || clips.refetch() /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
}

#[component]
fn Builder(list: Vec<LibraryClip>, choice: Choice) -> impl IntoView {
    choice.offer(list);
    view! {
        <div class="builder">
            <Filters choice />
            <ClipGrid choice />
            <Summary choice />
        </div>
    }
}

#[component]
fn NoClips() -> impl IntoView {
    view! {
        <EmptyNotice title="No clips yet" text="A reel is made of clips. Open a game, mark the plays that matter, then come back.">
            <a class="button button--primary button--lg" href="/"><span class="button__text">"Open the library"</span></a>
            <a class="button button--outline button--lg" href="/games/new"><span class="button__text">"Add game"</span></a>
        </EmptyNotice>
    }
}

#[component]
fn BuilderSkeleton() -> impl IntoView {
    view! {
        <div class="builder" aria-busy="true">
            <div class="filters"><div class="filters__group skeleton" style="height: 16rem"></div></div>
            <div class="pick-grid">{(0..6).map(|_| view! { <div class="poster skeleton"></div> }).collect_view()}</div>
            <div class="summary skeleton" style="height: 20rem"></div>
        </div>
    }
}
