//! `POST /login` and `POST /logout`: plain forms, so that they work without JavaScript; what an account holds, and all of it.

use super::{
    service,
    types::{AccountData, Usage},
};
use crate::{
    error::ApiError,
    server::{door::Caller, middleware::session::COOKIE, state::AppState},
    storage::disposition::attachment,
};
use axum::{
    Form, Json,
    extract::State,
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Login {
    password: String,
    #[serde(default)]
    next: String,
}

pub async fn login(State(app): State<AppState>, jar: CookieJar, Form(form): Form<Login>) -> Response {
    match service::sign_in(&app, &form.password).await {
        Ok(secret) => (jar.add(session_cookie(&app, secret)), Redirect::to(own_path(&form.next))).into_response(),
        Err(_) => Redirect::to("/login?error=1").into_response(),
    }
}

pub async fn logout(State(app): State<AppState>, jar: CookieJar) -> Response {
    if let Some(cookie) = jar.get(COOKIE)
        && let Err(error) = service::sign_out(&app, cookie.value()).await
    {
        return error.into_response();
    }
    (jar.remove(Cookie::build(COOKIE).path("/")), Redirect::to("/login")).into_response()
}

/// How much room an account's files take
#[utoipa::path(get, path = "/api/usage", tag = "account", responses((status = 200, body = Usage)))]
pub async fn usage(caller: Caller) -> Result<Json<Usage>, ApiError> {
    service::usage(&caller).await.map(Json)
}

/// All games, clips, reels and preferences, as one file
#[utoipa::path(get, path = "/api/data", tag = "account", responses((status = 200, body = AccountData)))]
pub async fn data(caller: Caller) -> Result<impl IntoResponse, ApiError> {
    let data = service::data(&caller).await?;
    Ok(([(header::CONTENT_DISPOSITION, attachment("touchline-data.json"))], Json(data)))
}

fn session_cookie(app: &AppState, secret: String) -> Cookie<'static> {
    Cookie::build((COOKIE, secret))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.config.server.public_url.starts_with("https://"))
        .max_age(time::Duration::milliseconds(service::SESSION_MS))
        .build()
}

/// A path of ours, or the library: never another site.
fn own_path(next: &str) -> &str {
    let safe = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if safe { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn login_never_leads_to_another_site() {
        assert_eq!(own_path("/games/1?x=2"), "/games/1?x=2");
        for foreign in ["", "//evil.example", "https://evil.example", "/\\evil.example", "javascript:1"] {
            assert_eq!(own_path(foreign), "/");
        }
    }
}
