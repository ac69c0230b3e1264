//! Undo and redo in an editor's top bar.

use crate::ui::icon::Icon;
use leptos::prelude::*;

#[component]
pub fn UndoButtons(
    #[prop(into)] can_undo: Signal<bool>,
    #[prop(into)] can_redo: Signal<bool>,
    #[prop(into)] on_undo: Callback<()>,
    #[prop(into)] on_redo: Callback<()>,
) -> impl IntoView {
    view! {
        <button class="icon-button" type="button" aria-label="Undo" title="Undo (Ctrl+Z)" disabled=move || !can_undo.get()
            on:click=move |_| on_undo.run(())><Icon name="undo" /></button>
        <button class="icon-button" type="button" aria-label="Redo" title="Redo (Ctrl+Shift+Z)" disabled=move || !can_redo.get()
            on:click=move |_| on_redo.run(())><Icon name="redo" /></button>
    }
}
