//! How the clip follows the one in front of it.

use super::desk::Desk;
use crate::domain::{
    time::Micros,
    transition::{Transition, TransitionKind},
};
use leptos::prelude::*;

/// Of a transition that was just chosen.
const USUAL: Micros = Micros(500_000);

const KINDS: [TransitionKind; 3] = [TransitionKind::Cut, TransitionKind::Fade, TransitionKind::Dissolve];

pub const fn kind_name(kind: TransitionKind) -> &'static str {
    match kind {
        TransitionKind::Cut => "Cut",
        TransitionKind::Fade => "Fade",
        TransitionKind::Dissolve => "Dissolve",
    }
}

#[component]
pub fn OpeningSection(desk: Desk) -> impl IntoView {
    let opening =
        Memo::new(move |_| desk.subject.with(|it| it.as_ref().map(|it| it.framing.opening)).unwrap_or_default());
    let is_first = Memo::new(move |_| {
        desk.session.current.with(|id| {
            desk.session.reel.with(|reel| reel.clips.first().is_some_and(|first| Some(&first.id) == id.as_ref()))
        })
    });
    let title = move || if is_first.get() { "The reel begins with" } else { "From the clip before" };
    // There is nothing that the first could dissolve from.
    let kinds = move || if is_first.get() { &KINDS[..2] } else { &KINDS[..] };
    let choose = move |kind: TransitionKind| {
        let known = opening.get_untracked();
        let length = if known.is_cut() { USUAL } else { known.length };
        desk.set_opening(if kind == TransitionKind::Cut { Transition::default() } else { Transition { kind, length } });
    };
    let seconds =
        move || format!("{}.{} s", opening.get().length.0 / 1_000_000, opening.get().length.0 % 1_000_000 / 100_000);
    let typed = move |text: &str| {
        let seconds = text.trim().trim_end_matches('s').trim().replace(',', ".").parse::<f64>().ok();
        if let Some(seconds) = seconds.filter(|seconds| seconds.is_finite()) {
            let length = Micros::from_seconds_f64(seconds.clamp(0.1, Transition::LONGEST.seconds()));
            desk.set_opening(Transition { length, ..opening.get_untracked() });
        }
    };
    view! {
        <div class="panel__section">
            <span class="panel__label">{title}</span>
            <div class="segmented segmented--fit" role="radiogroup" aria-label="Transition">
                <For each=kinds key=|kind| **kind let:kind>
                    <button class="segmented__item" type="button" role="radio" aria-checked=move || (opening.get().kind == *kind).to_string()
                        on:click=move |_| choose(*kind)>{kind_name(*kind)}</button>
                </For>
            </div>
            <Show when=move || !opening.get().is_cut()>
                <label class="option option--tight">
                    <span>"Length"</span>
                    <input class="field__input num field__input--short" inputmode="decimal" autocomplete="off" aria-label="Length of the transition" prop:value=seconds
                        on:change:target=move |ev| {
                            typed(&ev.target().value());
                            ev.target().set_value(&untrack(seconds));
                        } />
                </label>
            </Show>
            <Show when=move || opening.get().kind == TransitionKind::Dissolve>
                <p class="field__hint">"At most half of either clip; the reel gets shorter by it."</p>
            </Show>
        </div>
    }
}
