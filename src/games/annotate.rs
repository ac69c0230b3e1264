//! Annotate: watch, mark, rate, tag.

use crate::ui::shell::Page;
use leptos::prelude::*;

#[component]
pub fn AnnotatePage() -> impl IntoView {
    view! { <Page title="Annotate">""</Page> }
}
