//! Follows exports while a page is open: asks for the running ones, learns their pace, and says when one has ended.

use crate::{
    browser::page,
    domain::ids::ExportId,
    exports::{
        api::active_exports,
        notify,
        progress::Paces,
        types::{Export, JobState},
    },
    live::versions::Versions,
    ui::toast::Toasts,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;
use std::sync::Arc;

/// Call it once in a page; everything happens in effects, so in the browser only. `paces` takes in what it sees.
pub fn watch_exports(versions: Versions, paces: Paces) {
    Effect::new(move |_| {
        versions.exports.track();
        spawn_local(async move {
            if let Ok(active) = active_exports().await {
                take_in(versions, active);
            }
        });
    });

    let toasts = Toasts::expect();
    let navigate = Arc::new(use_navigate());
    let open_gallery = Callback::new(move |()| navigate("/gallery", leptos_router::NavigateOptions::default()));
    Effect::new(move |before: Option<Vec<ExportId>>| {
        let all = versions.progress.get();
        let now = page::now_ms();
        let before = before.unwrap_or_default();
        for export in &all {
            paces.see(export, now);
            if before.contains(&export.id) {
                announce_end(export, toasts, open_gallery);
            }
        }
        all.into_iter().filter(|export| export.state.is_running()).map(|export| export.id).collect()
    });
}

/// Newer states come in; what we took for running and is not any more goes.
fn take_in(versions: Versions, active: Vec<Export>) {
    versions.progress.try_maybe_update(|known| {
        let count = known.len();
        known.retain(|export| !export.state.is_running() || active.iter().any(|it| it.id == export.id));
        (known.len() != count, ())
    });
    for export in active {
        versions.apply_export(export);
    }
}

fn announce_end(export: &Export, toasts: Toasts, open_gallery: Callback<()>) {
    let name = &export.name;
    match export.state {
        JobState::Complete => {
            toasts.with_action(format!("{name} is ready"), "Open gallery", open_gallery);
            notify::tell(
                &format!("{name} is ready"),
                "Play, download or share it from the gallery.",
                export.id.as_str(),
            );
        }
        JobState::Error => {
            let why = export.error.as_deref().unwrap_or("It could not be made. Jobs has the details.");
            toasts.error(format!("{name}: {why}"));
            notify::tell(&format!("{name} was not exported"), why, export.id.as_str());
        }
        JobState::Pending | JobState::Processing | JobState::Cancelled => {}
    }
}
