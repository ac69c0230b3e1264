//! `/healthz`: the process answers. `/readyz`: it can do its work.

use super::state::AppState;
use crate::jobs;
use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

/// The runner looks around every two seconds, and after every job that runs each second.
const SILENT_MS: i64 = 30_000;
/// A due job does not wait so long while a slot is free.
const WAITED_MS: i64 = 60_000;

pub async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

pub async fn readyz(State(app): State<AppState>) -> (StatusCode, Json<Value>) {
    match unready(&app).await {
        None => (StatusCode::OK, Json(json!({ "status": "ready" }))),
        Some(part) => {
            tracing::error!(part, "readyz.failed");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "unavailable", "part": part })))
        }
    }
}

/// What does not work.
async fn unready(app: &AppState) -> Option<&'static str> {
    let queue = match jobs::store::queue(&app.db).await {
        Ok(queue) => queue,
        Err(error) => {
            tracing::error!(error = %error, "readyz.database_failed");
            return Some("database");
        }
    };
    if !app.config.jobs.run {
        return None;
    }
    let is_silent = app.pulse.silent_ms() > SILENT_MS;
    let is_stuck = app.pulse.has_room() && queue.oldest_ms > WAITED_MS;
    (is_silent || is_stuck).then_some("jobs")
}
