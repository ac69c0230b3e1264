//! Pictures cut from the frame that a video element shows.

use crate::domain::geometry::Rect;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement};

/// Draws `rect` of the shown frame over the whole canvas. Nothing happens while the video has no frame, and nothing is
/// drawn on a canvas that is not shown.
pub fn draw_crop(video: &HtmlVideoElement, canvas: &HtmlCanvasElement, rect: Rect) {
    const HAVE_CURRENT_DATA: u16 = 2;
    if video.ready_state() < HAVE_CURRENT_DATA || canvas.client_width() == 0 {
        return;
    }
    let context = canvas.get_context("2d").ok().flatten().and_then(|it| it.dyn_into::<CanvasRenderingContext2d>().ok());
    if let Some(context) = context {
        let _ = context.draw_image_with_html_video_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            video,
            rect.x,
            rect.y,
            rect.w,
            rect.h,
            0.0,
            0.0,
            f64::from(canvas.width()),
            f64::from(canvas.height()),
        );
    }
}

/// Keeps two listeners alive; dropping it takes them off.
pub struct PictureWatch {
    video: HtmlVideoElement,
    listener: Closure<dyn FnMut()>,
}

const PICTURE_EVENTS: [&str; 2] = ["loadeddata", "seeked"];

/// Calls `on_picture` with the media time (seconds) when the element has a picture after loading or seeking. Frame
/// callbacks alone may come before the picture can be drawn, and not every browser has them.
pub fn watch_pictures(video: &HtmlVideoElement, on_picture: impl Fn(f64) + 'static) -> PictureWatch {
    let seen = video.clone();
    let listener: Closure<dyn FnMut()> = Closure::new(move || on_picture(seen.current_time()));
    for event in PICTURE_EVENTS {
        let _ = video.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
    }
    PictureWatch { video: video.clone(), listener }
}

impl Drop for PictureWatch {
    fn drop(&mut self) {
        for event in PICTURE_EVENTS {
            let _ = self.video.remove_event_listener_with_callback(event, self.listener.as_ref().unchecked_ref());
        }
    }
}
