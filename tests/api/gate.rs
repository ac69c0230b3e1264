//! Who comes in: host names, foreign pages, the password; and what every page carries.

use crate::{
    database::Database,
    on_both,
    support::{NOBODY, TestApp},
};
use reqwest::{Method, Response, header};
use serde_json::{Value, json};
use std::path::Path;
use touchline::server::{
    config::{Config, Secret, leptos_options},
    start::{self, StartError},
};

const PASSWORD: &str = "correct horse battery";

async fn page(app: &TestApp, path: &str) -> Response {
    app.request(Method::GET, path).send().await.unwrap()
}

on_both!(
    a_host_name_that_nobody_configured_is_refused,
    |config| config.server.hosts = vec!["reels.example".to_owned()],
    |app: TestApp| async move {
        let from = async |host: &'static str, path: &str| {
            app.send(app.request(Method::GET, path).header(header::HOST, host)).await
        };
        for path in ["/", "/api/games", "/healthz", "/media/renditions/x", "/ws", "/pkg/touchline.css"] {
            from("evil.example", path).await.refused(403, "forbidden");
            from("127.0.0.1.evil.example", path).await.refused(403, "forbidden");
        }
        for known in ["localhost:1", "reels.example", "192.168.1.7"] {
            assert_eq!(from(known, "/api/games").await.ok(), json!([]));
        }
    }
);

on_both!(other_sites_cannot_act, |app: TestApp| async move {
    let details = json!({"opponent": "Rovers", "played_on": "2026-12-06", "venue": "home"});
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        for (method, path) in [
            (Method::POST, "/_fn/games/create"),
            (Method::POST, "/api/games"),
            (Method::GET, "/api/games"),
            (Method::GET, "/ws"),
            (Method::POST, "/logout"),
        ] {
            let request = app.request(method, path).header(header::ORIGIN, origin).json(&json!({"details": details}));
            app.send(request).await.refused(403, "forbidden");
        }
        let deletes = app.request(Method::DELETE, &format!("/api/games/{NOBODY}")).header(header::ORIGIN, origin);
        app.send(deletes).await.refused(403, "forbidden");
    }
    assert_eq!(app.count("games").await, 0);
    let own = app.request(Method::POST, "/api/games").header(header::ORIGIN, &app.base).json(&details);
    app.send(own).await.ok();
});

on_both!(other_sites_load_nothing, |app: TestApp| async move {
    let card = "/media/cards?width=64&height=64&card=%7B%22kind%22%3A%22title%22%2C%22text%22%3A%22A%22%7D";
    let load = async |path: &str, site: &'static str, mode: &'static str| {
        let request = app.request(Method::GET, path).header("sec-fetch-site", site).header("sec-fetch-mode", mode);
        request.send().await.unwrap().status().as_u16()
    };
    for path in [card, "/api/data", "/api/games"] {
        assert_eq!(load(path, "cross-site", "no-cors").await, 403, "{path}");
        assert_eq!(load(path, "same-site", "cors").await, 403, "{path}");
        assert_eq!(load(path, "same-origin", "no-cors").await, 200, "{path}");
        assert_eq!(load(path, "none", "navigate").await, 200, "{path}");
    }
});

on_both!(pages_carry_a_policy_with_a_nonce_of_their_own, |app: TestApp| async move {
    let mut nonces = Vec::new();
    for path in ["/", "/gallery", "/games/new", "/no/such/page"] {
        let page = page(&app, path).await;
        assert_eq!(page.status().as_u16() == 404, path == "/no/such/page", "{path}");
        let headers = page.headers().clone();
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        let (_, rest) = policy.split_once("'nonce-").expect("a nonce");
        let nonce = rest.split('\'').next().unwrap().to_owned();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("script-src 'unsafe") && !policy.contains("'unsafe-eval'"), "{policy}");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        let html = page.text().await.unwrap();
        let scripts: Vec<&str> = html.split("<script").skip(1).map(|tag| tag.split('>').next().unwrap()).collect();
        assert!(!scripts.is_empty(), "{path}");
        for script in scripts {
            assert!(script.contains(&format!("nonce=\"{nonce}\"")), "{path}: <script{script}> has not {nonce}");
        }
        nonces.push(nonce);
    }
    nonces.dedup();
    assert_eq!(nonces.len(), 4);
    for path in ["/", "/api/games", "/healthz", "/api/no/such/call"] {
        let page = page(&app, path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(page.headers()[name], value, "{path}");
        }
        assert!(page.headers().contains_key("permissions-policy"));
    }
});

on_both!(it_says_that_it_is_well, |app: TestApp| async move {
    assert_eq!(app.get("/healthz").await.ok()["status"], "ok");
    assert_eq!(app.get("/readyz").await.ok()["status"], "ready");
    app.db.pool().close().await;
    assert_eq!(app.get("/healthz").await.ok()["status"], "ok");
    assert_eq!(app.get("/readyz").await.status.as_u16(), 503);
    app.get("/api/games").await.refused(500, "internal");
});

async fn sign_in(app: &TestApp, password: &str, next: &str) -> Response {
    let form = format!("password={}&next={next}", password.replace(' ', "+"));
    let request = app.request(Method::POST, "/login").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body(form).send().await.unwrap()
}

fn location(response: &Response) -> &str {
    response.headers()[header::LOCATION].to_str().unwrap()
}

on_both!(
    a_password_guards_everything,
    |config| config.password = Secret(PASSWORD.to_owned()),
    |app: TestApp| async move {
        app.get("/api/games").await.refused(401, "sign_in_needed");
        app.call("games/library", json!({"text": ""})).await.refused(401, "sign_in_needed");
        app.get("/ws").await.refused(401, "sign_in_needed");
        app.get(&format!("/media/renditions/{NOBODY}")).await.refused(401, "sign_in_needed");
        let away = page(&app, "/games/new?x=1&y=ä").await;
        assert!(away.status().is_redirection());
        assert_eq!(location(&away), "/login?next=/games/new%3Fx%3D1%26y%3D%25C3%25A4");
        for open in ["/login", "/healthz", "/readyz"] {
            assert_eq!(page(&app, open).await.status().as_u16(), 200, "{open}");
        }
        let wrong = sign_in(&app, "wrong horse", "/gallery").await;
        assert!(location(&wrong).starts_with("/login?error=1"));
        assert!(!wrong.headers().contains_key(header::SET_COOKIE));
        let right = sign_in(&app, PASSWORD, "//evil.example").await;
        assert_eq!(location(&right), "/", "never to another site");
        let right = sign_in(&app, PASSWORD, "/gallery").await;
        assert_eq!(location(&right), "/gallery");
        let cookie = right.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
            "{cookie}"
        );
        let session = cookie.split(';').next().unwrap();
        let with = |method, path| app.request(method, path).header(header::COOKIE, session);
        assert_eq!(app.send(with(Method::GET, "/api/games")).await.ok(), json!([]));
        let viewer = app.send(with(Method::POST, "/_fn/accounts/viewer").json(&json!({}))).await.ok();
        assert_eq!(viewer["can_sign_out"], true);
        assert!(page(&app, "/gallery").await.status().is_redirection(), "without the cookie still");
        let forged = app.request(Method::GET, "/api/games").header(header::COOKIE, "touchline_session=guess");
        app.send(forged).await.refused(401, "sign_in_needed");
        let out = with(Method::POST, "/logout").send().await.unwrap();
        assert_eq!(location(&out), "/login");
        app.send(with(Method::GET, "/api/games")).await.refused(401, "sign_in_needed");
    }
);

#[tokio::test]
async fn an_open_door_to_the_world_does_not_start() {
    let data = tempfile::tempdir().unwrap();
    let mut config = Config::load(Path::new("/no/such/file")).unwrap();
    config.data = data.path().join("never-made");
    let mut leptos = leptos_options(Path::new("Leptos.toml")).unwrap();
    leptos.site_addr = ([0, 0, 0, 0], 0).into();
    let refused = start::open(config.clone(), leptos.clone()).await.err().expect("refused");
    assert!(matches!(refused, StartError::OpenDoor(_)), "{refused}");
    assert!(refused.to_string().contains("TOUCHLINE_PASSWORD"), "it says how to mend it");
    assert!(!config.data.exists(), "nothing was touched");
    config.password = Secret(PASSWORD.to_owned());
    assert!(start::open(config, leptos).await.is_ok());
}

#[tokio::test]
async fn one_folder_has_one_server() {
    let app = TestApp::start(Database::Sqlite).await;
    let mut config = Config::load(Path::new("/no/such/file")).unwrap();
    config.data = app.data().to_owned();
    let mut leptos = leptos_options(Path::new("Leptos.toml")).unwrap();
    leptos.site_addr = ([127, 0, 0, 1], 0).into();
    let refused = start::open(config, leptos).await.err().expect("refused");
    assert!(matches!(refused, StartError::DataInUse(_)), "{refused}");
    assert_eq!(app.get("/api/games").await.ok(), Value::Array(Vec::new()));
}
