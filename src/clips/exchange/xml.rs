//! Sportscode's XML: an instance a clip. What others write there is often no XML at all: names with `&` and `<` as they are.

use super::{ClipDetails, Found, bounds, join_tags, plain, rating, seconds, split_tags, time};
use quick_xml::{
    Reader, Writer,
    escape::unescape,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};
use std::borrow::Cow;

/// Labels of ours: what the format has no place for.
const RATING: &str = "Rating";
const TAGS: &str = "Tags";
const NAME: &str = "Name";
const PLAYERS: &str = "Players";

type Bytes = Writer<Vec<u8>>;

fn leaf(writer: &mut Bytes, name: &str, text: &str) {
    // Writing to memory cannot fail.
    let _ = writer.write_event(Event::Start(BytesStart::new(name)));
    let _ = writer.write_event(Event::Text(BytesText::new(text)));
    let _ = writer.write_event(Event::End(BytesEnd::new(name)));
}

fn inside(writer: &mut Bytes, name: &str, write: impl FnOnce(&mut Bytes)) {
    let _ = writer.write_event(Event::Start(BytesStart::new(name)));
    write(writer);
    let _ = writer.write_event(Event::End(BytesEnd::new(name)));
}

pub fn write(clips: &[ClipDetails]) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let _ = writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
    inside(&mut writer, "file", |writer| {
        inside(writer, "ALL_INSTANCES", |writer| {
            for (number, clip) in (1..).zip(clips) {
                inside(writer, "instance", |writer| {
                    leaf(writer, "ID", &number.to_string());
                    leaf(writer, "start", &seconds(clip.start));
                    leaf(writer, "end", &seconds(clip.end));
                    leaf(writer, "code", &clip.title());
                    let stars = clip.rating.stars().to_string();
                    let labels = [
                        (RATING, &stars),
                        (TAGS, &join_tags(&clip.tags)),
                        (NAME, &clip.name),
                        (PLAYERS, &clip.players),
                    ];
                    for (group, text) in labels.into_iter().filter(|(_, text)| !text.is_empty()) {
                        inside(writer, "label", |writer| {
                            leaf(writer, "group", group);
                            leaf(writer, "text", text);
                        });
                    }
                    if !clip.notes.is_empty() {
                        leaf(writer, "free_text", &clip.notes);
                    }
                });
            }
        });
    });
    String::from_utf8(writer.into_inner()).unwrap_or_default()
}

/// An instance as it is read, element by element.
#[derive(Default)]
struct Instance {
    line: usize,
    start: String,
    end: String,
    code: String,
    notes: String,
    /// Group and text.
    labels: Vec<(String, String)>,
}

impl Instance {
    fn take(&mut self, element: &str, text: &str) {
        let last = || (String::new(), String::new());
        match element {
            "start" => text.clone_into(&mut self.start),
            "end" => text.clone_into(&mut self.end),
            "code" => text.clone_into(&mut self.code),
            "free_text" => text.clone_into(&mut self.notes),
            "label" => self.labels.push(last()),
            "group" => self.labels.last_mut().into_iter().for_each(|label| text.clone_into(&mut label.0)),
            "text" => self.labels.last_mut().into_iter().for_each(|label| text.clone_into(&mut label.1)),
            _ => {}
        }
    }

    fn clip(&self) -> Result<ClipDetails, String> {
        let (start, end) = bounds(time(&self.start), time(&self.end))?;
        let label = |group: &str| self.labels.iter().find(|(known, _)| known == group).map(|(_, text)| text.as_str());
        let is_ours = label(RATING).is_some();
        let mut tags = label(TAGS).map(split_tags).unwrap_or_default();
        if !is_ours {
            // A code of another program is what happened: a tag; its labels are more of them.
            let others = self.labels.iter().map(|(_, text)| text);
            tags = std::iter::once(&self.code).chain(others).map(|text| text.trim().to_owned()).collect();
            tags.retain(|tag| !tag.is_empty());
            tags.dedup();
        }
        Ok(ClipDetails {
            rating: rating(label(RATING).unwrap_or_default())?,
            tags,
            players: label(PLAYERS).unwrap_or_default().to_owned(),
            notes: self.notes.clone(),
            ..plain(start, end, label(NAME).unwrap_or_default().to_owned())
        })
    }
}

pub fn read(text: &str) -> Found {
    let mut found = Found::default();
    let mended = mended(text);
    let mut reader = Reader::from_str(&mended);
    reader.config_mut().check_end_names = false;
    let mut instance: Option<Instance> = None;
    let mut words = String::new();
    // The line that is read, and how far its ends were counted.
    let (mut number, mut counted) = (1, 0);
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX).min(mended.len());
        number += mended.get(counted..at).unwrap_or_default().matches('\n').count();
        counted = counted.max(at);
        let line = || number;
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                words.clear();
                match (element.name().as_ref(), &mut instance) {
                    (b"instance", _) => instance = Some(Instance { line: line(), ..Instance::default() }),
                    (b"label", Some(instance)) => instance.take("label", ""),
                    _ => {}
                }
            }
            Ok(Event::Text(text)) => words.push_str(&text.decode().unwrap_or_default()),
            Ok(Event::CData(text)) => words.push_str(&text.decode().unwrap_or_default()),
            Ok(Event::GeneralRef(name)) => {
                let name = name.decode().unwrap_or_default();
                words.push_str(&unescape(&format!("&{name};")).unwrap_or_default());
            }
            Ok(Event::End(element)) => {
                let name = String::from_utf8_lossy(element.name().as_ref()).into_owned();
                match (name.as_str(), &mut instance) {
                    ("instance", _) => {
                        if let Some(done) = instance.take() {
                            found.push(done.line, done.clip());
                        }
                    }
                    ("label", _) | (_, None) => {}
                    (name, Some(instance)) => instance.take(name, words.trim()),
                }
                words.clear();
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                found.error(line(), format!("The file cannot be read on: {error}"));
                break;
            }
        }
    }
    if found.clips.is_empty() && found.errors.is_empty() {
        found.error(1, "There is no instance in it.");
    }
    found
}

/// With what is no markup escaped: an `&` that begins no entity, a `<` that begins no element.
fn mended(text: &str) -> Cow<'_, str> {
    let mut mended = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        let rest = &text[at + letter.len_utf8()..];
        match letter {
            '&' if !begins_entity(rest) => mended.push_str("&amp;"),
            '<' if !rest
                .starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?' | '_')) =>
            {
                mended.push_str("&lt;");
            }
            other => mended.push(other),
        }
    }
    if mended.len() == text.len() { Cow::Borrowed(text) } else { Cow::Owned(mended) }
}

fn begins_entity(rest: &str) -> bool {
    // No entity is longer: a text full of ampersands is looked at once.
    let Some(name) = rest.bytes().take(10).position(|byte| byte == b';').and_then(|end| rest.get(..end)) else {
        return false;
    };
    matches!(name, "amp" | "lt" | "gt" | "quot" | "apos")
        || name.strip_prefix('#').is_some_and(|number| {
            number.strip_prefix('x').map_or_else(
                || !number.is_empty() && number.len() < 8 && number.bytes().all(|digit| digit.is_ascii_digit()),
                |hex| !hex.is_empty() && hex.len() < 7 && hex.bytes().all(|digit| digit.is_ascii_hexdigit()),
            )
        })
}
