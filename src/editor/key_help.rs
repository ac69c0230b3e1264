//! The dialog that shows the keys.

use crate::ui::icon::Icon;
use leptos::prelude::*;

/// A heading and its keys with what they do.
pub type KeySection = (&'static str, &'static [(&'static str, &'static str)]);

/// Opened by `?` and by the button in the top bar.
#[component]
pub fn KeyHelp(open: RwSignal<bool>, sections: &'static [KeySection]) -> impl IntoView {
    let close = NodeRef::<leptos::html::Button>::new();
    Effect::new(move |_| {
        if open.get()
            && let Some(button) = close.get()
        {
            let _ = button.focus();
        }
    });
    view! {
        <Show when=move || open.get()>
            <div class="dialog-backdrop" on:click=move |_| open.set(false)>
                <div
                    class="dialog"
                    role="dialog"
                    aria-modal="true"
                    aria-labelledby="keys-title"
                    on:click=|event| event.stop_propagation()
                    on:keydown=move |event| {
                        if event.key() == "Escape" || event.key() == "?" {
                            event.stop_propagation();
                            open.set(false);
                        }
                    }
                >
                    <div class="dialog__head">
                        <h2 class="dialog__title" id="keys-title">"Keys"</h2>
                        <button class="icon-button" type="button" aria-label="Close" node_ref=close on:click=move |_| open.set(false)>
                            <Icon name="close" />
                        </button>
                    </div>
                    <div class="dialog__body">
                        {sections.iter().map(|(title, keys)| view! { <KeyList title keys /> }).collect_view()}
                    </div>
                </div>
            </div>
        </Show>
    }
}

#[component]
fn KeyList(title: &'static str, keys: &'static [(&'static str, &'static str)]) -> impl IntoView {
    view! {
        <section class="key-list">
            <h3 class="panel__label">{title}</h3>
            <dl class="key-list__rows">
                {keys
                    .iter()
                    .map(|(key, does)| {
                        view! {
                            <dt>
                                {key.split("  ").map(|key| view! { <kbd>{key}</kbd> }).collect_view()}
                            </dt>
                            <dd>{*does}</dd>
                        }
                    })
                    .collect_view()}
            </dl>
        </section>
    }
}
