//! The five ratings as one choice, 1 to 5 from left to right.

use crate::{browser::focus, domain::rating::Rating};
use leptos::prelude::*;

#[component]
pub fn RatingPicker(
    /// None when several clips differ.
    #[prop(into)]
    value: Signal<Option<Rating>>,
    #[prop(into)] on_choose: Callback<Rating>,
) -> impl IntoView {
    view! {
        <div
            class="rating"
            role="radiogroup"
            aria-label="Rating"
            on:keydown=move |event| {
                if let Some(rating) = focus::move_among(&event, "[role=radio]").and_then(|at| Rating::ALL.get(at)) {
                    on_choose.run(*rating);
                }
            }
        >
            {Rating::ALL
                .map(|rating| {
                    let chosen = move || value.get() == Some(rating);
                    let is_reached = move || value.get().map_or(rating == Rating::ALL[0], |value| value == rating);
                    view! {
                        <button
                            class=format!("rating__item badge--rating-{}", rating.stars())
                            type="button"
                            role="radio"
                            aria-checked=move || chosen().to_string()
                            aria-label=rating.name()
                            title=format!("{} ({})", rating.name(), rating.stars())
                            tabindex=move || if is_reached() { "0" } else { "-1" }
                            on:click=move |_| on_choose.run(rating)
                        >
                            {rating.mark()}
                            <kbd>{rating.stars()}</kbd>
                        </button>
                    }
                })}
        </div>
    }
}
