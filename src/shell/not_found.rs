//! Where no page is.

use super::Page;
use leptos::prelude::*;

#[component]
pub fn NotFoundPage() -> impl IntoView {
    if let Some(response) = use_context::<ResponseStatus>() {
        response.not_found();
    }
    view! {
        <Page title="Not found">
            <section class="empty">
                <h1 class="empty__title">"There is no such page"</h1>
                <p class="empty__text">"The link may be old, or what it showed was deleted."</p>
                <div class="button-row">
                    <a class="button button--primary button--lg" href="/"><span class="button__text">"Open the library"</span></a>
                    <a class="button button--outline button--lg" href="/storage"><span class="button__text">"Look in the trash"</span></a>
                </div>
            </section>
        </Page>
    }
}

/// How a page says the status of its document. Provided on the server only.
#[derive(Clone)]
pub struct ResponseStatus(pub std::sync::Arc<dyn Fn(u16) + Send + Sync>);

impl ResponseStatus {
    pub fn not_found(&self) {
        (self.0)(404);
    }
}
