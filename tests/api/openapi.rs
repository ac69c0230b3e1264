//! The description of the REST calls.

use crate::{on_both, support::TestApp};
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeSet;

const CALLS: &str = "\
DELETE /api/clips/{id}
DELETE /api/exports/{id}
DELETE /api/games/{id}
DELETE /api/pieces
DELETE /api/reels/{id}
DELETE /api/reels/{id}/music
DELETE /api/renditions/{id}
DELETE /api/trash
DELETE /api/trash/{kind}/{id}
DELETE /api/uploads/{id}
DELETE /api/videos/{id}
GET /api/clips/{id}
GET /api/data
GET /api/exports/active
GET /api/exports/recent
GET /api/exports/{id}
GET /api/games
GET /api/games/{id}
GET /api/games/{id}/clips
GET /api/games/{id}/clips/export
GET /api/games/{id}/upload-url
GET /api/preferences
GET /api/reels
GET /api/reels/{id}
GET /api/renditions
GET /api/renditions/{id}
GET /api/trash
GET /api/uploads
GET /api/uploads/finished
GET /api/uploads/{id}
GET /api/usage
POST /api/clips
POST /api/clips/search
POST /api/clips/{id}/restore
POST /api/exports
POST /api/exports/batch
POST /api/exports/dismiss
POST /api/exports/{id}/retry
POST /api/games
POST /api/games/sample
POST /api/games/{id}/clips/import
POST /api/games/{id}/confirm-video
POST /api/reel-clips/{id}/follow
POST /api/reels
POST /api/trash/{kind}/{id}/restore
POST /api/uploads
POST /api/uploads/dismiss
POST /api/uploads/{id}/complete
POST /api/uploads/{id}/sign
PUT /api/clips/{id}
PUT /api/games/{id}
PUT /api/games/{id}/video
PUT /api/games/{id}/videos
PUT /api/preferences
PUT /api/reel-clips/{id}/framing
PUT /api/reels/{id}
PUT /api/reels/{id}/music
PUT /api/reels/{id}/music/settings
PUT /api/uploads/{id}/parts/{number}";

/// Every method and path of the description, with its summary.
async fn described(app: &TestApp) -> Vec<(String, String)> {
    let api = app.get("/api/openapi.json").await.ok();
    assert!(api["openapi"].as_str().unwrap().starts_with("3."));
    let mut calls = Vec::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, call) in methods.as_object().unwrap() {
            let summary = call["summary"].as_str().unwrap_or_default().to_owned();
            assert!(call["responses"].as_object().is_some_and(|answers| !answers.is_empty()), "{method} {path}");
            calls.push((format!("{} {path}", method.to_uppercase()), summary));
        }
    }
    calls
}

on_both!(every_call_is_described, |app: TestApp| async move {
    let calls = described(&app).await;
    let names: BTreeSet<&str> = calls.iter().map(|(call, _)| call.as_str()).collect();
    assert_eq!(names, CALLS.lines().collect());
    for (call, summary) in &calls {
        assert!(summary.len() > 3, "{call} has no summary");
        // It is served, too: whatever the answer says, it is not that there is no such call.
        let (method, path) = call.split_once(' ').unwrap();
        let path = path.replace("{id}", "nobody").replace("{number}", "1");
        let answer = app.send(app.request(Method::from_bytes(method.as_bytes()).unwrap(), &path)).await;
        assert_ne!(answer.json["message"], "There is no such call. It may have been deleted.", "{call}");
        assert_ne!(answer.status.as_u16(), 405, "{call}");
    }
});

on_both!(people_read_it_as_a_page, |app: TestApp| async move {
    let page = app.request(Method::GET, "/api/docs").send().await.unwrap();
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let html = page.text().await.unwrap();
    for (call, summary) in described(&app).await {
        let (_, path) = call.split_once(' ').unwrap();
        assert!(html.contains(path) && html.contains(&summary), "{call}");
    }
    let api = app.get("/api/openapi.json").await.ok();
    for code in ["invalid", "too_large", "quota_exceeded", "unsupported_type", "not_ready", "disk_full"] {
        let stated = |text: &str| text.contains(code);
        assert!(stated(&html) && stated(api["info"]["description"].as_str().unwrap()), "{code}");
    }
    let unknown: Value = app.get("/api/no/such/call").await.json;
    assert_eq!(unknown["error"], "not_found");
});
