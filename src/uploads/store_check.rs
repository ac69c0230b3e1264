//! In the settings: tries the way from this browser to the store, and says how to mend it.

use crate::{
    browser::uploads::{Verdict, try_store},
    ui::button::{Button, Look},
};
use leptos::{prelude::*, task::spawn_local};

#[component]
pub fn StoreCheck() -> impl IntoView {
    let verdict = RwSignal::new(None::<Verdict>);
    let is_trying = RwSignal::new(false);
    let begin = move |()| {
        is_trying.set(true);
        spawn_local(async move {
            let found = try_store().await;
            verdict.try_set(Some(found));
            is_trying.try_set(false);
        });
    };
    view! {
        <section class="settings__group" aria-labelledby="store-title">
            <h2 class="section__title" id="store-title">"Uploads"</h2>
            <div class="option">
                <span>"The way from this browser to the store"</span>
                <Button look=Look::Outline loading=is_trying on_press=begin>"Try it"</Button>
            </div>
            <div role="status">{move || verdict.get().map(|verdict| view! { <Found verdict /> })}</div>
        </section>
    }
}

#[component]
fn Found(verdict: Verdict) -> impl IntoView {
    match verdict {
        Verdict::Reached => {
            view! { <p class="status status--done">"Files go straight to the store, and play from there."</p> }
                .into_any()
        }
        Verdict::Blocked { what, rule } => view! {
            <p class="status status--error">{what}</p>
            <p class="muted">
                "Uploads go through the server meanwhile. Give the bucket this CORS rule, then try again; "
                <code>"touchline doctor"</code> " on the server tells more."
            </p>
            <pre class="code-block" tabindex="0">{rule}</pre>
        }
        .into_any(),
        Verdict::Unknown(error) => view! { <p class="status status--error">{error.message}</p> }.into_any(),
    }
}
