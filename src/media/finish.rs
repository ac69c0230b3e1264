//! Chunks and sound to one file, checked before it gets its name.

use super::{
    chunk::publish,
    encode::{clock, plain_mp4},
    error::{MediaError, MediaErrorKind as Kind},
    input::{self, strings},
    tools::Tools,
};
use crate::domain::{
    plan::ExportPlan,
    time::{FrameRate, Micros},
};
use serde::Deserialize;
use std::{
    ffi::OsString,
    fmt::Write,
    path::{Path, PathBuf},
};
use tokio_util::sync::CancellationToken;

/// A finished export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub path: PathBuf,
    pub bytes: u64,
    pub frames: i64,
    pub duration: Micros,
    pub width: u32,
    pub height: u32,
}

/// Joins `chunks`, in playing order, and `sound` into one file; all of them are file names in the folder `work`.
pub async fn finish(
    tools: &Tools,
    plan: &ExportPlan,
    chunks: &[String],
    sound: &str,
    work: &Path,
    cancel: &CancellationToken,
) -> Result<Rendered, MediaError> {
    let work = tokio::fs::canonicalize(work).await?;
    let (file, sound) = (work.join("reel.mp4"), work.join(sound));
    let (list, part) = (work.join("chunks.txt"), file.with_extension("part"));
    let chapters = work.join("chapters.txt");
    tokio::fs::write(&list, listing(chunks)).await?;
    tokio::fs::write(&chapters, chapters_of(plan)).await?;
    let mut args = strings(["-hide_banner", "-nostdin", "-loglevel", "error", "-y"]);
    // Pieces are MP4, whatever they say they are.
    args.extend(strings([
        "-protocol_whitelist",
        "file,pipe",
        "-format_whitelist",
        "concat,mov,ffmetadata",
        "-f",
        "concat",
    ]));
    args.extend([
        OsString::from("-i"),
        input::file(&list),
        "-f".into(),
        "mov".into(),
        "-i".into(),
        input::file(&sound),
        "-f".into(),
        "ffmetadata".into(),
        "-i".into(),
        input::file(&chapters),
    ]);
    args.extend(strings([
        "-map",
        "0:v:0",
        "-map",
        "1:a:0",
        "-map_chapters",
        "2",
        "-c",
        "copy",
        "-bsf:v",
        &on_the_grid(plan.rate),
    ]));
    // Nothing of the file as a whole; titles of chapters are ours.
    args.extend(strings(["-map_metadata:g", "-1", "-movflags", "+faststart"]));
    args.extend(plain_mp4(plan.rate));
    args.push(input::file(&part));
    let mut call = tools.ffmpeg(args, &[]);
    call.needs.writes = Some(work);
    tools.output(call, 4_096, cancel).await?;
    check(tools, plan, &part, cancel).await?;
    publish(&part, &file).await?;
    tokio::fs::remove_file(&list).await?;
    tokio::fs::remove_file(&chapters).await?;
    Ok(Rendered {
        bytes: tokio::fs::metadata(&file).await?.len(),
        path: file,
        frames: plan.total_frames,
        duration: plan.duration(),
        width: plan.width,
        height: plan.height,
    })
}

/// A list for the concat demuxer. The names are ours: letters, digits, `-` and `.`.
fn listing(chunks: &[String]) -> String {
    chunks.iter().fold("ffconcat version 1.0\n".to_owned(), |list, name| list + "file " + name + "\n")
}

/// A chapter for each clip, where there are several.
fn chapters_of(plan: &ExportPlan) -> String {
    let mut text = ";FFMETADATA1\n".to_owned();
    let ends = plan.clips.iter().skip(1).map(|clip| clip.first).chain([plan.total_frames]);
    for (clip, end) in plan.clips.iter().zip(ends).filter(|_| plan.clips.len() > 1) {
        let (from, to) = (plan.rate.frame_start(clip.first).0, plan.rate.frame_start(end).0);
        let title = escaped(&clip.title);
        // Writing to a text cannot fail.
        let _ = write!(text, "[CHAPTER]\nTIMEBASE=1/1000000\nSTART={from}\nEND={to}\ntitle={title}\n");
    }
    text
}

/// What means something in that format stands behind a backslash; lines are not broken.
fn escaped(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).fold(String::new(), |mut escaped, c| {
        if matches!(c, '=' | ';' | '#' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
        escaped
    })
}

/// The joining demuxer adds up chunk lengths in microseconds; this puts every frame back on its tick.
fn on_the_grid(rate: FrameRate) -> String {
    let (ticks, frame) = clock(rate);
    format!("setts=time_base=1/{ticks}:pts=round(PTS/{frame})*{frame}:dts=round(DTS/{frame})*{frame}:duration={frame}")
}

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: String,
    width: Option<u32>,
    height: Option<u32>,
    duration: Option<String>,
    start_time: Option<String>,
    nb_read_packets: Option<String>,
}

impl Stream {
    fn packets(&self) -> i64 {
        self.nb_read_packets.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0)
    }
}

fn seconds(text: Option<&str>) -> Micros {
    text.and_then(|text| text.parse().ok()).map(Micros::from_seconds_f64).unwrap_or_default()
}

async fn report(tools: &Tools, file: &Path, cancel: &CancellationToken) -> Result<Vec<Stream>, MediaError> {
    let entries = "stream=codec_type,width,height,duration,start_time,nb_read_packets";
    let mut args =
        strings(["-v", "error", "-of", "json", "-count_packets", "-show_entries", entries, "-f", "mov", "-i"]);
    args.push(input::file(file));
    let json = tools.output(tools.ffprobe(args, &[file]), 64 << 10, cancel).await?;
    let report: Report = serde_json::from_slice(&json).map_err(|error| MediaError::new(Kind::WrongOutput, error))?;
    Ok(report.streams)
}

/// Frames of a file that we wrote, counted by its packets.
pub async fn count_frames(tools: &Tools, file: &Path, cancel: &CancellationToken) -> Result<i64, MediaError> {
    let streams = report(tools, file, cancel).await?;
    Ok(streams.iter().find(|stream| stream.codec_type == "video").map_or(0, Stream::packets))
}

/// The exit code of a program proves nothing: the file is compared with the plan.
async fn check(tools: &Tools, plan: &ExportPlan, file: &Path, cancel: &CancellationToken) -> Result<(), MediaError> {
    let streams = report(tools, file, cancel).await?;
    let wrong = |what: String| Err(MediaError::new(Kind::WrongOutput, what));
    // Chapters are a stream of their own.
    let streams: Vec<&Stream> = streams.iter().filter(|stream| stream.codec_type != "data").collect();
    let [video, sound] = streams[..] else { return wrong(format!("{} streams, not 2", streams.len())) };
    if (video.codec_type.as_str(), sound.codec_type.as_str()) != ("video", "audio") {
        return wrong("the streams are not a picture and a sound".to_owned());
    }
    if (video.width, video.height) != (Some(plan.width), Some(plan.height)) {
        return wrong(format!("{:?} x {:?}, not {} x {}", video.width, video.height, plan.width, plan.height));
    }
    if video.packets() != plan.total_frames {
        return wrong(format!("{} frames, not {}", video.packets(), plan.total_frames));
    }
    let frame = plan.rate.frame_length();
    for stream in streams {
        let (start, length) = (seconds(stream.start_time.as_deref()), seconds(stream.duration.as_deref()));
        let off = (start.0.abs()).max((start + length - plan.duration()).0.abs());
        // AAC comes in packets of 1024 samples: 21 ms.
        if off > frame.0.max(25_000) {
            return wrong(format!("{} from {start:?} for {length:?}, not {:?}", stream.codec_type, plan.duration()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_grids_are_plain_text() {
        assert_eq!(listing(&["chunk-0a.mp4".into()]), "ffconcat version 1.0\nfile chunk-0a.mp4\n");
        let ntsc = on_the_grid(FrameRate { num: 30_000, den: 1_001 });
        assert_eq!(ntsc, "setts=time_base=1/30000:pts=round(PTS/1001)*1001:dts=round(DTS/1001)*1001:duration=1001");
    }
}
