//! The gate: by which name a browser came, from which page, and in which form. It keeps foreign pages from acting in a
//! visitor's name: a rebound DNS name fails at Host, a foreign form at Origin, a "simple" request at the content type.

use crate::{
    error::{ApiError, Code},
    server::state::AppState,
    storage::{PublicBase, StoreError},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::net::IpAddr;

pub async fn gate(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    let Some(authority) = authority(request.uri(), request.headers()) else {
        return ApiError::new(Code::Forbidden, "The request names no host.").into_response();
    };
    if !is_known_host(&authority, &app.config.server.hosts, &app.config.server.public_url) {
        return ApiError::new(
            Code::Forbidden,
            "This server does not answer to that host name. Add it to server.hosts in Leptos.toml.",
        )
        .into_response();
    }
    if is_foreign_load(request.uri().path(), request.headers()) {
        return ApiError::new(Code::Forbidden, "Other sites cannot load this.").into_response();
    }
    if guards(request.uri().path()) {
        if !is_own_origin(request.headers(), &authority, &app.config.server.public_url) {
            return ApiError::new(Code::Forbidden, "Calls from other sites are refused.").into_response();
        }
        if needs_json(request.method(), request.uri().path(), request.headers()) {
            return ApiError::new(Code::UnsupportedType, "Send JSON, with Content-Type: application/json.")
                .into_response();
        }
    }
    let Ok(base) = public_base(&app.config.server.public_url, &authority) else {
        return ApiError::new(Code::Forbidden, "The request names no host.").into_response();
    };
    request.extensions_mut().insert(base);
    next.run(request).await
}

/// The address under which this browser reaches us; signed URLs name it.
fn public_base(configured: &str, authority: &str) -> Result<PublicBase, StoreError> {
    if configured.is_empty() {
        PublicBase::parse(&format!("http://{authority}"))
    } else {
        PublicBase::parse(configured)
    }
}

fn authority(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.map(str::to_owned).or_else(|| uri.authority().map(ToString::to_string)).map(|host| host.to_ascii_lowercase())
}

/// `name` of `name:port`; an IPv6 address without its brackets.
fn name_of(authority: &str) -> &str {
    if let Some(rest) = authority.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    authority.rsplit_once(':').map_or(authority, |(name, _)| name)
}

/// localhost, a plain address (no DNS name can be rebound to it), or a name of the configuration.
fn is_known_host(authority: &str, hosts: &[String], public_url: &str) -> bool {
    let name = name_of(authority);
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok()
        || hosts.iter().any(|host| host.eq_ignore_ascii_case(name) || host.eq_ignore_ascii_case(authority))
        || public_url
            .split_once("://")
            .is_some_and(|(_, rest)| rest.trim_end_matches('/').eq_ignore_ascii_case(authority))
}

fn guards(path: &str) -> bool {
    ["/_fn/", "/api/", "/ws", "/login", "/logout"].iter().any(|prefix| path.starts_with(prefix))
}

/// No Origin: no browser page, or a plain navigation. Otherwise it is our own page's.
fn is_own_origin(headers: &HeaderMap, authority: &str, public_url: &str) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    origin.to_str().is_ok_and(|origin| {
        origin.eq_ignore_ascii_case(public_url.trim_end_matches('/'))
            || origin.split_once("://").is_some_and(|(_, host)| host.eq_ignore_ascii_case(authority))
    })
}

/// Whether another site's page loads something of ours: pictures and scripts come without an Origin, but every browser says
/// from where. Who follows a link comes himself.
fn is_foreign_load(path: &str, headers: &HeaderMap) -> bool {
    let says = |name: &str, values: &[&str]| {
        headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| values.contains(&value))
    };
    (guards(path) || path.starts_with("/media/"))
        && says("sec-fetch-site", &["cross-site", "same-site"])
        && !says("sec-fetch-mode", &["navigate"])
}

/// Whether the call changes something and is not JSON though it must be. Bytes of a part and forms have their own paths.
fn needs_json(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    if !matches!(*method, Method::POST | Method::PUT | Method::PATCH) || path.starts_with("/log") {
        return false;
    }
    // Bytes as they are. No foreign page can send a PUT unasked.
    let takes_bytes = path.contains("/parts/") || path.ends_with("/video") || path.ends_with("/music");
    if *method == Method::PUT && path.starts_with("/api/") && takes_bytes {
        return false;
    }
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match sent {
        Some(sent) => !sent.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")),
        // A call without a body needs no type.
        None => headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    #[test]
    fn hosts_that_can_be_rebound_are_unknown() {
        let hosts = ["reels.example.org".to_owned()];
        for known in
            ["localhost", "localhost:3000", "127.0.0.1:3000", "[::1]:3000", "192.168.1.4", "reels.example.org:443"]
        {
            assert!(is_known_host(known, &hosts, ""), "{known}");
        }
        for unknown in
            ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:3000", "", "reels.example.org.evil"]
        {
            assert!(!is_known_host(unknown, &hosts, ""), "{unknown}");
        }
        assert!(is_known_host("reels.example", &[], "https://reels.example/"));
    }

    #[test]
    fn only_our_own_pages_act() {
        let from = |origin: &'static str| HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static(origin))]);
        assert!(is_own_origin(&HeaderMap::new(), "localhost:3000", ""));
        assert!(is_own_origin(&from("http://localhost:3000"), "localhost:3000", ""));
        assert!(is_own_origin(&from("https://reels.example"), "10.0.0.2:3000", "https://reels.example"));
        for foreign in ["null", "http://localhost:3001", "https://evil.example", "http://localhost:3000.evil.example"] {
            assert!(!is_own_origin(&from(foreign), "localhost:3000", ""), "{foreign}");
        }
    }

    #[test]
    fn other_sites_load_nothing() {
        let from = |site: &'static str, mode: &'static str| {
            let header = |name, value| (HeaderName::from_static(name), HeaderValue::from_static(value));
            HeaderMap::from_iter([header("sec-fetch-site", site), header("sec-fetch-mode", mode)])
        };
        for path in ["/media/cards", "/media/videos/x", "/api/data"] {
            assert!(is_foreign_load(path, &from("cross-site", "no-cors")), "{path}");
            assert!(is_foreign_load(path, &from("same-site", "cors")), "another port of this machine: {path}");
            assert!(!is_foreign_load(path, &from("cross-site", "navigate")), "a link: {path}");
            assert!(!is_foreign_load(path, &from("same-origin", "no-cors")), "{path}");
            assert!(!is_foreign_load(path, &from("none", "navigate")), "{path}");
            assert!(!is_foreign_load(path, &HeaderMap::new()), "a program: {path}");
        }
        assert!(!is_foreign_load("/pkg/touchline.css", &from("cross-site", "no-cors")));
    }

    #[test]
    fn simple_requests_are_refused() {
        let kind = |kind: &'static str| HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
        for refused in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            assert!(needs_json(&Method::POST, "/_fn/games/list", &kind(refused)), "{refused}");
        }
        assert!(!needs_json(&Method::POST, "/api/games", &kind("application/json; charset=utf-8")));
        assert!(!needs_json(&Method::PUT, "/api/uploads/x/parts/1", &kind("application/octet-stream")));
        assert!(!needs_json(&Method::PUT, "/api/reels/x/music", &kind("application/octet-stream")));
        assert!(needs_json(&Method::PUT, "/api/reels/x/music/settings", &kind("text/plain")));
        assert!(!needs_json(&Method::GET, "/api/games", &HeaderMap::new()));
    }
}
