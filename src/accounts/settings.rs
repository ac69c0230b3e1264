//! Settings.

use crate::ui::shell::Page;
use leptos::prelude::*;

#[component]
pub fn SettingsPage() -> impl IntoView {
    view! { <Page title="Settings">""</Page> }
}
