//! Pointers: capture while dragging, and where a pointer stands in an element.

use leptos::ev;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Sends every further event of this pointer to the element that the listener is on, until it is let go.
pub fn capture(event: &ev::PointerEvent) {
    if let Some(element) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
        let _ = element.set_pointer_capture(event.pointer_id());
    }
}

/// Whether the main button (or the finger) made this event.
pub fn is_main(event: &ev::PointerEvent) -> bool {
    event.is_primary() && event.button() <= 0
}

/// Left edge and width of an element on the screen, in CSS pixels.
pub fn horizontal(element: &Element) -> (f64, f64) {
    let rect = element.get_bounding_client_rect();
    (rect.left(), rect.width())
}

/// Left and top edge and width of an element on the screen, in CSS pixels.
pub fn place(element: &Element) -> (f64, f64, f64) {
    let rect = element.get_bounding_client_rect();
    (rect.left(), rect.top(), rect.width())
}

/// Where `x`, `y` stand in an element: fractions of its width and height.
pub fn fraction(element: &Element, x: i32, y: i32) -> (f64, f64) {
    let rect = element.get_bounding_client_rect();
    let part = |at: f64, from: f64, size: f64| if size > 0.0 { (at - from) / size } else { 0.0 };
    (part(f64::from(x), rect.left(), rect.width()), part(f64::from(y), rect.top(), rect.height()))
}

/// How far in pixels the event's target's left and right edges are from the pointer.
pub fn edge_distances(event: &ev::PointerEvent) -> Option<(f64, f64)> {
    let element = event.current_target()?.dyn_into::<Element>().ok()?;
    let rect = element.get_bounding_client_rect();
    let x = f64::from(event.client_x());
    Some((x - rect.left(), rect.right() - x))
}

/// The element that listens.
pub fn listener(event: &ev::MouseEvent) -> Option<Element> {
    event.current_target()?.dyn_into().ok()
}

/// Width and height of an element on the screen, at least a pixel.
pub fn size(element: &Element) -> (f64, f64) {
    let rect = element.get_bounding_client_rect();
    (rect.width().max(1.0), rect.height().max(1.0))
}

/// The same as [`fraction`], of a point between pixels.
pub fn part_of(element: &Element, (x, y): (f64, f64)) -> (f64, f64) {
    let rect = element.get_bounding_client_rect();
    let (width, height) = size(element);
    ((x - rect.left()) / width, (y - rect.top()) / height)
}
