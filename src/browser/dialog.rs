//! The native dialog element.

use leptos::{ev, prelude::request_animation_frame};
use web_sys::HtmlDialogElement;

/// Opens over everything, or closes. It opens one frame later, when its content is there to take the focus.
pub fn set_open(dialog: &HtmlDialogElement, is_open: bool) {
    if !is_open {
        dialog.close();
    } else if !dialog.open() {
        let dialog = dialog.clone();
        request_animation_frame(move || {
            let _ = dialog.show_modal();
        });
    }
}

/// Whether a click fell on what is around the dialog.
pub fn is_beside(event: &ev::MouseEvent) -> bool {
    event.target() == event.current_target()
}
