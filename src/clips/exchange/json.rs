//! JSON of our own, and the segments of `LosslessCut`, which are JSON for people (JSON5).

use super::{ClipDetails, Found, bounds, join_tags, plain, rating, split_tags};
use crate::domain::time::Micros;
use serde::Deserialize;
use serde_json::{Value, json};

pub fn write(game: &str, clips: &[ClipDetails]) -> String {
    let all = json!({"game": game, "clips": clips});
    serde_json::to_string_pretty(&all).unwrap_or_default()
}

pub fn write_cut(game: &str, clips: &[ClipDetails]) -> String {
    let segment = |clip: &ClipDetails| {
        let tags = json!({
            "rating": clip.rating.stars().to_string(),
            "tags": join_tags(&clip.tags),
            "players": clip.players,
            "notes": clip.notes,
        });
        #[allow(clippy::cast_precision_loss)] // Four days of microseconds are far below 2⁵³.
        let seconds = |at: Micros| at.0 as f64 / 1e6;
        json!({"start": seconds(clip.start), "end": seconds(clip.end), "name": clip.name, "tags": tags})
    };
    let segments: Vec<Value> = clips.iter().map(segment).collect();
    let all = json!({"version": 1, "mediaFileName": game, "cutSegments": segments});
    serde_json::to_string_pretty(&all).unwrap_or_default()
}

#[derive(Deserialize)]
struct Segment {
    start: Option<f64>,
    end: Option<f64>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    tags: serde_json::Map<String, Value>,
}

impl Segment {
    fn clip(self) -> Result<ClipDetails, String> {
        let at = |seconds: f64| (0.0..400_000.0).contains(&seconds).then(|| Micros::from_seconds_f64(seconds));
        let out = |seconds: Option<f64>| match seconds {
            None => Ok(None),
            Some(seconds) => at(seconds).map(Some).ok_or_else(|| format!("{seconds} is no time of a recording.")),
        };
        // LosslessCut leaves out what is the file's own beginning.
        let (start, end) = bounds(out(self.start)?.or(Some(Micros::ZERO)), out(self.end)?)?;
        let text = |name: &str| self.tags.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(ClipDetails {
            rating: rating(&text("rating"))?,
            tags: split_tags(&text("tags")),
            players: text("players"),
            notes: text("notes"),
            ..plain(start, end, self.name.clone())
        })
    }
}

pub fn read(text: &str) -> Found {
    let mut found = Found::default();
    if is_too_deep(text) {
        found.error(1, "Lists within lists within lists: this is no file of clips.");
        return found;
    }
    let all: Value = match json5::from_str(text) {
        Ok(all) => all,
        Err(error) => {
            found.error(line_of(&error), format!("This is no JSON: {error}"));
            return found;
        }
    };
    let own = |value: Value| {
        let clip: ClipDetails = serde_json::from_value(value).map_err(|error| error.to_string())?;
        bounds(Some(clip.start), Some(clip.end)).map(|_| clip)
    };
    let cut = |value: Value| serde_json::from_value::<Segment>(value).map_err(|error| error.to_string())?.clip();
    let (list, is_cut) = match &all {
        Value::Array(list) => (Some(list), false),
        all => match all.get("cutSegments") {
            Some(list) => (list.as_array(), true),
            None => (all.get("clips").and_then(Value::as_array), false),
        },
    };
    let Some(list) = list else {
        found.error(1, "There is no list of clips in it.");
        return found;
    };
    for (number, value) in (1..).zip(list.iter().cloned()) {
        found.push(number, if is_cut { cut(value) } else { own(value) });
    }
    found
}

/// A parser that goes down with every bracket would end the process. Brackets in texts and comments are none.
fn is_too_deep(text: &str) -> bool {
    const MOST: usize = 100;
    let (mut depth, mut bytes) = (0_usize, text.bytes().peekable());
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            quote @ (b'"' | b'\'') => {
                while let Some(inner) = bytes.next() {
                    match inner {
                        b'\\' => drop(bytes.next()),
                        inner if inner == quote => break,
                        _ => {}
                    }
                }
            }
            b'/' if bytes.peek() == Some(&b'/') => while bytes.next_if(|byte| *byte != b'\n').is_some() {},
            b'/' if bytes.next_if_eq(&b'*').is_some() => {
                let mut last = 0;
                while let Some(byte) = bytes.next().filter(|byte| (last, *byte) != (b'*', b'/')) {
                    last = byte;
                }
            }
            _ => {}
        }
        if depth > MOST {
            return true;
        }
    }
    false
}

fn line_of(error: &json5::Error) -> usize {
    error.position().map_or(1, |position| position.line + 1)
}
