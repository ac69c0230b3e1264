//! The players of a clip: typed freely, or found by number or name among those that are known.

use super::types::MAX_PLAYERS;
use crate::domain::roster::{completed, is_typing, suggestions};
use leptos::{ev, prelude::*};

/// How many are offered at a time.
const MOST: usize = 6;
const LIST: &str = "clip-players-found";

#[component]
pub fn PlayersField(
    #[prop(into)] value: Signal<String>,
    /// Who may be meant, likely ones first.
    #[prop(into)]
    known: Signal<Vec<String>>,
    on_change: Callback<String>,
) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let found =
        Memo::new(
            move |_| {
                if is_open.get() { known.with(|known| suggestions(known, &value.get(), MOST)) } else { Vec::new() }
            },
        );
    // Enter takes the first of what was typed; of what was not typed, only what an arrow chose.
    let chosen = RwSignal::new(None::<usize>);
    let mark_first = move |text: &str| chosen.set(known.with_untracked(|known| is_typing(known, text)).then_some(0));
    let take = move |player: String| {
        let text = known.with_untracked(|known| completed(known, &value.get_untracked(), &player));
        if text.chars().count() <= MAX_PLAYERS {
            chosen.set(None);
            on_change.run(text);
        }
    };
    let keys = move |event: ev::KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        if count == 0 || event.is_composing() {
            return;
        }
        let at = chosen.get_untracked();
        match event.key().as_str() {
            "ArrowDown" => chosen.set(Some(at.map_or(0, |at| (at + 1) % count))),
            "ArrowUp" => chosen.set(Some(at.map_or(count - 1, |at| (at + count - 1) % count))),
            // The list first, then the field.
            "Escape" => is_open.set(false),
            "Enter" => match at.and_then(|at| found.with_untracked(|found| found.get(at).cloned())) {
                Some(player) => take(player),
                None => return,
            },
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let active = move || chosen.get().filter(|at| *at < found.with(Vec::len)).map(|at| format!("{LIST}-{at}"));
    view! {
        <div class="field players" on:focusin=move |_| is_open.set(true) on:focusout=move |_| {
            is_open.set(false);
            chosen.set(None);
        }>
            <label class="field__label" for="clip-players">"Players"</label>
            <input
                class="field__input"
                id="clip-players"
                autocomplete="off"
                maxlength=MAX_PLAYERS
                role="combobox"
                aria-autocomplete="list"
                aria-controls=LIST
                aria-expanded=move || found.with(|found| !found.is_empty()).to_string()
                aria-activedescendant=active
                prop:value=move || value.get()
                value=value.get_untracked()
                on:input:target=move |event| {
                    let text = event.target().value();
                    is_open.set(true);
                    mark_first(&text);
                    on_change.run(text);
                }
                on:keydown=keys
            />
            <ul class="players__found" id=LIST role="listbox" aria-label="Suggestions" hidden=move || found.with(Vec::is_empty)>
                {move || {
                    let option = |(at, player): (usize, String)| {
                        let name = player.clone();
                        view! {
                            // The field keeps the focus.
                            <li class="players__option" id=format!("{LIST}-{at}") role="option" aria-selected=move || (chosen.get() == Some(at)).to_string()
                                on:pointerdown=|event| event.prevent_default() on:click=move |_| take(player.clone())>{name}</li>
                        }
                    };
                    found.get().into_iter().enumerate().map(option).collect_view()
                }}
            </ul>
        </div>
    }
}
