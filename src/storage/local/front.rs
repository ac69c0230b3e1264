//! The store's door in the app's router: cross-origin rules, headers that keep media from running, and what s3s must not
//! see.

use super::LocalStore;
use axum::{
    Router,
    body::{Body, BodyDataStream, HttpBody as _},
    extract::Request,
    response::{IntoResponse as _, Response},
    routing::any,
};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use s3s::{
    auth::SimpleAuth,
    config::{S3Config, StaticConfigProvider},
    service::{S3Service, S3ServiceBuilder},
};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

/// Which pages of other origins may use the store; its own origin always may. Requests are signed, so this guards
/// nothing by itself: it only keeps other sites' scripts from reading answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedOrigins {
    Any,
    /// `https://clips.example`, as an `Origin` header has it.
    List(Vec<String>),
}

/// The list of 10,000 parts fits; anything that is not a body of media may not be larger.
const MAX_XML_BYTES: usize = 4 << 20;
/// How much of a refused body is read on, so that its sender gets to read the refusal.
const DRAINED_BYTES: u64 = 64 << 20;
const DRAINED_FOR: Duration = Duration::from_secs(10);

const ALLOWED_METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, PUT");
const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static(
    "content-type, content-md5, x-amz-checksum-crc32, range, if-match, if-none-match, if-range",
);
const EXPOSED_HEADERS: HeaderValue =
    HeaderValue::from_static("ETag, Content-Range, Content-Length, Accept-Ranges, Retry-After");

impl LocalStore {
    /// Adds the store's paths to a router: the bucket, with and without a slash, and everything below it. Never mount
    /// the result with `nest`: the signed path must arrive whole. Keep body limits, time-outs, compression and the
    /// app's own content security policy away from these paths.
    pub fn mount<S: Clone + Send + Sync + 'static>(&self, router: Router<S>) -> Router<S> {
        let front = Front::new(self);
        let answer = any(move |request: Request| front.clone().answer(request));
        router
            .route("/touchline-media", answer.clone())
            .route("/touchline-media/", answer.clone())
            .route("/touchline-media/{*key}", answer)
    }
}

#[derive(Clone)]
struct Front {
    s3: S3Service,
    store: LocalStore,
}

impl Front {
    fn new(store: &LocalStore) -> Self {
        let mut config = S3Config::default();
        config.xml_max_body_size = MAX_XML_BYTES;
        config.post_object_max_file_size = 0;
        let secret = &store.inner.secret;
        let mut builder = S3ServiceBuilder::new(store.clone());
        // With this set, s3s denies whatever is not signed.
        builder.set_auth(SimpleAuth::from_single(secret.access_key.clone(), secret.secret_key.clone()));
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        Self { s3: builder.build(), store: store.clone() }
    }

    async fn answer(self, request: Request) -> Response {
        let origin = self.allowed_origin(request.headers());
        let mut response = if request.method() == Method::OPTIONS {
            preflight(origin.is_some())
        } else if is_form(&request) {
            // s3s would read a form into memory before it looks at the signature.
            StatusCode::METHOD_NOT_ALLOWED.into_response()
        } else {
            match self.s3.call(request.map(ReadToTheEnd::wrap)).await {
                Ok(answer) => answer.map(Body::new),
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        };
        let headers = response.headers_mut();
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
        }
        response
    }

    /// The request's origin, if it may use the store.
    fn allowed_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        let text = origin.to_str().ok()?;
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let is_own = || host.is_some() && text.split_once("://").map(|(_, rest)| rest) == host;
        let allowed = match &self.store.inner.origins {
            AllowedOrigins::Any => true,
            AllowedOrigins::List(list) => list.iter().any(|allowed| allowed == text) || is_own(),
        };
        allowed.then(|| origin.clone())
    }
}

/// The answer to a preflight, which is never signed.
fn preflight(allowed: bool) -> Response {
    if !allowed {
        return StatusCode::FORBIDDEN.into_response();
    }
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600")),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

fn is_form(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    request.method() == Method::POST && kind.get(..10).is_some_and(|kind| kind.eq_ignore_ascii_case(b"multipart/"))
}

/// A body that is read on for a while after nobody wants it any more. A connection closed under a sender's hands shows
/// in a browser as a broken network, and the refusal is never read.
struct ReadToTheEnd(Option<BodyDataStream>);

impl ReadToTheEnd {
    fn wrap(body: Body) -> s3s::Body {
        if body.is_end_stream() {
            s3s::Body::empty()
        } else {
            s3s::Body::http_body_unsync(Body::from_stream(Self(Some(body.into_data_stream()))))
        }
    }
}

impl Stream for ReadToTheEnd {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(stream) = &mut self.0 else { return Poll::Ready(None) };
        let next = stream.poll_next_unpin(context);
        if matches!(next, Poll::Ready(None | Some(Err(_)))) {
            self.0 = None;
        }
        next
    }
}

impl Drop for ReadToTheEnd {
    fn drop(&mut self) {
        if let (Some(mut rest), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(tokio::time::timeout(DRAINED_FOR, async move {
                let mut read: u64 = 0;
                while let Some(Ok(chunk)) = rest.next().await
                    && read < DRAINED_BYTES
                {
                    read += chunk.len() as u64;
                }
            }));
        }
    }
}
