//! The video element: thin commands, and the callback of every frame that the browser shows.

use super::files::LocalFile;
use leptos::prelude::*;
use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};
use wasm_bindgen::prelude::*;
use web_sys::HtmlVideoElement;

#[wasm_bindgen]
extern "C" {
    /// What `web_sys` does not bind.
    #[wasm_bindgen(extends = HtmlVideoElement)]
    type FrameVideo;

    #[wasm_bindgen(method, catch, js_name = requestVideoFrameCallback)]
    fn request_video_frame_callback(this: &FrameVideo, callback: &js_sys::Function) -> Result<u32, JsValue>;
}

type FrameCallback = Closure<dyn FnMut(f64, JsValue)>;

/// Keeps a frame callback alive; dropping it ends the watch.
pub struct FrameWatch {
    _callback: Rc<RefCell<Option<FrameCallback>>>,
}

/// Calls `on_frame` with the media time (seconds) of every frame that is shown. `None` where the browser cannot.
pub fn watch_frames(video: &HtmlVideoElement, on_frame: impl Fn(f64) + 'static) -> Option<FrameWatch> {
    let slot: Rc<RefCell<Option<FrameCallback>>> = Rc::default();
    let again: Weak<_> = Rc::downgrade(&slot);
    let watched = video.clone();
    *slot.borrow_mut() = Some(Closure::new(move |_now: f64, meta: JsValue| {
        let media_time = js_sys::Reflect::get(&meta, &"mediaTime".into()).ok().and_then(|time| time.as_f64());
        on_frame(media_time.unwrap_or_else(|| watched.current_time()));
        if let Some(slot) = again.upgrade() {
            request(&watched, slot.borrow().as_ref());
        }
    }));
    let asked = request(video, slot.borrow().as_ref());
    asked.then_some(FrameWatch { _callback: slot })
}

fn request(video: &HtmlVideoElement, callback: Option<&FrameCallback>) -> bool {
    callback.is_some_and(|callback| {
        let video: &FrameVideo = video.unchecked_ref();
        video.request_video_frame_callback(callback.as_ref().unchecked_ref()).is_ok()
    })
}

/// Whether [`watch_frames`] can work in this browser.
pub fn has_frame_callbacks(video: &HtmlVideoElement) -> bool {
    js_sys::Reflect::has(video, &"requestVideoFrameCallback".into()).unwrap_or(false)
}

/// Starts playing; a refusal (no gesture yet, a source that is gone) shows in the element's own events.
pub fn play(video: &HtmlVideoElement) {
    if let Ok(promise) = video.play() {
        leptos::task::spawn_local(async move {
            let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
        });
    }
}

/// The length in seconds, when the file says one.
pub fn duration(video: &HtmlVideoElement) -> Option<f64> {
    Some(video.duration()).filter(|seconds| seconds.is_finite() && *seconds > 0.0)
}

/// The length of a file of this computer in seconds, when this browser can play it.
pub async fn length_of(file: &LocalFile) -> Option<f64> {
    let url = file.url()?;
    let video: HtmlVideoElement = document().create_element("video").ok()?.dyn_into().ok()?;
    let settled = js_sys::Promise::new(&mut |resolve, _| {
        for event in ["loadedmetadata", "error"] {
            let _ = video.add_event_listener_with_callback(event, &resolve);
        }
    });
    video.set_preload("metadata");
    video.set_src(url.as_str());
    wasm_bindgen_futures::JsFuture::from(settled).await.ok()?;
    duration(&video)
}

/// Whether the element knows its source well enough to be moved.
pub fn has_metadata(video: &HtmlVideoElement) -> bool {
    video.ready_state() > 0
}

/// Fills the screen with an element, or leaves full screen.
pub fn toggle_full_screen(element: &web_sys::Element) {
    if document().fullscreen_element().is_some() {
        document().exit_fullscreen();
    } else {
        let _ = element.request_fullscreen();
    }
}
