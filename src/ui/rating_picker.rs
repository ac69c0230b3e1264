//! The five ratings as one choice, 1 to 5 from left to right.

use crate::{browser::focus, domain::rating::Rating};
use leptos::prelude::*;

#[component]
pub fn RatingPicker(#[prop(into)] value: Signal<Rating>, #[prop(into)] on_choose: Callback<Rating>) -> impl IntoView {
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
                    let chosen = move || value.get() == rating;
                    view! {
                        <button
                            class=format!("rating__item badge--rating-{}", rating.stars())
                            type="button"
                            role="radio"
                            aria-checked=move || chosen().to_string()
                            aria-label=rating.name()
                            title=format!("{} ({})", rating.name(), rating.stars())
                            tabindex=move || if chosen() { "0" } else { "-1" }
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
