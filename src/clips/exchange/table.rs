//! CSV and TSV: a line a clip, the columns by their names in any order.

use super::{ClipDetails, Found, bounds, join_tags, plain, rating, seconds, split_tags, time};
use csv::{ReaderBuilder, StringRecord, WriterBuilder};

const COLUMNS: [&str; 7] = ["start_time", "rating", "tags", "clip_name", "clip_duration", "notes", "players"];

/// What a spreadsheet would calculate is made a text by an apostrophe, as spreadsheets themselves do.
fn harmless(text: &str) -> String {
    if is_formula(text) { format!("'{text}") } else { text.to_owned() }
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn as_written(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(text)
}

pub fn write(delimiter: u8, clips: &[ClipDetails]) -> String {
    let mut writer = WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = writer.write_record(COLUMNS);
    for clip in clips {
        let stars = clip.rating.stars().to_string();
        let text = [
            harmless(&join_tags(&clip.tags)),
            harmless(&clip.name),
            seconds(clip.end - clip.start),
            harmless(&clip.notes),
            harmless(&clip.players),
        ];
        let [tags, name, length, notes, players] = &text;
        let _ = writer.write_record([&seconds(clip.start), &stars, tags, name, length, notes, players]);
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// What programs call a column, without case, spaces and underscores.
fn column(name: &str) -> Option<&'static str> {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    Some(match name.as_str() {
        "starttime" | "start" | "in" | "begin" | "time" | "position" => "start",
        "endtime" | "end" | "out" | "stop" => "end",
        "clipduration" | "duration" | "length" => "length",
        "rating" | "stars" => "rating",
        "tags" | "tag" | "labels" | "code" | "category" => "tags",
        "clipname" | "name" | "title" | "label" | "row" => "name",
        "players" | "player" => "players",
        "notes" | "note" | "comment" | "comments" | "description" => "notes",
        _ => return None,
    })
}

/// Where a comma is a part of numbers, spreadsheets write semicolons.
pub fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' }
}

pub fn read(delimiter: u8, text: &str) -> Found {
    let mut found = Found::default();
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut columns: Option<Vec<Option<&'static str>>> = None;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                found.error(0, format!("The table cannot be read on: {error}"));
                break;
            }
        };
        let line = record.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or(0));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let Some(known) = &columns else {
            let named: Vec<_> = record.iter().map(column).collect();
            if named.contains(&Some("start")) {
                columns = Some(named);
                continue;
            }
            // Without names: start, end, name, as LosslessCut writes it.
            columns = Some(vec![Some("start"), Some("end"), Some("name")]);
            if time(record.get(0).unwrap_or_default()).is_none() {
                found.error(line, "The first line names the columns; one of them is start_time.");
                return found;
            }
            found.push(line, clip(columns.as_deref().unwrap_or_default(), &record));
            continue;
        };
        found.push(line, clip(known, &record));
    }
    found
}

fn clip(columns: &[Option<&'static str>], record: &StringRecord) -> Result<ClipDetails, String> {
    let cell = |name: &str| {
        let at = columns.iter().position(|column| *column == Some(name))?;
        record.get(at).map(str::trim).filter(|cell| !cell.is_empty())
    };
    let at = |name: &str| match cell(name) {
        None => Ok(None),
        Some(text) => time(text).map(Some).ok_or_else(|| format!("“{text}” is no time: write 1:02:03.25 or seconds.")),
    };
    let start = at("start")?;
    let end = match (at("end")?, at("length")?, start) {
        (Some(end), ..) => Some(end),
        (None, Some(length), Some(start)) => Some(start + length),
        _ => None,
    };
    let (start, end) = bounds(start, end)?;
    let text = |name: &str| as_written(cell(name).unwrap_or_default()).to_owned();
    Ok(ClipDetails {
        rating: rating(cell("rating").unwrap_or_default())?,
        tags: split_tags(&text("tags")),
        players: text("players"),
        notes: text("notes"),
        ..plain(start, end, text("name"))
    })
}
