//! The chosen theme: kept by the browser, and set on the document before the first paint by a script in its head.

use super::storage;
use leptos::prelude::{document, window};

const KEY: &str = "theme";
const ATTRIBUTE: &str = "data-theme";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    System,
    Dark,
    Light,
}

pub fn chosen() -> Theme {
    match storage::get(KEY).as_deref() {
        Some("dark") => Theme::Dark,
        Some("light") => Theme::Light,
        _ => Theme::System,
    }
}

pub fn choose(theme: Theme) {
    let Some(root) = document().document_element() else { return };
    let word = match theme {
        Theme::System => {
            storage::remove(KEY);
            let _ = root.remove_attribute(ATTRIBUTE);
            return;
        }
        Theme::Dark => "dark",
        Theme::Light => "light",
    };
    storage::set(KEY, word);
    let _ = root.set_attribute(ATTRIBUTE, word);
}

/// From what is shown to the other one.
pub fn toggle() {
    let shown = document()
        .document_element()
        .and_then(|root| window().get_computed_style(&root).ok().flatten())
        .and_then(|style| style.get_property_value("color-scheme").ok());
    choose(if shown.as_deref() == Some("light") { Theme::Dark } else { Theme::Light });
}
