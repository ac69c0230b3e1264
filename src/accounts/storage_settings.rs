//! Settings: how much room the files take, and taking along what was made here.

use super::types::Usage;
use crate::{domain::size::size, error::ApiError};
use leptos::prelude::*;

#[component]
pub fn StorageSettings(usage: Resource<Result<Usage, ApiError>>) -> impl IntoView {
    view! {
        <section class="settings__group" aria-labelledby="storage-title">
            <h2 class="section__title" id="storage-title">"Storage and data"</h2>
            <div class="option">
                <span>
                    "Recordings, exports and what else is kept"
                    <span class="option__note muted">"How much of what, how to free it, and the trash"</span>
                </span>
                <span class="button-row">
                    <Suspense>
                        {move || Suspend::new(async move {
                            // The page behind the button says why, when it cannot be told.
                            usage.await.ok().map(|usage| view! { <span class="muted num">{size(usage.total())}</span> })
                        })}
                    </Suspense>
                    <a class="button button--outline" href="/storage"><span class="button__text">"Storage"</span></a>
                </span>
            </div>
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
