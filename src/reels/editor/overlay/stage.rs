//! The result as the stage, with the handles of the chosen spotlight.

use super::{Lights, spot_box::SpotBox, spot_path::SpotPath};
use crate::{
    domain::overlay::Card,
    editor::player::Stage,
    reels::editor::{clip_sheet::ClipSelect, framing::StageNotice, result::draw_frames},
    ui::{
        button::{Button, Look, Size},
        icon::Icon,
    },
};
use leptos::{html, prelude::*};

#[component]
pub fn OverlayStage(lights: Lights) -> impl IntoView {
    let desk = lights.desk;
    let canvas = NodeRef::<html::Canvas>::new();
    let size = Memo::new(move |_| desk.session.reel.with(|reel| reel.aspect).size());
    draw_frames(desk, canvas, size);
    let poster =
        Signal::derive(move || desk.video.with(|video| video.as_ref().and_then(|video| video.poster_url.clone())));
    let is_seen = Memo::new(move |_| lights.ellipse().is_some());
    view! {
        <StageBar lights />
        <Stage playback=desk.playback src=desk.source.url poster size=Signal::derive(move || Some(size.get())) class="stage--padded stage--tall">
            <canvas class="frame__layer frame__result" data-testid="result" node_ref=canvas role="img" aria-label="The result at the playhead"
                on:click=move |_| desk.playback.toggle()></canvas>
            <Show when=move || lights.safe_area.get()><div class="safe-area"></div></Show>
            <SpotPath lights />
            <Show when=move || is_seen.get()><SpotBox lights /></Show>
            <StageNotice desk />
        </Stage>
    }
}

/// What can be added, and the safe area.
#[component]
fn StageBar(lights: Lights) -> impl IntoView {
    let cannot = Signal::derive(move || lights.desk.subject.with(Option::is_none));
    view! {
        <div class="stage-column__bar">
            <ClipSelect session=lights.desk.session />
            <div class="button-row button-row--tools">
                <Button size=Size::Small look=Look::Outline icon="spot" title="Add a spotlight at the playhead (E)" disabled=cannot on_press=move |()| lights.add_spotlight()>"Spotlight"</Button>
                <Button size=Size::Small look=Look::Outline icon="text" title="Add a title at the playhead (T)" disabled=cannot
                    on_press=move |()| lights.add_card(Card::Title { text: "Title".to_owned() })>"Title"</Button>
                <Button size=Size::Small look=Look::Outline icon="lower" title="Add a name with a line below" disabled=cannot
                    on_press=move |()| lights.add_card(Card::LowerThird { text: "Name".to_owned(), line: String::new() })>"Lower third"</Button>
                <button class="button button--quiet button--sm" type="button" title="What every screen shows of a portrait video"
                    aria-pressed=move || lights.safe_area.get().to_string() on:click=move |_| lights.safe_area.update(|shown| *shown = !*shown)>
                    <Icon name="safe" /><span class="button__text">"Safe area"</span>
                </button>
            </div>
        </div>
    }
}
