//! Handles of files: by them an upload goes on after a reload without the file being chosen again. Chromium has them, on
//! https and localhost.

use super::{files::LocalFile, js};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

/// A handle, or the promise of one.
#[derive(Clone)]
pub struct FileHandle(SendWrapper<JsValue>);

impl FileHandle {
    pub fn new(handle: JsValue) -> Self {
        Self(SendWrapper::new(handle))
    }

    /// The handle itself, to be kept.
    pub async fn resolved(&self) -> Option<JsValue> {
        js::settled(self.0.clone().take()).await.ok().filter(JsValue::is_object)
    }

    /// Whether the file can be read without asking the user.
    pub async fn is_granted(&self) -> bool {
        self.permission("queryPermission").await.as_deref() == Some("granted")
    }

    /// The file, after asking the user where the browser wants that: call it from a click.
    pub async fn open(&self) -> Option<LocalFile> {
        if !self.is_granted().await && self.permission("requestPermission").await.as_deref() != Some("granted") {
            return None;
        }
        let handle = self.resolved().await?;
        let file = js::settled(js::call(&handle, "getFile", &[]).ok()?).await.ok()?;
        Some(LocalFile::with_handle(file.dyn_into::<File>().ok()?, Some(self.clone())))
    }

    async fn permission(&self, ask: &str) -> Option<String> {
        let handle = self.resolved().await?;
        let answer = js::call(&handle, ask, &[js::object(&[("mode", "read".into())])]).ok()?;
        js::settled(answer).await.ok()?.as_string()
    }
}

/// Whether [`pick`] can be used here.
pub fn can_pick() -> bool {
    js::get(&leptos::prelude::window(), "showOpenFilePicker").is_some()
}

/// Lets the user choose a recording, or several; none when he thinks better of it.
pub async fn pick(several: bool) -> Vec<LocalFile> {
    let Some(handles) = ask(several).await else { return Vec::new() };
    let mut files = Vec::new();
    for handle in handles.iter() {
        files.extend(FileHandle::new(handle).open().await);
    }
    files
}

async fn ask(several: bool) -> Option<js_sys::Array> {
    let kinds = js::object(&[
        ("description", "Video".into()),
        (
            "accept",
            js::object(&[(
                "video/*",
                [".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mts", ".m2ts", ".ts", ".3gp", ".mpg"]
                    .into_iter()
                    .map(JsValue::from)
                    .collect::<js_sys::Array>()
                    .into(),
            )]),
        ),
    ]);
    let options = js::object(&[("types", js_sys::Array::of1(&kinds).into()), ("multiple", several.into())]);
    let chosen = js::call(&leptos::prelude::window(), "showOpenFilePicker", &[options]).ok()?;
    Some(js_sys::Array::from(&js::settled(chosen).await.ok()?))
}
