//! The banner of an editor whose work met somebody else's.

use crate::ui::{
    button::{Button, Look, Size},
    icon::Icon,
};
use leptos::prelude::*;

/// Pushes the page down until somebody decides; edits go on meanwhile.
#[component]
pub fn ConflictBanner(
    /// What was changed, and what is kept.
    #[prop(into)]
    text: Signal<String>,
    /// For work that can be pasted elsewhere.
    #[prop(optional, into)]
    on_copy: Option<Callback<()>>,
    /// "Keep mine", or what it means here.
    #[prop(into)]
    keep: Signal<String>,
    #[prop(into)] on_keep: Callback<()>,
    #[prop(into)] latest: Signal<String>,
    #[prop(into)] on_latest: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="banner" role="alert">
            <Icon name="warn" />
            <span><strong>"Changed elsewhere. "</strong>{move || text.get()}</span>
            <div class="banner__actions">
                {on_copy.map(|on_copy| view! { <Button size=Size::Small on_press=on_copy>"Copy my work"</Button> })}
                <Button size=Size::Small on_press=on_keep>{move || keep.get()}</Button>
                <Button look=Look::Primary size=Size::Small on_press=on_latest>{move || latest.get()}</Button>
            </div>
        </div>
    }
}
