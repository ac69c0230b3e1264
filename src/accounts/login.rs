//! The login page: a plain form, so that it works without JavaScript.

use crate::ui::shell::Page;
use leptos::prelude::*;

#[component]
pub fn LoginPage() -> impl IntoView {
    view! { <Page title="Sign in">""</Page> }
}
