//! `WebVTT`, and the chapters that `YouTube` reads from a description.

use super::{ClipDetails, Found, bounds, plain, time};
use crate::domain::time::Micros;
use std::fmt::Write;

/// `01:02:03.250`
fn cue_time(at: Micros) -> String {
    let millis = at.0.max(0) / 1_000;
    let (hours, minutes, seconds) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1_000 % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{:03}", millis % 1_000)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

pub fn write_vtt(clips: &[ClipDetails]) -> String {
    let mut text = "WEBVTT\n".to_owned();
    for clip in clips {
        let lines = std::iter::once(clip.title()).chain(clip.notes.lines().map(str::to_owned));
        // An empty line would end the cue.
        let lines: Vec<String> = lines.filter(|line| !line.trim().is_empty()).map(|line| escaped(&line)).collect();
        // Writing to a text cannot fail.
        let _ = write!(text, "\n{} --> {}\n{}\n", cue_time(clip.start), cue_time(clip.end), lines.join("\n"));
    }
    text
}

pub fn read_vtt(text: &str) -> Found {
    let mut found = Found::default();
    let mut lines = (1..).zip(text.lines()).peekable();
    while let Some((line, now)) = lines.next() {
        let Some((from, to)) = now.split_once("-->") else { continue };
        // Behind the end stand settings.
        let to = to.split_whitespace().next().unwrap_or_default();
        let mut words = Vec::new();
        while let Some((_, next)) = lines.next_if(|(_, next)| !next.trim().is_empty()) {
            words.push(unescaped(next.trim()));
        }
        let clip = match (time(from), time(to)) {
            (Some(from), Some(to)) => bounds(Some(from), Some(to)),
            _ => Err(format!("“{now}” is no stretch of time.")),
        };
        let mut words = words.into_iter();
        let name = words.next().unwrap_or_default();
        let notes = words.collect::<Vec<_>>().join("\n");
        found.push(line, clip.map(|(start, end)| ClipDetails { notes, ..plain(start, end, name) }));
    }
    if found.clips.is_empty() && found.errors.is_empty() {
        found.error(1, "There is no cue in it.");
    }
    found
}

const KICK_OFF: &str = "Kick-off";

/// The first chapter begins at zero, or `YouTube` reads none.
pub fn write_chapters(clips: &[ClipDetails]) -> String {
    let mut text = String::new();
    if clips.first().is_none_or(|first| first.start >= Micros::SECOND) {
        let _ = writeln!(text, "0:00 {KICK_OFF}");
    }
    for clip in clips {
        let _ = writeln!(text, "{} {}", clip.start, clip.title());
    }
    text
}

/// A time, and what happens then.
fn chapter(line: &str) -> Option<(Micros, &str)> {
    let line = line.trim();
    let (at, title) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let at = at.trim_matches(['(', ')', '[', ']', '-']);
    let at = at.contains(':').then(|| time(at)).flatten()?;
    Some((at, title.trim().trim_start_matches(['-', '–', '|']).trim()))
}

pub fn is_chapter(line: &str) -> bool {
    chapter(line).is_some()
}

pub fn read_chapters(text: &str) -> Found {
    let mut found = Found::default();
    let mut chapters = Vec::new();
    for (line, words) in (1..).zip(text.lines()).filter(|(_, words)| !words.trim().is_empty()) {
        match chapter(words) {
            Some((at, title)) => chapters.push((line, at, title.to_owned())),
            None => found.error(line, format!("“{}” does not begin with a time.", words.trim())),
        }
    }
    for at in 0..chapters.len() {
        let (line, start, title) = chapters[at].clone();
        // Where YouTube wants one, and nothing happened.
        if start == Micros::ZERO && title == KICK_OFF && chapters.len() > 1 {
            continue;
        }
        // As long as such a moment usually is, and not into the next one.
        let next = chapters.get(at + 1).map(|(_, next, _)| *next).filter(|next| *next > start);
        let end = next.map(|next| next.min(start + super::USUAL));
        found.push(line, bounds(Some(start), end).map(|(start, end)| plain(start, end, title)));
    }
    found
}
