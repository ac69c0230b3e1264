//! The invisible `<input type="file">` of a button that asks for a recording.

use crate::browser::{
    files::{self, LocalFile},
    handle,
};
use leptos::{prelude::*, task::spawn_local};

/// What a file dialog offers.
const ACCEPT: &str = "video/*,.mkv,.mts,.m2ts,.ts";

/// Stands in a `<label>` that looks like a button. Where the browser can find a file again after a reload, its own dialog
/// is used.
#[component]
pub fn VideoFile(#[prop(into)] on_files: Callback<(Vec<LocalFile>,)>) -> impl IntoView {
    view! {
        <input
            class="visually-hidden"
            type="file"
            accept=ACCEPT
            on:click=move |event| {
                if handle::can_pick() {
                    event.prevent_default();
                    spawn_local(async move {
                        if let Some(file) = handle::pick().await {
                            on_files.run((vec![file],));
                        }
                    });
                }
            }
            on:change=move |event| {
                let files = files::chosen(&event);
                if !files.is_empty() {
                    on_files.run((files,));
                }
            }
        />
    }
}
