//! The clips of the reel on a phone: which one is framed, and behind a button their order, removal and additions.

use super::{add_clips::AddClips, session::Session};
use crate::{
    domain::ids::ReelClipId,
    reels::types::ReelClip,
    ui::{
        button::{Button, IconButton, Look},
        dialog::Dialog,
        icon::Icon,
    },
};
use leptos::prelude::*;

#[component]
pub fn ClipSelect(session: Session) -> impl IntoView {
    let clips = Memo::new(move |_| {
        let option =
            |(index, clip): (usize, &ReelClip)| (clip.id.clone(), format!("{}. {}", index + 1, clip.clip.title()));
        session.reel.with(|reel| reel.clips.iter().enumerate().map(option).collect::<Vec<_>>())
    });
    let open = RwSignal::new(false);
    view! {
        <div class="only-phone clip-select">
            <select class="field__input" aria-label="Clip"
                prop:value=move || session.current.get().map(|id| id.to_string()).unwrap_or_default()
                on:change:target=move |ev| {
                    if let Ok(id) = ev.target().value().parse() {
                        session.current.set(Some(id));
                    }
                }>
                <For each=move || clips.get() key=Clone::clone let:clip>
                    <option value=clip.0.to_string()>{clip.1}</option>
                </For>
            </select>
            <button class="icon-button" type="button" aria-label="Order of the clips" on:click=move |_| open.set(true)>
                <Icon name="grip" class="icon--solid" />
            </button>
        </div>
        <ClipSheet session open />
    }
}

#[component]
fn ClipSheet(session: Session, open: RwSignal<bool>) -> impl IntoView {
    let adding = RwSignal::new(false);
    let ids =
        Memo::new(move |_| session.reel.with(|reel| reel.clips.iter().map(|clip| clip.id.clone()).collect::<Vec<_>>()));
    view! {
        <Dialog open title="Clips of this reel">
            <div class="dialog__body">
                <Show when=move || ids.with(Vec::is_empty)><p class="muted">"No clips are left in this reel."</p></Show>
                <ol class="video-list">
                    <For each=move || ids.get() key=Clone::clone let:id><SheetRow session id /></For>
                </ol>
            </div>
            <div class="dialog__foot">
                <Button look=Look::Outline icon="plus" on_press=move || adding.set(true)>"Add from library"</Button>
                <Button look=Look::Primary on_press=move || open.set(false)>"Done"</Button>
            </div>
        </Dialog>
        <AddClips session open=adding />
    }
}

#[component]
fn SheetRow(session: Session, id: ReelClipId) -> impl IntoView {
    let id = StoredValue::new(id);
    let place = Memo::new(move |_| {
        session
            .reel
            .with(|reel| reel.clips.iter().position(|clip| id.with_value(|id| clip.id == *id)))
            .unwrap_or_default()
    });
    let count = Memo::new(move |_| session.reel.with(|reel| reel.clips.len()));
    let read = move |of: fn(&ReelClip) -> String| {
        Signal::derive(move || session.reel.with(|reel| reel.clips.get(place.get()).map(of).unwrap_or_default()))
    };
    let name = read(|clip| clip.clip.title());
    let meta = read(|clip| format!("{} · {}", clip.clip.length(), clip.game_name));
    let step = move |by: isize| {
        if let Some(to) = place.get_untracked().checked_add_signed(by) {
            session.move_clip(&id.get_value(), to);
        }
    };
    view! {
        <li class="video-list__row">
            <span class="video-list__number num">{move || place.get() + 1}</span>
            <div class="video-list__name"><p>{name}</p><p class="muted">{meta}</p></div>
            <div class="button-row button-row--tight">
                <IconButton small=true icon="up" label=move || format!("Move {} up", name.get())
                    disabled=Signal::derive(move || place.get() == 0) on_press=move || step(-1) />
                <IconButton small=true icon="down" label=move || format!("Move {} down", name.get())
                    disabled=Signal::derive(move || place.get() + 1 >= count.get()) on_press=move || step(1) />
                <IconButton small=true icon="copy" label=move || format!("Duplicate {}", name.get())
                    on_press=move || session.duplicate(&id.get_value()) />
                <IconButton small=true icon="close" label=move || format!("Remove {}", name.get())
                    on_press=move || session.remove_clip(&id.get_value()) />
            </div>
        </li>
    }
}
