//! Icons: one sprite, drawn on a 24 grid.

use leptos::prelude::*;

/// Every symbol, once in the page.
#[component]
pub fn IconSprite() -> impl IntoView {
    view! { <svg width="0" height="0" style="position: absolute" aria-hidden="true" inner_html=include_str!("icons.svg")></svg> }
}

/// `name` without its `i-`: `<Icon name="play" />`.
#[component]
pub fn Icon(name: &'static str, #[prop(optional)] class: &'static str) -> impl IntoView {
    view! {
        <svg class=format!("icon {class}") aria-hidden="true">
            <use href=format!("#i-{name}")></use>
        </svg>
    }
}
