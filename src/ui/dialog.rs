//! Dialogs in place of the browser's alerts. The native element holds the focus, closes with Escape, and gives the focus
//! back; on a phone it is a sheet at the bottom.

use super::button::{Button, IconButton, Look};
use crate::browser::dialog;
use leptos::{html, prelude::*};

/// A dialog over the page. Its children exist while it is open: a body (`dialog__body`) and a foot (`dialog__foot`).
#[component]
pub fn Dialog(open: RwSignal<bool>, #[prop(into)] title: Signal<String>, children: ChildrenFn) -> impl IntoView {
    let frame = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let is_open = open.get();
        if let Some(frame) = frame.get() {
            dialog::set_open(&frame, is_open);
        }
    });
    let children = StoredValue::new(children);
    view! {
        <dialog
            class="dialog"
            node_ref=frame
            aria-label=move || title.get()
            on:close=move |_| open.set(false)
            on:click=move |event| if dialog::is_beside(&event) { open.set(false) }
        >
            <Show when=move || open.get()>
                <div class="dialog__head">
                    <h2 class="dialog__title">{move || title.get()}</h2>
                    <IconButton icon="close" label="Close" title="Close (Esc)" on_press=move || open.set(false) />
                </div>
                {children.with_value(|children| children())}
            </Show>
        </dialog>
    }
}

/// Asks before something is gone for good.
#[component]
pub fn ConfirmDialog(
    open: RwSignal<bool>,
    /// Names what will be gone.
    #[prop(into)]
    title: Signal<String>,
    /// What stays and what does not.
    #[prop(into)]
    text: Signal<String>,
    /// The verb and its object: "Delete reel".
    verb: &'static str,
    #[prop(into)] on_confirm: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog open title>
            <div class="dialog__body"><p class="muted">{move || text.get()}</p></div>
            <div class="dialog__foot">
                <Button look=Look::Quiet on_press=move || open.set(false)>"Keep it"</Button>
                <Button look=Look::Danger on_press=move || on_confirm.run(())>{verb}</Button>
            </div>
        </Dialog>
    }
}

/// Open while there is a target; closing it forgets the target.
pub fn open_while<T: Send + Sync + 'static>(target: RwSignal<Option<T>>) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(target.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && target.with_untracked(Option::is_some) {
            target.set(None);
        }
    });
    open
}
