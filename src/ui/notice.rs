//! What a page shows when there is nothing to show: because nothing is there yet, or because loading failed.

use crate::error::ApiError;
use leptos::prelude::*;

/// Says what is missing and what to do next; the buttons are its children.
#[component]
pub fn EmptyNotice(title: &'static str, text: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="empty">
            <h2 class="empty__title">{title}</h2>
            <p class="empty__text">{text}</p>
            <div class="button-row">{children()}</div>
        </section>
    }
}

/// What went wrong while loading, with the button to try again.
#[component]
pub fn LoadError(error: ApiError, #[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    view! {
        <section class="empty" role="alert">
            <h2 class="empty__title">"This could not be loaded"</h2>
            <p class="empty__text">{error.message}</p>
            <div class="button-row">
                <button class="button button--primary button--lg" type="button" on:click=move |_| on_retry.run(())>
                    <span class="button__text">"Try again"</span>
                </button>
                <a class="button button--outline button--lg" href="/"><span class="button__text">"Open the library"</span></a>
            </div>
        </section>
    }
}
