//! The reel's editor: framing and export.

use crate::ui::shell::Page;
use leptos::prelude::*;

#[component]
pub fn ReelPage() -> impl IntoView {
    view! { <Page title="Reel">""</Page> }
}
