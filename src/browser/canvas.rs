//! Pictures cut from the frame that a video element shows.

use crate::domain::geometry::Rect;
use wasm_bindgen::JsCast;
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
