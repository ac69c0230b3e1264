//! The top bar of the reel's editor: its name, what is saved, the steps, undo and redo, and the way on.

use super::{
    Step,
    session::{SaveState, Session},
};
use crate::{
    browser::keys::on_press,
    editor::undo_buttons::UndoButtons,
    live::versions::Versions,
    reels::types::{MAX_NAME, ReelClip},
    trash::{types::Item, undo::put_away},
    ui::{icon::Icon, toast::Toasts},
};
use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

#[component]
pub fn ReelBar(session: Session, step: Memo<Step>) -> impl IntoView {
    let is_editing = Memo::new(move |_| step.get() != Step::Export);
    let go = StoredValue::new(std::sync::Arc::new(use_navigate()));
    // In the export step the same keys press its button.
    Effect::new(move |_| {
        on_press(move |press| {
            let is_wanted = press.is_export() && is_editing.get_untracked();
            if is_wanted {
                (go.get_value())("?step=export", NavigateOptions::default());
            }
            is_wanted
        });
    });
    view! {
        <header class="topbar">
            <div class="topbar__start">
                <a class="icon-button" href="/?tab=reels" aria-label="Back to library"><Icon name="arrow-left" /></a>
                <div class="crumb">
                    <a class="crumb__parent" href="/?tab=reels">"Reels"</a>
                    <span class="crumb__sep faint">"/"</span>
                    <ReelName session />
                </div>
                <SaveMark session />
            </div>
            <nav class="steps" aria-label="Steps"><Steps session step /></nav>
            <div class="topbar__end">
                <UndoButtons can_undo=Signal::derive(move || session.can_undo()) can_redo=Signal::derive(move || session.can_redo())
                    on_undo=move |()| session.undo() on_redo=move |()| session.redo() />
                <span class="divider topbar__wide"></span>
                <button class="icon-button" type="button" aria-label="Play the whole reel" title="Play the whole reel (P)" on:click=move |_| session.watching.set(true)>
                    <Icon name="play" class="icon--solid" />
                </button>
                <DeleteReel session />
                <Show when=move || is_editing.get()>
                    <a class="button button--primary" href="?step=export" title="Export (Ctrl+E)"><span class="button__text">"Export"</span></a>
                </Show>
            </div>
        </header>
        <nav class="steps steps--phone only-phone" aria-label="Steps"><Steps session step /></nav>
    }
}

/// The title; a click turns it into a field.
#[component]
fn ReelName(session: Session) -> impl IntoView {
    let editing = RwSignal::new(false);
    let field = NodeRef::<html::Input>::new();
    let name = move || session.reel.with(|reel| reel.name.clone());
    let save = move |typed: &str| {
        editing.set(false);
        let typed = typed.trim().to_owned();
        if !typed.is_empty() {
            session.change(None, |reel| reel.name = typed);
        }
    };
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    view! {
        <Show when=move || editing.get() fallback=move || view! {
            <h1 class="crumb__title">
                <button type="button" class="crumb__rename" title="Rename reel" on:click=move |_| editing.set(true)>{name}</button>
            </h1>
        }>
            <input class="field__input crumb__input" node_ref=field aria-label="Name of the reel" maxlength=MAX_NAME value=name
                on:keydown:target=move |ev| match ev.key().as_str() {
                    "Enter" => save(&ev.target().value()),
                    "Escape" => editing.set(false),
                    _ => {}
                }
                on:blur:target=move |ev| if editing.get_untracked() { save(&ev.target().value()) } />
        </Show>
    }
}

#[component]
fn SaveMark(session: Session) -> impl IntoView {
    let word = move || match session.state.get() {
        SaveState::Saved => "Saved",
        SaveState::Saving => "Saving",
        SaveState::Waiting => "Not saved yet, trying again",
    };
    view! {
        <span class="save-state" class:save-state--waiting=move || session.state.get() == SaveState::Waiting role="status">
            {move || match session.state.get() {
                SaveState::Saved => view! { <Icon name="check" class="icon--sm" /> },
                SaveState::Saving => view! { <Icon name="clock" class="icon--sm" /> },
                SaveState::Waiting => view! { <Icon name="warn" class="icon--sm" /> },
            }}
            <span>{word}</span>
        </span>
    }
}

/// Annotate the clip's game, frame, export.
#[component]
fn Steps(session: Session, step: Memo<Step>) -> impl IntoView {
    let game = Memo::new(move |_| session.clip().map(|clip| clip.clip.game));
    let framed = Memo::new(move |_| {
        session.reel.with(|reel| !reel.clips.is_empty() && reel.clips.iter().all(|clip| !clip.framing.crop.is_empty()))
    });
    let lit = Memo::new(move |_| {
        let is_lit = |clip: &ReelClip| !(clip.framing.spotlights.is_empty() && clip.framing.cards.is_empty());
        session.reel.with(|reel| reel.clips.iter().any(is_lit))
    });
    let is_now = move |this: Step| move || (step.get() == this).then_some("step");
    view! {
        <a class="step step--done" href=move || game.get().map_or_else(|| "/".to_owned(), |id| format!("/games/{id}")) title="Annotate">
            <span class="step__dot"><Icon name="check" /></span><span class="step__text">"Annotate"</span>
        </a>
        <span class="steps__link"></span>
        <a class="step" class:step--done=move || framed.get() && step.get() != Step::Framing href="?step=framing" aria-current=is_now(Step::Framing) title="Framing">
            <span class="step__dot">
                <Show when=move || framed.get() && step.get() != Step::Framing fallback=|| "2"><Icon name="check" /></Show>
            </span>
            <span class="step__text">"Framing"</span>
        </a>
        <span class="steps__link"></span>
        <a class="step" class:step--done=move || lit.get() && step.get() == Step::Export href="?step=overlay" aria-current=is_now(Step::Overlay) title="Overlay">
            <span class="step__dot">
                <Show when=move || lit.get() && step.get() == Step::Export fallback=|| "3"><Icon name="check" /></Show>
            </span>
            <span class="step__text">"Overlay"</span>
        </a>
        <span class="steps__link"></span>
        <a class="step" href="?step=export" aria-current=is_now(Step::Export) title="Export">
            <span class="step__dot">"4"</span><span class="step__text">"Export"</span>
        </a>
    }
}

#[component]
fn DeleteReel(session: Session) -> impl IntoView {
    let (versions, toasts) = (Versions::expect(), Toasts::expect());
    let go = StoredValue::new(std::sync::Arc::new(use_navigate()));
    let delete = move |_| {
        let (item, name) = (Item::Reel(session.id()), session.reel.with_untracked(|reel| reel.name.clone()));
        spawn_local(async move {
            if put_away(item, name, versions, toasts).await
                && let Some(go) = go.try_get_value()
            {
                go("/?tab=reels", NavigateOptions::default());
            }
        });
    };
    view! {
        <button class="icon-button" type="button" aria-label="Delete reel" title="Delete reel" on:click=delete>
            <Icon name="trash" />
        </button>
    }
}
