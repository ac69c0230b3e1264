//! What is written is read again; what others write, too.
#![cfg(test)]

use super::*;
use proptest::prelude::*;

fn clip(start: i64, end: i64, name: &str) -> ClipDetails {
    plain(Micros(start), Micros(end), name.to_owned())
}

/// As the server stores it: trimmed, without control characters but line breaks in notes.
fn text(most: usize, lines: bool) -> impl Strategy<Value = String> {
    let letters = if lines { "[ -~äßé漢&<>'\"=+@;,\\\\\n\t-]" } else { "[ -~äßé漢&<>'\"=+@;,\\\\-]" };
    proptest::string::string_regex(&format!("{letters}{{0,{most}}}")).expect("a pattern").prop_map(move |text| {
        let cleaned =
            if lines { crate::domain::text::clean_lines(&text, 280) } else { crate::domain::text::clean(&text, 280) };
        cleaned.unwrap_or_default()
    })
}

fn any_clip() -> impl Strategy<Value = ClipDetails> {
    let times = (0_i64..10_800_000_000, 8_000_i64..3_600_000_000);
    let tags = prop::collection::vec(text(12, false).prop_filter("a tag", |tag| !tag.is_empty()), 0..4);
    (times, 1_u8..=5, tags, text(30, false), text(30, false), text(60, true)).prop_map(
        |((start, length), stars, mut tags, name, players, notes)| {
            let mut seen = std::collections::HashSet::new();
            tags.retain(|tag| seen.insert(tag.clone()));
            let rating = Rating::try_from(stars).expect("stars");
            ClipDetails { rating, tags, players, notes, ..clip(start, start + length, &name) }
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read(clips in prop::collection::vec(any_clip(), 1..6)) {
        for format in [Format::Csv, Format::Tsv, Format::Json, Format::LosslessCut, Format::Sportscode] {
            let written = write(format, "Vs Rovers", &clips);
            let (known, found) = read(&written);
            prop_assert_eq!(known, format);
            prop_assert_eq!(&found.errors, &[], "{}", written);
            prop_assert_eq!(&found.clips, &clips, "{}", written);
        }
        // Times to the millisecond, title and notes.
        let (known, found) = read(&write(Format::WebVtt, "", &clips));
        prop_assert_eq!((known, found.clips.len()), (Format::WebVtt, clips.len()));
        for (one, other) in found.clips.iter().zip(&clips) {
            prop_assert_eq!(one.start.0 / 1_000, other.start.0 / 1_000);
            let title = other.title();
            prop_assert_eq!(&one.name, title.trim());
        }
    }

    #[test]
    fn nothing_panics(text in "\\PC{0,200}", start in 0_usize..8) {
        const STARTS: [&str; 8] = ["", "WEBVTT\n", "<file><instance>", "{", "[", "start_time,end\n", "start\tend\n", "0:00 "];
        let (_, found) = read(&format!("{}{text}", STARTS[start]));
        prop_assert!(found.clips.iter().all(|clip| clip.start < clip.end));
    }
}

#[test]
fn spreadsheets_calculate_nothing() {
    let mut evil = clip(0, 1_000_000, "=HYPERLINK(\"http://x\")");
    evil.notes = "@SUM(A1)".to_owned();
    evil.players = "-2+3".to_owned();
    let written = write(Format::Csv, "", &[evil.clone()]);
    assert!(
        written.contains("'=HYPERLINK") && written.contains(",'@SUM(A1)") && written.contains(",'-2+3"),
        "{written}"
    );
    assert_eq!(read(&written).1.clips, [evil]);
}

#[test]
fn good_lines_are_kept_and_bad_ones_named() {
    assert_eq!(read("Name,x\nA,1\n").1.errors[0].line, 1);
    // As spreadsheets write it where a comma is a part of numbers.
    let (format, found) = read("Start Time;Clip Name;Duration\n12,5;\"Goal, left\";4,25\n");
    assert_eq!((format, found.clips), (Format::Csv, vec![clip(12_500_000, 16_750_000, "Goal, left")]));
    let table = "start_time,rating,tags,clip_name,clip_duration,notes\n\
                 12.5,5,\"Goal, Assist\",Volley,4,\n\
                 soon,3,,,2,\n\
                 1:02:03.25,9,,,2,\n\
                 0:20,,Save,,,\n\
                 30,4,,,0,\n";
    let (format, found) = read(table);
    assert_eq!((format, found.clips.len()), (Format::Csv, 2));
    assert_eq!(found.errors.iter().map(|error| error.line).collect::<Vec<_>>(), [3, 4, 6], "{:?}", found.errors);
    assert_eq!(found.clips[0].tags, ["Goal", "Assist"]);
    assert_eq!((found.clips[1].start, found.clips[1].end), (Micros(20_000_000), Micros(30_000_000)), "ten seconds");
}

#[test]
fn what_others_write_is_read() {
    let lossless = "{ version: 1, mediaFileName: 'game.mp4', cutSegments: [ { start: 1.5, end: 4, name: 'Kick' }, { end: 2, name: '' }, ], }";
    let (format, found) = read(lossless);
    assert_eq!(format, Format::LosslessCut);
    assert_eq!(found.clips, [clip(1_500_000, 4_000_000, "Kick"), clip(0, 2_000_000, "")]);
    let (format, found) = read("1.5,4,Kick\n7,,Open end\n");
    assert_eq!((format, found.clips.len(), found.errors.len()), (Format::Csv, 2, 0));

    let sportscode = "<?xml version=\"1.0\"?>\n<file><SORT_INFO/><ALL_INSTANCES>\n<instance><ID>1</ID><start>3.0</start><end>9.25</end>\
                      <code>Shots & Goals < 5</code><label><group>Half</group><text>1st & only</text></label></instance>\n\
                      <instance><ID>2</ID><start>x</start><end>9</end><code>A</code></instance>\n</ALL_INSTANCES><ROWS></ROWS></file>";
    let (format, found) = read(sportscode);
    assert_eq!(format, Format::Sportscode);
    assert_eq!(found.clips[0].tags, ["Shots & Goals < 5", "1st & only"]);
    assert_eq!((found.clips[0].end, found.clips.len()), (Micros(9_250_000), 1));
    assert_eq!(found.errors.iter().map(|error| error.line).collect::<Vec<_>>(), [4]);

    let (format, found) = read("0:00 Kick-off\n0:42 - First chance\nnonsense\n1:02:03 Goal!\n");
    assert_eq!((format, found.errors.len()), (Format::Chapters, 1));
    let times: Vec<_> = found.clips.iter().map(|clip| (clip.start.0 / 1_000_000, clip.end.0 / 1_000_000)).collect();
    assert_eq!(times, [(42, 52), (3_723, 3_733)], "nothing happened at kick-off");
    assert_eq!(found.clips[0].name, "First chance");
}

#[test]
fn no_depth_ends_the_process() {
    for bracket in ["[", "{a:", "<a>", "[\"]\",", "['\\']',", "[/*]*/", "[//]\n"] {
        let (_, found) = read(&bracket.repeat(200_000));
        assert!(found.clips.is_empty() && !found.errors.is_empty());
    }
}

#[test]
fn chapters_begin_at_zero() {
    let clips = [clip(61_000_000, 70_000_000, "Goal"), clip(3_700_000_000, 3_701_000_000, "Save")];
    assert_eq!(write(Format::Chapters, "", &clips), "0:00 Kick-off\n1:01 Goal\n1:01:40 Save\n");
}
