//! The shape of a reel, as one choice of four.

use crate::domain::aspect::Aspect;
use leptos::prelude::*;

#[component]
pub fn AspectChoice(#[prop(into)] value: Signal<Aspect>, #[prop(into)] on_choose: Callback<Aspect>) -> impl IntoView {
    view! {
        <div class="segmented" role="radiogroup" aria-label="Shape of the reel" on:keydown=move |ev| {
            if let Some(next) = neighbour(value.get_untracked(), &ev.key()) {
                ev.prevent_default();
                on_choose.run(next);
            }
        }>
            {Aspect::ALL.map(|aspect| {
                let (across, down) = aspect.ratio();
                let is_chosen = move || value.get() == aspect;
                let shape = format!("--of: {across} / {down}{}", if across < down { "; width: .5rem" } else { "" });
                view! {
                    <button class="segmented__item" type="button" role="radio" aria-checked=move || is_chosen().to_string()
                        tabindex=move || if is_chosen() { "0" } else { "-1" } on:click=move |_| on_choose.run(aspect)>
                        <span class="ratio" style=shape></span>
                        {aspect.label()}
                    </button>
                }
            })}
        </div>
    }
}

/// Where an arrow key leads from one shape, round and round.
fn neighbour(from: Aspect, key: &str) -> Option<Aspect> {
    let step = match key {
        "ArrowRight" | "ArrowDown" => 1,
        "ArrowLeft" | "ArrowUp" => Aspect::ALL.len() - 1,
        _ => return None,
    };
    let at = Aspect::ALL.iter().position(|aspect| *aspect == from)?;
    Some(Aspect::ALL[(at + step) % Aspect::ALL.len()])
}
