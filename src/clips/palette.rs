//! The tags of a sport in their groups, to be pressed.

use crate::{
    browser::keys,
    domain::{
        key_map::{self, KeyMap},
        palette::{Group, Palette, Tag},
    },
};
use leptos::prelude::*;

#[component]
pub fn TagPalette(
    #[prop(into)] palette: Signal<Palette>,
    #[prop(into)] chosen: Signal<Vec<String>>,
    on_toggle: Callback<String>,
) -> impl IntoView {
    let others = Memo::new(move |_| {
        palette.with(|palette| chosen.get().into_iter().filter(|tag| palette.tag(tag).is_none()).collect::<Vec<_>>())
    });
    let groups = move || {
        let group = |group: &Group| {
            let tag = |tag: &Tag| view! { <TagButton tag=tag.clone() chosen on_toggle /> };
            let tags = group.tags.iter().map(tag).collect_view();
            view! { <span class="palette__group">{group.name.clone()}</span><div class="palette__tags">{tags}</div> }
        };
        palette.with(|palette| palette.groups.iter().map(group).collect_view())
    };
    view! {
        <div class="palette sheet__more" role="group" aria-label="Tags">
            {groups}
            <Show when=move || others.with(|others| !others.is_empty())>
                <span class="palette__group">"Other"</span>
                <div class="palette__tags">
                    <For each=move || others.get() key=Clone::clone let:name><TagButton tag=Tag::named(&name) chosen on_toggle /></For>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn TagButton(tag: Tag, chosen: Signal<Vec<String>>, on_toggle: Callback<String>) -> impl IntoView {
    let (name, pressed) = (tag.name.clone(), tag.name.clone());
    let key = tag.key.map(|key| key.to_string());
    let is_pressed = move || chosen.with(|chosen| chosen.contains(&pressed));
    view! {
        <button class="tag" type="button" aria-keyshortcuts=key aria-pressed=move || is_pressed().to_string() on:click=move |_| on_toggle.run(name.clone())>
            <TagFace tag />
        </button>
    }
}

/// A tag's colour, name and key, as the key is in this browser.
#[component]
pub fn TagFace(tag: Tag) -> impl IntoView {
    // What somebody changed only the browser knows.
    let map = RwSignal::new(KeyMap::default());
    if tag.key.is_some() {
        Effect::new(move |_| {
            let stored = keys::stored();
            if stored != KeyMap::default() {
                map.set(stored);
            }
        });
    }
    let key = move |key: char| {
        map.with(|map| (!map.is_off).then(|| key_map::label(map.key_of(&format!("Key{key}"))).to_owned()))
    };
    view! {
        {tag.colour.map(|colour| view! { <span class=format!("tag-dot {}", colour.class()) aria-hidden="true"></span> })}
        {tag.name}
        {tag.key.map(|letter| view! { {move || key(letter).map(|key| view! { <kbd aria-hidden="true">{key}</kbd> })} })}
    }
}
