//! Every export: where it stands, and what to do about it.

use crate::ui::shell::Page;
use leptos::prelude::*;

#[component]
pub fn JobsPage() -> impl IntoView {
    view! { <Page title="Jobs">""</Page> }
}
