//! Storage: what takes how much room, how to get it back, and what was deleted.

use super::{
    api::{empty, free_pieces, purge, storage_overview},
    types::{Item, Large, Overview, TRASH_DAYS, Trashed},
    undo::{bring_back, put_away},
};
use crate::{
    accounts::types::{Held, Usage},
    domain::{calendar::Day, size::size},
    error::ApiError,
    live::{fresh::Fresh, versions::Versions},
    shell::Page,
    ui::{
        dialog::{ConfirmDialog, open_while},
        icon::Icon,
        notice::LoadError,
        toast::Toasts,
    },
};
use leptos::{prelude::*, task::spawn_local};

#[component]
pub fn StoragePage() -> impl IntoView {
    let versions = Versions::expect();
    let changed = move || (versions.games.get(), versions.exports.get(), versions.reel_cards.get());
    let overview = Fresh::new(Resource::new(changed, |_| storage_overview()));
    view! {
        <Page title="Storage" narrow=true>
            <div class="page__head">
                <div>
                    <h1 class="page__title">"Storage"</h1>
                    <p class="page__lead">"What takes how much room, and what was deleted."</p>
                </div>
            </div>
            <Transition fallback=|| view! { <div class="skeleton page-skeleton" aria-busy="true"></div> }>
                {move || Suspend::new(async move {
                    match overview.first().await {
                        Ok(now) => view! { <Shown now /> }.into_any(),
                        Err(error) => view! { <LoadError error on_retry=move || overview.refetch() /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
}

/// What is deleted for good after a question.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Doomed {
    One(Item, String),
    All(usize),
}

#[component]
fn Shown(now: Signal<Overview>) -> impl IntoView {
    let doomed = RwSignal::new(None::<Doomed>);
    let usage = Memo::new(move |_| now.with(|now| now.usage));
    view! {
        <div class="settings">
            <Room usage />
            <Largest now />
            <Trash now doomed />
        </div>
        <Gone doomed />
    }
}

#[component]
fn Room(usage: Memo<Usage>) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let free = Action::new(move |(): &()| async move {
        match free_pieces().await {
            Ok(bytes) => {
                versions.bump_all();
                toasts.say(format!("{} free again", size(bytes)));
            }
            Err(error) => toasts.error(error.to_string()),
        }
    });
    let nothing = Memo::new(move |_| usage.with(|usage| usage.segments.count == 0));
    view! {
        <section class="settings__group" aria-labelledby="room-title">
            <h2 class="section__title" id="room-title">"Room"</h2>
            <Row name="Recordings" note="As they were uploaded" held=Memo::new(move |_| usage.with(|it| it.recordings)) />
            <Row name="Exports" note="The files of the gallery" held=Memo::new(move |_| usage.with(|it| it.renditions))>
                <a class="button button--outline button--sm" href="/gallery"><span class="button__text">"Open gallery"</span></a>
            </Row>
            <Row name="Rendered pieces" note="They make the next export fast; the oldest go by themselves"
                held=Memo::new(move |_| usage.with(|it| it.segments))>
                <button class="button button--outline button--sm" type="button" disabled=move || nothing.get() || free.pending().get()
                    on:click=move |_| drop(free.dispatch(()))>
                    <span class="button__text">"Free"</span>
                </button>
            </Row>
            <Row name="Songs" note="" held=Memo::new(move |_| usage.with(|it| it.music)) />
            <Row name="Trash" note="Recordings and files that were deleted" held=Memo::new(move |_| usage.with(|it| it.trash)) />
            <div class="option"><strong>"Together"</strong><strong class="num">{move || size(usage.with(Usage::total))}</strong></div>
        </section>
    }
}

#[component]
fn Row(
    name: &'static str,
    note: &'static str,
    held: Memo<Held>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let text = move || match held.get() {
        Held { count: 0, .. } => "None".to_owned(),
        Held { count: 1, bytes } => format!("{} in 1 file", size(bytes)),
        Held { count, bytes } => format!("{} in {count} files", size(bytes)),
    };
    view! {
        <div class="option">
            <span>{name}<span class="option__note muted">{note}</span></span>
            <span class="button-row"><span class="muted num">{text}</span>{children.map(|children| children())}</span>
        </div>
    }
}

/// The games whose recordings take most.
#[component]
fn Largest(now: Signal<Overview>) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let games = Memo::new(move |_| now.with(|now| now.largest.clone()));
    let is_any = Memo::new(move |_| games.with(|games| !games.is_empty()));
    view! {
        <Show when=move || is_any.get()>
            <section class="settings__group" aria-labelledby="largest-title">
                <h2 class="section__title" id="largest-title">"Largest games"</h2>
                <For each=move || games.get() key=|game| (game.id.clone(), game.bytes) let(Large { id, name, bytes })>
                    {
                        let (label, known) = (format!("Move {name} to the trash"), name.clone());
                        let item = Item::Game(id.clone());
                        view! {
                            <div class="option">
                                <a class="link" href=format!("/games/{id}")>{name}</a>
                                <span class="button-row">
                                    <span class="muted num">{size(bytes)}</span>
                                    <button class="icon-button icon-button--sm" type="button" aria-label=label.clone() title=label
                                        on:click=move |_| {
                                            let (item, known) = (item.clone(), known.clone());
                                            spawn_local(async move { put_away(item, known, versions, toasts).await; });
                                        }>
                                        <Icon name="trash" />
                                    </button>
                                </span>
                            </div>
                        }
                    }
                </For>
            </section>
        </Show>
    }
}

#[component]
fn Trash(now: Signal<Overview>, doomed: RwSignal<Option<Doomed>>) -> impl IntoView {
    let items = Memo::new(move |_| now.with(|now| now.trash.clone()));
    let count = Memo::new(move |_| items.with(Vec::len));
    view! {
        <section class="settings__group" aria-labelledby="trash-title">
            <div class="option">
                <h2 class="section__title" id="trash-title">"Trash"</h2>
                <Show when=move || 0 < count.get()>
                    <button class="button button--outline button--sm" type="button" on:click=move |_| doomed.set(Some(Doomed::All(count.get_untracked())))>
                        <span class="button__text">"Empty trash"</span>
                    </button>
                </Show>
            </div>
            <p class="field__hint">{format!("What is deleted waits here for {TRASH_DAYS} days, then it goes by itself.")}</p>
            <For each=move || items.get() key=|it| it.item.clone() let:it><TrashedRow it doomed /></For>
            <Show when=move || count.get() == 0><p class="muted">"The trash is empty."</p></Show>
        </section>
    }
}

#[component]
fn TrashedRow(it: Trashed, doomed: RwSignal<Option<Doomed>>) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let Trashed { item, name, bytes, gone_at, .. } = it;
    let room = if bytes > 0 { format!(", {}", size(bytes)) } else { String::new() };
    let note = format!("{}{room}, until {}", item.word(), Day::of_ms(gone_at).short());
    let (back, gone) = ((item.clone(), name.clone()), (item, name.clone()));
    view! {
        <div class="option">
            <span>{name.clone()}<span class="option__note muted">{note}</span></span>
            <span class="button-row">
                <button class="button button--outline button--sm" type="button" aria-label=format!("Restore {name}")
                    on:click=move |_| {
                        let (item, name) = back.clone();
                        bring_back(item, name, versions, toasts);
                    }>
                    <Icon name="undo" /><span class="button__text">"Restore"</span>
                </button>
                <button class="icon-button icon-button--sm" type="button" aria-label=format!("Delete {name} for good") title="Delete for good"
                    on:click=move |_| doomed.set(Some(Doomed::One(gone.0.clone(), gone.1.clone())))>
                    <Icon name="trash" />
                </button>
            </span>
        </div>
    }
}

/// Asks before something is gone for good.
#[component]
fn Gone(doomed: RwSignal<Option<Doomed>>) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let open = open_while(doomed);
    let title = Signal::derive(move || match doomed.get() {
        Some(Doomed::One(_, name)) => format!("Delete {name} for good?"),
        Some(Doomed::All(1)) => "Delete 1 item for good?".to_owned(),
        Some(Doomed::All(count)) => format!("Delete {count} items for good?"),
        None => String::new(),
    });
    let delete = move || {
        let Some(what) = doomed.get_untracked() else { return };
        open.set(false);
        spawn_local(async move {
            let done: Result<(), ApiError> = match &what {
                Doomed::One(item, _) => purge(item.clone()).await,
                Doomed::All(_) => empty().await,
            };
            match done {
                Ok(()) => toasts.say("Gone for good"),
                Err(error) => toasts.error(error.to_string()),
            }
            versions.bump_all();
        });
    };
    view! { <ConfirmDialog open title text="This cannot be undone." verb="Delete for good" on_confirm=delete /> }
}
