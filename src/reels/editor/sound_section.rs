//! How loud the clip's own sound is; a song under the reel is chosen with its export.

use super::desk::Desk;
use crate::domain::{framing::Framing, volume::Volume};
use leptos::prelude::*;

/// Percent in one step of the slider.
const STEP: u16 = 5;

#[component]
pub fn SoundSection(desk: Desk) -> impl IntoView {
    let volume =
        Memo::new(move |_| desk.subject.with(|it| it.as_ref().map_or(Volume::default(), |it| it.framing.volume)));
    let id = move || desk.subject.with_untracked(|it| it.as_ref().map(|it| it.id.to_string()).unwrap_or_default());
    let set = move |percent: u16| {
        let Ok(volume) = Volume::try_from(percent) else { return };
        let gesture = Some(format!("volume {}", id()));
        desk.edit(gesture, |it| Some(Framing { volume, ..it.framing.clone() }));
    };
    let shown = move || match volume.get().percent() {
        0 => "Off".to_owned(),
        percent => format!("{percent}%"),
    };
    view! {
        <div class="panel__section">
            <label class="option option--tight">
                <span class="panel__label">"Sound of this clip"</span>
                <input class="switch" type="checkbox" prop:checked=move || !volume.get().is_off()
                    on:change:target=move |ev| set(if ev.target().checked() { Volume::default().percent() } else { 0 }) />
            </label>
            <label class="param">
                <span>"Level"</span>
                <input class="slider" type="range" aria-label="Level" min="0" max=Volume::MOST step=STEP
                    prop:value=move || volume.get().percent().to_string() aria-valuetext=shown
                    style:--at=move || format!("{}%", volume.get().percent() * 100 / Volume::MOST)
                    on:input:target=move |ev| if let Ok(percent) = ev.target().value().parse() { set(percent) } />
                <output class="num">{shown}</output>
            </label>
        </div>
    }
}
