//! The tags of a sport in their groups, to be pressed.

use crate::domain::tags::palette;
use leptos::prelude::*;

#[component]
pub fn TagPalette(
    sport: String,
    #[prop(into)] chosen: Signal<Vec<String>>,
    on_toggle: Callback<String>,
) -> impl IntoView {
    let palette = palette(&sport);
    let known = move |tag: &String| palette.groups.iter().any(|group| group.tags.contains(tag));
    let others = move || chosen.get().into_iter().filter(|tag| !known(tag)).collect::<Vec<_>>();
    view! {
        <div class="palette sheet__more" role="group" aria-label="Tags">
            {palette
                .groups
                .iter()
                .map(|group| {
                    let tags = group.tags.iter().map(|tag| view! { <Tag tag=tag.clone() chosen on_toggle /> }).collect_view();
                    view! { <span class="palette__group">{group.name.clone()}</span><div class="palette__tags">{tags}</div> }
                })
                .collect_view()}
            <Show when=move || !others().is_empty()>
                <span class="palette__group">"Other"</span>
                <div class="palette__tags">
                    <For each=others key=Clone::clone let:tag><Tag tag chosen on_toggle /></For>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn Tag(tag: String, chosen: Signal<Vec<String>>, on_toggle: Callback<String>) -> impl IntoView {
    let (name, pressed) = (tag.clone(), tag.clone());
    let is_pressed = move || chosen.with(|chosen| chosen.contains(&pressed));
    view! {
        <button class="tag" type="button" aria-pressed=move || is_pressed().to_string() on:click=move |_| on_toggle.run(tag.clone())>
            {name}
        </button>
    }
}
