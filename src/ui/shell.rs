//! The frame of every page: top bar, tab bar, main.

use leptos::prelude::*;
use leptos_meta::Title;

/// A page of the library kind: it scrolls as a whole.
#[component]
pub fn Page(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <Title text=title />
        <main class="page" id="main">{children()}</main>
    }
}
