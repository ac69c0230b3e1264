//! The dialog that shows the keys, as they are in this browser.

use crate::{
    browser::keys,
    domain::key_map::{self, KeyMap},
    ui::dialog::Dialog,
};
use leptos::prelude::*;

/// A heading and its keys with what they do. Keys of one action are two spaces apart.
pub type KeySection = (&'static str, &'static [(&'static str, &'static str)]);

/// The keys of one action, each as it is shown at first.
pub fn caps(keys: &'static str) -> impl Iterator<Item = &'static str> {
    keys.split("  ")
}

/// What stands for a key here: another one where it was changed; `Shift+` and the like stay.
pub fn shown(keys: &KeyMap, cap: &str) -> String {
    let (with, key) = match cap.rsplit_once('+') {
        Some(("Ctrl", _)) => return cap.to_owned(),
        Some((with, key)) if !with.is_empty() && !key.is_empty() => (format!("{with}+"), key),
        _ => (String::new(), cap),
    };
    match key_map::code(key) {
        Some(code) => format!("{with}{}", key_map::label(keys.key_of(&code))),
        None => cap.to_owned(),
    }
}

/// Opened by `?` and by the button in the top bar.
#[component]
pub fn KeyHelp(open: RwSignal<bool>, sections: &'static [KeySection]) -> impl IntoView {
    let map = RwSignal::new(KeyMap::default());
    Effect::new(move |_| {
        if open.get() {
            map.set(keys::stored());
        }
    });
    view! {
        <Dialog open title="Keys">
            <div class="dialog__body">
                <Show when=move || map.with(|map| map.is_off)>
                    <p class="muted">"Letters and digits are switched off in the settings: only keys with Ctrl, arrows, Space and Delete do something."</p>
                </Show>
                {sections.iter().map(|(title, keys)| view! { <KeyList title keys map /> }).collect_view()}
            </div>
            <div class="dialog__foot"><a class="button button--quiet" href="/settings"><span class="button__text">"Change keys"</span></a></div>
        </Dialog>
    }
}

#[component]
fn KeyList(title: &'static str, keys: &'static [(&'static str, &'static str)], map: RwSignal<KeyMap>) -> impl IntoView {
    let row = move |(key, does): &(&'static str, &'static str)| {
        let caps = caps(key).map(|cap| view! { <kbd>{move || map.with(|map| shown(map, cap))}</kbd> }).collect_view();
        view! { <dt>{caps}</dt><dd>{*does}</dd> }
    };
    view! {
        <section class="key-list">
            <h3 class="panel__label">{title}</h3>
            <dl class="key-list__rows">{keys.iter().map(row).collect_view()}</dl>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_keys_are_shown_as_they_are() {
        let mut keys = KeyMap::default();
        keys.assign("KeyN", "KeyQ");
        assert_eq!(shown(&keys, "N"), "Q");
        assert_eq!(shown(&keys, "Shift+Z"), "Shift+Z");
        assert_eq!(shown(&keys, "Shift+N"), "Shift+Q");
        assert_eq!(shown(&keys, "Ctrl+N"), "Ctrl+N");
        assert_eq!(shown(&keys, "+"), "+");
        assert_eq!(shown(&keys, "\u{2026}"), "\u{2026}");
    }
}
