//! What stands in for cards while they load.

use leptos::prelude::*;

#[component]
pub fn CardSkeletons() -> impl IntoView {
    view! {
        <div class="grid" aria-busy="true" aria-label="Loading the library">
            {(0..8)
                .map(|_| {
                    view! {
                        <div class="card card--loading">
                            <div class="poster skeleton"></div>
                            <div class="card__body"><div class="skeleton"></div><div class="skeleton"></div></div>
                        </div>
                    }
                })
                .collect_view()}
        </div>
    }
}
