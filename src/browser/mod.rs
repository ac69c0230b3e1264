//! The browser: the only room that names `web_sys`. It compiles natively too, so that components need no gates around
//! their handlers, and never runs there: everything here is called from effects and event handlers.

pub mod canvas;
pub mod clock;
pub mod dialog;
pub mod files;
pub mod focus;
pub mod handle;
mod js;
pub mod keys;
mod locks;
mod memory;
pub mod menu;
pub mod page;
pub mod pointer;
mod socket;
pub mod storage;
pub mod theme;
pub mod uploads;
pub mod video;
mod wake_lock;
mod xhr;

use crate::{live::versions::Versions, uploads::queue::UploadQueue};

/// Called once while the page is taken over: opens the socket and guards running uploads.
pub fn started(versions: Versions) {
    let queue = leptos::prelude::use_context::<UploadQueue>();
    // Who has not signed in yet hears nothing.
    let is_signed_in = leptos::prelude::location().pathname().is_ok_and(|path| path != "/login");
    if is_signed_in {
        socket::open(versions, queue);
    }
    if let Some(queue) = queue {
        page::warn_before_leaving(move || queue.needs_the_tab());
        if is_signed_in {
            uploads::open(queue);
        }
    }
}

/// Called once when all of the page was taken over: marks the body for whoever waits for that.
pub fn taken_over() {
    if let Some(body) = leptos::prelude::document().body() {
        let _ = body.set_attribute("data-hydrated", "");
    }
}
