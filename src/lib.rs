#![recursion_limit = "256"]
//! Touchline: full match recordings in, highlight reels out. One crate, two programs: the server (`ssr`) and the
//! browser's WASM (`hydrate`). ARCHITECTURE.md is the map.

pub mod accounts;
pub mod app;
pub mod browser;
pub mod clips;
pub mod domain;
pub mod editor;
pub mod error;
pub mod exports;
pub mod gallery;
pub mod games;
pub mod live;
pub mod music;
pub mod preferences;
pub mod reels;
pub mod shell;
pub mod trash;
pub mod ui;
pub mod uploads;
pub mod videos;

#[cfg(feature = "ssr")]
pub mod jobs;
#[cfg(feature = "ssr")]
pub mod media;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(feature = "ssr")]
pub mod storage;

/// Where the browser begins: takes over the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(async {
        if let Some(body) = leptos::prelude::document().body() {
            leptos::mount::hydrate_from_async(body, app::App).await.forget();
            leptos::task::tick().await;
            browser::taken_over();
        }
    });
}
