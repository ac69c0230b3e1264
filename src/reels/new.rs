//! Build a reel from clips.

use crate::ui::shell::Page;
use leptos::prelude::*;

#[component]
pub fn NewReelPage() -> impl IntoView {
    view! { <Page title="New reel">""</Page> }
}
