//! A few commands behind one button. It opens without JavaScript; it closes with Escape, when a command is chosen, and
//! when the focus leaves it.

use super::icon::Icon;
use crate::browser::focus;
use leptos::{html, prelude::*};

#[component]
pub fn Menu(#[prop(into)] label: String, children: Children) -> impl IntoView {
    let frame = NodeRef::<html::Details>::new();
    let close = move || {
        if let Some(frame) = frame.get_untracked() {
            frame.set_open(false);
        }
    };
    view! {
        <details
            class="menu"
            node_ref=frame
            on:focusout=move |event| if focus::leaves(&event) { close() }
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    close();
                    focus::first(&event, "summary");
                }
            }
        >
            <summary class="icon-button icon-button--sm" aria-label=label.clone() title=label>
                <Icon name="more" class="icon--solid" />
            </summary>
            <div class="menu__items" on:click=move |_| close()>{children()}</div>
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
