//! Dark or light.

use super::{button::IconButton, segmented::Segmented};
use crate::browser::theme::{self, Theme};
use leptos::prelude::*;

/// Turns the page into the other theme.
#[component]
pub fn ThemeToggle() -> impl IntoView {
    view! {
        <span class="theme-toggle"><IconButton icon="theme" label="Switch theme" on_press=theme::toggle /></span>
    }
}

/// The three choices, for the settings.
#[component]
pub fn ThemeChoice() -> impl IntoView {
    let chosen = RwSignal::new(Theme::System);
    Effect::new(move |_| chosen.set(theme::chosen()));
    let items = vec![(Theme::System, "System"), (Theme::Dark, "Dark"), (Theme::Light, "Light")];
    let choose = move |theme| {
        chosen.set(theme);
        theme::choose(theme);
    };
    view! { <Segmented label="Theme" items value=chosen on_choose=choose /> }
}
