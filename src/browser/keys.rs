//! Key presses for a page's key map: physical keys, never while typing.

use super::storage;
use crate::domain::key_map::KeyMap;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

/// Under which this browser remembers which key does what.
const KEPT: &str = "keys";

/// Which key does what in this browser.
pub fn stored() -> KeyMap {
    storage::get(KEPT).map_or_else(KeyMap::default, |text| KeyMap::read(&text))
}

pub fn keep(keys: &KeyMap) {
    if *keys == KeyMap::default() {
        storage::remove(KEPT);
    } else {
        storage::set(KEPT, &keys.to_string());
    }
}

/// One press as a key map reads it.
#[allow(clippy::struct_excessive_bools)] // They are the keyboard's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// The physical key: `KeyN`, `Space`, `ArrowLeft`.
    pub code: String,
    /// What it writes: `?`, `n`.
    pub key: String,
    pub shift: bool,
    /// Control, or Command on a Mac.
    pub command: bool,
    pub alt: bool,
    /// It is held down.
    pub repeat: bool,
}

/// Where a press leads in what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    Back,
    On,
}

impl Press {
    /// What a press means; nothing where it would be a key alone, and those are off.
    fn of(event: &ev::KeyboardEvent, keys: &KeyMap) -> Option<Self> {
        let (shift, command) = (event.shift_key(), event.ctrl_key() || event.meta_key());
        let written = event.key();
        if keys.is_off && !command && written != " " && written.chars().count() == 1 {
            return None;
        }
        let pressed = event.code();
        // Ctrl and a letter mean the same everywhere.
        let code = if command { pressed.clone() } else { keys.meaning(&pressed).to_owned() };
        // What it writes belongs to its old place.
        let key = match (code == pressed, code.as_str(), shift) {
            (true, ..) => written,
            (false, "Slash", false) => "/".to_owned(),
            (false, "Slash", true) => "?".to_owned(),
            _ => String::new(),
        };
        Some(Self { code, key, shift, command, alt: event.alt_key(), repeat: event.repeat() })
    }

    /// The key alone or with Shift.
    pub fn is_plain(&self) -> bool {
        !self.command && !self.alt
    }

    /// Ctrl+E, once for each press.
    pub fn is_export(&self) -> bool {
        self.command && !self.alt && !self.shift && !self.repeat && self.code == "KeyE"
    }

    /// Undo and redo, as every system has them: by what the key writes, wherever it lies.
    pub fn history(&self) -> Option<History> {
        match (self.command && !self.alt, self.key.to_ascii_lowercase().as_str(), self.shift) {
            (true, "z", false) => Some(History::Back),
            (true, "z", true) | (true, "y", false) => Some(History::On),
            _ => None,
        }
    }
}

/// Calls `handle` for every key press that is not typed into something, until the owner is cleaned up. A press that it
/// takes (`true`) goes no further.
pub fn on_press(handle: impl Fn(&Press) -> bool + 'static) {
    // Whether the focus got where it is by Tab. `:focus-visible` would also be true for what was clicked, as soon as any
    // other key was pressed since: Space would press a clip's row again instead of playing.
    let tabbed = StoredValue::new(false);
    let pointer = window_event_listener(ev::pointerdown, move |_| tabbed.set_value(false));
    let listener = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Tab" {
            tabbed.set_value(true);
        }
        if event.default_prevented() || event.is_composing() || belongs_elsewhere(&event, tabbed.get_value()) {
            return;
        }
        let Some(press) = Press::of(&event, &stored()) else { return };
        if handle(&press) {
            event.prevent_default();
        }
    });
    on_cleanup(move || {
        listener.remove();
        pointer.remove();
    });
}

/// Calls `handle` with the code of every key that is let go.
pub fn on_release(handle: impl Fn(&str) + 'static) {
    let listener = window_event_listener(ev::keyup, move |event| handle(stored().meaning(&event.code())));
    on_cleanup(move || listener.remove());
}

/// Typing, a dialog, a list of choices, a slider's arrows, or a control that was reached by Tab and pressed.
fn belongs_elsewhere(event: &ev::KeyboardEvent, tabbed: bool) -> bool {
    if document()
        .query_selector("dialog[open], [role=dialog], [role=alertdialog], [role=menu]")
        .ok()
        .flatten()
        .is_some()
    {
        return true;
    }
    let Some(target) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
        return false;
    };
    let is = |selector: &str| target.matches(selector).unwrap_or(false);
    let inside = |selector: &str| target.closest(selector).ok().flatten().is_some();
    if is("input[type=range]") {
        return matches!(event.key().as_str(), "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" | "Home" | "End");
    }
    if is("input[type=checkbox], input[type=radio]") {
        return matches!(event.key().as_str(), " " | "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown");
    }
    if is("input, textarea, select") || inside("[contenteditable]:not([contenteditable=false])") {
        return true;
    }
    tabbed && matches!(event.key().as_str(), "Enter" | " ") && is("a, button, summary, [tabindex]")
}

/// Whether the focus is in something that is typed into.
pub fn is_typing() -> bool {
    document()
        .active_element()
        .is_some_and(|element| element.matches("input:not([type=range]), textarea").unwrap_or(false))
}
