//! The keys of the overlay step: its own, then those of every player.

use super::Lights;
use crate::{
    browser::keys::{Press, on_press},
    domain::overlay::Card,
    editor::keys::play_keys,
    reels::editor::keys::{choose, history_keys},
};

/// Listens until the step is left.
pub fn listen(lights: Lights) {
    on_press(move |press| own_keys(lights, press) || play_keys(lights.desk.playback, press));
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
        "KeyG" if !press.repeat => lights.follow(),
        "Delete" | "Backspace" if !press.repeat => lights.remove_chosen(),
        "Escape" => lights.pick_none(),
        "ArrowUp" => choose(lights.desk, -1),
        "ArrowDown" => choose(lights.desk, 1),
        _ => return false,
    }
    true
}
