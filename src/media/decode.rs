//! Source frames as raw pictures: ffmpeg reads, we count.

use super::{
    error::{MediaError, MediaErrorKind as Kind},
    input::{self, strings},
    process::Running,
    tools::Tools,
    window::Window,
};
use crate::domain::{plan::Shot, time::FrameRate, video::VideoFacts};
use std::{ffi::OsString, path::Path};
use tokio_util::sync::CancellationToken;

/// A recording whose last frames are lost may still be one or two frames short of its length: the last one is repeated.
pub const MOST_MISSING: i64 = 2;

/// The bytes of one 8 bit 4:2:0 picture: luma, then both chroma planes, each rounded up to whole samples.
pub const fn frame_bytes(width: u32, height: u32) -> usize {
    let (width, height) = (width as usize, height as usize);
    width * height + 2 * width.div_ceil(2) * height.div_ceil(2)
}

/// Source frames `first..end`, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub first: i64,
    pub end: i64,
}

/// What a shot reads for an output at `output`: each stretch is one pass of a decoder. Runs that go on where the last one ended
/// share a pass.
pub fn stretches(shot: &Shot, output: FrameRate) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for run in shot.runs.iter().filter(|run| run.frames > 0) {
        let shown = |n| run.shown(shot.facts.rate, output, n);
        let (first, last) = (shown(0).frame, shown(run.frames - 1));
        let end = last.frame + 1 + i64::from(last.next > 0);
        match stretches.last_mut() {
            Some(last) if (last.first..=last.end).contains(&first) => last.end = last.end.max(end),
            _ => stretches.push(Stretch { first, end }),
        }
    }
    stretches
}

/// A decoder of one stretch, of a part of its pictures. Blocks.
pub struct Decoder {
    running: Option<Running>,
    stretch: Stretch,
    next: i64,
    /// The stretch reaches the recording's last frames.
    at_the_end: bool,
}

impl Decoder {
    pub fn start(
        tools: &Tools,
        path: &Path,
        facts: &VideoFacts,
        stretch: Stretch,
        window: Window,
        cancel: &CancellationToken,
    ) -> Result<Self, MediaError> {
        let call = tools.ffmpeg(arguments(tools, path, facts, stretch, window), &[path]);
        let running = Some(tools.start(&call, cancel)?);
        Ok(Self { running, stretch, next: stretch.first, at_the_end: stretch.end >= facts.frames })
    }

    /// Fills `buffer` (of [`Window::bytes`]) with the next frame and answers its number; `None` after the last. At the very
    /// end of a recording, `None` may come up to [`MOST_MISSING`] frames early.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<Option<i64>, MediaError> {
        if let Some(running) = &mut self.running
            && self.next < self.stretch.end
            && running.read_frame(buffer)?
        {
            self.next += 1;
            return Ok(Some(self.next - 1));
        }
        if let Some(running) = self.running.take() {
            running.finish()?;
        }
        let missing = self.stretch.end - self.next;
        if missing == 0 || (self.at_the_end && missing <= MOST_MISSING && self.next > self.stretch.first) {
            return Ok(None);
        }
        Err(MediaError::new(Kind::TruncatedVideo, format!("{missing} frames from frame {} on are missing", self.next)))
    }
}

fn arguments(tools: &Tools, path: &Path, facts: &VideoFacts, stretch: Stretch, window: Window) -> Vec<OsString> {
    let mut filters = input::plain_picture(facts, tools.capabilities().zscale);
    filters.push(window.filter());
    reading(tools, path, facts, stretch, filters, "yuv420p")
}

/// Frames `stretch` of a recording as raw pictures on the standard output, made by `made` into pictures of `format`.
pub(super) fn reading(
    tools: &Tools,
    path: &Path,
    facts: &VideoFacts,
    stretch: Stretch,
    made: Vec<String>,
    format: &str,
) -> Vec<OsString> {
    let at = facts.rate.frame_start(stretch.first);
    let mut args =
        strings(["-hide_banner", "-nostdin", "-loglevel", "error", "-threads", &tools.threads().to_string()]);
    args.extend(input::reading(facts.container));
    args.extend(input::seek(facts, at));
    args.extend([OsString::from("-i"), input::file(path)]);
    let mut filters: Vec<String> = input::deinterlace(facts).into_iter().collect();
    filters.push(input::frames_from(facts, at));
    filters.extend(made);
    // From zero, so that no version of ffmpeg fills the time in front with copies.
    filters.push("setpts=PTS-STARTPTS".to_owned());
    args.extend(strings(["-map", &format!("0:{}", facts.video_stream), "-vf", &filters.join(",")]));
    args.extend(strings(["-frames:v", &(stretch.end - stretch.first).to_string()]));
    args.extend(strings(["-f", "rawvideo", "-pix_fmt", format, "pipe:1"]));
    args
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::testing::{self, run};

    #[test]
    fn odd_pictures_have_whole_chroma_samples() {
        assert_eq!(frame_bytes(1920, 1080), 3_110_400);
        assert_eq!(frame_bytes(3, 3), 9 + 2 * 4);
    }

    #[test]
    fn runs_that_touch_share_a_pass() {
        let mut spec = testing::chunk_spec();
        spec.shot.runs = vec![run(0, 25, 100), run(25, 50, 50), run(100, 110, 100)];
        assert_eq!(stretches(&spec.shot, spec.rate), [Stretch { first: 0, end: 50 }, Stretch { first: 100, end: 110 }]);
    }
}
