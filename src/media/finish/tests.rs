//! What other programs make of what is joined here, and what is refused.
#![cfg(test)]

use super::*;
use crate::{
    domain::{aspect::Aspect, time::FrameRate},
    media::{
        testing::{Footage, QUICK, tool},
        tests::{exported, planned, source},
    },
};
use serde_json::Value;
use std::collections::HashSet;
use tempfile::TempDir;

const NTSC: FrameRate = FrameRate { num: 30_000, den: 1_001 };

fn seconds_of(value: &Value) -> f64 {
    value.as_str().and_then(|text| text.parse().ok()).expect("seconds")
}

#[tokio::test]
async fn others_find_every_frame_on_its_tick() {
    let folder = TempDir::new().expect("a folder");
    let source = source(folder.path(), "a", Footage { rate: NTSC, ..Footage::small() }).await;
    let mut clips = vec![source.clip(5, 80), source.clip(120, 121), source.clip(150, 195)];
    clips[1].title = "Tor; \"1=0\" #7 \\ schön".to_owned();
    let plan = planned(Aspect::Portrait, clips);
    let rendered = exported(&plan, &[&source], &folder.path().join("work")).await;
    let path = rendered.path.to_string_lossy().into_owned();
    let entries = "stream=codec_type,codec_tag_string,start_time,duration,width,height,time_base:packet=stream_index,pts,dts,flags:\
                   format=start_time,duration";
    let shown = ["-v", "warning", "-of", "json", "-show_chapters", "-show_packets", "-show_entries", entries, &path];
    let report: Value = serde_json::from_slice(&tool("ffprobe", &shown)).expect("a report");
    let streams = report["streams"].as_array().expect("streams");
    assert_eq!(streams.iter().map(|stream| &stream["codec_type"]).collect::<Vec<_>>(), ["video", "audio", "data"]);
    assert_eq!((streams[0]["codec_tag_string"].as_str(), &streams[0]["time_base"]), (Some("avc1"), &"1/30000".into()));
    let length = 121.0 * 1_001.0 / 30_000.0;
    assert!((seconds_of(&streams[0]["duration"]) - length).abs() < 1e-5);
    assert!((seconds_of(&report["format"]["duration"]) - length).abs() < 2e-3);
    assert!(seconds_of(&streams[0]["start_time"]).abs() < 1e-9 && seconds_of(&streams[1]["start_time"]).abs() < 1e-9);
    let pictures: Vec<_> =
        report["packets"].as_array().expect("packets").iter().filter(|p| p["stream_index"] == 0).collect();
    let times = |what: &str| pictures.iter().map(|packet| packet[what].as_i64().expect("ticks")).collect::<Vec<_>>();
    let (shown, decoded) = (times("pts"), times("dts"));
    assert_eq!(shown.iter().collect::<HashSet<_>>().len(), 121);
    assert!(shown.iter().all(|at| at % 1_001 == 0 && (0..121).contains(&(at / 1_001))), "{shown:?}");
    assert!(decoded.windows(2).all(|pair| pair[1] - pair[0] == 1_001));
    assert!(shown.iter().zip(&decoded).all(|(shown, decoded)| shown >= decoded));
    let chapters = report["chapters"].as_array().expect("chapters");
    assert_eq!(chapters.len(), 3);
    assert_eq!(chapters[1]["tags"]["title"], "Tor; \"1=0\" #7 \\ schön");
    assert!((seconds_of(&chapters[2]["start_time"]) - 76.0 * 1_001.0 / 30_000.0).abs() < 1e-3);
    // No word of complaint from a decoder, on the way through and from the middle.
    for seek in ["0", "2.6"] {
        let said = tool("sh", &["-c", &format!("ffmpeg -v warning -xerror -ss {seek} -i '{path}' -f null - 2>&1")]);
        assert_eq!(String::from_utf8_lossy(&said), "");
    }
}

#[tokio::test]
async fn what_was_damaged_is_not_joined() {
    let folder = TempDir::new().expect("a folder");
    let source = source(folder.path(), "a", Footage { output: QUICK, ..Footage::small() }).await;
    let plan = planned(Aspect::Portrait, vec![source.clip(0, 30), source.clip(60, 100)]);
    let work = folder.path().join("work");
    exported(&plan, &[&source], &work).await;
    let named = |start: &str| {
        let entries = std::fs::read_dir(&work).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> = entries.filter_map(|name| name.into_string().ok()).collect();
        names.retain(|name| name.starts_with(start));
        names.sort_by_key(|name| std::fs::metadata(work.join(name)).map_or(0, |about| about.len()));
        names
    };
    let (pieces, sound) = (named("chunk-"), named("sound-").remove(0));
    let joined = async |pieces: &[String], sound: &str| {
        let _ = std::fs::remove_file(work.join("reel.mp4"));
        let answer = finish(&plan, pieces, sound, &work, &CancellationToken::new()).await;
        assert_eq!(work.join("reel.mp4").exists(), answer.is_ok());
        answer.map(|done| done.frames).map_err(|error| error.kind())
    };
    assert_eq!(joined(&pieces, &sound).await, Ok(70));
    // Of as many pieces as there may be, none stays open.
    let form = Form { rate: plan.rate, width: plan.width, height: plan.height };
    let path = work.join(&pieces[0]);
    let held: Vec<_> = (0..30).map(|_| Pictures::open(&path, form).expect("a piece")).collect();
    let path = path.canonicalize().expect("a path");
    let fds = std::fs::read_dir("/proc/self/fd").expect("files").flatten();
    let open = fds.filter(|fd| std::fs::read_link(fd.path()).is_ok_and(|it| it == path)).count();
    assert_eq!((held.len(), open), (30, 0));
    assert_eq!(joined(&pieces[..1], &sound).await, Err(Kind::WrongOutput), "one is missing");
    assert_eq!(joined(&pieces, &pieces[0]).await, Err(Kind::WrongOutput), "a picture as sound");
    let whole = std::fs::read(work.join(&pieces[1])).expect("bytes");
    let media = whole.windows(4).position(|four| four == b"mdat").expect("media") + 4;
    for damage in [
        &|bytes: &mut Vec<u8>| bytes.truncate(bytes.len() - 9),
        &|bytes: &mut Vec<u8>| bytes.clear(),
        // The length of the first unit.
        &move |bytes: &mut Vec<u8>| bytes[media] ^= 0x40,
    ] as [&dyn Fn(&mut Vec<u8>); 3]
    {
        let mut bytes = whole.clone();
        damage(&mut bytes);
        std::fs::write(work.join("damaged.mp4"), bytes).expect("written");
        assert_eq!(joined(&[pieces[0].clone(), "damaged.mp4".into()], &sound).await, Err(Kind::WrongOutput));
    }
}
