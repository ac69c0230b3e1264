//! Dialogs in place of the browser's alerts.

use super::icon::Icon;
use leptos::{html, prelude::*};

/// A dialog over the page: Escape, its cross and a click beside it close it.
#[component]
pub fn Dialog(open: RwSignal<bool>, #[prop(into)] title: Signal<String>, children: ChildrenFn) -> impl IntoView {
    let frame = NodeRef::<html::Section>::new();
    Effect::new(move |_| {
        if let Some(frame) = frame.get() {
            let _ = frame.focus();
        }
    });
    let children = StoredValue::new(children);
    view! {
        <Show when=move || open.get()>
            <div class="dialog-backdrop" on:click=move |_| open.set(false)>
                <section class="dialog" role="dialog" aria-modal="true" aria-label=move || title.get() tabindex="-1" node_ref=frame
                    on:click=|event| event.stop_propagation()
                    on:keydown=move |event| if event.key() == "Escape" { open.set(false) }>
                    <div class="dialog__head">
                        <h2 class="dialog__title">{move || title.get()}</h2>
                        <button class="icon-button" type="button" aria-label="Close" title="Close" on:click=move |_| open.set(false)>
                            <Icon name="close" />
                        </button>
                    </div>
                    {children.with_value(|children| children())}
                </section>
            </div>
        </Show>
    }
}

/// Asks before something is gone for good.
#[component]
pub fn ConfirmDialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    text: &'static str,
    /// The verb and its object: "Delete reel".
    verb: &'static str,
    #[prop(into)] on_confirm: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog open title>
            <div class="dialog__body"><p class="muted">{text}</p></div>
            <div class="dialog__foot">
                <button class="button button--quiet" type="button" on:click=move |_| open.set(false)>
                    <span class="button__text">"Keep it"</span>
                </button>
                <button class="button button--danger" type="button" on:click=move |_| on_confirm.run(())>
                    <span class="button__text">{verb}</span>
                </button>
            </div>
        </Dialog>
    }
}
