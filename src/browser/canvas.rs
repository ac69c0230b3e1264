//! Pictures cut from the frame that a video element shows.

use super::{
    cutter::{Cut, Picture},
    video::has_picture,
};
use crate::domain::{
    geometry::Rect,
    overlay::{EDGE, RING, SpotStyle, Spotlight},
    straighten::Straighten,
    time::Micros,
    video::VideoFacts,
};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, HtmlVideoElement, ResizeObserver};

/// What an export shows of a frame, as `media` composes it.
pub struct Scene<'a> {
    /// The recording's, whatever the size of what plays.
    pub facts: &'a VideoFacts,
    pub rect: Rect,
    pub straighten: Straighten,
    pub spotlights: &'a [Spotlight],
    /// Cards as pictures of the whole output, with their opacity (0 to 1); above everything else.
    pub cards: Vec<(HtmlImageElement, f32)>,
    /// The frame's source time.
    pub at: Micros,
}

/// Draws the scene over the whole canvas. Nothing happens while the video has no frame.
pub fn draw_scene(video: &HtmlVideoElement, canvas: &HtmlCanvasElement, scene: &Scene) {
    if let Some(context) = context_of(canvas).filter(|_| has_picture(video)) {
        // A canvas that refuses shows what it had.
        let _ = draw_picture(&context, video, canvas, scene);
        draw_over(&context, canvas, scene);
    }
}

/// The same with the picture as it was cut by [`cut_of`].
pub fn draw_cut(picture: &Picture, canvas: &HtmlCanvasElement, scene: &Scene) {
    if let Some(context) = context_of(canvas) {
        let _ = context.reset_transform();
        let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
        let _ = context.draw_image_with_image_bitmap_and_dw_and_dh(picture, 0.0, 0.0, width, height);
        draw_over(&context, canvas, scene);
    }
}

/// How a frame is drawn for the canvas.
pub fn cut_of(canvas: &HtmlCanvasElement, scene: &Scene) -> Cut {
    let (recorded, size) = ((scene.facts.width, scene.facts.height), (canvas.width(), canvas.height()));
    let matrix = matrix_of(scene, f64::from(size.0), f64::from(size.1));
    Cut { matrix, recorded, size }
}

fn matrix_of(Scene { facts, rect, straighten, .. }: &Scene, width: f64, height: f64) -> [f64; 6] {
    straighten.turn(facts.width, facts.height).matrix(*rect, width, height)
}

/// What lies over the picture.
fn draw_over(context: &CanvasRenderingContext2d, canvas: &HtmlCanvasElement, scene: &Scene) {
    for spot in scene.spotlights {
        let _ = draw_spotlight(context, canvas, scene, spot);
    }
    let _ = context.reset_transform();
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    for (card, opacity) in &scene.cards {
        context.set_global_alpha(f64::from(*opacity));
        let _ = context.draw_image_with_html_image_element_and_dw_and_dh(card, 0.0, 0.0, width, height);
    }
    context.set_global_alpha(1.0);
}

/// Gives a canvas the pixels of `size`, but no more across than `most`. True when they are others than before: it is empty
/// then.
pub fn fit(canvas: &HtmlCanvasElement, (width, height): (u32, u32), most: Option<u32>) -> bool {
    let across = most.unwrap_or(width).clamp(1, width.max(1));
    let wanted = (across, (height * across).div_ceil(width.max(1)).max(1));
    let is_other = (canvas.width(), canvas.height()) != wanted;
    if is_other {
        canvas.set_width(wanted.0);
        canvas.set_height(wanted.1);
    }
    is_other
}

/// Keeps the observer alive; dropping it ends the watch.
pub struct WidthWatch {
    observer: ResizeObserver,
    _listener: Closure<dyn FnMut()>,
}

impl Drop for WidthWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Calls `on_width` with how many pixels of the screen a canvas is wide, soon and whenever that changes; 0 where it is not shown.
/// To ask the canvas itself with each frame would have the page laid out each time.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Pixels.
pub fn watch_width(canvas: &HtmlCanvasElement, on_width: impl Fn(u32) + 'static) -> Option<WidthWatch> {
    let seen = canvas.clone();
    let listener: Closure<dyn FnMut()> = Closure::new(move || {
        let density = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        on_width((f64::from(seen.client_width()) * density).ceil() as u32);
    });
    let observer = ResizeObserver::new(listener.as_ref().unchecked_ref()).ok()?;
    observer.observe(canvas);
    Some(WidthWatch { observer, _listener: listener })
}

fn context_of(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok().flatten()?.dyn_into().ok()
}

/// Lays `part` (0 to 1) of a canvas of the same size over another.
pub fn lay_over(canvas: &HtmlCanvasElement, over: &HtmlCanvasElement, part: f64) {
    if let Some(context) = context_of(canvas) {
        let _ = context.reset_transform();
        context.set_global_alpha(part);
        let _ = context.draw_image_with_html_canvas_element(over, 0.0, 0.0);
        context.set_global_alpha(1.0);
    }
}

/// Leaves `light` (0 to 1) of a canvas's light.
pub fn darken(canvas: &HtmlCanvasElement, light: f64) {
    if let Some(context) = context_of(canvas) {
        let _ = context.reset_transform();
        context.set_global_alpha(1.0 - light);
        context.set_fill_style_str("#000");
        context.fill_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
        context.set_global_alpha(1.0);
    }
}

fn draw_picture(
    context: &CanvasRenderingContext2d,
    video: &HtmlVideoElement,
    canvas: &HtmlCanvasElement,
    scene: &Scene,
) -> Result<(), JsValue> {
    let Scene { facts, rect, straighten, .. } = scene;
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    let (across, down) = (f64::from(facts.width.max(1)), f64::from(facts.height.max(1)));
    context.reset_transform()?;
    if straighten.is_none() {
        // What plays may be a smaller copy of the recording.
        let (x, y) = (f64::from(video.video_width()) / across, f64::from(video.video_height()) / down);
        return context.draw_image_with_html_video_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            video,
            rect.x * x,
            rect.y * y,
            rect.w * x,
            rect.h * y,
            0.0,
            0.0,
            width,
            height,
        );
    }
    let m = matrix_of(scene, width, height);
    context.set_transform(m[0], m[1], m[2], m[3], m[4], m[5])?;
    context.draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, across, down)
}

/// In the ellipse's own units, where it is the circle of radius 1: the same steps from its middle as in an export.
fn draw_spotlight(
    context: &CanvasRenderingContext2d,
    canvas: &HtmlCanvasElement,
    scene: &Scene,
    spot: &Spotlight,
) -> Result<(), JsValue> {
    let Some(ellipse) = spot.ellipse_at(scene.at) else { return Ok(()) };
    let ellipse = ellipse.shown(scene.rect, f64::from(canvas.width()));
    let opacity = spot.opacity_at(scene.at);
    let colour = |[red, green, blue]: [u8; 3], part: f32| format!("rgb({red} {green} {blue} / {})", part * opacity);
    let gradient = context.create_radial_gradient(0.0, 0.0, 0.0, 0.0, 0.0, 1.0)?;
    let (own, black) = (spot.colour.0, [0; 3]);
    // Dodging with a third is the same as half as much again.
    let third = [85; 3];
    let steps: &[(f32, [u8; 3], f32)] = match spot.style {
        SpotStyle::Brighten => &[(EDGE.0, third, 1.0), (EDGE.1, third, 0.0)],
        SpotStyle::Fill => &[(EDGE.0, own, 1.0), (EDGE.1, own, 0.0)],
        SpotStyle::Dim => &[(EDGE.0, black, 0.0), (EDGE.1, black, 1.0)],
        SpotStyle::Ring => &[(RING[0], own, 0.0), (RING[1], own, 1.0), (RING[2], own, 1.0), (RING[3], own, 0.0)],
    };
    for (at, rgb, part) in steps {
        gradient.add_color_stop(*at, &colour(*rgb, *part))?;
    }
    context.save();
    if spot.style == SpotStyle::Brighten {
        context.set_global_composite_operation("color-dodge")?;
    }
    context.reset_transform()?;
    context.translate(ellipse.x, ellipse.y)?;
    context.rotate(ellipse.angle.to_radians())?;
    context.scale(ellipse.rx.max(0.5), ellipse.ry.max(0.5))?;
    context.set_fill_style_canvas_gradient(&gradient);
    // Beyond the circle the last step goes on: only what is dimmed goes to the edges of the picture.
    let reach = if spot.style == SpotStyle::Dim { 1e4 } else { 1.0 };
    context.fill_rect(-reach, -reach, 2.0 * reach, 2.0 * reach);
    context.restore();
    Ok(())
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
