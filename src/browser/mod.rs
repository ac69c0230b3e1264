//! The browser: the only room that names `web_sys`. It compiles natively too, so that components need no gates around
//! their handlers, and never runs there: everything here is called from effects and event handlers.

pub mod clock;

use crate::live::versions::Versions;

/// Called once when the page was taken over: marks the body for whoever waits for that, and opens the socket.
pub fn started(versions: Versions) {
    if let Some(body) = leptos::prelude::document().body() {
        let _ = body.set_attribute("data-hydrated", "");
    }
    let _ = versions;
}
