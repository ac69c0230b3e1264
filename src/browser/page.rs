//! The tab as a whole: leaving, coming back, connection, clipboard.

use leptos::{ev, prelude::*};

/// Asks before the tab closes while `is_needed` says so.
pub fn warn_before_leaving(is_needed: impl Fn() -> bool + 'static) {
    let listener = window_event_listener(ev::beforeunload, move |event| {
        if is_needed() {
            event.prevent_default();
            // What older browsers look at.
            event.set_return_value("leave");
        }
    });
    on_cleanup(move || listener.remove());
}

/// Calls `act` when the tab is hidden or closed: the last moment to save something.
pub fn on_hidden(act: impl Fn() + 'static) {
    let listener = window_event_listener_untyped("visibilitychange", move |_| {
        if !is_visible() {
            act();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Calls `act` when there is hope again: the connection is back, or the tab is looked at.
pub fn on_revival(act: impl Fn() + Clone + 'static) {
    let also = act.clone();
    let online = window_event_listener_untyped("online", move |_| act());
    let visible = window_event_listener_untyped("visibilitychange", move |_| {
        if is_visible() {
            also();
        }
    });
    on_cleanup(move || {
        online.remove();
        visible.remove();
    });
}

pub fn is_visible() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Visible
}

/// `https` or `http`, and the host with its port.
pub fn origin() -> (bool, String) {
    let location = window().location();
    (location.protocol().is_ok_and(|protocol| protocol == "https:"), location.host().unwrap_or_default())
}

pub async fn copy(text: &str) -> bool {
    let promise = window().navigator().clipboard().write_text(text);
    wasm_bindgen_futures::JsFuture::from(promise).await.is_ok()
}

/// Milliseconds of the clock; only for measuring and jitter.
pub fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// 0 up to 1.
pub fn random() -> f64 {
    js_sys::Math::random()
}
