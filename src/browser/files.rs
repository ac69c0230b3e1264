//! Files of this computer: chosen, dropped, played from memory, read in slices.

use super::{handle::FileHandle, js};
use leptos::ev;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, File, FileList, HtmlInputElement, Url};

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
    let utf_16 = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        _ => std::str::from_utf8(bytes)
            .map_or_else(|_| bytes.iter().map(|byte| windows_1252(*byte)).collect(), str::to_owned),
    }
}

/// Latin-1, but for quotes, dashes and the euro.
fn windows_1252(byte: u8) -> char {
    const OTHERS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    byte.checked_sub(0x80).and_then(|at| OTHERS.get(usize::from(at)).copied()).unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::text_of;

    #[test]
    fn texts_of_every_age_are_read() {
        assert_eq!(text_of("Müller".as_bytes()), "Müller");
        assert_eq!(text_of(b"M\xFCller \x96 \x80 5"), "Müller – € 5");
        assert_eq!(text_of(&[0xFF, 0xFE, b'M', 0, 0xFC, 0]), "Mü");
        assert_eq!(text_of(&[0xFE, 0xFF, 0, b'M', 0, 0xFC]), "Mü");
    }
}
