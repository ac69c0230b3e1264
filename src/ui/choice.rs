//! One choice of several, of which only the chosen one is in sight.

use leptos::prelude::*;

/// A labelled list that the browser opens. `items` are values with their words.
#[component]
pub fn Choice<T>(
    label: &'static str,
    items: Signal<Vec<(T, String)>>,
    value: Signal<T>,
    on_choose: Callback<T>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let options = move || {
        let chosen = value.get();
        let option = |(at, (item, words)): (usize, (T, String))| {
            view! { <option value=at.to_string() selected=item == chosen>{words}</option> }
        };
        items.get().into_iter().enumerate().map(option).collect_view()
    };
    view! {
        <label class="field">
            <span class="field__label">{label}</span>
            <select class="field__input" aria-label=label on:change=move |event| {
                let at: Option<usize> = event_target_value(&event).parse().ok();
                if let Some((item, _)) = at.and_then(|at| items.with_untracked(|items| items.get(at).cloned())) {
                    on_choose.run(item);
                }
            }>{options}</select>
        </label>
    }
}
