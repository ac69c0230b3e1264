//! The `<details>` of a menu.

use leptos::{ev, prelude::window};
use wasm_bindgen::JsCast;
use web_sys::Element;

fn menu(event: &ev::Event) -> Option<Element> {
    event.current_target()?.dyn_into().ok()
}

pub fn close(event: &ev::Event) {
    if let Some(menu) = menu(event) {
        let _ = menu.remove_attribute("open");
    }
}

/// A menu that stands low opens upwards: the bars at the bottom would cover it.
pub fn choose_side(event: &ev::Event) {
    const LOW: f64 = 0.65;
    let Some(menu) = menu(event) else { return };
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    let is_low = menu.get_bounding_client_rect().bottom() > height * LOW;
    let _ = menu.class_list().toggle_with_force("menu--up", is_low);
}
