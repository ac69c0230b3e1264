//! The focus: moving it among the parts of a group, and seeing it go.

use leptos::ev;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

fn group(event: &ev::Event) -> Option<Element> {
    event.current_target()?.dyn_into().ok()
}

fn parts(group: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = group.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

/// Arrow keys, Home and End: focuses the next part that matches `selector`, round and round, and answers which it is.
pub fn move_among(event: &ev::KeyboardEvent, selector: &str) -> Option<usize> {
    let parts = parts(&group(event)?, selector);
    let target: Node = event.target()?.dyn_into().ok()?;
    let at = parts.iter().position(|part| part.contains(Some(&target)))?;
    let next = match event.key().as_str() {
        "ArrowRight" | "ArrowDown" => (at + 1) % parts.len(),
        "ArrowLeft" | "ArrowUp" => (at + parts.len() - 1) % parts.len(),
        "Home" => 0,
        "End" => parts.len() - 1,
        _ => return None,
    };
    event.prevent_default();
    let _ = parts[next].focus();
    Some(next)
}

/// Focuses the first part of the listening element that matches.
pub fn first(event: &ev::Event, selector: &str) {
    if let Some(part) = group(event).and_then(|group| parts(&group, selector).into_iter().next()) {
        let _ = part.focus();
    }
}

/// Esc in a field of the listening form, Enter in one of one line: typing is over, and the keys mean again what they mean.
pub fn leave_field(event: &ev::KeyboardEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let Some(field) = target.filter(|target| target.matches("input, textarea").unwrap_or(false)) else { return };
    let is_line = field.matches("input").unwrap_or(false);
    if event.is_composing() || !(event.key() == "Escape" || (event.key() == "Enter" && is_line)) {
        return;
    }
    event.prevent_default();
    event.stop_propagation();
    let _ = field.blur();
}

/// Focuses the first element of the page that matches.
pub fn focus(selector: &str) {
    let found = leptos::prelude::document().query_selector(selector).ok().flatten();
    if let Some(part) = found.and_then(|part| part.dyn_into::<HtmlElement>().ok()) {
        let _ = part.focus();
    }
}

/// Whether a `focusout` takes the focus out of the listening element.
pub fn leaves(event: &ev::FocusEvent) -> bool {
    let goes_to = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
    !group(event).is_some_and(|group| group.contains(goes_to.as_ref()))
}

/// Whether an event comes from a part that matches.
pub fn is_within(event: &ev::Event, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest(selector).ok().flatten().is_some())
}
