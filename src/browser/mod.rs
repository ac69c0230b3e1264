//! The browser: the only room that names `web_sys`. It compiles natively too, so that components need no gates around
//! their handlers, and never runs there: everything here is called from effects and event handlers.

pub mod canvas;
pub mod client;
pub mod clock;
pub mod cutter;
pub mod dialog;
pub mod files;
pub mod focus;
pub mod handle;
mod js;
pub mod keys;
mod locks;
mod memory;
pub mod menu;
pub mod notify;
pub mod page;
pub mod pictures;
pub mod pointer;
pub mod share;
mod socket;
pub mod storage;
pub mod text;
pub mod theme;
pub mod uploads;
pub mod video;
mod wake_lock;
mod xhr;

use crate::{live::versions::Versions, uploads::queue::UploadQueue};
use leptos::prelude::*;

/// Called once by the app: opens the socket and takes up uploads, when the page is taken over. Whatever they bring (an upload
/// of another tab, a change) would otherwise meet a page that is half taken over and no longer what the server rendered.
pub fn started(versions: Versions) {
    let queue = use_context::<UploadQueue>();
    let owner = Owner::current();
    page::once_taken_over(move || match owner {
        Some(owner) => owner.with(|| begin(versions, queue)),
        None => begin(versions, queue),
    });
}

fn begin(versions: Versions, queue: Option<UploadQueue>) {
    // Who has not signed in yet hears nothing.
    let is_signed_in = location().pathname().is_ok_and(|path| path != "/login");
    if is_signed_in {
        socket::open(versions);
    }
    if let Some(queue) = queue {
        page::warn_before_leaving(move || queue.needs_the_tab());
        if is_signed_in {
            uploads::open(queue);
        }
    }
}

pub use page::taken_over;
