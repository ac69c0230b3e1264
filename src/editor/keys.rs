//! The keys that every editor has. A page looks at its own first.

use super::playback::Playback;
use crate::{
    browser::keys::{Press, on_release},
    domain::time::Micros,
};
use leptos::prelude::*;

/// Player keys: Space, J K L, arrows, comma and full stop, F, M. Answers whether the press was one of them.
pub fn play_keys(playback: Playback, press: &Press) -> bool {
    if !press.is_plain() {
        return false;
    }
    let skip = if press.shift { Micros::SECOND } else { Micros::from_seconds(5) };
    match press.code.as_str() {
        "Space" if press.shift && !press.repeat => playback.toggle_loop(),
        "Space" if !press.repeat => {
            if !playback.playing.get_untracked() {
                playback.set_rate(1.0);
            }
            playback.toggle();
        }
        "KeyK" => {
            playback.holding.set_value(true);
            playback.pause();
        }
        "KeyJ" if playback.holding.get_value() => playback.step(-1),
        "KeyL" if playback.holding.get_value() => playback.step(1),
        "KeyJ" if !press.repeat => playback.shuttle(-1),
        "KeyL" if !press.repeat => playback.shuttle(1),
        "Comma" if press.shift => playback.change_rate(-1),
        "Period" if press.shift => playback.change_rate(1),
        "Comma" => playback.step(-1),
        "Period" => playback.step(1),
        "ArrowLeft" => playback.skip(Micros::ZERO - skip),
        "ArrowRight" => playback.skip(skip),
        "KeyF" if !press.repeat => playback.toggle_full_screen(),
        "KeyM" if !press.repeat => playback.toggle_mute(),
        "Space" | "KeyJ" | "KeyL" | "KeyF" | "KeyM" => {}
        _ => return false,
    }
    true
}

/// Call it once beside the listener of presses: knows when K is let go.
pub fn watch_releases(playback: Playback) {
    on_release(move |code| {
        if code == "KeyK" {
            playback.holding.try_set_value(false);
        }
    });
}

/// What [`play_keys`] does, for the dialog of keys.
pub const PLAY_KEYS: &[(&str, &str)] = &[
    ("Space", "Play or pause"),
    ("Shift+Space", "Loop the clip"),
    ("K", "Pause"),
    ("J  L", "Back and on, faster with each press; one frame while K is held"),
    (",  .", "One frame back or on; with Shift, slower or faster"),
    ("←  →", "5 seconds back or on, 1 with Shift"),
    ("F", "Full screen"),
    ("M", "Mute"),
];
