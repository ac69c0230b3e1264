//! The form of the selected clip. Every change is a change of the clip at once; there is nothing to submit.

use super::{
    palette::TagPalette,
    players_field::PlayersField,
    time_field::{TimeField, read},
    types::{ClipDetails, MAX_NAME, MAX_NOTES},
};
use crate::{
    browser::focus,
    domain::{naming, palette::Palette, tags::MAX_TAGS, time::Micros},
    ui::{button::IconButton, rating_picker::RatingPicker},
};
use leptos::prelude::*;

/// A clip is at least one frame of the fastest camera.
const SHORTEST: Micros = Micros(8_000);
const LONGEST: Micros = Micros::from_seconds(3600);

/// How a change reaches the page: the new details, and whether to save at once (a press) or after a moment (typing).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClipChange {
    pub details: ClipDetails,
    pub at_once: bool,
}

#[component]
pub fn ClipForm(
    #[prop(into)] details: Signal<ClipDetails>,
    #[prop(into)] palette: Signal<Palette>,
    /// Who may be on it, likely ones first.
    #[prop(into)]
    players: Signal<Vec<String>>,
    on_change: Callback<ClipChange>,
    on_delete: Callback<()>,
    /// Whether the playhead is inside the clip.
    #[prop(into)]
    can_split: Signal<bool>,
    on_split: Callback<()>,
    /// Shown whole on a phone, or only rating, in and out.
    raised: RwSignal<bool>,
) -> impl IntoView {
    let change = move |at_once: bool, change: &dyn Fn(&mut ClipDetails)| {
        let mut details = details.get_untracked();
        change(&mut details);
        on_change.run(ClipChange { details, at_once });
    };
    let toggle = Callback::new(move |tag: String| {
        change(true, &|details| match details.tags.iter().position(|known| *known == tag) {
            Some(at) => drop(details.tags.remove(at)),
            None if details.tags.len() < MAX_TAGS => details.tags.push(tag.clone()),
            None => {}
        });
    });
    view! {
        <form class="clip-form sheet" class:sheet--peek=move || !raised.get() aria-label="Selected clip"
            on:submit=|event| event.prevent_default() on:keydown=|event| focus::leave_field(&event)>
            <button
                class="sheet-grip"
                type="button"
                aria-label=move || if raised.get() { "Show less of the clip" } else { "Show all of the clip" }
                aria-expanded=move || raised.get().to_string()
                on:click=move |_| raised.update(|raised| *raised = !*raised)
            ></button>
            <div class="clip-form__head">
                <RatingPicker
                    value=Signal::derive(move || Some(details.with(|details| details.rating)))
                    on_choose=move |rating| change(true, &|details| details.rating = rating)
                />
                <IconButton icon="split" label="Split at the playhead" title="Split at the playhead (S)" disabled=Signal::derive(move || !can_split.get()) on_press=on_split />
                <IconButton icon="trash" label="Delete clip" title="Delete clip (Delete)" on_press=on_delete />
            </div>
            <TagPalette palette chosen=Signal::derive(move || details.with(|details| details.tags.clone())) on_toggle=toggle />
            <div class="field-row sheet__more clip-form__names">
                <TextField
                    id="clip-name"
                    label="Name"
                    max_length=MAX_NAME
                    placeholder=Signal::derive(move || details.with(|details| naming::clip(details.rating, &details.tags)))
                    value=Signal::derive(move || details.with(|details| details.name.clone()))
                    on_input=Callback::new(move |text: String| change(false, &|details| details.name.clone_from(&text)))
                />
                <PlayersField
                    known=players
                    value=Signal::derive(move || details.with(|details| details.players.clone()))
                    on_change=Callback::new(move |text: String| change(false, &|details| details.players.clone_from(&text)))
                />
            </div>
            <Times details on_change />
            <Notes
                value=Signal::derive(move || details.with(|details| details.notes.clone()))
                on_input=Callback::new(move |text: String| change(false, &|details| details.notes.clone_from(&text)))
            />
        </form>
    }
}

#[component]
fn TextField(
    id: &'static str,
    label: &'static str,
    max_length: usize,
    #[prop(optional, into)] placeholder: Signal<String>,
    value: Signal<String>,
    on_input: Callback<String>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field__label" for=id>{label}</label>
            <input
                class="field__input"
                id=id
                autocomplete="off"
                maxlength=max_length
                placeholder=move || placeholder.get()
                prop:value=move || value.get()
                value=value.get_untracked()
                on:input:target=move |event| on_input.run(event.target().value())
            />
        </div>
    }
}

#[component]
fn Notes(value: Signal<String>, on_input: Callback<String>) -> impl IntoView {
    view! {
        <div class="field sheet__more clip-form__extra">
            <label class="field__label" for="clip-notes">
                "Notes "
                <span class="field__note num">{move || format!("{} / {MAX_NOTES}", value.with(|text| text.chars().count()))}</span>
            </label>
            <textarea
                class="field__input"
                id="clip-notes"
                rows="2"
                maxlength=MAX_NOTES
                prop:value=move || value.get()
                on:input:target=move |event| on_input.run(event.target().value())
            >
                {value.get_untracked()}
            </textarea>
        </div>
    }
}

/// In, out and length. Changing the length moves the end.
#[component]
fn Times(details: Signal<ClipDetails>, on_change: Callback<ClipChange>) -> impl IntoView {
    let set = move |start: Micros, end: Micros| {
        let why = if end - start < SHORTEST {
            Some("The clip ends after it begins")
        } else if end - start > LONGEST {
            Some("A clip is at most one hour long")
        } else {
            None
        };
        if let Some(why) = why {
            return Err(why.to_owned());
        }
        let details = ClipDetails { start, end, ..details.get_untracked() };
        on_change.run(ClipChange { details, at_once: true });
        Ok(())
    };
    let start = move || details.with(|details| details.start);
    let end = move || details.with(|details| details.end);
    // What is typed as it is shown changes nothing: more digits are stored than are shown.
    let typed = move |text: &str, shown: &str, now: Micros| {
        if text.trim() == shown { Ok(now) } else { read(text) }
    };
    let length = move || format!("{} s", short((end() - start()).precise()));
    view! {
        <div class="field-row clip-form__times">
            <TimeField
                id="clip-in"
                label="In"
                shown=Signal::derive(move || start().precise())
                on_change=Callback::new(move |text: String| {
                    let (start, end) = untrack(|| (start(), end()));
                    set(typed(&text, &start.precise(), start)?, end)
                })
            />
            <TimeField
                id="clip-out"
                label="Out"
                shown=Signal::derive(move || end().precise())
                on_change=Callback::new(move |text: String| {
                    let (start, end) = untrack(|| (start(), end()));
                    set(start, typed(&text, &end.precise(), end)?)
                })
            />
            <TimeField
                id="clip-length"
                label="Length"
                shown=Signal::derive(length)
                on_change=Callback::new(move |text: String| {
                    let (start, end, shown) = untrack(|| (start(), end(), length()));
                    set(start, start + typed(&text, &shown, end - start)?)
                })
            />
        </div>
    }
}

/// `14.00` for a length under a minute.
fn short(length: String) -> String {
    match length.strip_prefix("0:") {
        Some(rest) => rest.strip_prefix('0').filter(|rest| !rest.starts_with('.')).unwrap_or(rest).to_owned(),
        None => length,
    }
}
