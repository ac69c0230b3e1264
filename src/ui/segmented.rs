//! One choice of a few, all in sight.

use crate::browser::focus;
use leptos::prelude::*;

/// `items` are values with their words. The arrow keys move the choice.
#[component]
pub fn Segmented<T>(
    label: &'static str,
    items: Vec<(T, &'static str)>,
    #[prop(into)] value: Signal<T>,
    #[prop(into)] on_choose: Callback<T>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let values: Vec<T> = items.iter().map(|(value, _)| value.clone()).collect();
    let choices = items
        .into_iter()
        .map(|(item, words)| {
            let chosen = {
                let item = item.clone();
                Signal::derive(move || value.get() == item)
            };
            view! {
                <button
                    class="segmented__item"
                    type="button"
                    role="radio"
                    aria-checked=move || chosen.get().to_string()
                    tabindex=move || if chosen.get() { "0" } else { "-1" }
                    on:click=move |_| on_choose.run(item.clone())
                >
                    {words}
                </button>
            }
        })
        .collect_view();
    view! {
        <div
            class="segmented"
            role="radiogroup"
            aria-label=label
            on:keydown=move |event| {
                if let Some(value) = focus::move_among(&event, "[role=radio]").and_then(|at| values.get(at)) {
                    on_choose.run(value.clone());
                }
            }
        >
            {choices}
        </div>
    }
}
