//! The tab as a whole: leaving, coming back, connection, clipboard.

use super::js;
use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};

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

/// Calls `act` when all that the page needs at first has come: its pictures, the beginning of its video. At once where it has.
pub fn once_loaded(act: impl Fn() + 'static) {
    if js::get(&document(), "readyState").is_some_and(|state| state == "complete") {
        act();
        return;
    }
    let listener = window_event_listener_untyped("load", move |_| act());
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

/// The bytes at an address, over redirects; none when they do not come.
pub async fn bytes_of(url: &str) -> Option<Vec<u8>> {
    let answer = gloo_net::http::Request::get(url).send().await.ok()?;
    if !answer.ok() {
        return None;
    }
    answer.binary().await.ok()
}

/// When the server made this page, in milliseconds by its clock.
pub fn rendered_at() -> Option<i64> {
    let meta = document().query_selector("meta[name=rendered-at]").ok()??;
    meta.get_attribute("content")?.parse().ok()
}

pub fn is_visible() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Visible
}

/// Scrolls an element into the part of its list that is shown; the page itself stays.
pub fn reveal(element: &web_sys::HtmlElement) {
    let Some(list) = element.parent_element() else { return };
    let (row, frame) = (element.get_bounding_client_rect(), list.get_bounding_client_rect());
    let by = if row.top() < frame.top() {
        row.top() - frame.top()
    } else if row.bottom() > frame.bottom() {
        row.bottom() - frame.bottom()
    } else {
        return;
    };
    #[allow(clippy::cast_possible_truncation)] // Pixels.
    list.set_scroll_top(list.scroll_top() + by as i32);
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

/// 104 random bits, and the clock's milliseconds: what a new identifier is made of.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Both are positive and whole.
pub fn id_parts() -> (u64, u128) {
    const BITS: f64 = 4_503_599_627_370_496.0;
    let random = || (random() * BITS) as u128;
    (now_ms() as u64, (random() << 52) | random())
}

/// 0 up to 1.
pub fn random() -> f64 {
    js_sys::Math::random()
}

/// The same as a stream, for loops that wait.
pub fn revivals() -> Revivals {
    let (sender, received) = futures::channel::mpsc::unbounded();
    let told = sender.clone();
    let online = window_event_listener_untyped("online", move |_| drop(told.unbounded_send(())));
    let visible = window_event_listener_untyped("visibilitychange", move |_| {
        if is_visible() {
            let _ = sender.unbounded_send(());
        }
    });
    Revivals { received, listeners: vec![online, visible] }
}

/// See [`revivals`]; dropping it stops listening.
pub struct Revivals {
    received: futures::channel::mpsc::UnboundedReceiver<()>,
    listeners: Vec<WindowListenerHandle>,
}

impl futures::Stream for Revivals {
    type Item = ();

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<()>> {
        std::pin::Pin::new(&mut self.received).poll_next(context)
    }
}

impl futures::stream::FusedStream for Revivals {
    fn is_terminated(&self) -> bool {
        false
    }
}

impl Drop for Revivals {
    fn drop(&mut self) {
        for listener in self.listeners.drain(..) {
            listener.remove();
        }
    }
}

/// Gives the focus to the element with this id.
pub fn focus(id: &str) {
    use wasm_bindgen::JsCast;
    if let Some(element) = document().get_element_by_id(id).and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Calls `act` every so many milliseconds until the owner is cleaned up.
pub fn every(milliseconds: u32, act: impl Fn() + 'static) {
    let timer = send_wrapper::SendWrapper::new(gloo_timers::callback::Interval::new(milliseconds, act));
    on_cleanup(move || drop(timer));
}

/// Whether our own server answers.
pub async fn server_answers() -> bool {
    gloo_net::http::Request::get("/healthz").send().await.is_ok_and(|answer| answer.ok())
}

const TAKEN_OVER: &str = "touchline:taken-over";
/// On the body once all of the page is taken over.
const MARK: &str = "data-hydrated";

/// Called once when all of the page was taken over: marks the body for whoever waits for that.
pub fn taken_over() {
    if let Some(body) = document().body() {
        let _ = body.set_attribute(MARK, "");
    }
    if let Ok(event) = web_sys::Event::new(TAKEN_OVER) {
        let _ = window().dispatch_event(&event);
    }
}

/// Does something when the page is taken over, at once if it is already.
pub fn once_taken_over(act: impl FnOnce() + 'static) {
    if document().body().is_some_and(|body| body.has_attribute(MARK)) {
        act();
        return;
    }
    let act = Closure::once_into_js(act);
    let _ = window().add_event_listener_with_callback(TAKEN_OVER, act.unchecked_ref());
}
