//! A wall time: the UTC day from the server, the local day and minute once the browser knows where it is.

use crate::{browser::clock, domain::calendar::Day};
use leptos::prelude::*;

/// `at` in milliseconds since 1970.
#[component]
pub fn Moment(#[prop(into)] at: Signal<i64>) -> impl IntoView {
    let local = RwSignal::new(None::<String>);
    Effect::new(move |_| local.set(Some(clock::local_moment(at.get()))));
    view! { <span class="time">{move || local.get().unwrap_or_else(|| Day::of_ms(at.get()).short())}</span> }
}
