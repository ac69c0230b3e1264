//! The video element: thin commands, and the callback of every frame that the browser shows.

use super::files::LocalFile;
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
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

    #[wasm_bindgen(method, catch, js_name = cancelVideoFrameCallback)]
    fn cancel_video_frame_callback(this: &FrameVideo, handle: u32) -> Result<(), JsValue>;
}

type FrameCallback = Closure<dyn FnMut(f64, JsValue)>;

/// Keeps a frame callback alive; dropping it ends the watch.
pub struct FrameWatch {
    video: HtmlVideoElement,
    /// What the browser will call next: it must not, once the callback is gone.
    next: Rc<Cell<Option<u32>>>,
    _callback: Rc<RefCell<Option<FrameCallback>>>,
}

impl Drop for FrameWatch {
    fn drop(&mut self) {
        if let Some(next) = self.next.take() {
            let video: &FrameVideo = self.video.unchecked_ref();
            let _ = video.cancel_video_frame_callback(next);
        }
    }
}

/// Calls `on_frame` with the media time (seconds) of every frame that is shown. `None` where the browser cannot.
pub fn watch_frames(video: &HtmlVideoElement, on_frame: impl Fn(f64) + 'static) -> Option<FrameWatch> {
    let slot: Rc<RefCell<Option<FrameCallback>>> = Rc::default();
    let next: Rc<Cell<Option<u32>>> = Rc::default();
    let coming = Rc::clone(&next);
    let again: Weak<_> = Rc::downgrade(&slot);
    let watched = video.clone();
    *slot.borrow_mut() = Some(Closure::new(move |_now: f64, meta: JsValue| {
        let media_time = js_sys::Reflect::get(&meta, &"mediaTime".into()).ok().and_then(|time| time.as_f64());
        on_frame(media_time.unwrap_or_else(|| watched.current_time()));
        if let Some(slot) = again.upgrade() {
            coming.set(request(&watched, slot.borrow().as_ref()));
        }
    }));
    next.set(request(video, slot.borrow().as_ref()));
    next.get().is_some().then(|| FrameWatch { video: video.clone(), next, _callback: slot })
}

/// The browser's name of the call to come.
fn request(video: &HtmlVideoElement, callback: Option<&FrameCallback>) -> Option<u32> {
    let video: &FrameVideo = video.unchecked_ref();
    video.request_video_frame_callback(callback?.as_ref().unchecked_ref()).ok()
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

/// Whether it has the frame that it stands on.
pub fn has_picture(video: &HtmlVideoElement) -> bool {
    const HAVE_CURRENT_DATA: u16 = 2;
    video.ready_state() >= HAVE_CURRENT_DATA
}

/// Fills the screen with an element, or leaves full screen.
pub fn toggle_full_screen(element: &web_sys::Element) {
    if document().fullscreen_element().is_some() {
        document().exit_fullscreen();
    } else {
        let _ = element.request_fullscreen();
    }
}
