//! Settings: how much room the files take, and taking along what was made here.

use super::types::{Held, Usage};
use crate::{domain::size::size, error::ApiError};
use leptos::prelude::*;

#[component]
pub fn StorageSettings(usage: Resource<Result<Usage, ApiError>>) -> impl IntoView {
    view! {
        <section class="settings__group" aria-labelledby="storage-title">
            <h2 class="section__title" id="storage-title">"Storage and data"</h2>
            <Suspense fallback=|| view! { <div class="skeleton page-skeleton" aria-busy="true"></div> }>
                {move || Suspend::new(async move {
                    match usage.await {
                        Ok(usage) => view! { <Rows usage /> }.into_any(),
                        Err(error) => view! { <p class="field__error" role="alert">{error.message}</p> }.into_any(),
                    }
                })}
            </Suspense>
            <div class="option">
                <span>
                    "Games, clips, reels and these settings"
                    <span class="option__note muted">"One JSON file. The clips of one game as CSV, XML and others: in its Annotate."</span>
                </span>
                <a class="button button--outline" href="/api/data" rel="external" download="touchline-data.json"><span class="button__text">"Download"</span></a>
            </div>
        </section>
    }
}

#[component]
fn Rows(usage: Usage) -> impl IntoView {
    let row = |name: &'static str, note: &'static str, held: Held| {
        view! {
            <div class="option">
                <span>{name}<span class="option__note muted">{note}</span></span>
                <span class="muted num">{if held.count == 0 { "None".to_owned() } else { format!("{} in {}", size(held.bytes), files(held.count)) }}</span>
            </div>
        }
    };
    view! {
        {row("Recordings", "As they were uploaded", usage.recordings)}
        {row("Exports", "The files of the gallery", usage.renditions)}
        {row("Rendered pieces", "They make the next export fast; the oldest go by themselves", usage.segments)}
        {row("Songs", "", usage.music)}
        <div class="option"><strong>"Together"</strong><strong class="num">{size(usage.total())}</strong></div>
    }
}

fn files(count: i64) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}
