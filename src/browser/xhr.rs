//! One PUT of a part. `XMLHttpRequest`, as `fetch` tells no progress of what is sent.

use futures::channel::mpsc::UnboundedSender;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};

/// What a PUT says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PutEvent {
    Progress {
        part: i32,
        sent: i64,
    },
    /// HTTP status, 0 when there was none; seconds the store asks us to wait.
    Ended {
        part: i32,
        status: u16,
        retry_after: Option<f64>,
    },
}

/// A PUT on its way. Dropping it aborts it in silence.
pub struct Put {
    request: XmlHttpRequest,
    _progress: Closure<dyn FnMut(ProgressEvent)>,
    _ended: Closure<dyn FnMut()>,
}

impl Put {
    /// Sends `body`; `media_type` only where the server wants one.
    pub fn send(
        part: i32,
        url: &str,
        body: &Blob,
        media_type: Option<&str>,
        events: UnboundedSender<PutEvent>,
    ) -> Result<Self, JsValue> {
        let request = XmlHttpRequest::new()?;
        request.open_with_async("PUT", url, true)?;
        if let Some(media_type) = media_type {
            request.set_request_header("Content-Type", media_type)?;
        }
        let told = events.clone();
        #[allow(clippy::cast_possible_truncation)] // Bytes, far below 2^53.
        let progress = Closure::new(move |event: ProgressEvent| {
            let _ = told.unbounded_send(PutEvent::Progress { part, sent: event.loaded() as i64 });
        });
        request.upload()?.set_onprogress(Some(progress.as_ref().unchecked_ref()));
        let answered = request.clone();
        let ended = Closure::new(move || {
            let retry_after = answered.get_response_header("Retry-After").ok().flatten();
            let _ = events.unbounded_send(PutEvent::Ended {
                part,
                status: answered.status().unwrap_or(0),
                retry_after: retry_after.and_then(|seconds| seconds.parse().ok()),
            });
        });
        request.set_onloadend(Some(ended.as_ref().unchecked_ref()));
        request.send_with_opt_blob(Some(body))?;
        Ok(Self { request, _progress: progress, _ended: ended })
    }
}

impl Drop for Put {
    fn drop(&mut self) {
        self.request.set_onloadend(None);
        if let Ok(upload) = self.request.upload() {
            upload.set_onprogress(None);
        }
        let _ = self.request.abort();
    }
}
