//! Where things stand in the window.

use leptos::prelude::window;
use web_sys::Element;

/// Whether an element is so low that what opens from it should open upwards: bars stand at the bottom too.
pub fn is_low(element: &Element) -> bool {
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    element.get_bounding_client_rect().bottom() > height * 0.65
}
