//! One picture of a recording.

use super::{
    error::{MediaError, MediaErrorKind as Kind},
    input::{self, strings},
    tools::Tools,
};
use crate::domain::{time::Micros, video::VideoFacts};
use std::{ffi::OsString, path::Path};
use tokio_util::sync::CancellationToken;

pub const POSTER_WIDTH: u32 = 640;
const MOST_BYTES: usize = 4 << 20;

/// A JPEG, 640 pixels wide, of the frame shown at source time `at` (the last one, when `at` lies behind it).
pub async fn poster(
    tools: &Tools,
    path: &Path,
    facts: &VideoFacts,
    at: Micros,
    cancel: &CancellationToken,
) -> Result<Vec<u8>, MediaError> {
    let last = facts.frames.max(1) - 1;
    let at = facts.rate.frame_start(facts.rate.frame_at(at).clamp(0, last));
    let mut args = strings(["-hide_banner", "-nostdin", "-loglevel", "error"]);
    args.extend(input::reading(facts.container));
    args.extend(input::seek(facts, at));
    args.extend([OsString::from("-i"), input::file(path)]);
    let mut filters: Vec<String> = input::deinterlace(facts).into_iter().collect();
    filters.push(input::frames_from(facts, at));
    filters.extend(input::plain_picture(facts, tools.capabilities().zscale));
    filters.push(format!("scale={POSTER_WIDTH}:-2:in_range=tv:out_range=pc,format=yuvj420p,setpts=PTS-STARTPTS"));
    args.extend(strings(["-map", &format!("0:{}", facts.video_stream), "-vf", &filters.join(",")]));
    args.extend(strings(["-frames:v", "1", "-c:v", "mjpeg", "-q:v", "4", "-f", "image2pipe", "pipe:1"]));
    let jpeg = tools.output(tools.ffmpeg(args, &[path]), MOST_BYTES, cancel).await?;
    if jpeg.starts_with(&[0xFF, 0xD8]) { Ok(jpeg) } else { Err(Kind::TruncatedVideo.into()) }
}
