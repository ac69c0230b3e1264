//! Marking with thumbs: what I, O and N do, as large buttons under the picture. Only where there is no room for a keyboard.

use super::annotation::Annotation;
use crate::ui::icon::Icon;
use leptos::prelude::*;

#[component]
pub fn MarkBar(page: Annotation) -> impl IntoView {
    let is_marked = Memo::new(move |_| page.mark.get().is_some());
    let start = move || page.mark.get().map_or_else(|| "In".to_owned(), |at| format!("In {at}"));
    view! {
        <div class="mark-bar only-phone" role="group" aria-label="Marking">
            <button class="button button--lg" class:is-marked=move || is_marked.get() type="button" on:click=move |_| page.set_in()>
                <span class="button__text num">{start}</span>
            </button>
            <button class="button button--lg" type="button" on:click=move |_| page.set_out()><span class="button__text">"Out"</span></button>
            <button class="button button--lg" type="button" on:click=move |_| page.new_clip()>
                <Icon name="plus" /><span class="button__text">"New clip"</span>
            </button>
        </div>
    }
}
