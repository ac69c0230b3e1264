//! The frame of every page: top bar, what runs, and on a phone the tab bar. It knows the slices whose work it shows.

pub mod avatar;
mod drop;
mod export_watch;
pub mod not_found;
#[cfg(all(feature = "ssr", feature = "split"))]
pub mod page_code;
mod search;
mod status_bar;
mod top_bar;
mod work;

pub use search::Search;
pub use status_bar::StatusBar;

use self::{
    drop::DropPage,
    top_bar::{TabBar, TopBar},
};
use leptos::{prelude::*, text_prop::TextProp};
use leptos_meta::Title;

/// A page that scrolls as a whole.
#[component]
pub fn Page(#[prop(into)] title: TextProp, #[prop(optional)] narrow: bool, children: Children) -> impl IntoView {
    view! {
        <Title text=title />
        <div class="app">
            <SkipLink />
            <TopBar />
            <main class="page" class:page--narrow=narrow id="main">{children()}</main>
            <StatusBar />
            <TabBar />
            <DropPage />
        </div>
    }
    .into_any()
}

/// A page of the height of the window. Its children are a `topbar`, perhaps a `banner`, the `workspace` (the main part,
/// with the id `main`), and a `timeline`.
#[component]
pub fn EditorPage(#[prop(into)] title: TextProp, children: Children) -> impl IntoView {
    view! {
        <Title text=title />
        <div class="app app--editor">
            <SkipLink />
            {children()}
            <StatusBar />
            <DropPage />
        </div>
    }
    .into_any()
}

/// The brand's mark: a touchline and the ball over it.
#[component]
pub fn BrandMark() -> impl IntoView {
    view! {
        <svg class="brand__mark" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M5 3v18M5 19h16" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round"></path>
            <path d="M5 8.5A10.5 10.5 0 0 1 15.5 19" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round"></path>
            <circle cx="16.5" cy="7.5" r="2.75" fill="currentColor"></circle>
        </svg>
    }
}

#[component]
fn SkipLink() -> impl IntoView {
    view! { <a class="skip-link" href="#main">"Skip to content"</a> }
}
