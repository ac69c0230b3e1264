//! The times of a recording's pictures, from its index; where there is none that can be used, from its packets.

use super::{
    error::{MediaError, MediaErrorKind as Kind},
    finish::index_of,
    index::track,
    input::{self, strings},
    tools::Tools,
};
use crate::domain::{
    frame_table::FrameTable,
    time::Micros,
    video::{Container, VideoFacts},
};
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// Twelve hours at 60 frames a second have 40 MB of such lines.
const MOST_BYTES: usize = 64 << 20;

/// The table of a recording of variable rate; none of any other.
pub async fn frame_table(
    tools: &Tools,
    path: &Path,
    facts: &VideoFacts,
    cancel: &CancellationToken,
) -> Result<Option<FrameTable>, MediaError> {
    let times = match facts.container {
        Container::Mp4 => {
            let (path, stream) = (path.to_owned(), facts.video_stream);
            let reading = tokio::task::spawn_blocking(move || by_index(&path, stream));
            reading.await.map_err(|_| MediaError::new(Kind::ToolFailed, "a thread ended"))?.ok()
        }
        _ => None,
    };
    let times = match times {
        Some(times) => times,
        None => by_packets(tools, path, facts, cancel).await?,
    };
    // What lies in front of the first picture is decoded, not shown.
    let start = facts.stream_start - facts.rate.frame_length();
    Ok(FrameTable::of(times.into_iter().filter(|at| *at > start).collect(), facts.rate))
}

fn by_index(path: &Path, stream: u32) -> Result<Vec<Micros>, MediaError> {
    let (_, moov) = index_of(path)?;
    Ok(track(&moov, stream)?.times().collect())
}

async fn by_packets(
    tools: &Tools,
    path: &Path,
    facts: &VideoFacts,
    cancel: &CancellationToken,
) -> Result<Vec<Micros>, MediaError> {
    let mut args = strings(["-v", "error", "-of", "csv=p=0", "-show_entries", "packet=pts_time", "-select_streams"]);
    args.push(facts.video_stream.to_string().into());
    args.extend(input::reading(facts.container));
    args.push("-i".into());
    args.push(input::file(path));
    let text = tools.output(tools.ffprobe(args, &[path]), MOST_BYTES, cancel).await?;
    let lines = text.split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    // A packet without a time is none that could be stepped to.
    let time = |line: &str| line.trim().trim_end_matches(',').parse().ok();
    Ok(lines.filter_map(time).map(Micros::from_seconds_f64).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{
        probe::probe,
        testing::{Footage, QUICK, tool},
        tests::tools,
    };

    /// Of every seven frames two are missing.
    const SELECT: &str = "select='not(eq(mod(n,7),3)+eq(mod(n,7),4))'";

    #[tokio::test(flavor = "multi_thread")]
    async fn both_ways_find_every_picture() {
        let folder = tempfile::tempdir().expect("a folder");
        let (tools, cancel) = (tools().await, CancellationToken::new());
        let whole = Footage { output: QUICK, ..Footage::small() }.make(folder.path(), "whole");
        let facts = probe(tools, &whole, &cancel).await.expect("facts");
        assert_eq!(frame_table(tools, &whole, &facts, &cancel).await.expect("an answer"), None, "on its grid");
        let kept: Vec<i64> = (0..200).filter(|n| !matches!(n % 7, 3 | 4)).collect();
        for (name, more) in [("a.mp4", &[][..]), ("late.mp4", &["-output_ts_offset", "1.7"]), ("a.mkv", &[])] {
            let path = folder.path().join(name);
            let (from, to) = (whole.to_string_lossy(), path.to_string_lossy());
            let encoder = ["-c:v", "libx264", "-preset", "veryfast", "-fps_mode", "vfr", "-c:a", "copy"];
            tool("ffmpeg", &[&["-v", "error", "-i", &from, "-vf", SELECT][..], &encoder, more, &[&*to]].concat());
            let facts = probe(tools, &path, &cancel).await.expect("facts");
            let table = frame_table(tools, &path, &facts, &cancel).await.expect("an answer").expect(name);
            for (index, frame) in kept.iter().enumerate() {
                let (start, _) = table.shown(index).expect("a picture");
                assert!(
                    (start.0 - frame * 40_000).abs() < 1_000,
                    "{name}: picture {index} at {start:?}, not frame {frame}"
                );
            }
            assert_eq!(table.shown(kept.len()), None, "{name}");
        }
    }
}
