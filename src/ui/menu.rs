//! A few commands behind one button. It opens without JavaScript; it closes with Escape, when a command is chosen, and
//! when the focus leaves it.

use super::icon::Icon;
use crate::browser::{focus, menu};
use leptos::prelude::*;

/// Its handlers hold no signal: when a list is drawn anew around a focused menu, `focusout` comes after its signals went.
#[component]
pub fn Menu(#[prop(into)] label: String, children: Children) -> impl IntoView {
    // The focus goes back before anything that the command opens takes it, so that it comes back here in the end.
    let close_and_return = |event: &leptos::ev::Event| {
        menu::close(event);
        focus::first(event, "summary");
    };
    view! {
        <details
            class="menu"
            on:toggle=|event| menu::choose_side(&event)
            on:focusout=|event| if focus::leaves(&event) { menu::close(&event) }
            on:keydown=move |event| if event.key() == "Escape" { close_and_return(&event) }
            on:click=move |event| if focus::is_within(&event, ".menu__item") { close_and_return(&event) }
        >
            <summary class="icon-button icon-button--sm" aria-label=label.clone() title=label>
                <Icon name="more" class="icon--solid" />
            </summary>
            <div class="menu__items">{children()}</div>
        </details>
    }
}

#[component]
pub fn MenuItem(
    icon: &'static str,
    #[prop(optional)] danger: bool,
    #[prop(into)] on_press: Callback<()>,
    children: Children,
) -> impl IntoView {
    view! {
        <button class="menu__item" class:menu__item--danger=danger type="button" on:click=move |_| on_press.run(())>
            <Icon name=icon class="icon--sm" />
            {children()}
        </button>
    }
}
