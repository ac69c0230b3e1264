//! The clips of the reel in order: chosen, moved, removed, added.

use super::{
    add_clips::AddClips,
    export::{Planned, planned, round_bytes},
    opening_section::kind_name,
    session::Session,
};
use crate::{
    browser::focus::focus,
    domain::{
        framing::Framing,
        ids::ReelClipId,
        preset::{ExportSettings, expected_bytes},
        time::Micros,
        transition::{Transition, TransitionKind},
    },
    editor::film::Still,
    reels::types::{Reel, ReelClip},
    ui::icon::Icon,
};
use leptos::{ev, prelude::*};

#[component]
pub fn ClipList(session: Session) -> impl IntoView {
    let adding = RwSignal::new(false);
    // The row that is dragged.
    let dragged = RwSignal::new(None::<ReelClipId>);
    let ids =
        Memo::new(move |_| session.reel.with(|reel| reel.clips.iter().map(|clip| clip.id.clone()).collect::<Vec<_>>()));
    let count = move || session.reel.with(|reel| format!("{} · {}", reel.clips.len(), marked_length(reel)));
    let bytes = Memo::new(move |_| match session.reel.with(|reel| planned(reel, ExportSettings::default())) {
        Planned::Ready(plan) => Some(expected_bytes(&plan)),
        Planned::Not(_) => None,
    });
    let about = move || bytes.get().map(|bytes| format!(" · {}", round_bytes(bytes)));
    view! {
        <aside class="panel panel--start" aria-label="Clips of this reel">
            <div class="panel__head">
                <h2 class="panel__title">"Clips"</h2>
                <span class="panel__count" title="Clips, length, and how large the file becomes with the usual settings">{count}{about}</span>
                <div class="panel__end">
                    <button class="icon-button icon-button--sm" type="button" aria-label="Add from library" title="Add from library"
                        on:click=move |_| adding.set(true)>
                        <Icon name="plus" />
                    </button>
                </div>
            </div>
            <div class="panel__scroll reel-rows" role="list">
                <For each=move || ids.get() key=Clone::clone let:id><ClipRow session id dragged /></For>
                <Show when=move || ids.with(Vec::is_empty)>
                    <div class="panel__section">
                        <p class="muted">"No clips are left in this reel."</p>
                        <button class="button button--primary" type="button" on:click=move |_| adding.set(true)>
                            <span class="button__text">"Add from library"</span>
                        </button>
                    </div>
                </Show>
            </div>
        </aside>
        <AddClips session open=adding />
    }
}

fn marked_length(reel: &Reel) -> Micros {
    reel.clips.iter().fold(Micros::ZERO, |sum, clip| sum + playing_length(clip))
}

/// With its trims and speeds.
fn playing_length(clip: &ReelClip) -> Micros {
    let (start, end) = clip.stretch();
    clip.framing.playing_length(start, end)
}

#[component]
fn ClipRow(session: Session, id: ReelClipId, dragged: RwSignal<Option<ReelClipId>>) -> impl IntoView {
    let id = StoredValue::new(id);
    let is_this = move |other: &Option<ReelClipId>| id.with_value(|id| other.as_ref() == Some(id));
    let place =
        move || session.reel.with_untracked(|reel| reel.clips.iter().position(|clip| is_this(&Some(clip.id.clone()))));
    let read = move |of: fn(&Reel, &ReelClip) -> String| {
        Memo::new(move |_| {
            session.reel.with(|reel| {
                reel.clips
                    .iter()
                    .find(|clip| id.with_value(|id| clip.id == *id))
                    .map(|clip| of(reel, clip))
                    .unwrap_or_default()
            })
        })
    };
    let name = read(|_, clip| clip.clip.title());
    // Nothing comes before the first.
    let opening = Memo::new(move |_| {
        session.reel.with(|reel| {
            let at = reel.clips.iter().position(|clip| id.with_value(|id| clip.id == *id)).filter(|at| *at > 0)?;
            Some(reel.clips[at].framing.opening)
        })
    });
    let meta = read(|_, clip| format!("{} · {}", playing_length(clip), framed_word(clip)));
    let poster = read(|reel, clip| reel.video_of(clip).and_then(|video| video.poster_url.clone()).unwrap_or_default());
    // The middle of the clip, once its video has small pictures.
    let still = Memo::new(move |_| {
        session.reel.with(|reel| {
            let clip = reel.clips.iter().find(|clip| id.with_value(|id| clip.id == *id))?;
            let (start, end) = clip.stretch();
            reel.video_of(clip)?.picture(start + Micros((end - start).0 / 2))
        })
    });
    let is_current = Memo::new(move |_| session.current.with(is_this));
    let is_over = RwSignal::new(false);
    let row = NodeRef::<leptos::html::Div>::new();
    let choose = move || session.current.set(Some(id.get_value()));
    let shift = move |by: isize| {
        if let Some(to) = place().and_then(|at| at.checked_add_signed(by)) {
            session.move_clip(&id.get_value(), to);
            // Its place in the page changed, and with it the focus went.
            request_animation_frame(move || {
                if let Some(row) = row.get_untracked() {
                    let _ = row.focus();
                }
            });
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        match (event.key().as_str(), event.alt_key()) {
            ("ArrowUp", true) => shift(-1),
            ("ArrowDown", true) => shift(1),
            ("Enter" | " ", false) => choose(),
            ("Delete" | "Backspace", false) => session.remove_clip(&id.get_value()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let drop_here = move || {
        let from = dragged.get_untracked();
        if let (Some(from), Some(to)) = (from, place()) {
            session.move_clip(&from, to);
        }
    };
    let change_opening = move || {
        choose();
        request_animation_frame(|| focus("[aria-label=Transition] [aria-checked=true]"));
    };
    view! {
        <div role="listitem">
        {move || opening.get().map(|opening| view! {
            <div class="join"><button type="button" title="Change the transition" on:click=move |_| change_opening()>{said(opening)}</button></div>
        })}
        <div class="reel-row" class:is-over=move || is_over.get() tabindex="0" role="group" draggable="true" node_ref=row
            aria-current=move || is_current.get().then_some("true")
            aria-label=move || format!("{}, {}. Alt and Up or Down move it, Delete removes it.", name.get(), meta.get())
            on:click=move |_| choose()
            on:keydown=on_key
            on:dragstart=move |_| dragged.set(Some(id.get_value()))
            on:dragend=move |_| dragged.set(None)
            on:dragover=move |event| {
                if dragged.with_untracked(Option::is_some) {
                    event.prevent_default();
                    is_over.set(true);
                }
            }
            on:dragleave=move |_| is_over.set(false)
            on:drop=move |event| {
                event.prevent_default();
                is_over.set(false);
                drop_here();
            }>
            <span class="reel-row__grip" title="Drag to reorder, or Alt and Up or Down"><Icon name="grip" class="icon--solid icon--sm" /></span>
            <div class="poster">
                {move || match still.get() {
                    Some(picture) => view! { <Still picture /> }.into_any(),
                    None => Some(poster.get())
                        .filter(|url| !url.is_empty())
                        .map(|url| view! { <img class="scene" src=url alt="" loading="lazy" draggable="false" /> })
                        .into_any(),
                }}
            </div>
            <div>
                <p class="reel-row__name">{move || name.get()}</p>
                <p class="reel-row__meta">{move || meta.get()}</p>
            </div>
            <span class="reel-row__tools">
                <button class="icon-button icon-button--sm" type="button" aria-label=move || format!("Duplicate {}", name.get()) title="Duplicate (Ctrl+D)"
                    on:click=move |event| {
                        event.stop_propagation();
                        session.duplicate(&id.get_value());
                    }>
                    <Icon name="copy" />
                </button>
                <button class="icon-button icon-button--sm" type="button" aria-label=move || format!("Remove {}", name.get()) title="Remove from the reel"
                    on:click=move |event| {
                        event.stop_propagation();
                        session.remove_clip(&id.get_value());
                    }>
                    <Icon name="close" />
                </button>
            </span>
        </div>
        </div>
    }
}

/// "Dissolve 0.4 s"
fn said(Transition { kind, length }: Transition) -> String {
    match kind {
        TransitionKind::Cut => kind_name(kind).to_owned(),
        _ => format!("{} {}.{} s", kind_name(kind), length.0 / 1_000_000, length.0 % 1_000_000 / 100_000),
    }
}

fn framed_word(clip: &ReelClip) -> &'static str {
    match clip.is_overtaken() {
        true => "Changed later",
        false if clip.framing == Framing::default() => "Not framed",
        false => "Framed",
    }
}
