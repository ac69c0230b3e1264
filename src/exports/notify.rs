//! Whether the browser tells of an export's end when nobody looks at the page.

use crate::{
    browser::{
        notify::{self, Permission},
        storage,
    },
    ui::{icon::Icon, toast::Toasts},
};
use leptos::{prelude::*, task::spawn_local};

const KEY: &str = "touchline-notify";

/// A switch; absent where browsers allow no notifications.
#[component]
pub fn NotifySwitch() -> impl IntoView {
    let toasts = Toasts::expect();
    // Known in the browser only.
    let allowed = RwSignal::new(Permission::Unsupported);
    let wanted = RwSignal::new(false);
    Effect::new(move |_| {
        allowed.set(notify::permission());
        wanted.set(is_wanted());
    });
    let is_on = move || wanted.get() && allowed.get() == Permission::Granted;
    let switch = move |_| {
        if is_on() {
            storage::remove(KEY);
            wanted.set(false);
            return;
        }
        spawn_local(async move {
            let answer = notify::ask().await;
            allowed.set(answer);
            if answer == Permission::Granted {
                storage::set(KEY, "on");
                wanted.set(true);
            } else {
                toasts.error("Your browser blocks notifications from this site. Allow them in its site settings, then try again.");
            }
        });
    };
    view! {
        <Show when=move || allowed.get() != Permission::Unsupported>
            <button class="button button--outline" type="button" aria-pressed=move || is_on().to_string() on:click=switch>
                <Icon name="bell" />
                <span class="button__text">{move || if is_on() { "Notifications are on" } else { "Notify me" }}</span>
            </button>
        </Show>
    }
}

fn is_wanted() -> bool {
    storage::get(KEY).as_deref() == Some("on")
}

/// Says it by the browser when it may and nobody looks at this page.
pub fn tell(title: &str, body: &str, tag: &str) {
    if is_wanted() && !crate::browser::page::is_visible() {
        notify::show(title, body, tag);
    }
}
