//! The keys of the overlay step: its own, then those of every player.

use super::Lights;
use crate::{
    browser::keys::{Press, on_press},
    domain::overlay::Card,
    editor::{
        key_help::KeySection,
        keys::{PLAY_KEYS, play_keys},
    },
    reels::editor::keys::{choose, history_keys},
};
use leptos::prelude::*;

pub const SECTIONS: &[KeySection] = &[
    ("Player", PLAY_KEYS),
    (
        "Highlights",
        &[
            ("E", "Add a spotlight at the playhead"),
            ("T", "Add a title at the playhead"),
            ("G", "The spotlight follows the player under it; again, it stops"),
            ("Delete", "Delete the chosen highlight"),
            ("P", "Play the whole reel"),
            ("Ctrl+E", "Export; there, start it"),
            ("↑  ↓", "Previous and next clip"),
            (
                "←  →",
                "On a highlight or keyframe of the timeline: a frame earlier or later; with Shift its end, or ten frames",
            ),
            ("Ctrl+Z", "Undo; with Shift, redo"),
            ("Esc", "Choose none"),
            ("?", "These keys"),
        ],
    ),
];

/// Listens until the step is left.
pub fn listen(lights: Lights, help: RwSignal<bool>) {
    on_press(move |press| {
        if press.is_plain() && press.key == "?" {
            help.set(true);
            return true;
        }
        own_keys(lights, press) || play_keys(lights.desk.playback, press)
    });
}

fn own_keys(lights: Lights, press: &Press) -> bool {
    if history_keys(lights.desk, press) {
        return true;
    }
    if !press.is_plain() || press.shift {
        return false;
    }
    match press.code.as_str() {
        // At the clip's own speed, not back at normal.
        "Space" if !press.repeat => lights.desk.playback.toggle(),
        "KeyE" if !press.repeat => lights.add_spotlight(),
        "KeyT" if !press.repeat => lights.add_card(Card::Title { text: "Title".to_owned() }),
        "KeyG" if !press.repeat => lights.toggle_following(),
        "Delete" | "Backspace" if !press.repeat => lights.remove_chosen(),
        "Escape" => lights.pick_none(),
        "KeyP" if !press.repeat => lights.desk.session.watching.set(true),
        "ArrowUp" => choose(lights.desk, -1),
        "ArrowDown" => choose(lights.desk, 1),
        _ => return false,
    }
    true
}
