//! Settings: which key does what. They belong to this browser: another keyboard has other keys.

use crate::{
    browser::keys,
    domain::key_map::{self, KeyMap},
    editor::key_help::{KeySection, caps, shown},
    games::annotate::KEYS,
    ui::button::{Button, Look, Size},
};
use leptos::{ev, prelude::*};

#[component]
pub fn KeySettings() -> impl IntoView {
    let map = RwSignal::new(KeyMap::default());
    // The browser knows: pages are rendered with the keys as they are at first.
    Effect::new(move |_| map.set(keys::stored()));
    let change = move |change: &dyn Fn(&mut KeyMap)| {
        map.update(change);
        map.with_untracked(keys::keep);
    };
    // The key that is about to be changed: by its own place.
    let waiting = RwSignal::new(None::<String>);
    let pressed = Callback::new(move |(own, key): (String, String)| {
        waiting.set(None);
        change(&|map| map.assign(&own, &key));
    });
    view! {
        <section class="settings__group" aria-labelledby="keys-title">
            <h2 class="section__title" id="keys-title">"Keys"</h2>
            <label class="option">
                <span>"Letters and digits alone do something"</span>
                <input class="switch" type="checkbox" role="switch" prop:checked=move || map.with(|map| !map.is_off)
                    on:change:target=move |event| {
                        let is_on = event.target().checked();
                        change(&|map| map.is_off = !is_on);
                    } />
            </label>
            <details class="key-settings">
                <summary class="option"><span>"Change keys"</span><span class="muted">"Press one, then the key that shall do it"</span></summary>
                {KEYS.iter().map(|section| view! { <Section section map waiting pressed /> }).collect_view()}
                <Show when=move || map.with(KeyMap::has_moved)>
                    <div class="button-row">
                        <Button look=Look::Outline size=Size::Small on_press=move |()| change(&KeyMap::reset)>"Keys as they were"</Button>
                    </div>
                </Show>
            </details>
        </section>
    }
}

#[component]
fn Section(
    section: &'static KeySection,
    map: RwSignal<KeyMap>,
    waiting: RwSignal<Option<String>>,
    pressed: Callback<(String, String)>,
) -> impl IntoView {
    let (title, keys) = section;
    let row = move |(key, does): &(&'static str, &'static str)| {
        let does = *does;
        let caps = caps(key).map(|cap| view! { <Cap cap does map waiting pressed /> }).collect_view();
        view! { <dt>{caps}</dt><dd>{does}</dd> }
    };
    view! {
        <h3 class="panel__label">{*title}</h3>
        <dl class="key-list__rows">{keys.iter().map(row).collect_view()}</dl>
    }
}

/// A key that can be changed is a button; what is more than a key goes with the key that it has.
#[component]
fn Cap(
    cap: &'static str,
    does: &'static str,
    map: RwSignal<KeyMap>,
    waiting: RwSignal<Option<String>>,
    pressed: Callback<(String, String)>,
) -> impl IntoView {
    let text = move || map.with(|map| shown(map, cap));
    let Some(own) = key_map::code(cap) else { return view! { <kbd>{text}</kbd> }.into_any() };
    let own = StoredValue::new(own);
    let is_waiting = Memo::new(move |_| waiting.with(|waiting| own.with_value(|own| waiting.as_ref() == Some(own))));
    let take = move |event: ev::KeyboardEvent| {
        if !is_waiting.get_untracked() || event.is_composing() {
            return;
        }
        if event.key() == "Tab" {
            waiting.set(None);
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        if event.key() == "Escape" {
            waiting.set(None);
        } else if key_map::can_be_used(&event.code()) {
            pressed.run((own.get_value(), event.code()));
        }
    };
    view! {
        <button class="button button--outline button--sm key-settings__key" type="button" class:is-waiting=move || is_waiting.get()
            aria-label=move || if is_waiting.get() { format!("Press the key for: {does}") } else { format!("{}: {does}. Change", text()) }
            on:click=move |_| waiting.set(Some(own.get_value())) on:keydown=take on:blur=move |_| if is_waiting.get_untracked() { waiting.set(None) }>
            <span class="button__text">{move || if is_waiting.get() { "Press a key".to_owned() } else { text() }}</span>
        </button>
    }
    .into_any()
}
