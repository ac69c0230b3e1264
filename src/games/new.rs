//! Add a game.

use crate::ui::shell::Page;
use leptos::prelude::*;

#[component]
pub fn NewGamePage() -> impl IntoView {
    view! { <Page title="Add game">""</Page> }
}
