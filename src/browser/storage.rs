//! The browser's own small memory. It may be off or full: nothing depends on it.

use leptos::prelude::window;

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

pub fn get(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

pub fn set(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(key, value);
    }
}

pub fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

fn tab() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

/// What this tab kept for itself: a reload finds it, another tab does not.
pub fn of_tab(key: &str) -> Option<String> {
    tab()?.get_item(key).ok().flatten()
}

/// Keeps it for this tab; without a value, or without room for it, there is none. Whether there is what was to be kept.
pub fn keep_for_tab(key: &str, value: Option<&str>) -> bool {
    let Some(tab) = tab() else { return false };
    let kept = value.is_some_and(|value| tab.set_item(key, value).is_ok());
    if !kept {
        let _ = tab.remove_item(key);
    }
    kept || value.is_none()
}
