//! The login page: a plain form, so that it works without JavaScript.

use crate::shell::BrandMark;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

#[component]
pub fn LoginPage() -> impl IntoView {
    let query = use_query_map();
    let is_wrong = move || query.with(|query| query.get_str("error").is_some());
    let next = move || query.with(|query| query.get("next")).unwrap_or_default();
    view! {
        <Title text="Sign in" />
        <main class="sign-in" id="main">
            <form class="dialog" action="/login" method="post">
                <div class="dialog__head">
                    <span class="brand"><BrandMark />"Touchline"</span>
                </div>
                <div class="dialog__body">
                    <div>
                        <h1 class="dialog__title">"Sign in"</h1>
                        <p class="muted">"This server asks for its password."</p>
                    </div>
                    <input type="hidden" name="next" value=next />
                    <div class="field">
                        <label class="field__label" for="password">"Password"</label>
                        <input
                            class="field__input"
                            id="password"
                            name="password"
                            type="password"
                            autocomplete="current-password"
                            required
                            autofocus
                            aria-invalid=move || is_wrong().then_some("true")
                            aria-describedby=move || is_wrong().then_some("password-error")
                        />
                        <Show when=is_wrong>
                            <span class="field__error" id="password-error" role="alert">
                                "That is not the password. Try again."
                            </span>
                        </Show>
                    </div>
                    <button class="button button--primary button--lg button--block" type="submit">
                        <span class="button__text">"Sign in"</span>
                    </button>
                </div>
            </form>
        </main>
    }
}
