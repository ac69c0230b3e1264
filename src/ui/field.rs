//! Fields of forms: a label, the input, a hint, and an error that is tied to it.

use leptos::prelude::*;

/// What `aria-describedby` names: the hint and, when there is one, the error.
fn described(id: &'static str, has_hint: bool, has_error: bool) -> Option<String> {
    match (has_hint, has_error) {
        (false, false) => None,
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-error")),
        (true, true) => Some(format!("{id}-hint {id}-error")),
    }
}

#[component]
fn FieldNotes(id: &'static str, hint: Option<&'static str>, error: Signal<Option<String>>) -> impl IntoView {
    view! {
        {hint.map(|hint| view! { <span class="field__hint" id=format!("{id}-hint")>{hint}</span> })}
        {move || error.get().map(|text| view! { <span class="field__error" id=format!("{id}-error") role="alert">{text}</span> })}
    }
}

/// One line of text, or what `kind` makes of it (`date`, `password`, `search`). `id` is unique in the page.
#[component]
pub fn Field(
    id: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    #[prop(default = "text")] kind: &'static str,
    /// Its name in the form; its id when not given.
    #[prop(optional)]
    name: Option<&'static str>,
    #[prop(optional)] placeholder: Option<&'static str>,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional)] max_length: Option<usize>,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
    #[prop(optional)] hint: Option<&'static str>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field__label" for=id>{label}</label>
            <input
                class="field__input"
                id=id
                name=name.unwrap_or(id)
                type=kind
                placeholder=placeholder
                autocomplete=autocomplete
                maxlength=max_length
                required=required
                autofocus=autofocus
                disabled=move || disabled.get()
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || described(id, hint.is_some(), error.with(Option::is_some))
                prop:value=move || value.get()
                value=value.get_untracked()
                on:input:target=move |event| value.set(event.target().value())
            />
            <FieldNotes id hint error />
        </div>
    }
}

/// Several lines, with the count of what is left of `max_length`.
#[component]
pub fn TextArea(
    id: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    max_length: usize,
    #[prop(default = 2)] rows: u32,
    #[prop(optional)] placeholder: Option<&'static str>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// Called when the text is left, for what is saved by the field.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
) -> impl IntoView {
    let count = move || value.with(|text| format!("{} / {max_length}", text.chars().count()));
    view! {
        <div class="field">
            <label class="field__label" for=id>{label}<output>{count}</output></label>
            <textarea
                class="field__input"
                id=id
                name=id
                rows=rows
                maxlength=max_length
                placeholder=placeholder
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || described(id, false, error.with(Option::is_some))
                prop:value=move || value.get()
                on:input:target=move |event| value.set(event.target().value())
                on:blur=move |_| if let Some(on_leave) = on_leave { on_leave.run(()) }
            >
                {value.get_untracked()}
            </textarea>
            <FieldNotes id hint=None error />
        </div>
    }
}

/// A row with its words at the left and a switch at the right.
#[component]
pub fn Switch(
    label: &'static str,
    #[prop(into)] checked: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
) -> impl IntoView {
    view! {
        <label class="option">
            <span>{label}</span>
            <input
                class="switch"
                type="checkbox"
                role="switch"
                prop:checked=move || checked.get()
                checked=checked.get_untracked()
                on:change:target=move |event| on_change.run(event.target().checked())
            />
        </label>
    }
}
