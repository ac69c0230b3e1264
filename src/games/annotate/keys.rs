//! The keys of Annotate.

use super::annotation::Annotation;
use crate::{
    browser::{
        keys::{
            self,
            History::{Back, On},
            Press,
        },
        page::focus,
    },
    domain::{palette::Palette, rating::Rating},
    editor::{
        key_help::KeySection,
        keys::{PLAY_KEYS, play_keys, watch_releases},
        scale::STEP,
    },
};
use leptos::prelude::*;

pub const SECTIONS: &[KeySection] = &[
    ("Player", PLAY_KEYS),
    (
        "Clips",
        &[
            ("N", "New clip: from the mark, or around the playhead"),
            ("I  O", "Start and end, of a new clip or of the selected one; Shift jumps there"),
            ("[  ]", "The nearer edge one frame earlier or later; with Shift ten"),
            ("S", "Split the clip at the playhead"),
            ("Alt+←  Alt+→", "The whole clip one frame earlier or later; with Shift ten"),
            ("1  2  3  4  5", "Rate, from Blunder to Brilliant; 0 is Interesting again"),
            ("P  X", "Pick or reject: Brilliant, Blunder"),
            ("G  A  D …", "The letter on a tag: tags the clip under the playhead, or marks one around it"),
            ("↑  ↓", "Previous and next clip; with Shift, pick it too"),
            ("Ctrl+A", "Pick every clip of the list"),
            ("/", "Search the clips"),
            ("+  −", "Zoom the timeline"),
            ("Shift+Z", "Look closer at the picture: 200, 400 percent"),
            ("Enter", "Edit the clip's name; Enter or Esc ends it"),
            ("Delete", "Delete the clip"),
            ("Ctrl+Z", "Undo; with Shift, redo"),
            ("Esc", "Drop the mark, pick none, close the clip"),
            ("?", "These keys"),
        ],
    ),
];

/// Listens until the page goes.
pub fn listen(page: Annotation, help: RwSignal<bool>) {
    watch_releases(page.playback);
    keys::on_press(move |press| {
        if press.is_plain() && press.key == "?" {
            help.set(true);
            return true;
        }
        clip_keys(page, press) || play_keys(page.playback, press)
    });
}

fn clip_keys(page: Annotation, press: &Press) -> bool {
    match press.history() {
        Some(Back) => page.undo(),
        Some(On) => page.redo(),
        None if press.command && !press.alt && press.code == "KeyA" => page.pick_all(),
        None if press.alt && !press.command => return alt_keys(page, press),
        None => return plain_keys(page, press),
    }
    true
}

fn alt_keys(page: Annotation, press: &Press) -> bool {
    match press.code.as_str() {
        "ArrowLeft" => page.slide(-frames(press)),
        "ArrowRight" => page.slide(frames(press)),
        _ => return false,
    }
    true
}

/// How far one press goes.
const fn frames(press: &Press) -> i64 {
    if press.shift { 10 } else { 1 }
}

fn plain_keys(page: Annotation, press: &Press) -> bool {
    if !press.is_plain() {
        return false;
    }
    if press.key == "/" {
        page.search();
        return true;
    }
    match press.code.as_str() {
        "BracketLeft" => page.nudge(-frames(press)),
        "BracketRight" => page.nudge(frames(press)),
        "KeyS" | "KeyB" if !press.repeat && !press.shift => page.split(),
        "KeyZ" if press.shift => page.playback.zoom.step(),
        "Equal" | "NumpadAdd" => page.zoom_timeline(STEP),
        "Minus" | "NumpadSubtract" => page.zoom_timeline(1.0 / STEP),
        "KeyP" if !press.repeat && !press.shift => page.rate(Rating::Brilliant),
        "KeyX" if !press.repeat && !press.shift => page.rate(Rating::Blunder),
        "Digit0" | "Numpad0" if !press.shift => page.rate(Rating::default()),
        "ArrowUp" if press.shift => page.pick_step(-1),
        "ArrowDown" if press.shift => page.pick_step(1),
        "KeyI" if press.shift => page.jump(false),
        "KeyO" if press.shift => page.jump(true),
        "KeyI" => page.set_in(),
        "KeyO" => page.set_out(),
        "KeyN" if !press.repeat => page.new_clip(),
        "ArrowUp" => page.step_clip(-1),
        "ArrowDown" => page.step_clip(1),
        "Delete" | "Backspace" if !press.repeat => page.delete_selected(),
        "Enter" | "NumpadEnter" => {
            page.raised.set(true);
            // At once, or what is typed next would be keys; and again when a phone's sheet is up.
            focus("clip-name");
            request_animation_frame(|| focus("clip-name"));
        }
        "Escape" => page.escape(),
        code => match rating_of(code).filter(|_| !press.shift) {
            Some(rating) => page.rate(rating),
            None => return tag_keys(page, press),
        },
    }
    true
}

fn tag_keys(page: Annotation, press: &Press) -> bool {
    let of_key = |palette: &Palette| palette.of_key(&press.code).cloned();
    let tag = page.palette.with_untracked(of_key).filter(|_| !press.shift);
    if let Some(tag) = tag.as_ref().filter(|_| !press.repeat) {
        page.press_tag(tag);
    }
    tag.is_some()
}

/// `Digit1` to `Digit5`, and those of the number pad.
fn rating_of(code: &str) -> Option<Rating> {
    let digit = code.strip_prefix("Digit").or_else(|| code.strip_prefix("Numpad"))?;
    Rating::try_from(digit.parse::<u8>().ok()?).ok()
}
