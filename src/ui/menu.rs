//! A few commands behind one button. It opens without JavaScript; it closes with Escape, when a command is chosen, and
//! when the focus leaves it.

use super::icon::Icon;
use crate::browser::{focus, layout};
use leptos::{html, prelude::*};

#[component]
pub fn Menu(#[prop(into)] label: String, children: Children) -> impl IntoView {
    let frame = NodeRef::<html::Details>::new();
    let opens_up = RwSignal::new(false);
    let close = move || {
        if let Some(frame) = frame.get_untracked() {
            frame.set_open(false);
        }
    };
    // The focus goes back before anything that the command opens takes it, so that it comes back here in the end.
    let close_and_return = move |event: &leptos::ev::Event| {
        close();
        focus::first(event, "summary");
    };
    view! {
        <details
            class="menu"
            class:menu--up=move || opens_up.get()
            node_ref=frame
            on:toggle=move |_| opens_up.set(frame.get_untracked().is_some_and(|frame| layout::is_low(&frame)))
            on:focusout=move |event| if focus::leaves(&event) { close() }
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
