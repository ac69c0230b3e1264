//! Who it is: the session of the cookie, else the local account where the server is open, else nobody.

use crate::{
    accounts,
    error::{ApiError, Code},
    server::{door::Actor, state::AppState},
};
use axum::{
    extract::{Request, State},
    http::Uri,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;

pub const COOKIE: &str = "touchline_session";

pub async fn identify(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    let jar = CookieJar::from_headers(request.headers());
    let session = match jar.get(COOKIE) {
        Some(cookie) => match accounts::service::owner_of_session(&app, cookie.value()).await {
            Ok(owner) => owner,
            Err(error) => return error.into_response(),
        },
        None => None,
    };
    let actor = match session {
        Some(owner) => Some(Actor { owner, signed_in: true }),
        None => app.open.then(|| Actor { owner: app.local_account.clone(), signed_in: false }),
    };
    let path = request.uri().path();
    match actor {
        Some(actor) => {
            request.extensions_mut().insert(actor);
        }
        None if is_public(path) => {}
        None if is_call(path) => return ApiError::new(Code::SignInNeeded, "Sign in first.").into_response(),
        None => return Redirect::to(&login_for(request.uri())).into_response(),
    }
    next.run(request).await
}

/// What may be seen without signing in; messages of remote calls are signed themselves.
fn is_public(path: &str) -> bool {
    ["/login", "/pkg/", "/favicon", "/healthz", "/readyz", "/remote/calls/"]
        .iter()
        .any(|prefix| path.starts_with(prefix))
}

fn is_call(path: &str) -> bool {
    ["/_fn/", "/api/", "/ws", "/media/"].iter().any(|prefix| path.starts_with(prefix))
}

/// The login page, which leads back to where the visitor wanted to go.
fn login_for(uri: &Uri) -> String {
    let wanted = uri.path_and_query().map_or("/", |path| path.as_str());
    let query: String = url_encode(wanted);
    format!("/login?next={query}")
}

fn url_encode(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
