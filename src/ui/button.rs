//! Buttons: with words, and with an icon alone.

use super::icon::Icon;
use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    #[default]
    Plain,
    /// One for each view.
    Primary,
    Outline,
    Quiet,
    Danger,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Size {
    Small,
    #[default]
    Medium,
    Large,
}

/// The classes of a button, for links that look like one.
pub const fn button_class(look: Look, size: Size) -> &'static str {
    match (look, size) {
        (Look::Plain, Size::Small) => "button button--sm",
        (Look::Plain, Size::Medium) => "button",
        (Look::Plain, Size::Large) => "button button--lg",
        (Look::Primary, Size::Small) => "button button--primary button--sm",
        (Look::Primary, Size::Medium) => "button button--primary",
        (Look::Primary, Size::Large) => "button button--primary button--lg",
        (Look::Outline, Size::Small) => "button button--outline button--sm",
        (Look::Outline, Size::Medium) => "button button--outline",
        (Look::Outline, Size::Large) => "button button--outline button--lg",
        (Look::Quiet, Size::Small) => "button button--quiet button--sm",
        (Look::Quiet, Size::Medium) => "button button--quiet",
        (Look::Quiet, Size::Large) => "button button--quiet button--lg",
        (Look::Danger, Size::Small) => "button button--danger button--sm",
        (Look::Danger, Size::Medium) => "button button--danger",
        (Look::Danger, Size::Large) => "button button--danger button--lg",
    }
}

/// A verb and its object. While `loading` it keeps its label, turns a spinner, and takes no press.
#[component]
pub fn Button(
    #[prop(optional)] look: Look,
    #[prop(optional)] size: Size,
    #[prop(optional)] icon: Option<&'static str>,
    /// As wide as what it stands in.
    #[prop(optional)]
    block: bool,
    /// It sends the form that it stands in.
    #[prop(optional)]
    submit: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] loading: Signal<bool>,
    /// The key, or why it is disabled.
    #[prop(optional, into)]
    title: Option<String>,
    #[prop(optional, into)] on_press: Option<Callback<()>>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            class=button_class(look, size)
            class:button--block=block
            class:is-loading=move || loading.get()
            type=if submit { "submit" } else { "button" }
            disabled=move || disabled.get()
            aria-busy=move || loading.get().then_some("true")
            title=title
            on:click=move |event| {
                if loading.get_untracked() {
                    event.prevent_default();
                } else if let Some(on_press) = on_press {
                    on_press.run(());
                }
            }
        >
            {icon.map(|name| view! { <Icon name /> })}
            <span class="button__text">{children()}</span>
        </button>
    }
}

/// For tools whose meaning is settled. `label` is its name; `title` may add the key.
#[component]
pub fn IconButton(
    icon: &'static str,
    #[prop(into)] label: Signal<String>,
    #[prop(optional, into)] title: Option<String>,
    #[prop(optional)] small: bool,
    /// Play and pause are drawn filled.
    #[prop(optional)]
    solid: bool,
    /// For tools that stay pressed.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(into)] on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            class="icon-button"
            class:icon-button--sm=small
            type="button"
            aria-label=move || label.get()
            title=move || title.clone().unwrap_or_else(|| label.get())
            aria-pressed=move || pressed.map(|pressed| pressed.get().to_string())
            disabled=move || disabled.get()
            on:click=move |_| on_press.run(())
        >
            <Icon name=icon class=if solid { "icon--solid" } else { "" } />
        </button>
    }
}
