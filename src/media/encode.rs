//! Raw pictures to H.264: ffmpeg writes, we count.

use super::{
    error::MediaError,
    hardware::Hardware,
    input::{self, strings},
    process::{Call, Running},
    tools::Tools,
};
use crate::domain::{plan::ChunkSpec, preset::Quality, time::FrameRate};
use sha2::{Digest, Sha256};
use std::{ffi::OsString, path::Path};
use tokio_util::sync::CancellationToken;

/// Part of every chunk's content key: raise it when the same spec gives another file.
const ENCODER_VERSION: u32 = 2;

/// What every chunk of an export is encoded with, so that chunks join without being touched again: x264 "veryfast" is
/// the knee of speed against quality; two seconds between keyframes, each GOP closed.
pub fn encoder_arguments(
    rate: FrameRate,
    quality: Quality,
    threads: usize,
    hardware: Option<Hardware>,
) -> Vec<OsString> {
    let two_seconds = (2 * rate.num / rate.den.max(1)).max(1).to_string();
    if let Some(hardware) = hardware {
        let mut args = hardware.arguments(quality, &two_seconds);
        args.extend(bt709());
        return args;
    }
    let crf = quality.crf().to_string();
    let mut args = strings(["-c:v", "libx264", "-preset", "veryfast", "-crf", &crf, "-profile:v", "high"]);
    args.extend(strings(["-pix_fmt", "yuv420p", "-g", &two_seconds, "-flags:v", "+cgop+bitexact"]));
    args.extend(strings(["-threads", &threads.to_string()]));
    args.extend(bt709());
    args
}

/// What decides the bytes of a chunk beside its spec: two machines with one fingerprint write the same file.
pub fn fingerprint(tools: &Tools) -> String {
    let mut hash = Sha256::new();
    let rate = FrameRate { num: 30, den: 1 };
    for argument in encoder_arguments(rate, Quality::Standard, tools.threads(), tools.hardware()) {
        hash.update(argument.as_encoded_bytes());
        hash.update([0]);
    }
    hash.update(&tools.capabilities().version);
    hash.update(ENCODER_VERSION.to_be_bytes());
    hex::encode(&hash.finalize()[..16])
}

/// Limited range BT.709, said about pictures that are.
fn bt709() -> Vec<OsString> {
    let tags = ["-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"];
    strings(tags)
}

/// Ticks per second and per frame of the exported file's clock: a multiple of the frame rate, so that every frame lies on
/// a whole tick, fine enough for players.
pub fn clock(rate: FrameRate) -> (u64, u64) {
    let times = 10_000_u64.div_ceil(u64::from(rate.num.max(1)));
    (u64::from(rate.num) * times, u64::from(rate.den) * times)
}

/// An encoder of one chunk. Blocks.
pub struct Encoder(Running);

impl Encoder {
    /// Writes `file`, replacing it, which lies in the folder `work`.
    pub fn start(
        tools: &Tools,
        spec: &ChunkSpec,
        file: &Path,
        work: &Path,
        cancel: &CancellationToken,
    ) -> Result<Self, MediaError> {
        let rate = spec.rate;
        let hardware = tools.hardware();
        let mut args = strings(["-hide_banner", "-loglevel", "error", "-y"]);
        args.extend(hardware.map(Hardware::device).unwrap_or_default());
        args.extend(strings(["-f", "rawvideo", "-pix_fmt", "yuv420p"]));
        args.extend(strings(["-video_size", &format!("{}x{}", spec.width, spec.height)]));
        args.extend(strings(["-framerate", &format!("{}/{}", rate.num, rate.den)]));
        args.extend(bt709());
        args.extend(strings(["-i", "pipe:0", "-an"]));
        args.extend(encoder_arguments(rate, spec.quality, tools.threads(), hardware));
        args.extend(strings(["-map_metadata", "-1", "-map_chapters", "-1"]));
        args.extend(plain_mp4(rate));
        args.push(input::file(file));
        let mut call = tools.ffmpeg(args, &[]);
        call.needs.writes = Some(work.to_owned());
        call.needs.devices = hardware.is_some();
        Ok(Self(tools.start(&Call { fed: true, ..call }, cancel)?))
    }

    pub fn write(&mut self, picture: &[u8]) -> Result<(), MediaError> {
        self.0.write(picture)
    }

    /// Waits until the file is complete.
    pub fn finish(self) -> Result<(), MediaError> {
        self.0.finish()
    }
}

/// An MP4 on our clock.
pub fn plain_mp4(rate: FrameRate) -> Vec<OsString> {
    let (ticks, _) = clock(rate);
    let mut args = strings(["-fflags", "+bitexact"]);
    args.extend(strings(["-video_track_timescale", &ticks.to_string(), "-f", "mp4"]));
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_lies_on_a_whole_tick() {
        assert_eq!(clock(FrameRate { num: 25, den: 1 }), (10_000, 400));
        assert_eq!(clock(FrameRate { num: 30_000, den: 1_001 }), (30_000, 1_001));
    }
}
