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
    /// Sends `body` with these headers.
    pub fn send(
        part: i32,
        url: &str,
        body: &Blob,
        headers: &[(String, String)],
        events: UnboundedSender<PutEvent>,
    ) -> Result<Self, JsValue> {
        let request = XmlHttpRequest::new()?;
        request.open_with_async("PUT", url, true)?;
        for (name, value) in headers {
            request.set_request_header(name, value)?;
        }
        let told = events.clone();
        #[allow(clippy::cast_possible_truncation)] // Bytes, far below 2^53.
        let progress = Closure::new(move |event: ProgressEvent| {
            let _ = told.unbounded_send(PutEvent::Progress { part, sent: event.loaded() as i64 });
        });
        request.upload()?.set_onprogress(Some(progress.as_ref().unchecked_ref()));
        let answered = request.clone();
        let ended = Closure::new(move || {
            let _ = events.unbounded_send(PutEvent::Ended {
                part,
                status: answered.status().unwrap_or(0),
                retry_after: retry_after(&answered),
            });
        });
        request.set_onloadend(Some(ended.as_ref().unchecked_ref()));
        request.send_with_opt_blob(Some(body))?;
        Ok(Self { request, _progress: progress, _ended: ended })
    }
}

/// Seconds. Looked up among the headers that the store lets us see: asking for one that it hides is an error on the console.
fn retry_after(answered: &XmlHttpRequest) -> Option<f64> {
    let headers = answered.get_all_response_headers().ok()?;
    let mut named = headers.lines().filter_map(|line| line.split_once(':'));
    named.find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?.1.trim().parse().ok()
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
