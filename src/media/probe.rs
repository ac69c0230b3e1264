//! What a recording is: `ffprobe`'s JSON made into [`VideoFacts`].

use super::{
    error::{MediaError, MediaErrorKind as Kind},
    input::{self, strings},
    sniff::sniff_file,
    tools::Tools,
};
use crate::domain::{
    time::{FrameRate, Micros, round_div},
    video::{Container, PixelFacts, VideoFacts},
};
use serde::Deserialize;
use std::{collections::HashMap, ffi::OsString, path::Path};
use tokio_util::sync::CancellationToken;

/// JSON about a file's streams is a few kilobytes; more is a hostile file.
const MOST_JSON: usize = 4 << 20;
/// Packet times of the longest recording without a length: 100 bytes for each of 20 million.
const MOST_PACKETS: usize = 256 << 20;
/// A recording may end this much before its length says: sound outlasts picture, the last frame has a length.
const SLACK: Micros = Micros::from_seconds(2);

const ENTRIES: &str = "stream=index,codec_type,codec_name,width,height,pix_fmt,r_frame_rate,avg_frame_rate,start_time,\
    duration,field_order,sample_aspect_ratio,color_range,color_space,color_transfer,color_primaries,channels\
    :stream_disposition=attached_pic,default:stream_tags=rotate,DURATION:stream_side_data=rotation\
    :format=start_time,duration";

/// The facts of the recording at `path`. Codes: `unsupported_video`, `no_video_track`, `truncated_video`,
/// `picture_too_large`, `source_missing`.
pub async fn probe(tools: &Tools, path: &Path, cancel: &CancellationToken) -> Result<VideoFacts, MediaError> {
    let container = sniff_file(path).await?;
    let mut args = strings(["-v", "error", "-of", "json", "-show_entries", ENTRIES]);
    args.extend(opening(container, path));
    let json = tools.output(tools.ffprobe(args, &[path]), MOST_JSON, cancel).await.map_err(unreadable)?;
    let report: Report =
        serde_json::from_slice(&json).map_err(|error| MediaError::new(Kind::UnsupportedVideo, error))?;
    let mut facts = report.facts(container)?;
    let ends = picture_end(tools, path, &facts, cancel).await?;
    if facts.duration == Micros::ZERO {
        facts.duration = ends.ok_or(Kind::TruncatedVideo)?;
    } else if ends.is_some_and(|end| end + SLACK < facts.duration) {
        return Err(Kind::TruncatedVideo.into());
    }
    facts.frames = facts.rate.nearest_frame(facts.duration).max(1);
    Ok(facts)
}

/// A program's complaint about a file that looked like a recording: the file is cut short or not one at all.
fn unreadable(error: MediaError) -> MediaError {
    if error.kind() != Kind::ToolFailed {
        return error;
    }
    let log = error.log_tail();
    let short = ["moov atom not found", "EOF", "End of file", "truncated"].iter().any(|words| log.contains(words));
    MediaError::new(if short { Kind::TruncatedVideo } else { Kind::UnsupportedVideo }, log)
}

fn opening(container: Container, path: &Path) -> Vec<OsString> {
    let mut line = input::reading(container);
    line.extend([OsString::from("-i"), input::file(path)]);
    line
}

/// Where the picture ends by its last packets, from the first frame: all packets when the file does not say how long it
/// is, otherwise those near the end. `None` where that cannot be told (formats without an index).
async fn picture_end(
    tools: &Tools,
    path: &Path,
    facts: &VideoFacts,
    cancel: &CancellationToken,
) -> Result<Option<Micros>, MediaError> {
    let known = facts.duration > Micros::ZERO;
    if known && !matches!(facts.container, Container::Mp4 | Container::Matroska) {
        return Ok(None);
    }
    let stream = facts.video_stream.to_string();
    let mut args = strings(["-v", "error", "-of", "csv=p=0", "-select_streams", &stream]);
    args.extend(strings(["-show_entries", "packet=pts_time"]));
    if known {
        let near_end = facts.stream_start + Micros((facts.duration - SLACK).0.max(0));
        args.extend(strings(["-read_intervals", &format!("{}%", input::seconds(near_end))]));
    }
    args.extend(opening(facts.container, path));
    let packets = match tools.output(tools.ffprobe(args, &[path]), MOST_PACKETS, cancel).await {
        Ok(packets) => packets,
        Err(error) if error.kind() == Kind::ToolFailed => return Ok(Some(Micros::ZERO)),
        Err(error) => return Err(error),
    };
    let times = packets.split(|byte| *byte == b'\n').filter_map(|line| {
        let text = std::str::from_utf8(line).ok()?.trim().trim_end_matches(',');
        parse_seconds(text)
    });
    let last = times.max().map_or(Micros::ZERO, |last| last - facts.stream_start + facts.rate.frame_length());
    Ok(Some(last))
}

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize, Default)]
struct Format {
    start_time: Option<String>,
}

#[derive(Deserialize)]
struct Stream {
    index: u32,
    codec_type: Option<String>,
    codec_name: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    pix_fmt: Option<String>,
    r_frame_rate: Option<String>,
    avg_frame_rate: Option<String>,
    start_time: Option<String>,
    duration: Option<String>,
    field_order: Option<String>,
    sample_aspect_ratio: Option<String>,
    color_range: Option<String>,
    color_space: Option<String>,
    color_transfer: Option<String>,
    color_primaries: Option<String>,
    channels: Option<u32>,
    #[serde(default)]
    disposition: HashMap<String, i64>,
    #[serde(default)]
    tags: HashMap<String, String>,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

impl Report {
    /// The facts, with a zero `duration` where the file does not say, and `frames` left to the caller.
    fn facts(&self, container: Container) -> Result<VideoFacts, MediaError> {
        let video = self.best("video").ok_or(Kind::NoVideoTrack)?;
        let sound = self.best("audio").filter(|sound| sound.channels.unwrap_or(0) > 0 && sound.codec_name.is_some());
        let (width, height) = (video.width.unwrap_or(0), video.height.unwrap_or(0));
        if u64::from(width) * u64::from(height) > input::MOST_PIXELS {
            return Err(Kind::PictureTooLarge.into());
        }
        if width < 16 || height < 16 || video.codec_name.is_none() {
            return Err(MediaError::new(Kind::UnsupportedVideo, format!("a picture of {width} x {height}")));
        }
        let (across, down) = video.pixel_shape();
        let stretched = across != down;
        let shown_width = u32::try_from(round_div(i128::from(width) * across, down)).unwrap_or(width).clamp(16, 16_384);
        let rotation = video.rotation();
        let sideways = rotation % 180 != 0;
        let start = |text: &Option<String>| text.as_deref().and_then(parse_seconds).unwrap_or_default();
        let stream_start = start(&video.start_time);
        // Players shift a file that starts before zero so that it starts at zero; a later start stays.
        let shift = start(&self.format.start_time).0.min(0);
        Ok(VideoFacts {
            width: if sideways { height } else { shown_width },
            height: if sideways { shown_width } else { height },
            rate: video.rate().ok_or_else(|| MediaError::new(Kind::UnsupportedVideo, "no frame rate"))?,
            duration: video.duration(),
            frames: 0,
            first_frame: stream_start - Micros(shift),
            stream_start,
            has_sound: sound.is_some(),
            codec: video.codec_name.clone().unwrap_or_default(),
            sound_codec: sound.and_then(|sound| sound.codec_name.clone()),
            container,
            rotation,
            video_stream: video.index,
            sound_stream: sound.map(|sound| sound.index),
            pixels: video.pixels(stretched),
        })
    }

    /// The stream of a kind that the file prefers. A cover picture is no video.
    fn best(&self, kind: &str) -> Option<&Stream> {
        let is = |stream: &&Stream, name: &str| stream.disposition.get(name).is_some_and(|value| *value != 0);
        let all =
            || self.streams.iter().filter(|s| s.codec_type.as_deref() == Some(kind)).filter(|s| !is(s, "attached_pic"));
        all().find(|stream| is(stream, "default")).or_else(|| all().next())
    }
}

impl Stream {
    fn pixel_shape(&self) -> (i128, i128) {
        let shape = self.sample_aspect_ratio.as_deref().and_then(|text| {
            let (across, down) = text.split_once(':')?;
            Some((across.parse::<i128>().ok()?, down.parse::<i128>().ok()?))
        });
        // Beyond eight to one it is a mistake in the file.
        shape
            .filter(|&(across, down)| across > 0 && down > 0 && across <= 8 * down && down <= 8 * across)
            .unwrap_or((1, 1))
    }

    /// Clockwise, a multiple of a quarter turn.
    #[allow(clippy::cast_possible_truncation)]
    fn rotation(&self) -> i32 {
        let matrix = self.side_data_list.iter().find_map(|data| data.rotation).map(|degrees| -degrees);
        let tag = || self.tags.get("rotate").and_then(|text| text.parse::<f64>().ok());
        let degrees = matrix.or_else(tag).filter(|degrees| degrees.abs() <= 720.0).unwrap_or(0.0);
        ((degrees / 90.0).round() as i32 * 90).rem_euclid(360)
    }

    fn duration(&self) -> Micros {
        let length = self.duration.as_deref().and_then(parse_seconds);
        let tag = || self.tags.get("DURATION").and_then(|text| parse_clock(text)).map(|end| end - self.start());
        let known = length.or_else(tag).unwrap_or_default();
        if (Micros::ZERO..=crate::domain::framing::Framing::LATEST).contains(&known) { known } else { Micros::ZERO }
    }

    fn start(&self) -> Micros {
        self.start_time.as_deref().and_then(parse_seconds).unwrap_or_default()
    }

    fn rate(&self) -> Option<FrameRate> {
        let parsed = |text: &Option<String>| text.as_deref().and_then(parse_rate);
        choose_rate(parsed(&self.r_frame_rate), parsed(&self.avg_frame_rate))
    }

    fn pixels(&self, stretched: bool) -> PixelFacts {
        let known = |text: &Option<String>| text.clone().filter(|text| text != "unknown").unwrap_or_default();
        let format = known(&self.pix_fmt);
        PixelFacts {
            full_range: self.color_range.as_deref() == Some("pc") || format.starts_with("yuvj"),
            format,
            matrix: known(&self.color_space),
            transfer: known(&self.color_transfer),
            primaries: known(&self.color_primaries),
            interlaced: matches!(self.field_order.as_deref(), Some("tt" | "bb" | "tb" | "bt")),
            stretched,
        }
    }
}

/// Rates that cameras have.
const USUAL: [(u32, u32); 14] = [
    (24_000, 1_001),
    (24, 1),
    (25, 1),
    (30_000, 1_001),
    (30, 1),
    (48, 1),
    (50, 1),
    (60_000, 1_001),
    (60, 1),
    (100, 1),
    (120_000, 1_001),
    (120, 1),
    (240_000, 1_001),
    (240, 1),
];

/// The grid of a recording from the two rates that a demuxer knows: the finest that its times fit on, and frames by length.
/// Phones drop frames in bad light, so the average is a little lower than the rate they aimed at; interlaced files have a
/// field rate of twice the average.
fn choose_rate(finest: Option<FrameRate>, average: Option<FrameRate>) -> Option<FrameRate> {
    let of = |rate: FrameRate| f64::from(rate.num) / f64::from(rate.den);
    let Some(average) = average else { return finest };
    let usual = || USUAL.iter().map(|&(num, den)| FrameRate { num, den });
    if let Some(finest) = finest {
        let part = of(average) / of(finest);
        let is_usual = usual().any(|rate| rate == finest) && of(finest) < 61.0;
        if (0.995..1.005).contains(&part) || (is_usual && (0.55..1.005).contains(&part)) {
            return Some(finest);
        }
    }
    let near = |rate: FrameRate| (of(rate) / of(average) - 1.0).abs();
    let nearest = usual().min_by(|a, b| near(*a).total_cmp(&near(*b)))?;
    Some(if near(nearest) < 0.02 { nearest } else { average })
}

fn parse_rate(text: &str) -> Option<FrameRate> {
    let (num, den) = text.split_once('/')?;
    FrameRate::new(num.parse().ok()?, den.parse().ok()?)
}

fn parse_seconds(text: &str) -> Option<Micros> {
    let seconds: f64 = text.parse().ok()?;
    (seconds.abs() < 1e6).then(|| Micros::from_seconds_f64(seconds))
}

/// `00:01:02.345000000`, as Matroska writes lengths.
fn parse_clock(text: &str) -> Option<Micros> {
    let mut parts = text.split(':');
    let hours: u32 = parts.next()?.parse().ok()?;
    let minutes: u32 = parts.next()?.parse().ok()?;
    let seconds = parse_seconds(parts.next()?)?;
    (hours < 100 && minutes < 60).then(|| Micros::from_seconds(i64::from(hours * 3_600 + minutes * 60)) + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(stream: &str) -> Result<VideoFacts, MediaError> {
        let json =
            format!(r#"{{"streams":[{{"index":0,"codec_type":"video","codec_name":"h264",{stream}}}],"format":{{}}}}"#);
        serde_json::from_str::<Report>(&json).expect("JSON").facts(Container::Mp4)
    }

    const PHONE: &str =
        r#""width":1920,"height":1080,"pix_fmt":"yuv420p","r_frame_rate":"30/1","avg_frame_rate":"36000/1213"#;

    #[test]
    fn a_phone_held_upright_is_upright() {
        let facts =
            report(&format!(r#"{PHONE}","duration":"10.5","side_data_list":[{{"rotation":-90}}]"#)).expect("facts");
        assert_eq!((facts.width, facts.height, facts.rotation), (1080, 1920, 90));
        assert_eq!((facts.rate, facts.duration), (FrameRate { num: 30, den: 1 }, Micros(10_500_000)));
        let tagged = report(&format!(r#"{PHONE}","tags":{{"rotate":"270"}}"#)).expect("facts");
        assert_eq!((tagged.rotation, tagged.width), (270, 1080));
    }

    #[test]
    fn pixels_that_are_not_square_are_stretched() {
        let facts = report(
            r#""width":1440,"height":1080,"sample_aspect_ratio":"4:3","field_order":"tt","r_frame_rate":"50/1","avg_frame_rate":"25/1""#,
        );
        let facts = facts.expect("facts");
        assert_eq!((facts.width, facts.pixels.stretched, facts.pixels.interlaced), (1920, true, true));
        assert_eq!(facts.rate, FrameRate { num: 25, den: 1 });
    }

    #[test]
    fn rates_are_what_the_camera_aimed_at() {
        let rate = |finest: &str, average: &str| {
            choose_rate(parse_rate(finest), parse_rate(average)).map(|rate| rate.to_string())
        };
        assert_eq!(rate("30000/1001", "30000/1001").as_deref(), Some("29.97"));
        assert_eq!(rate("60000/1001", "19001/317").as_deref(), Some("59.94"));
        assert_eq!(rate("90000/1", "359970/12011").as_deref(), Some("29.97"), "variable");
        assert_eq!(rate("120/1", "120/1").as_deref(), Some("120"));
        assert_eq!(rate("0/0", "25/1").as_deref(), Some("25"));
        assert_eq!(rate("25/1", "0/0").as_deref(), Some("25"));
        assert_eq!(rate("1000/1", "173/10").as_deref(), Some("17.30"));
        assert_eq!(rate("0/0", "0/0"), None);
    }

    #[test]
    fn hostile_reports_are_errors() {
        let huge = report(r#""width":65535,"height":65535,"r_frame_rate":"25/1""#);
        assert_eq!(huge.expect_err("too large").code(), "picture_too_large");
        assert_eq!(report(r#""width":0,"height":0"#).expect_err("nothing").code(), "unsupported_video");
        let none: Report = serde_json::from_str("{}").expect("JSON");
        assert_eq!(none.facts(Container::Mp4).expect_err("nothing").code(), "no_video_track");
        let odd = report(
            r#""width":640,"height":480,"r_frame_rate":"25/1","duration":"1e300","sample_aspect_ratio":"99999:1","side_data_list":[{"rotation":1e99}]"#,
        );
        let odd = odd.expect("facts");
        assert_eq!((odd.duration, odd.rotation, odd.width), (Micros::ZERO, 0, 640));
    }
}
