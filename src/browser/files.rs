//! Files of this computer: chosen, dropped, played from memory, read in slices.

use super::{handle::FileHandle, js};
use leptos::ev;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, File, FileList, HtmlInputElement, TextDecoder, Url};

/// A file that the user gave us. It never leaves the tab's thread.
#[derive(Clone)]
pub struct LocalFile {
    file: SendWrapper<File>,
    /// By which it is found again after a reload, in browsers that have such.
    handle: Option<FileHandle>,
}

impl From<File> for LocalFile {
    fn from(file: File) -> Self {
        Self::with_handle(file, None)
    }
}

impl LocalFile {
    pub fn with_handle(file: File, handle: Option<FileHandle>) -> Self {
        Self { file: SendWrapper::new(file), handle }
    }

    pub const fn handle(&self) -> Option<&FileHandle> {
        self.handle.as_ref()
    }

    pub fn name(&self) -> String {
        self.file.name()
    }

    /// Bytes.
    #[allow(clippy::cast_possible_truncation)] // A file's size is a whole number below 2^53.
    pub fn size(&self) -> i64 {
        self.file.size() as i64
    }

    /// What the browser takes it for; may be empty.
    pub fn media_type(&self) -> String {
        self.file.type_()
    }

    /// Whether it may be a recording: by its type, or by its ending where the browser knows none.
    pub fn may_be_video(&self) -> bool {
        const ENDINGS: [&str; 10] = ["mp4", "mov", "m4v", "mkv", "webm", "avi", "mts", "m2ts", "ts", "3gp"];
        let name = self.name().to_lowercase();
        self.media_type().starts_with("video/")
            || name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
    }

    /// A stretch of it, without a media type, so that a request carries none.
    #[allow(clippy::cast_precision_loss)] // As above.
    pub fn slice(&self, offset: i64, length: i64) -> Result<Blob, JsValue> {
        self.file.slice_with_f64_and_f64_and_content_type(offset as f64, (offset + length) as f64, "")
    }

    /// The bytes of a stretch; `None` when the file changed or cannot be read any more.
    pub async fn read(&self, offset: i64, length: i64) -> Option<Vec<u8>> {
        let buffer = self.slice(offset, length).ok()?.array_buffer();
        let buffer = wasm_bindgen_futures::JsFuture::from(buffer).await.ok()?;
        Some(js_sys::Uint8Array::new(&buffer).to_vec())
    }

    /// An address under which this tab can play it.
    pub fn url(&self) -> Option<ObjectUrl> {
        Url::create_object_url_with_blob(&self.file).ok().map(ObjectUrl)
    }
}

/// Revoked when it is dropped.
pub struct ObjectUrl(String);

impl ObjectUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// What was chosen in an `<input type="file">`; the input is emptied, so that the same file can be chosen again.
pub fn chosen(event: &ev::Event) -> Vec<LocalFile> {
    let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
        return Vec::new();
    };
    let files = all(input.files());
    input.set_value("");
    files
}

/// What was dropped, with handles where the browser gives them.
pub fn dropped(event: &ev::DragEvent) -> Vec<LocalFile> {
    let Some(data) = event.data_transfer() else { return Vec::new() };
    let items = data.items();
    let files: Vec<LocalFile> = (0..items.length())
        .filter_map(|index| items.get(index))
        .filter_map(|item| {
            // Asked for now: after the event the item is empty.
            let handle = js::call(&item, "getAsFileSystemHandle", &[]).ok().map(FileHandle::new);
            Some(LocalFile::with_handle(item.get_as_file().ok()??, handle))
        })
        .collect();
    if files.is_empty() { all(data.files()) } else { files }
}

/// Whether what is dragged holds files.
pub fn has_files(event: &ev::DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

fn all(list: Option<FileList>) -> Vec<LocalFile> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.get(index)).map(LocalFile::from).collect()
}

/// The text of a file: UTF-8 or UTF-16 where it says so, and what Windows wrote before there was either.
pub fn text_of(bytes: &[u8]) -> String {
    let label = match bytes {
        [0xFF, 0xFE, ..] => "utf-16le",
        [0xFE, 0xFF, ..] => "utf-16be",
        _ if std::str::from_utf8(bytes).is_ok() => "utf-8",
        _ => "windows-1252",
    };
    // Every browser knows these.
    let decoded = TextDecoder::new_with_label(label).and_then(|decoder| decoder.decode_with_u8_array(bytes));
    decoded.unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned())
}
