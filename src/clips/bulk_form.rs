//! What can be done with several clips at once.

use super::{palette::TagPalette, types::Clip};
use crate::{
    domain::{palette::Palette, rating::Rating, time::Micros},
    ui::{
        button::{Button, IconButton, Look, Size},
        rating_picker::RatingPicker,
    },
};
use leptos::prelude::*;

/// A step of all clips in time.
const SHIFTS: [(&str, Micros); 4] = [
    ("−1 s", Micros(-1_000_000)),
    ("−0.1 s", Micros(-100_000)),
    ("+0.1 s", Micros(100_000)),
    ("+1 s", Micros(1_000_000)),
];

/// One change of all picked clips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bulk {
    Rate(Rating),
    /// On all of them; off when all have it.
    Tag(String),
    Shift(Micros),
    Merge,
    Delete,
}

#[component]
pub fn BulkForm(
    #[prop(into)] clips: Signal<Vec<Clip>>,
    #[prop(into)] palette: Signal<Palette>,
    on_bulk: Callback<Bulk>,
    on_close: Callback<()>,
) -> impl IntoView {
    let count = Memo::new(move |_| clips.with(Vec::len));
    let length = move || clips.with(|clips| clips.iter().fold(Micros::ZERO, |all, clip| all + clip.length()));
    let rating = Signal::derive(move || {
        clips.with(|clips| {
            let first = clips.first()?.details.rating;
            clips.iter().all(|clip| clip.details.rating == first).then_some(first)
        })
    });
    let common = Signal::derive(move || {
        clips.with(|clips| {
            let Some(first) = clips.first() else { return Vec::new() };
            let on_all = |tag: &&String| clips.iter().all(|clip| clip.details.tags.contains(tag));
            first.details.tags.iter().filter(on_all).cloned().collect()
        })
    });
    // A clip lies within one video.
    let is_split = Memo::new(move |_| {
        clips.with(|clips| clips.first().is_some_and(|first| clips.iter().any(|clip| clip.video != first.video)))
    });
    view! {
        <form class="clip-form sheet" aria-label="Selected clips" on:submit=|event| event.prevent_default()>
            <div class="clip-form__head">
                <p class="clip-form__count"><strong>{move || format!("{} clips", count.get())}</strong><span class="muted time">{move || length().to_string()}</span></p>
                <IconButton icon="close" label="Select none" title="Select none (Esc)" small=true on_press=on_close />
            </div>
            <RatingPicker value=rating on_choose=move |rating| on_bulk.run(Bulk::Rate(rating)) />
            <TagPalette palette chosen=common on_toggle=Callback::new(move |tag| on_bulk.run(Bulk::Tag(tag))) />
            <div class="button-row" role="group" aria-label="Move in time">
                {SHIFTS
                    .map(|(label, by)| view! {
                        <Button size=Size::Small look=Look::Outline on_press=move |()| on_bulk.run(Bulk::Shift(by))>{label}</Button>
                    })}
            </div>
            <div class="button-row">
                <Button size=Size::Small look=Look::Outline disabled=is_split title="Clips of one video become one" on_press=move |()| on_bulk.run(Bulk::Merge)>
                    "Merge into one clip"
                </Button>
                <Button size=Size::Small look=Look::Danger icon="trash" on_press=move |()| on_bulk.run(Bulk::Delete)>
                    {move || format!("Delete {} clips", count.get())}
                </Button>
            </div>
        </form>
    }
}
