//! The keys of the framing step: its own, then those of every player.

use super::desk::Desk;
use crate::{
    browser::keys::{History, Press, on_press},
    editor::keys::play_keys,
};
use leptos::prelude::*;

/// Listens until the step is left.
pub fn listen(desk: Desk) {
    on_press(move |press| own_keys(desk, press) || play_keys(desk.playback, press));
}

fn own_keys(desk: Desk, press: &Press) -> bool {
    if history_keys(desk, press) {
        return true;
    }
    if !press.is_plain() {
        return false;
    }
    match press.code.as_str() {
        // At the clip's own speed, not back at normal.
        "Space" if !press.repeat => desk.playback.toggle(),
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
