//! How this tab calls the server: every call names the tab, so that the socket spares it the echo of what it did itself.

use super::files::LocalFile;
use crate::{
    error::{ApiError, Code},
    live::types::TAB_HEADER,
};
use bytes::Bytes;
use futures::{Sink, Stream};
use serde::de::DeserializeOwned;
use server_fn::{
    client::{Client, browser::BrowserClient},
    error::FromServerFnError,
    request::browser::BrowserRequest,
    response::browser::BrowserResponse,
};
use std::cell::OnceCell;

/// Sends what every server function's `client` sends, with the tab's name.
pub struct TabClient;

impl<E: FromServerFnError, I: FromServerFnError, O: FromServerFnError> Client<E, I, O> for TabClient {
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    fn send(request: BrowserRequest) -> impl Future<Output = Result<BrowserResponse, E>> + Send {
        request.headers().set(TAB_HEADER, &tab());
        <BrowserClient as Client<E, I, O>>::send(request)
    }

    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static, impl Sink<Bytes> + Send + 'static),
            E,
        >,
    > + Send {
        <BrowserClient as Client<E, I, O>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<E, I, O>>::spawn(future);
    }
}

/// Characters of a file's name that are sent.
const MOST_NAME: usize = 120;

/// Sends a file as it is, with its name; what the server answers.
pub async fn put_file<T: DeserializeOwned>(path: &str, file: &LocalFile) -> Result<T, ApiError> {
    let unreachable =
        |_| ApiError::new(Code::Unreachable, "The server does not answer. Check the connection and try again.");
    let body = file
        .slice(0, file.size())
        .map_err(|_| ApiError::new(Code::Invalid, "The file cannot be read. Choose it again."))?;
    // Servers bound it.
    let name: String = file.name().chars().take(MOST_NAME).collect();
    let request = gloo_net::http::Request::put(path).query([("name", name.as_str())]).header(TAB_HEADER, &tab());
    let request = request.header("content-type", "application/octet-stream");
    let answer = request.body(wasm_bindgen::JsValue::from(body)).map_err(unreachable)?.send().await;
    let answer = answer.map_err(unreachable)?;
    if answer.ok() {
        answer.json().await.map_err(unreachable)
    } else {
        Err(answer.json().await.map_err(unreachable)?)
    }
}

/// Whether anybody is there to be asked.
pub async fn server_answers() -> bool {
    gloo_net::http::Request::get("/healthz").send().await.is_ok_and(|answer| answer.ok())
}

/// This tab's name, as long as its page lives.
pub fn tab() -> String {
    thread_local!(static TAB: OnceCell<String> = const { OnceCell::new() });
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // A whole number below 2⁵³.
    let name = || format!("{:014x}", (js_sys::Math::random() * 9e15) as u64);
    TAB.with(|tab| tab.get_or_init(name).clone())
}
