//! A copy of a recording that every browser plays, for looking at only: exports read the recording itself. One picture for each
//! frame of the grid, the first at zero, so that a time means the same frame in both.

use super::{
    error::{MediaError, MediaErrorKind as Kind},
    input::{self, strings},
    tools::Tools,
};
use crate::domain::video::VideoFacts;
use std::{
    ffi::OsString,
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};
use tokio_util::sync::CancellationToken;

/// Its shorter side at most.
const SIDE: u32 = 720;
const BLOCK: usize = 256 << 10;

/// Makes it in the folder `work`. Tells `on_bytes` how much of it there is.
pub async fn proxy(
    tools: &Tools,
    path: &Path,
    facts: &VideoFacts,
    work: &Path,
    on_bytes: impl Fn(u64) + Send + 'static,
    cancel: &CancellationToken,
) -> Result<PathBuf, MediaError> {
    let work = tokio::fs::canonicalize(work).await?;
    let (raw, file) = (work.join("proxy.part"), work.join("proxy.mp4"));
    // Who sees foreign bytes writes nothing but its output, which cannot be sought in.
    let call = tools.ffmpeg(transcoding(tools, path, facts), &[path]);
    let ours = cancel.child_token();
    let _ends_with_us = ours.clone().drop_guard();
    let writing = {
        let (tools, raw) = (tools.clone(), raw.clone());
        move || {
            let mut running = tools.start(&call, &ours)?;
            let mut out = File::create(raw)?;
            let (mut block, mut written) = (vec![0; BLOCK], 0);
            loop {
                match running.fill(&mut block)? {
                    0 => return running.finish(),
                    count => {
                        out.write_all(&block[..count])?;
                        written += count as u64;
                        on_bytes(written);
                    }
                }
            }
        }
    };
    tokio::task::spawn_blocking(writing).await.map_err(|_| MediaError::new(Kind::ToolFailed, "a thread ended"))??;
    // With its index in front, so that a browser seeks at once.
    let mut args = strings(["-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-copyts", "-f", "mov", "-i"]);
    args.push(input::file(&raw));
    args.extend(strings(["-map", "0", "-c", "copy", "-map_metadata", "-1", "-movflags", "+faststart", "-f", "mp4"]));
    // A large one takes longer than silence is borne.
    args.extend(strings(["-progress", "pipe:1", "-stats_period", "5"]));
    args.push(input::file(&file));
    let mut call = tools.ffmpeg(args, &[]);
    call.needs.writes = Some(work);
    tools.output(call, 1 << 20, cancel).await?;
    tokio::fs::remove_file(&raw).await?;
    let counted = file.clone();
    let counting = tokio::task::spawn_blocking(move || super::finish::count_frames(&counted));
    let found = super::chunk::join(counting).await?;
    // The last frames of a recording may be lost, and one of variable rate may end early.
    if found == 0 || found > facts.frames {
        return Err(MediaError::new(Kind::WrongOutput, format!("a proxy has {found} frames, not {}", facts.frames)));
    }
    Ok(file)
}

fn transcoding(tools: &Tools, path: &Path, facts: &VideoFacts) -> Vec<OsString> {
    let threads = tools.threads().to_string();
    let mut args = strings(["-hide_banner", "-nostdin", "-loglevel", "error", "-copyts", "-threads", &threads]);
    args.extend(input::reading(facts.container));
    args.extend([OsString::from("-i"), input::file(path)]);
    let mut filters: Vec<String> = input::deinterlace(facts).into_iter().collect();
    filters.push(input::frames_from(facts, crate::domain::time::Micros::ZERO));
    filters.extend(input::small_picture(facts, size(facts), "bicubic", tools.capabilities().zscale));
    filters.push("setpts=PTS-STARTPTS".to_owned());
    args.extend(strings(["-map", &format!("0:{}", facts.video_stream), "-vf", &filters.join(",")]));
    args.extend(strings(["-frames:v", &facts.frames.to_string()]));
    if let Some(stream) = facts.sound_stream {
        let sound = input::sound_from_start(facts);
        args.extend(strings([
            "-map",
            &format!("0:{stream}"),
            "-af",
            &sound,
            "-ac",
            "2",
            "-c:a",
            "aac",
            "-b:a",
            "128k",
        ]));
    }
    let second = (facts.rate.num / facts.rate.den.max(1)).max(1).to_string();
    args.extend(strings([
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-pix_fmt", "yuv420p", "-g", &second,
    ]));
    args.extend(strings(["-threads", &threads, "-color_range", "tv", "-colorspace", "bt709"]));
    args.extend(strings([
        "-color_primaries",
        "bt709",
        "-color_trc",
        "bt709",
        "-map_metadata",
        "-1",
        "-map_chapters",
        "-1",
    ]));
    args.extend(strings(["-movflags", "frag_keyframe+delay_moov+default_base_moof", "-f", "mp4", "pipe:1"]));
    args
}

fn size(facts: &VideoFacts) -> (u32, u32) {
    let shorter = facts.width.min(facts.height).max(2);
    let side = SIDE.min(shorter);
    let scaled = |length: u32| u32::try_from(u64::from(length) * u64::from(side) / u64::from(shorter)).unwrap_or(side);
    (scaled(facts.width).max(2) / 2 * 2, scaled(facts.height).max(2) / 2 * 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{geometry::Rect, video::Container},
        media::{
            probe::probe,
            testing::{Footage, Picture, pictures, samples},
            tests::tools,
        },
    };

    /// Frame by frame the recording, though that is H.265 in Matroska with a clock that starts late.
    #[tokio::test(flavor = "multi_thread")]
    async fn each_frame_is_where_it_was() {
        const HEVC: &[&str] = &[
            "-c:v",
            "libx265",
            "-preset",
            "ultrafast",
            "-x265-params",
            "log-level=error",
            "-c:a",
            "pcm_s16le",
            "-output_ts_offset",
            "3.2",
        ];
        let folder = tempfile::tempdir().expect("a folder");
        let footage = Footage { output: HEVC, ending: "mkv", frames: 80, ..Footage::small() };
        let path = footage.make(folder.path(), "a");
        let (tools, cancel) = (tools().await, CancellationToken::new());
        let facts = probe(tools, &path, &cancel).await.expect("facts");
        assert_eq!((facts.codec.as_str(), facts.container, facts.needs_proxy()), ("hevc", Container::Matroska, true));
        let file = proxy(tools, &path, &facts, folder.path(), |_| (), &cancel).await.expect("a proxy");
        let made = probe(tools, &file, &cancel).await.expect("facts");
        assert!(!made.needs_proxy());
        assert_eq!((made.frames, made.rate, made.width, made.height), (80, facts.rate, 320, 180));
        assert_eq!(made.first_frame.0, 0);
        let all = Rect { x: 0.0, y: 0.0, w: 320.0, h: 180.0 };
        let numbers: Vec<i64> =
            pictures(&file, (320, 180)).iter().map(|it: &Picture| footage.number(it, all)).collect();
        assert_eq!(numbers, (0..80).collect::<Vec<_>>());
        let beep = samples(&file).iter().position(|it| it.unsigned_abs() > 3_000).expect("a beep");
        assert!(beep < 1_500, "the beep at zero is at {beep}");
    }

    #[test]
    fn small_ones_stay_small_and_sides_are_even() {
        let with = |width, height| size(&VideoFacts { width, height, ..crate::media::testing::facts() });
        assert_eq!([with(3840, 2160), with(1080, 1920), with(641, 359)], [(1280, 720), (720, 1280), (640, 358)]);
    }
}
