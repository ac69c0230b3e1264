//! The REST calls, in one list, and their description: `/api/openapi.json` for programs, `/api/docs` for people.

use super::state::AppState;
use crate::{
    accounts, clips,
    error::{ApiError, Code},
    exports, gallery, games, music, preferences, reels, trash, uploads, videos,
};
use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    response::Html,
    routing::{any, get},
};
use std::fmt::Write as _;
use utoipa::{OpenApi, openapi::PathItem};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt as _},
    routes,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Touchline",
        description = "Games, clips, reels and exports. Errors have one shape: error, message, field."
    ),
    components(schemas(ApiError))
)]
struct Api;

/// Every REST call.
fn described() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(games::routes::list, games::routes::create))
        .routes(routes!(games::routes::sample))
        .routes(routes!(games::routes::get, games::routes::update, games::routes::delete))
        .routes(routes!(games::routes::clips))
        .routes(routes!(videos::routes::arrange))
        .routes(routes!(videos::routes::delete))
        .routes(routes!(clips::routes::search))
        .routes(routes!(clips::routes::create))
        .routes(routes!(clips::routes::get, clips::routes::update, clips::routes::delete))
        .routes(routes!(clips::routes::restore))
        .routes(routes!(clips::routes::export))
        .routes(routes!(clips::routes::import))
        .routes(routes!(reels::routes::list, reels::routes::create))
        .routes(routes!(reels::routes::get, reels::routes::update, reels::routes::delete))
        .routes(routes!(reels::routes::update_framing))
        .routes(routes!(reels::routes::follow))
        // A song, bounded by the service.
        .routes(routes!(music::routes::put).layer(DefaultBodyLimit::disable()))
        .routes(routes!(music::routes::delete))
        .routes(routes!(music::routes::update))
        .routes(routes!(uploads::routes::list, uploads::routes::create))
        .routes(routes!(uploads::routes::get, uploads::routes::abort))
        .routes(routes!(uploads::routes::finished))
        .routes(routes!(uploads::routes::dismiss))
        .routes(routes!(uploads::routes::sign))
        .routes(routes!(uploads::routes::put_part))
        .routes(routes!(uploads::routes::complete))
        .routes(routes!(uploads::routes::upload_url))
        .routes(routes!(uploads::routes::confirm_video))
        // A recording of any length, bounded by the service.
        .routes(routes!(uploads::routes::put_video).layer(DefaultBodyLimit::disable()))
        .routes(routes!(exports::routes::create))
        .routes(routes!(exports::routes::create_batch))
        .routes(routes!(exports::routes::active))
        .routes(routes!(exports::routes::recent))
        .routes(routes!(exports::routes::dismiss))
        .routes(routes!(exports::routes::get, exports::routes::cancel))
        .routes(routes!(exports::routes::retry))
        .routes(routes!(gallery::routes::list))
        .routes(routes!(gallery::routes::get, gallery::routes::delete))
        .routes(routes!(trash::routes::list, trash::routes::empty))
        .routes(routes!(trash::routes::restore))
        .routes(routes!(trash::routes::purge))
        .routes(routes!(trash::routes::free_pieces))
        .routes(routes!(preferences::routes::get, preferences::routes::put))
        .routes(routes!(accounts::routes::usage))
        .routes(routes!(accounts::routes::data))
}

/// Every code of an error with its status and what it means, one to a line.
fn codes(line: impl Fn(&str, u16, &str) -> String) -> String {
    Code::ALL
        .into_iter()
        .map(|code| {
            let name = serde_json::to_value(code).ok();
            let name = name.as_ref().and_then(|name| name.as_str()).unwrap_or_default();
            line(name, code.status(), code.meaning())
        })
        .collect()
}

pub fn router() -> Router<AppState> {
    let (router, mut api) = described().split_for_parts();
    let list = codes(|name, status, meaning| format!("\n- `{name}` ({status}): {meaning}"));
    api.info.description = Some(format!("{}\n{list}", api.info.description.unwrap_or_default()));
    let page = page(&api);
    router
        .route("/api/openapi.json", get(move || async move { Json(api) }))
        .route("/api/docs", get(move || async move { Html(page) }))
        .route("/api/{*unknown}", any(|| async { ApiError::not_found("call") }))
}

/// A plain page: a table of the calls, each with what it is for. Made from our own descriptions, so nothing to escape.
fn page(api: &utoipa::openapi::OpenApi) -> String {
    let mut rows = String::new();
    for (path, item) in &api.paths.paths {
        for (method, summary) in calls(item) {
            // Writing to a string cannot fail.
            let _ =
                write!(rows, "<tr><td><code>{method}</code></td><td><code>{path}</code></td><td>{summary}</td></tr>");
        }
    }
    let codes = codes(|name, status, meaning| {
        format!("<tr><td><code>{name}</code></td><td>{status}</td><td>{meaning}</td></tr>")
    });
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"dark light\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>API · Touchline</title>\
         <style>body{{font:15px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}}td{{padding:.3rem 1rem .3rem 0;\
         vertical-align:top}}</style><h1>Touchline's REST calls</h1><p>Bodies and answers are JSON; an error is \
         <code>{{\"error\": code, \"message\": sentence, \"field\"?: name}}</code>. The whole description for programs is \
         <a href=\"/api/openapi.json\">openapi.json</a>.</p><table><tbody>{rows}</tbody></table>\
         <h2>Errors</h2><table><tbody>{codes}</tbody></table></html>"
    )
}

fn calls(item: &PathItem) -> Vec<(&'static str, String)> {
    [("GET", &item.get), ("POST", &item.post), ("PUT", &item.put), ("DELETE", &item.delete)]
        .into_iter()
        .filter_map(|(method, call)| Some((method, call.as_ref()?.summary.clone().unwrap_or_default())))
        .collect()
}
