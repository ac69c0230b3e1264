//! The dialog that shows the keys.

use crate::ui::dialog::Dialog;
use leptos::prelude::*;

/// A heading and its keys with what they do.
pub type KeySection = (&'static str, &'static [(&'static str, &'static str)]);

/// Opened by `?` and by the button in the top bar.
#[component]
pub fn KeyHelp(open: RwSignal<bool>, sections: &'static [KeySection]) -> impl IntoView {
    view! {
        <Dialog open title="Keys">
            <div class="dialog__body">
                {sections.iter().map(|(title, keys)| view! { <KeyList title keys /> }).collect_view()}
            </div>
        </Dialog>
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
                        let caps = key.split("  ").map(|key| view! { <kbd>{key}</kbd> }).collect_view();
                        view! { <dt>{caps}</dt><dd>{*does}</dd> }
                    })
                    .collect_view()}
            </dl>
        </section>
    }
}
