//! Clips as other programs write and read them. Reading forgives much: what cannot be read is said line by line, the rest is kept.
//! All times are on the game's clock.

mod json;
mod lines;
mod table;
mod tests;
mod xml;

use super::types::{ClipDetails, Format, LineError};
use crate::domain::{rating::Rating, time::Micros};

/// As many as a game of three hours has at its busiest, and more.
const MOST: usize = 5_000;
const MOST_ERRORS: usize = 100;
/// Where a format says when something begins, and not when it ends.
const USUAL: Micros = Micros::from_seconds(10);

/// What was found in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub clips: Vec<ClipDetails>,
    /// Where in the text each of them stands, from 1; the number in its list where lines say nothing.
    pub lines: Vec<usize>,
    /// The first of what could not be read; a wrong file has an error in every line.
    pub errors: Vec<LineError>,
    /// All of it.
    pub unread: usize,
}

impl Found {
    pub fn error(&mut self, line: usize, message: impl Into<String>) {
        self.unread += 1;
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(LineError { line, message: message.into() });
        }
    }

    fn push(&mut self, line: usize, clip: Result<ClipDetails, String>) {
        match clip {
            Ok(_) if self.clips.len() >= MOST => self.error(line, format!("More than {MOST} clips: left out.")),
            Ok(clip) => {
                self.clips.push(clip);
                self.lines.push(line);
            }
            Err(why) => self.error(line, why),
        }
    }
}

/// The text of a file with these clips, which are in playing order.
pub fn write(format: Format, game: &str, clips: &[ClipDetails]) -> String {
    match format {
        Format::Csv => table::write(b',', clips),
        Format::Tsv => table::write(b'\t', clips),
        Format::Json => json::write(game, clips),
        Format::LosslessCut => json::write_cut(game, clips),
        Format::Sportscode => xml::write(clips),
        Format::WebVtt => lines::write_vtt(clips),
        Format::Chapters => lines::write_chapters(clips),
    }
}

/// The clips that a text of any of the formats holds.
pub fn read(text: &str) -> (Format, Found) {
    let text = text.trim_start_matches('\u{feff}');
    let format = format_of(text);
    let found = match format {
        Format::Csv => table::read(table::delimiter(text), text),
        Format::Tsv => table::read(b'\t', text),
        Format::Json | Format::LosslessCut => json::read(text),
        Format::Sportscode => xml::read(text),
        Format::WebVtt => lines::read_vtt(text),
        Format::Chapters => lines::read_chapters(text),
    };
    (format, found)
}

fn format_of(text: &str) -> Format {
    let start = text.trim_start();
    let first = start.lines().next().unwrap_or_default();
    if start.starts_with("WEBVTT") {
        Format::WebVtt
    } else if start.starts_with('<') {
        Format::Sportscode
    } else if start.starts_with(['{', '[']) {
        if start.contains("cutSegments") { Format::LosslessCut } else { Format::Json }
    } else if first.contains('\t') {
        Format::Tsv
    } else if lines::is_chapter(first) {
        Format::Chapters
    } else {
        Format::Csv
    }
}

/// From `start` to `end`, of which one may be missing in a way that the caller names.
fn bounds(start: Option<Micros>, end: Option<Micros>) -> Result<(Micros, Micros), String> {
    let start = start.ok_or("There is no time at which it begins.")?;
    let end = end.unwrap_or(start + USUAL);
    if end <= start {
        return Err("It ends before it begins.".to_owned());
    }
    Ok((start, end))
}

fn plain(start: Micros, end: Micros, name: String) -> ClipDetails {
    ClipDetails {
        start,
        end,
        rating: Rating::default(),
        tags: Vec::new(),
        name,
        players: String::new(),
        notes: String::new(),
    }
}

/// `12.5`, `1:02:03.25`, `0:12,5`.
fn time(text: &str) -> Option<Micros> {
    let text = text.trim().trim_end_matches(['s', ' ']).replace(',', ".");
    // Programs write more digits than there are microseconds.
    let text = match text.split_once('.') {
        Some((whole, digits)) if digits.len() > 6 => format!("{whole}.{}", digits.get(..6)?),
        _ => text,
    };
    Micros::parse(&text)
}

/// Seconds with as many digits as they need: nothing is lost.
fn seconds(at: Micros) -> String {
    let (whole, rest) = (at.0.max(0) / 1_000_000, at.0.max(0) % 1_000_000);
    let digits = format!("{whole}.{rest:06}");
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `5`, `!!`, `Brilliant`; the usual one where nothing is said.
fn rating(text: &str) -> Result<Rating, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Rating::default());
    }
    let known = |rating: &Rating| {
        text == rating.stars().to_string() || text == rating.mark() || text.eq_ignore_ascii_case(rating.name())
    };
    Rating::ALL.into_iter().find(known).ok_or_else(|| format!("“{text}” is no rating: write 1 to 5."))
}

/// Tags in one cell: each of their own separators stands behind a backslash.
fn join_tags(tags: &[String]) -> String {
    let escaped = |tag: &String| tag.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    tags.iter().map(escaped).collect::<Vec<_>>().join("; ")
}

fn split_tags(text: &str) -> Vec<String> {
    let mut tags = vec![String::new()];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => tags.last_mut().into_iter().for_each(|tag| tag.extend(letters.next())),
            ';' | ',' => tags.push(String::new()),
            other => tags.last_mut().into_iter().for_each(|tag| tag.push(other)),
        }
    }
    tags.into_iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect()
}
