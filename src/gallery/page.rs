//! The gallery.

use crate::ui::shell::Page;
use leptos::prelude::*;

#[component]
pub fn GalleryPage() -> impl IntoView {
    view! { <Page title="Gallery">""</Page> }
}
