//! The top bar of Annotate.

use super::{annotation::Annotation, saving::SaveState};
use crate::{
    editor::undo_buttons::UndoButtons,
    ui::{button::IconButton, icon::Icon, theme::ThemeToggle},
};
use leptos::prelude::*;

#[component]
pub fn AnnotateBar(
    page: Annotation,
    help: RwSignal<bool>,
    arranging: RwSignal<bool>,
    exporting: RwSignal<bool>,
    exchanging: RwSignal<bool>,
) -> impl IntoView {
    Effect::new(move |_| page.saver.guard());
    let reel = move || format!("/reels/new?game={}", page.game.with(|game| game.id.clone()));
    view! {
        <header class="topbar">
            <div class="topbar__start">
                <a class="icon-button" href="/" aria-label="Back to library"><Icon name="arrow-left" /></a>
                <div class="crumb">
                    <a class="crumb__parent" href="/">"Games"</a>
                    <span class="crumb__sep faint">"/"</span>
                    <h1 class="crumb__title">{move || page.name()}</h1>
                </div>
                <SaveStatus page />
            </div>
            <span></span>
            <div class="topbar__end">
                <UndoButtons can_undo=Signal::derive(move || page.can_undo()) can_redo=Signal::derive(move || page.can_redo())
                    on_undo=move |()| page.undo() on_redo=move |()| page.redo() />
                <span class="divider topbar__wide"></span>
                <IconButton icon="film" label="Videos of this game" on_press=move |()| arranging.set(true) />
                <span class="topbar__wide">
                    <IconButton icon="file" label="Import or export clips" on_press=move |()| exchanging.set(true) />
                </span>
                <IconButton icon="download" label="Export this game" on_press=move |()| exporting.set(true) />
                <span class="topbar__wide"><IconButton icon="keyboard" label="Keys" title="Keys (?)" on_press=move |()| help.set(true) /></span>
                <span class="topbar__wide"><ThemeToggle /></span>
                <a class="button button--primary" href=reel><Icon name="plus" /><span class="button__text">"Make reel"</span></a>
            </div>
        </header>
    }
}

#[component]
fn SaveStatus(page: Annotation) -> impl IntoView {
    let state = Memo::new(move |_| page.saver.state());
    view! {
        <span class="save-state" class:save-state--waiting=move || matches!(state.get(), SaveState::Trying | SaveState::Held) role="status">
            {move || {
                let (icon, text) = match state.get() {
                    SaveState::Saved => ("check", "Saved"),
                    SaveState::Saving => ("clock", "Saving"),
                    SaveState::Trying => ("warn", "Not saved, trying again"),
                    SaveState::Held => ("warn", "Changed elsewhere"),
                };
                view! { <Icon name=icon class="icon--sm" /><span>{text}</span> }
            }}
        </span>
    }
}
