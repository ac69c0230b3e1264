//! Every path of the server, and what each request passes through.

use super::{
    api_docs,
    db::now_ms,
    health,
    middleware::{gate, headers, server_fn_errors, session},
    state::AppState,
    telemetry,
};
use crate::{
    accounts,
    app::{App, RenderedAt, shell},
    error::ApiError,
    gallery, jobs, live, music, reels,
    shell::not_found::ResponseStatus,
    storage::LocalStore,
    videos,
};
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request, State},
    http::{StatusCode, request::Parts},
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::{any, get, post},
};
use leptos::{nonce::Nonce, prelude::provide_context};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list};
use std::sync::Arc;
use tower_http::{
    compression::{
        CompressionLayer, Predicate,
        predicate::{DefaultPredicate, NotForContentType},
    },
    services::ServeDir,
    trace::TraceLayer,
};

/// The server, with the built-in store on its own paths when there is one. The store stands outside of everything that
/// guards pages and calls: its requests are signed one by one.
pub fn router(app: &AppState, store: Option<&LocalStore>) -> Router {
    let options = app.leptos.clone();
    let site = options.site_root.to_string();
    let pages = Router::new()
        .leptos_routes_with_context(app, generate_route_list(App), page_context(app), {
            let options = options.clone();
            move || shell(options.clone())
        })
        .route("/_fn/{*unknown}", any(|| async { ApiError::not_found("call") }))
        .route("/login", post(accounts::routes::login))
        .route("/logout", post(accounts::routes::logout))
        .route("/ws", any(live::routes::connect))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/remote/calls/{job}", post(jobs::remote::routes::hear).layer(DefaultBodyLimit::max(4 << 10)))
        .route("/media/videos/{id}", get(videos::routes::video))
        .route("/media/videos/{id}/poster", get(videos::routes::poster))
        .route("/media/videos/{id}/sprites", get(videos::routes::sprites))
        .route("/media/videos/{id}/sprites.vtt", get(videos::routes::vtt))
        .route("/media/reels/{id}/music", get(music::routes::play))
        .route("/media/cards", get(reels::routes::card))
        .route("/media/batches/{batch}/zip", get(gallery::routes::zip))
        .route("/media/videos/{id}/frames", get(videos::routes::frames))
        .route("/media/videos/{id}/waveform", get(videos::routes::waveform))
        .route("/media/renditions/{id}", get(gallery::routes::play))
        .route("/media/renditions/{id}/download", get(gallery::routes::download))
        .route("/media/renditions/{id}/poster", get(gallery::routes::poster))
        .nest_service("/pkg", ServeDir::new(format!("{site}/pkg")).precompressed_br().precompressed_gzip())
        .merge(api_docs::router())
        .fallback(page_or_file)
        .layer(from_fn(server_fn_errors::map))
        .layer(compression())
        .layer(from_fn(telemetry::time))
        .layer(from_fn_with_state(app.clone(), session::identify))
        .layer(from_fn_with_state(app.clone(), gate::gate))
        .layer(from_fn_with_state(app.clone(), headers::secure))
        .layer(TraceLayer::new_for_http())
        .layer(from_fn(telemetry::named))
        .with_state(app.clone());
    match store {
        Some(store) => store.mount(pages),
        None => pages,
    }
}

/// Pages and answers only: what `/pkg` serves is compressed already, and events must not wait in a buffer.
fn compression() -> CompressionLayer<impl Predicate> {
    CompressionLayer::new().compress_when(DefaultPredicate::new().and(NotForContentType::const_new("application/wasm")))
}

/// What components and server functions find in their context besides the request.
fn page_context(app: &AppState) -> impl Fn() + Clone + Send + Sync + 'static + use<> {
    let app = app.clone();
    move || {
        provide_context(app.clone());
        provide_context(RenderedAt(now_ms()));
        if let Some(parts) = leptos::prelude::use_context::<Parts>()
            && let Some(nonce) = parts.extensions.get::<headers::PageNonce>()
        {
            provide_context(Nonce::from_value(nonce.0.as_str()));
        }
        if let Some(options) = leptos::prelude::use_context::<ResponseOptions>() {
            provide_context(ResponseStatus(Arc::new(move |status| {
                options.set_status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
            })));
        }
    }
}

/// A file of the site's root (favicon, manifest), else the page that says there is none.
async fn page_or_file(State(app): State<AppState>, request: Request<Body>) -> Response {
    let handler = leptos_axum::file_and_error_handler_with_context::<AppState, _>(page_context(&app), shell);
    handler(request.uri().clone(), State(app), request).await
}
