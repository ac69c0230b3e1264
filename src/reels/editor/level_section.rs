//! The horizon of the clip: turned by up to fifteen degrees. What the crop and the spotlights show stays where it is.

use super::{desk::Desk, draft::Draft};
use crate::domain::{framing::Framing, straighten::Straighten};
use leptos::prelude::*;

/// Thousandths of a degree in one step of the slider.
const STEP: i32 = 100;

#[component]
pub fn LevelSection(desk: Desk) -> impl IntoView {
    let angle =
        Memo::new(move |_| desk.subject.with(|it| it.as_ref().map_or(0, |it| it.framing.straighten.thousandths())));
    // While the slider is held each place is a turn of what was there when it was taken: nothing adds up.
    let held = StoredValue::new(None::<(Draft, Framing)>);
    let turn = move |angle: i32| {
        let Ok(angle) = Straighten::try_from(angle.clamp(-Straighten::MOST, Straighten::MOST)) else { return };
        desk.playback.pause();
        let now = desk.with_subject(|it| it.framing.clone());
        if held.with_value(Option::is_none) {
            held.set_value(now.map(|framing| (desk.session.draft(), framing)));
        }
        let turned = held.with_value(|held| {
            let (_, framing) = held.as_ref()?;
            desk.with_subject(|it| framing.straightened(it.space, angle))
        });
        if let Some(framing) = turned {
            desk.session.show_framing(framing);
        }
    };
    let let_go = move || {
        if let Some((before, _)) = held.try_update_value(Option::take).flatten() {
            desk.session.commit(before, None);
        }
    };
    let typed = move |text: &str| {
        let degrees = text.trim().trim_end_matches('°').trim().replace(',', ".").parse::<f64>().ok();
        if let Some(degrees) = degrees.filter(|degrees| degrees.is_finite()) {
            #[allow(clippy::cast_possible_truncation)] // Bounded.
            turn(libm::round(degrees.clamp(-90.0, 90.0) * 1e3) as i32);
            let_go();
        }
    };
    let shown = move || degrees(angle.get());
    view! {
        <div class="panel__section">
            <span class="panel__label">"Straighten"
                <button class="button button--quiet button--sm" type="button" disabled=move || angle.get() == 0 on:click=move |_| {
                    turn(0);
                    let_go();
                }><span class="button__text">"Level"</span></button>
            </span>
            <label class="param">
                <span>"Angle"</span>
                <input class="slider" type="range" aria-label="Angle" min=-Straighten::MOST max=Straighten::MOST step=STEP
                    prop:value=move || angle.get().to_string() aria-valuetext=shown style:--at=move || format!("{}%", (angle.get() + Straighten::MOST) / (2 * Straighten::MOST / 100))
                    on:input:target=move |ev| if let Ok(angle) = ev.target().value().parse() { turn(angle) }
                    on:change=move |_| let_go() />
                <input class="field__input" inputmode="decimal" autocomplete="off" aria-label="Angle, exact" prop:value=shown
                    on:change:target=move |ev| {
                        typed(&ev.target().value());
                        ev.target().set_value(&untrack(shown));
                    } />
            </label>
        </div>
    }
}

/// "-2.5°"
fn degrees(thousandths: i32) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    let (whole, tenths) = (thousandths.abs() / 1_000, thousandths.abs() % 1_000 / 100);
    format!("{sign}{whole}.{tenths}°")
}
