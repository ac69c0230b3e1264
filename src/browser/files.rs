//! Files of this computer: played from memory, read in slices.

use send_wrapper::SendWrapper;
use wasm_bindgen::JsValue;
use web_sys::{Blob, File, Url};

/// A file that the user gave us. It never leaves the tab's thread.
#[derive(Clone)]
pub struct LocalFile(SendWrapper<File>);

impl From<File> for LocalFile {
    fn from(file: File) -> Self {
        Self(SendWrapper::new(file))
    }
}

impl LocalFile {
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// Bytes.
    #[allow(clippy::cast_possible_truncation)] // A file's size is a whole number below 2^53.
    pub fn size(&self) -> i64 {
        self.0.size() as i64
    }

    /// What the browser takes it for; may be empty.
    pub fn media_type(&self) -> String {
        self.0.type_()
    }

    /// A stretch of it, without a media type, so that a request carries none.
    #[allow(clippy::cast_precision_loss)] // As above.
    pub fn slice(&self, offset: i64, length: i64) -> Result<Blob, JsValue> {
        self.0.slice_with_f64_and_f64_and_content_type(offset as f64, (offset + length) as f64, "")
    }

    /// The bytes of a stretch; `None` when the file changed or cannot be read any more.
    pub async fn read(&self, offset: i64, length: i64) -> Option<Vec<u8>> {
        let buffer = self.slice(offset, length).ok()?.array_buffer();
        let buffer = wasm_bindgen_futures::JsFuture::from(buffer).await.ok()?;
        Some(js_sys::Uint8Array::new(&buffer).to_vec())
    }

    /// An address under which this tab can play it.
    pub fn url(&self) -> Option<ObjectUrl> {
        Url::create_object_url_with_blob(&self.0).ok().map(ObjectUrl)
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
