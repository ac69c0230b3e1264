//! Security headers, and the content security policy with a nonce of its own for each page.

use crate::server::state::AppState;
use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngCore;

/// The nonce of this request's page.
#[derive(Debug, Clone)]
pub struct PageNonce(pub String);

impl PageNonce {
    fn mint() -> Self {
        let mut bytes = [0; 16];
        rand::rng().fill_bytes(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }
}

pub async fn secure(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    let nonce = PageNonce::mint();
    request.extensions_mut().insert(nonce.clone());
    let immutable = request.uri().path().starts_with("/pkg/");
    let mut response = next.run(request).await;
    let is_kind = |kind: &str| {
        response.headers().get(header::CONTENT_TYPE).is_some_and(|it| it.as_bytes().starts_with(kind.as_bytes()))
    };
    let (is_page, is_script) = (is_kind("text/html"), is_kind("text/javascript"));
    let ok = response.status().is_success();
    let headers = response.headers_mut();
    if is_page && let Ok(policy) = HeaderValue::from_str(&policy(&nonce.0, &store_origin(&app))) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if immutable && ok {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    } else if is_script {
        // It belongs to the WASM of this very version, and its name does not say so.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ] {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The store's origin, when it is not ours.
fn store_origin(app: &AppState) -> String {
    let storage = &app.config.storage;
    let url = if storage.public_url.is_empty() { &storage.endpoint } else { &storage.public_url };
    match url.split_once("://") {
        Some((scheme, rest)) => format!(" {scheme}://{}", rest.split('/').next().unwrap_or_default()),
        None => String::new(),
    }
}

fn policy(nonce: &str, store: &str) -> String {
    // cargo-leptos reloads pages through a socket of its own while somebody develops.
    let reload =
        if std::env::var_os("LEPTOS_WATCH").is_some() { " ws://127.0.0.1:3001 ws://localhost:3001" } else { "" };
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob:{store}; media-src 'self' blob:{store}; connect-src 'self'{store}{reload}; \
         font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}
