//! A video file that was chosen or dropped, until the form that adds a game takes it. It stays in this tab.

use leptos::ev;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, File, HtmlInputElement};

thread_local! {
    static CHOSEN: RefCell<Option<File>> = const { RefCell::new(None) };
}

/// What the interface shows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    pub name: String,
    pub bytes: i64,
}

#[allow(clippy::cast_possible_truncation)]
fn facts(file: &File) -> FileFacts {
    FileFacts { name: file.name(), bytes: file.size() as i64 }
}

/// Keeps the file of an input or a drop, when there is one that may be a video.
fn keep(file: Option<File>) -> Option<FileFacts> {
    let file = file.filter(|file| is_video(&file.type_(), &file.name()))?;
    let facts = facts(&file);
    CHOSEN.set(Some(file));
    Some(facts)
}

/// By its type, or by its name where the browser knows no type for it (Matroska, in many).
fn is_video(media_type: &str, name: &str) -> bool {
    const ENDINGS: [&str; 9] = ["mp4", "mov", "m4v", "mkv", "webm", "avi", "mts", "m2ts", "ts"];
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    media_type.starts_with("video/") || ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// The file that an `<input type="file">` was given.
pub fn keep_chosen(event: &ev::Event) -> Option<FileFacts> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    keep(input.files()?.get(0))
}

/// The file that was dropped.
pub fn keep_dropped(event: &ev::DragEvent) -> Option<FileFacts> {
    keep(event.data_transfer()?.files()?.get(0))
}

/// Whether what is dragged over the page holds files (their kind shows only when they are dropped).
pub fn has_files(event: &ev::DragEvent) -> bool {
    event.data_transfer().as_ref().map(DataTransfer::types).is_some_and(|types| types.includes(&"Files".into(), 0))
}

/// The kept file's facts; it stays kept.
pub fn kept() -> Option<FileFacts> {
    CHOSEN.with_borrow(|file| file.as_ref().map(facts))
}

/// Hands the kept file over.
pub fn take() -> Option<File> {
    CHOSEN.take()
}

#[cfg(test)]
mod tests {
    use super::is_video;

    #[test]
    fn videos_are_known_by_type_or_name() {
        assert!(is_video("video/mp4", "x"));
        assert!(is_video("", "Match.MKV"));
        assert!(!is_video("", "mkv"));
        assert!(!is_video("image/png", "a.png"));
    }
}
