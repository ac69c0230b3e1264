//! The keys of the framing step: its own, then those of every player.

use super::{desk::Desk, segment_section::split};
use crate::{
    browser::keys::{History, Press, on_press},
    editor::{
        key_help::KeySection,
        keys::{PLAY_KEYS, play_keys},
    },
};
use leptos::prelude::*;

pub const SECTIONS: &[KeySection] = &[
    ("Player", PLAY_KEYS),
    (
        "Framing",
        &[
            ("I  O", "The clip starts or ends here; with Shift, go there"),
            ("S", "Split at the playhead; with Shift, join with the segment before"),
            ("Shift+Delete", "Cut the segment under the playhead out"),
            ("Delete", "Remove the keyframe under the playhead"),
            ("Ctrl+C  Ctrl+V", "Copy and paste the crop"),
            ("Ctrl+D", "Duplicate the clip"),
            ("↑  ↓", "Previous and next clip"),
            ("←  →", "On a keyframe or an edge of the timeline: a frame earlier or later; with Shift ten"),
            ("P", "Play the whole reel"),
            ("Ctrl+E", "Export; there, start it"),
            ("Ctrl+Z", "Undo; with Shift, redo"),
            ("?", "These keys"),
        ],
    ),
];

/// Listens until the step is left.
pub fn listen(desk: Desk, help: RwSignal<bool>) {
    on_press(move |press| {
        if press.is_plain() && press.key == "?" {
            help.set(true);
            return true;
        }
        own_keys(desk, press) || play_keys(desk.playback, press)
    });
}

fn own_keys(desk: Desk, press: &Press) -> bool {
    if history_keys(desk, press) {
        return true;
    }
    if press.command && !press.alt && !press.shift && !press.repeat {
        match press.code.as_str() {
            "KeyC" => desk.copy_crop(),
            "KeyV" => desk.paste_crop(),
            "KeyD" => desk.session.duplicate_current(),
            _ => return false,
        }
        return true;
    }
    if !press.is_plain() {
        return false;
    }
    match press.code.as_str() {
        // At the clip's own speed, not back at normal.
        "Space" if !press.repeat => desk.playback.toggle(),
        "KeyS" | "KeyB" if press.shift => drop(desk.join_segment()),
        "KeyS" | "KeyB" if !press.repeat => split(desk),
        "Delete" | "Backspace" if press.shift => drop(desk.remove_segment()),
        "Delete" | "Backspace" => {
            let at = untrack(|| desk.at());
            desk.remove_key(at);
        }
        "KeyI" if press.shift => seek_edge(desk, true),
        "KeyO" if press.shift => seek_edge(desk, false),
        "KeyI" => desk.set_start(untrack(|| desk.at())),
        "KeyO" => {
            let after = desk.with_subject(|it| it.span.rate.frame_length()).unwrap_or_default();
            desk.set_end(untrack(|| desk.at()) + after);
        }
        "KeyP" if !press.repeat => desk.session.watching.set(true),
        "ArrowUp" => choose(desk, -1),
        "ArrowDown" => choose(desk, 1),
        _ => return false,
    }
    true
}

pub fn history_keys(desk: Desk, press: &Press) -> bool {
    match press.history() {
        Some(History::Back) => desk.session.undo(),
        Some(History::On) => desk.session.redo(),
        None => return false,
    }
    true
}

fn seek_edge(desk: Desk, start: bool) {
    if let Some((first, last)) = desk.playback.bounds.get_untracked() {
        desk.playback.seek(if start { first } else { last });
    }
}

/// The clip before or after.
pub fn choose(desk: Desk, step: isize) {
    let session = desk.session;
    let next = session.reel.with_untracked(|reel| {
        let at =
            session.current.with_untracked(|id| reel.clips.iter().position(|clip| Some(&clip.id) == id.as_ref()))?;
        reel.clips.get(at.checked_add_signed(step)?).map(|clip| clip.id.clone())
    });
    if next.is_some() {
        session.current.set(next);
    }
}
