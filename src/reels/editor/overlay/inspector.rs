//! The chosen highlight in words and numbers.

use super::{Lights, style_name};
use crate::{
    domain::{
        highlights::{Highlight, Part},
        overlay::{Card, Colour, Ellipse, SpotStyle},
        time::Micros,
    },
    reels::editor::panel::TimeField,
    ui::button::{Button, IconButton},
};
use leptos::prelude::*;

const COLOURS: [(&str, Colour); 6] = [
    ("White", Colour([0xff, 0xff, 0xff])),
    ("Yellow", Colour([0xff, 0xd5, 0x4a])),
    ("Teal", Colour([0x4a, 0xcb, 0xd2])),
    ("Orange", Colour([0xff, 0x8a, 0x3d])),
    ("Red", Colour([0xff, 0x4d, 0x4d])),
    ("Blue", Colour([0x4d, 0x8d, 0xff])),
];
const FADES: [(&str, Micros); 4] =
    [("None", Micros::ZERO), ("0.25 s", Micros(250_000)), ("0.5 s", Micros(500_000)), ("1 s", Micros(1_000_000))];

#[component]
pub fn Inspector(lights: Lights) -> impl IntoView {
    let chosen = Memo::new(move |_| lights.chosen());
    view! {
        <aside class="panel" aria-label="Selected highlight">
            {move || match chosen.get() {
                Some(highlight) => view! { <Chosen lights highlight /> }.into_any(),
                None => view! {
                    <div class="panel__scroll panel__empty">
                        <p class="muted">"Nothing is chosen. Add a spotlight where the play begins, drag it onto the player, go on some frames and drag it again: it follows."</p>
                    </div>
                }.into_any(),
            }}
        </aside>
    }
}

#[component]
fn Chosen(lights: Lights, highlight: Highlight) -> impl IntoView {
    let is_spot = matches!(highlight, Highlight::Spot(_));
    let title = if is_spot { "Spotlight" } else { "Text" };
    view! {
        <div class="panel__head">
            <h2 class="panel__title">{title}</h2>
            <div class="panel__end">
                <IconButton icon="trash" label=format!("Delete {}", title.to_lowercase()) title="Delete (Del)" small=true on_press=move |()| lights.remove_chosen() />
            </div>
        </div>
        <div class="panel__scroll">
            {if is_spot { view! { <FollowSection lights /><Style lights /><Look lights /><Place lights /> }.into_any() } else { view! { <Words lights /> }.into_any() }}
            <Times lights highlight />
        </div>
    }
}

/// The spotlight on its own way, or on a player's.
#[component]
fn FollowSection(lights: Lights) -> impl IntoView {
    let is_seen = Memo::new(move |_| lights.ellipse().is_some());
    let keys = move || lights.spot().map_or(0, |(_, spot)| spot.keys.len());
    let has_way = Memo::new(move |_| keys() > 1);
    let cannot = Signal::derive(move || !is_seen.get() && !lights.is_following());
    view! {
        <div class="panel__section">
            // One button, so that it keeps the focus.
            <Button block=true icon="target" title="From the playhead on, while the spotlight is seen (G); again, it stops" disabled=cannot
                on_press=move |()| lights.toggle_following()>
                {move || if lights.is_following() { "Stop following" } else { "Follow the player from here" }}
            </Button>
            <p class="field__hint" role="status">{move || lights.is_following().then_some("Following the player…")}</p>
            <Show when=move || has_way.get()>
                <Button block=true look=crate::ui::button::Look::Outline icon="crop" title="The crop goes where the spotlight goes" on_press=move |()| lights.keep_in_frame()>
                    "Keep this player in frame"
                </Button>
            </Show>
            <p class="field__hint">
                {move || match keys() {
                    1 => "It stays where it is. Lay it on a player, then follow; or drag it again at another moment.".to_owned(),
                    count => format!("{count} keyframes. Drag it at any moment to correct it."),
                }}
            </p>
        </div>
    }
}

#[component]
fn Style(lights: Lights) -> impl IntoView {
    let style = Memo::new(move |_| lights.spot().map(|(_, spot)| spot.style).unwrap_or_default());
    let tile = move |this: SpotStyle| {
        view! {
            <button class=format!("tile tile--{}", class_of(this)) type="button" role="radio" aria-checked=move || (style.get() == this).to_string()
                on:click=move |_| lights.change_spot(None, |spot| spot.style = this)>
                <span class="tile__art" aria-hidden="true"><span class="tile__spot"></span></span>
                {style_name(this)}
            </button>
        }
    };
    view! {
        <div class="panel__section">
            <span class="panel__label">"Style"</span>
            <div class="tiles" role="radiogroup" aria-label="Style">
                {[SpotStyle::Brighten, SpotStyle::Fill, SpotStyle::Dim, SpotStyle::Ring].map(tile)}
            </div>
        </div>
    }
}

const fn class_of(style: SpotStyle) -> &'static str {
    match style {
        SpotStyle::Brighten => "brighten",
        SpotStyle::Fill => "fill",
        SpotStyle::Dim => "dim",
        SpotStyle::Ring => "ring",
    }
}

/// Colour, opacity, fade.
#[component]
fn Look(lights: Lights) -> impl IntoView {
    let spot = Memo::new(move |_| lights.spot().map(|(_, spot)| spot));
    // Brightening and dimming have no colour.
    let has_colour = Memo::new(move |_| {
        spot.with(|spot| spot.as_ref().is_some_and(|it| matches!(it.style, SpotStyle::Fill | SpotStyle::Ring)))
    });
    let is_colour = move |colour: Colour| spot.with(|spot| spot.as_ref().is_some_and(|spot| spot.colour == colour));
    let opacity = move || spot.with(|spot| spot.as_ref().map_or(0, |spot| spot.opacity));
    let fade = move || spot.with(|spot| spot.as_ref().map_or(Micros::ZERO, |spot| spot.fade));
    view! {
        <div class="panel__section">
            <Show when=move || has_colour.get()>
                <div class="option">
                    <span class="panel__label">"Colour"</span>
                    <div class="swatches" role="radiogroup" aria-label="Colour">
                        {COLOURS.map(|(name, colour)| view! {
                            <button class="swatch" type="button" role="radio" aria-label=name title=name aria-checked=move || is_colour(colour).to_string()
                                style=format!("--c: {}", String::from(colour)) on:click=move |_| lights.change_spot(None, |spot| spot.colour = colour)></button>
                        })}
                    </div>
                </div>
            </Show>
            <label class="param param--wide">
                <span>"Strength"</span>
                <input class="slider" type="range" min="5" max="100" step="5" aria-label="Strength"
                    prop:value=move || opacity().to_string() style:--at=move || format!("{}%", opacity())
                    on:input:target=move |event| if let Ok(percent) = event.target().value().parse() {
                        lights.change_spot(Some("opacity"), |spot| spot.opacity = percent);
                    } />
                <span class="num">{move || format!("{} %", opacity())}</span>
            </label>
            <div class="option">
                <span class="panel__label">"Fade"</span>
                <div class="segmented segmented--fit" role="radiogroup" aria-label="Fade">
                    {FADES.map(|(name, length)| view! {
                        <button class="segmented__item" type="button" role="radio" aria-checked=move || (fade() == length).to_string()
                            on:click=move |_| lights.change_spot(None, |spot| spot.fade = length)>{name}</button>
                    })}
                </div>
            </div>
        </div>
    }
}

/// One number of the ellipse: its label, reading it, and the ellipse with another.
type Number = (&'static str, fn(Ellipse) -> f64, fn(Ellipse, f64) -> Ellipse);

const NUMBERS: [Number; 5] = [
    ("Across", |it| it.x, |it, x| Ellipse { x, ..it }),
    ("Down", |it| it.y, |it, y| Ellipse { y, ..it }),
    ("Width", |it| it.rx * 2.0, |it, width| Ellipse { rx: width / 2.0, ..it }),
    ("Height", |it| it.ry * 2.0, |it, height| Ellipse { ry: height / 2.0, ..it }),
    ("Turn", |it| it.angle, |it, angle| Ellipse { angle: angle.clamp(-180.0, 180.0), ..it }),
];

/// Where it is under the playhead, in source pixels and degrees.
#[component]
fn Place(lights: Lights) -> impl IntoView {
    let ellipse = Memo::new(move |_| lights.ellipse());
    let field = move |(label, read, with): Number| {
        let text = move || ellipse.get().map_or_else(String::new, |ellipse| format!("{:.0}", read(ellipse)));
        view! {
            <label class="field">
                <span class="field__label">{label}</span>
                <input class="field__input num" inputmode="numeric" autocomplete="off" disabled=move || ellipse.get().is_none() prop:value=text
                    on:change:target=move |event| {
                        let typed = event.target().value().trim().parse::<f64>().ok().filter(|it| it.is_finite() && it.abs() < 50_000.0);
                        if let (Some(value), Some(now)) = (typed, ellipse.get_untracked()) {
                            lights.write_ellipse(label, with(now, value));
                        }
                        event.target().set_value(&untrack(text));
                    } />
            </label>
        }
    };
    view! {
        <div class="panel__section">
            <span class="panel__label">{move || if ellipse.with(Option::is_some) { "Where it is now" } else { "Not seen at the playhead" }}</span>
            <div class="field-row field-row--five">{NUMBERS.map(field)}</div>
        </div>
    }
}

/// What a card says.
#[component]
fn Words(lights: Lights) -> impl IntoView {
    let card = Memo::new(move |_| lights.card().map(|(_, card)| card.card));
    let text = move || card.with(|card| card.as_ref().map(|card| card.texts().0.to_owned()).unwrap_or_default());
    let line = move || card.with(|card| card.as_ref().map(|card| card.texts().1.to_owned()).unwrap_or_default());
    let has_line = Memo::new(move |_| card.with(|card| !matches!(card, Some(Card::Title { .. }))));
    // What a line pasted from elsewhere brings along cannot be drawn, and would be refused.
    let plain = |text: String, most: usize| text.chars().filter(|c| !c.is_control()).take(most).collect::<String>();
    let write = move |text: Option<String>, line: Option<String>| {
        let (text, line) =
            (text.map(|text| plain(text, Card::MOST_TEXT)), line.map(|line| plain(line, Card::MOST_LINE)));
        lights.change_card(Some("words"), |it| {
            let (known, below) = match &mut it.card {
                Card::Title { text } => (text, None),
                Card::LowerThird { text, line } | Card::Banner { text, line, .. } => (text, Some(line)),
            };
            if let Some(text) = text {
                *known = text;
            }
            if let Some((below, line)) = below.zip(line) {
                *below = line;
            }
        });
    };
    view! {
        <div class="panel__section">
            <label class="field">
                <span class="field__label">"Text"</span>
                <input class="field__input" autocomplete="off" maxlength=Card::MOST_TEXT prop:value=text on:input:target=move |event| write(Some(event.target().value()), None) />
            </label>
            <Show when=move || has_line.get()>
                <label class="field">
                    <span class="field__label">"Line below"</span>
                    <input class="field__input" autocomplete="off" maxlength=Card::MOST_LINE prop:value=line on:input:target=move |event| write(None, Some(event.target().value())) />
                </label>
            </Show>
        </div>
    }
}

#[component]
fn Times(lights: Lights, highlight: Highlight) -> impl IntoView {
    let desk = lights.desk;
    let edge = move |is_end: bool| {
        desk.subject.with(|it| {
            let it = it.as_ref()?;
            let (start, end) = it.framing.stretch_of(highlight)?;
            Some(it.clip_time(if is_end { end } else { start }))
        })
    };
    let (start, end) = (
        Signal::derive(move || edge(false).unwrap_or_default()),
        Signal::derive(move || edge(true).unwrap_or_default()),
    );
    let set = move |part: Part, by: Micros| {
        lights.change(None, |framing, span| framing.with_shifted(highlight, span, part, by));
    };
    view! {
        <div class="panel__section">
            <span class="panel__label">"When" <span class="field__note time">{move || (end.get() - start.get()).precise()}</span></span>
            <div class="field-row">
                <TimeField label="In" value=start on_change=move |at: Micros| set(Part::Start, at - start.get_untracked()) />
                <TimeField label="Out" value=end on_change=move |at: Micros| set(Part::End, at - end.get_untracked()) />
            </div>
        </div>
    }
}
