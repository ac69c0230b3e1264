//! Handing a file on to another app, where the system has a sheet for that.

use crate::{
    browser::share::{Handed, Parcel, can_share},
    ui::{
        icon::Icon,
        toast::{Toasts, lasting},
    },
};
use leptos::{prelude::*, task::spawn_local};

/// Not there where nothing can be handed on. `small` is an icon alone.
#[component]
pub fn ShareButton(name: String, url: String, #[prop(optional)] small: bool) -> impl IntoView {
    let toasts = Toasts::expect();
    let (is_able, is_busy) = (RwSignal::new(false), RwSignal::new(false));
    Effect::new(move |_| is_able.set(can_share()));
    let (label, named) = (format!("Share {name}"), StoredValue::new((name, url)));
    let share = move |_| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let (name, url) = named.get_value();
        spawn_local(async move {
            match Parcel::fetch(&url, &format!("{name}.mp4")).await {
                Some(parcel) => hand_over(parcel, name, toasts).await,
                None => toasts.error(format!("{name} could not be fetched. Download it and share it from there.")),
            }
            is_busy.try_set(false);
        });
    };
    let class = if small { "icon-button icon-button--sm" } else { "button button--outline" };
    view! {
        <Show when=move || is_able.get()>
            <button class=class class:is-loading=move || is_busy.get() type="button" aria-busy=move || is_busy.get().to_string()
                aria-label=label.clone() title="Share" on:click=share>
                <Icon name="share" />
                {(!small).then(|| view! { <span class="button__text">"Share"</span> })}
            </button>
        </Show>
    }
}

async fn hand_over(parcel: Parcel, name: String, toasts: Toasts) {
    match parcel.clone().hand_over().await {
        Handed::Over | Handed::Kept => {}
        // A long file took longer to come than the press counts.
        Handed::Late => {
            let text = format!("{name} is ready to be shared");
            let again = lasting(move || {
                let (parcel, name) = (parcel.clone(), name.clone());
                spawn_local(hand_over(parcel, name, toasts));
            });
            toasts.with_action(text, "Share", again);
        }
        Handed::Refused => {
            toasts.error(format!("This browser does not share {name}. Download it and share it from there."));
        }
    }
}
