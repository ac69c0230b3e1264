//! The share sheet of the system: hands a file on to another app. Phones have it, some computers do.

use super::js;
use js_sys::Array;
use leptos::prelude::window;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, File, FilePropertyBag};

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handed {
    Over,
    /// The sheet was closed.
    Kept,
    /// The press was too long ago: the browser wants another one.
    Late,
    Refused,
}

/// A file in this tab's memory, ready to be handed on.
#[derive(Clone)]
pub struct Parcel(SendWrapper<File>);

/// Whether films can be handed on here.
pub fn can_share() -> bool {
    film(&Array::new(), "film.mp4").is_ok_and(|file| accepts(&file))
}

impl Parcel {
    /// Fetches the film behind `url`; none when it cannot be had.
    pub async fn fetch(url: &str, name: &str) -> Option<Self> {
        let answer = js::settled(window().fetch_with_str(url).into()).await.ok()?;
        if !js::get(&answer, "ok")?.is_truthy() {
            return None;
        }
        let blob: Blob = js::settled(js::call(&answer, "blob", &[]).ok()?).await.ok()?.dyn_into().ok()?;
        film(&Array::of1(&blob), name).ok().map(|file| Self(SendWrapper::new(file)))
    }

    /// Opens the sheet. Soon after a press only.
    pub async fn hand_over(self) -> Handed {
        if !accepts(&self.0) {
            return Handed::Refused;
        }
        let Ok(asked) = js::call(&window().navigator(), "share", &[data(&self.0)]) else { return Handed::Refused };
        match js::settled(asked).await {
            Ok(_) => Handed::Over,
            Err(error) => match js::get(&error, "name").and_then(|name| name.as_string()).as_deref() {
                Some("AbortError") => Handed::Kept,
                Some("NotAllowedError") => Handed::Late,
                _ => Handed::Refused,
            },
        }
    }
}

fn film(parts: &Array, name: &str) -> Result<File, JsValue> {
    let options = FilePropertyBag::new();
    options.set_type("video/mp4");
    File::new_with_blob_sequence_and_options(parts, name, &options)
}

fn data(file: &File) -> JsValue {
    js::object(&[("files", Array::of1(file).into())])
}

fn accepts(file: &File) -> bool {
    let asked = js::call(&window().navigator(), "canShare", &[data(file)]);
    asked.is_ok_and(|answer| answer.is_truthy())
}
