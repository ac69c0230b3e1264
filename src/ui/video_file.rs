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
pub fn VideoFile(
    #[prop(into)] on_files: Callback<(Vec<LocalFile>,)>,
    /// Whether several files can be chosen together.
    #[prop(optional)]
    several: bool,
) -> impl IntoView {
    view! {
        <input
            class="visually-hidden"
            type="file"
            accept=ACCEPT
            multiple=several
            on:click=move |event| {
                if handle::can_pick() {
                    event.prevent_default();
                    spawn_local(async move {
                        let files = handle::pick(several).await;
                        if !files.is_empty() {
                            on_files.run((files,));
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
