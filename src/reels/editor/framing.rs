//! The framing step: clips at the left, the picture with its crop in the middle, result and settings at the right, time
//! below.

use super::{
    clip_list::ClipList,
    clip_sheet::ClipSelect,
    crop_box::CropBox,
    desk::{Desk, Subject},
    keys::{SECTIONS, listen},
    lanes::FramingTimeline,
    panel::SettingsPanel,
    session::Session,
};
use crate::{
    editor::{key_help::KeyHelp, player::Stage, transport::Transport},
    reels::aspect_choice::AspectChoice,
    ui::icon::Icon,
    videos::types::VideoState,
};
use leptos::prelude::*;

#[component]
pub fn FramingStep(session: Session) -> impl IntoView {
    let desk = Desk::new(session);
    desk.drive_player();
    let help = RwSignal::new(false);
    Effect::new(move |_| listen(desk, help));
    view! {
        <main class="workspace workspace--framing" id="main">
            <ClipList session />
            <section class="stage-column" aria-label="Crop">
                <StageBar desk />
                <CropStage desk />
                <Transport playback=desk.playback />
            </section>
            <SettingsPanel desk />
        </main>
        <FramingTimeline desk />
        <KeyHelp open=help sections=SECTIONS />
    }
}

/// The shape of the reel, and copying of crops.
#[component]
fn StageBar(desk: Desk) -> impl IntoView {
    let aspect = Signal::derive(move || desk.session.reel.with(|reel| reel.aspect));
    view! {
        <div class="stage-column__bar">
            <ClipSelect session=desk.session />
            <AspectChoice value=aspect on_choose=move |aspect| desk.session.set_aspect(aspect) />
            <span class="field__note only-wide">"Applies to the whole reel"</span>
            <div class="button-row">
                <button class="button button--quiet button--sm" type="button" title="Copy the crop under the playhead (Ctrl+C)"
                    disabled=move || desk.subject.with(Option::is_none) on:click=move |_| desk.copy_crop()>
                    <Icon name="copy" /><span class="button__text">"Copy crop"</span>
                </button>
                <button class="button button--quiet button--sm" type="button" title="Paste the copied crop under the playhead (Ctrl+V)"
                    disabled=move || desk.copied.with(Option::is_none) || desk.subject.with(Option::is_none) on:click=move |_| desk.paste_crop()>
                    <Icon name="paste" /><span class="button__text">"Paste"</span>
                </button>
            </div>
        </div>
    }
}

#[component]
fn CropStage(desk: Desk) -> impl IntoView {
    let size = Signal::derive(move || desk.subject.with(|it| it.as_ref().map(|it| (it.facts.width, it.facts.height))));
    let source = desk.source.url;
    let poster =
        Signal::derive(move || desk.video.with(|video| video.as_ref().and_then(|video| video.poster_url.clone())));
    let has_box = Memo::new(move |_| desk.subject.with(Option::is_some));
    // Crops are cut from the straightened picture.
    let turned = Signal::derive(move || desk.subject.with(|it| it.as_ref().and_then(turn_of)));
    view! {
        <Stage playback=desk.playback src=source poster size turned>
            <Show when=move || has_box.get()><CropBox desk /></Show>
            <StageNotice desk />
        </Stage>
    }
}

/// The CSS that straightens the picture about its middle.
fn turn_of(it: &Subject) -> Option<String> {
    let straighten = Some(it.framing.straighten).filter(|angle| !angle.is_none())?;
    let (angle, zoom) = (straighten.thousandths(), straighten.turn(it.facts.width, it.facts.height).zoom);
    Some(format!("translate(50%, 50%) rotate(calc({angle}deg / 1000)) scale({zoom:.6}) translate(-50%, -50%)"))
}

/// Why there is no picture, when there is none.
#[component]
pub fn StageNotice(desk: Desk) -> impl IntoView {
    let text = move || {
        let state = desk.video.with(|video| video.as_ref().map(|video| video.state));
        match state {
            None => Some("This reel has no clips. Add one from the library."),
            Some(VideoState::Waiting) => Some("The video is still uploading. Framing opens when it is there."),
            Some(VideoState::Probing) => Some("The video is being read. Framing opens in a moment."),
            Some(VideoState::Error) => Some("The video of this clip cannot be used. Its game says why."),
            Some(VideoState::Ready) => desk.playback.failure.get(),
        }
    };
    // Over a file of this computer that plays, the words step aside.
    let class = move || if desk.source.is_local.get() { "hint" } else { "stage-notice" };
    view! { {move || text().map(|text| view! { <p class=class role="status">{text}</p> })} }
}
