//! The tags of a sport in their groups, to be pressed.

use crate::domain::tags::{self, Group, Sport, palette};
use leptos::prelude::*;

#[component]
pub fn TagPalette(
    #[prop(into)] sport: Signal<Sport>,
    #[prop(into)] chosen: Signal<Vec<String>>,
    on_toggle: Callback<String>,
) -> impl IntoView {
    let palette = Memo::new(move |_| palette(sport.get()));
    let known = move |tag: &String| palette.get().tags().any(|known| known.name == *tag);
    let others = move || chosen.get().into_iter().filter(|tag| !known(tag)).collect::<Vec<_>>();
    let groups = move || {
        let group = |group: &'static Group| {
            let tag = |tag: &tags::Tag| view! { <Tag tag=tag.name.clone() key=tag.key chosen on_toggle /> };
            let tags = group.tags.iter().map(tag).collect_view();
            view! { <span class="palette__group">{group.name.as_str()}</span><div class="palette__tags">{tags}</div> }
        };
        palette.get().groups.iter().map(group).collect_view()
    };
    view! {
        <div class="palette sheet__more" role="group" aria-label="Tags">
            {groups}
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
fn Tag(
    tag: String,
    #[prop(optional_no_strip)] key: Option<char>,
    chosen: Signal<Vec<String>>,
    on_toggle: Callback<String>,
) -> impl IntoView {
    let (name, pressed) = (tag.clone(), tag.clone());
    let is_pressed = move || chosen.with(|chosen| chosen.contains(&pressed));
    view! {
        <button class="tag" type="button" aria-keyshortcuts=key.map(|key| key.to_string()) aria-pressed=move || is_pressed().to_string() on:click=move |_| on_toggle.run(tag.clone())>
            {name}
            {key.map(|key| view! { <kbd aria-hidden="true">{key.to_string()}</kbd> })}
        </button>
    }
}
