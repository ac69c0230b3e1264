//! A time that is typed.

use crate::domain::time::Micros;
use leptos::prelude::*;

/// Shows `shown`; what is typed goes to `on_change`, which answers why it is not possible.
#[component]
pub fn TimeField(
    #[prop(into)] id: String,
    label: &'static str,
    #[prop(into)] shown: Signal<String>,
    /// Reads what was typed and stores it, or says what is wrong.
    on_change: Callback<String, Result<(), String>>,
) -> impl IntoView {
    let error = RwSignal::new(None::<String>);
    let error_id = StoredValue::new(format!("{id}-error"));
    let input = NodeRef::<leptos::html::Input>::new();
    // Another clip, or a drag: what was wrong with the old text no longer matters.
    Effect::new(move |_| {
        shown.track();
        error.set(None);
    });
    let commit = move |text: String| match on_change.run(text) {
        Ok(()) => {
            error.set(None);
            if let Some(input) = input.get_untracked() {
                input.set_value(&shown.get_untracked());
            }
        }
        Err(why) => error.set(Some(why)),
    };
    view! {
        <div class="field field--inline">
            <label class="field__label" for=id.clone()>{label}</label>
            <input
                class="field__input num"
                id=id
                inputmode="decimal"
                autocomplete="off"
                node_ref=input
                prop:value=move || shown.get()
                value=shown.get_untracked()
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || error.with(Option::is_some).then(|| error_id.get_value())
                title=move || error.get()
                on:change:target=move |event| commit(event.target().value())
                on:keydown:target=move |event| {
                    if event.key() == "Enter" {
                        event.prevent_default();
                        commit(event.target().value());
                    } else if event.key() == "Escape" {
                        // What was typed is not meant.
                        event.target().set_value(&shown.get_untracked());
                    }
                }
            />
            {move || error.get().map(|why| view! { <span class="field__error" id=error_id.get_value() role="alert">{why}</span> })}
        </div>
    }
}

/// Reads a time or a length; `14.5 s` is one too.
pub fn read(text: &str) -> Result<Micros, String> {
    let text = text.trim().trim_end_matches('s').trim_end();
    Micros::parse(text).ok_or_else(|| "Write a time like 1:02:03.25".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times_and_lengths() {
        assert_eq!(read("14.00 s"), Ok(Micros::from_seconds(14)));
        assert_eq!(read("1:30.5"), Ok(Micros(90_500_000)));
        assert!(read("soon").is_err());
    }
}
