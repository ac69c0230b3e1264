//! Which files of WASM a page needs, said in its head: the browser fetches them beside the main one, not after it.

use leptos::{PrefetchLazyFn, WasmSplitManifest, prelude::*};
use leptos_meta::Link;

/// For the page that is being rendered. Leptos says it too, but only when the thread that ends a page is the one that began
/// it: without this two of three pages came without. No page may have a `Link` or `Meta` of its own, which a browser would
/// look for before these.
pub fn announce() {
    let (Some(pages), Some(manifest)) = (use_context::<PrefetchLazyFn>(), use_context::<WasmSplitManifest>()) else {
        return;
    };
    // Taken, so that it is not said twice.
    let Some(pages) = pages.0.try_update_value(std::mem::take) else { return };
    manifest.0.with_value(|(root, files, splitter)| {
        // A `Link` that is rendered stands in the head, wherever that happens.
        for file in pages.iter().filter_map(|page| files.get(*page)).flatten() {
            let href = format!("{root}/{file}.wasm");
            let _ = view! { <Link rel="preload" href as_="fetch" type_="application/wasm" crossorigin="anonymous" /> }
                .to_html();
        }
        let _ =
            view! { <Link rel="modulepreload" href=format!("{root}/{splitter}") crossorigin="anonymous" /> }.to_html();
    });
}
