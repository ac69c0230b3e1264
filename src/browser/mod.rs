//! The browser: the only room that names `web_sys`. It compiles natively too, so that components need no gates around
//! their handlers, and never runs there: everything here is called from effects and event handlers.

pub mod canvas;
pub mod clock;
pub mod dialog;
pub mod focus;
pub mod keys;
pub mod page;
pub mod pending;
pub mod pointer;
pub mod storage;
pub mod theme;
pub mod video;

use crate::live::versions::Versions;

/// Called once when the page was taken over: opens the socket, and marks the body for whoever waits for that.
pub fn started(versions: Versions) {
    let _ = versions;
    if let Some(body) = leptos::prelude::document().body() {
        let _ = body.set_attribute("data-hydrated", "");
    }
}
