//! The library: games and reels.

use crate::ui::shell::Page;
use leptos::prelude::*;

#[component]
pub fn LibraryPage() -> impl IntoView {
    view! { <Page title="Library">""</Page> }
}
