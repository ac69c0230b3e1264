//! Result and settings of the clip: the crop in numbers, its speed, its trim.

use super::{
    desk::Desk, level_section::LevelSection, opening_section::OpeningSection, result::ResultPicture,
    segment_section::SegmentSection, sound_section::SoundSection, trim,
};
use crate::{
    domain::{
        framing::Ease,
        geometry::{Crop, CropSpace, PIXEL},
        time::Micros,
    },
    ui::icon::Icon,
};
use leptos::prelude::*;

#[component]
pub fn SettingsPanel(desk: Desk) -> impl IntoView {
    let has_subject = Memo::new(move |_| desk.subject.with(Option::is_some));
    view! {
        <aside class="panel" aria-label="Settings of this clip">
            <ResultPicture desk />
            <Show when=move || has_subject.get()>
                <div class="panel__scroll">
                    <CropSection desk />
                    <SegmentSection desk />
                    <TrimSection desk />
                    <SoundSection desk />
                    <LevelSection desk />
                    <OpeningSection desk />
                </div>
            </Show>
        </aside>
    }
}

#[component]
fn CropSection(desk: Desk) -> impl IntoView {
    let time = move || {
        let at = desk.at();
        desk.played(at).precise()
    };
    let ease = Memo::new(move |_| desk.key().map(|key| key.ease));
    let cannot_remove = Memo::new(move |_| !desk.on_removable_key());
    view! {
        <div class="panel__section">
            <span class="panel__label">
                <span>"Crop at " <span class="time">{time}</span></span>
                <button class="icon-button icon-button--sm" type="button" aria-label="Remove keyframe"
                    title=move || if cannot_remove.get() { "No keyframe here that can be removed" } else { "Remove keyframe (Delete)" }
                    disabled=move || cannot_remove.get()
                    on:click=move |_| desk.remove_key(untrack(|| desk.at()))>
                    <Icon name="trash" />
                </button>
            </span>
            <Param desk kind=Kind::Across />
            <Param desk kind=Kind::Down />
            <Param desk kind=Kind::Zoom />
            <Show when=move || ease.get().is_some()>
                <div class="segmented segmented--fit" role="radiogroup" aria-label="From this keyframe on">
                    {EASES.map(|(of, name, says)| view! {
                        <button class="segmented__item" type="button" role="radio" title=says aria-checked=move || (ease.get() == Some(of)).to_string()
                            on:click=move |_| desk.set_ease(untrack(|| desk.at()), of)>{name}</button>
                    })}
                </div>
            </Show>
        </div>
    }
}

/// How the crop goes on from a keyframe.
const EASES: [(Ease, &str, &str); 3] = [
    (Ease::Smooth, "Smooth", "Speeds up and slows down on the way to the next keyframe"),
    (Ease::Linear, "Even", "Goes evenly to the next keyframe"),
    (Ease::Hold, "Hold", "Stays until the next keyframe, then jumps"),
];

/// One number of the crop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The left edge, in source pixels.
    Across,
    /// The upper edge, in source pixels.
    Down,
    /// How many times smaller than the largest crop.
    Zoom,
}

impl Kind {
    const fn label(self) -> &'static str {
        match self {
            Self::Across => "Across",
            Self::Down => "Down",
            Self::Zoom => "Zoom",
        }
    }

    /// The value of a crop.
    #[allow(clippy::cast_precision_loss)]
    fn value(self, space: CropSpace, crop: Crop) -> f64 {
        let rect = space.rect(crop);
        match self {
            Self::Across => rect.x,
            Self::Down => rect.y,
            Self::Zoom => space.largest_height() as f64 / crop.h.max(1) as f64,
        }
    }

    /// From, to, and the step of the slider.
    #[allow(clippy::cast_precision_loss)]
    fn range(self, space: CropSpace, crop: Crop) -> (f64, f64, f64) {
        let rect = space.rect(crop);
        match self {
            Self::Across => (0.0, f64::from(space.width) - rect.w, 1.0),
            Self::Down => (0.0, f64::from(space.height) - rect.h, 1.0),
            Self::Zoom => (1.0, space.largest_height() as f64 / space.smallest_height().max(1) as f64, 0.01),
        }
    }

    /// The crop with this value instead.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
    fn with(self, space: CropSpace, crop: Crop, value: f64) -> Crop {
        let stored = |pixels: f64| libm::round(pixels * PIXEL as f64) as i64;
        let crop = match self {
            Self::Across => Crop { x: stored(value) + space.width_of(crop.h) / 2, ..crop },
            Self::Down => Crop { y: stored(value) + crop.h / 2, ..crop },
            Self::Zoom => Crop { h: libm::round(space.largest_height() as f64 / value.max(0.01)) as i64, ..crop },
        };
        space.clamp(crop)
    }

    fn text(self, value: f64) -> String {
        match self {
            Self::Across | Self::Down => format!("{value:.0}"),
            Self::Zoom => format!("{value:.2}x"),
        }
    }
}

/// Slider and field of one number.
#[component]
fn Param(desk: Desk, kind: Kind) -> impl IntoView {
    let now = Memo::new(move |_| {
        let crop = desk.crop()?;
        let space = desk.subject.with(|it| it.as_ref().map(|it| it.space))?;
        Some((kind.value(space, crop), kind.range(space, crop)))
    });
    let value = move || now.get().map_or(0.0, |(value, _)| value);
    let range = move || now.get().map_or((0.0, 1.0, 1.0), |(_, range)| range);
    let filled = move || {
        let (low, high, _) = range();
        if high > low { ((value() - low) / (high - low) * 100.0).clamp(0.0, 100.0) } else { 0.0 }
    };
    let write = move |text: &str| -> bool {
        let wanted =
            text.trim().trim_end_matches(['x', '×']).trim().parse::<f64>().ok().filter(|value| value.is_finite());
        let crop = untrack(|| desk.crop());
        let (Some(wanted), Some(crop)) = (wanted, crop) else { return false };
        if let Some(crop) = desk.with_subject(|it| kind.with(it.space, crop, wanted)) {
            desk.playback.pause();
            desk.write_crop(kind.label(), crop);
        }
        true
    };
    view! {
        <label class="param">
            <span>{kind.label()}</span>
            <input class="slider" type="range" aria-label=kind.label()
                min=move || range().0.to_string() max=move || range().1.to_string() step=move || range().2.to_string()
                prop:value=move || format!("{:.3}", value()) style:--at=move || format!("{:.2}%", filled())
                on:input:target=move |ev| { write(&ev.target().value()); } />
            <input class="field__input" inputmode="decimal" autocomplete="off" aria-label=format!("{}, exact", kind.label())
                prop:value=move || kind.text(value())
                on:change:target=move |ev| {
                    write(&ev.target().value());
                    ev.target().set_value(&kind.text(untrack(value)));
                } />
        </label>
    }
}

#[component]
fn TrimSection(desk: Desk) -> impl IntoView {
    let bounds = Memo::new(move |_| {
        desk.subject.with(|it| {
            let it = it.as_ref()?;
            let (start, end) = trim::bounds(&it.framing, it.span);
            Some((it.clip_time(start), it.clip_time(end)))
        })
    });
    let start = Signal::derive(move || bounds.get().map_or(Micros::ZERO, |(start, _)| start));
    let end = Signal::derive(move || bounds.get().map_or(Micros::ZERO, |(_, end)| end));
    let in_source = move |at: Micros| desk.with_subject(|it| it.span.start).unwrap_or_default() + at;
    view! {
        <div class="panel__section">
            <span class="panel__label">"Trim" <span class="field__note time">{move || (end.get() - start.get()).precise()}</span></span>
            <div class="field-row">
                <TimeField label="In" value=start on_change=move |at| desk.set_start(in_source(at)) />
                <TimeField label="Out" value=end on_change=move |at| desk.set_end(in_source(at)) />
            </div>
        </div>
    }
}

/// A time that can be typed; what is no time is put back.
#[component]
pub fn TimeField(
    label: &'static str,
    value: Signal<Micros>,
    #[prop(into)] on_change: Callback<Micros>,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="field__label">{label}</span>
            <input class="field__input num" autocomplete="off" prop:value=move || value.get().precise()
                on:change:target=move |ev| {
                    let shown = value.get_untracked().precise();
                    let typed = ev.target().value();
                    if let Some(at) = Micros::parse(&typed).filter(|_| typed.trim() != shown) {
                        on_change.run(at);
                    }
                    ev.target().set_value(&value.get_untracked().precise());
                } />
        </label>
    }
}
