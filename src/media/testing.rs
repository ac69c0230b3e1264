//! Footage and values for tests.

use crate::domain::{
    aspect::Aspect,
    geometry::Rect,
    plan::{ChunkSpec, PLAN_VERSION, Run, Shot},
    preset::Quality,
    straighten::Straighten,
    time::{FrameRate, Micros},
    video::{Container, PixelFacts, VideoFacts},
};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

pub const VIDEO: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

/// A 1080p25 recording of one minute.
pub fn facts() -> VideoFacts {
    VideoFacts {
        width: 1920,
        height: 1080,
        rate: FrameRate { num: 25, den: 1 },
        duration: Micros::from_seconds(60),
        frames: 1_500,
        first_frame: Micros::ZERO,
        stream_start: Micros::ZERO,
        has_sound: false,
        codec: "h264".to_owned(),
        sound_codec: None,
        container: Container::Mp4,
        rotation: 0,
        video_stream: 0,
        sound_stream: None,
        pixels: PixelFacts { format: "yuv420p".to_owned(), ..PixelFacts::default() },
    }
}

pub fn chunk_spec() -> ChunkSpec {
    ChunkSpec {
        version: PLAN_VERSION,
        shot: Shot {
            video: VIDEO.parse().expect("an id"),
            facts: facts(),
            crop: Vec::new(),
            runs: Vec::new(),
            straighten: Straighten::default(),
            spotlights: Vec::new(),
            cards: Vec::new(),
            whole: false,
        },
        aspect: Aspect::Portrait,
        width: 1080,
        height: 1920,
        rate: FrameRate { num: 25, den: 1 },
        quality: Quality::Standard,
        over: None,
        coming: None,
        going: None,
    }
}

/// Source frames `first..end` at a speed in percent, at 25 fps as they were recorded.
pub fn run(first: i64, end: i64, speed: u16) -> Run {
    let frames = (end - first) * 100 / i64::from(speed);
    Run { first, end, speed: speed.try_into().expect("a speed"), ramp: None, blend: false, skip: 0, frames }
}

/// Living processes whose command line contains `text`.
pub fn processes_with(text: &str) -> usize {
    let entries = std::fs::read_dir("/proc").expect("/proc");
    let lines = entries.flatten().filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(text)).count()
}

/// Footage whose every frame says which one it is: eight black or white blocks are the frame's number, and a soft bright
/// blob moves a little with every frame.
#[derive(Debug, Clone)]
pub struct Footage {
    pub size: (u32, u32),
    pub rate: FrameRate,
    pub frames: i64,
    /// A beep of 100 ms at the start of every second.
    pub sound: bool,
    /// Encoder and muxer, and the ending of the file's name.
    pub output: &'static [&'static str],
    pub ending: &'static str,
}

/// Three frames of reordering and one keyframe a hundred frames: what makes seeking hard.
pub const REORDERED: &[&str] =
    &["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "100", "-crf", "12", "-c:a", "aac"];
pub const QUICK: &[&str] = &["-c:v", "libx264", "-preset", "ultrafast", "-g", "12", "-crf", "12", "-c:a", "aac"];

const BLOCK: u32 = 20;

impl Footage {
    pub fn small() -> Self {
        let rate = FrameRate { num: 25, den: 1 };
        Self { size: (320, 180), rate, frames: 200, sound: true, output: REORDERED, ending: "mp4" }
    }

    /// Where the blob is in frame `n`, in pixels.
    pub fn blob(&self, n: i64) -> (f64, f64) {
        let step = f64::from(i32::try_from(n % 100).expect("small"));
        (f64::from(self.size.0) / 2.0 - 20.0 + 0.4 * step, f64::from(self.size.1) * 0.72 + 0.05 * step)
    }

    /// The block of bit `bit`, by its left top corner.
    fn block(&self, bit: u32) -> (u32, u32) {
        (self.size.0 / 2 - 2 * BLOCK + bit % 4 * BLOCK, 20 + bit / 4 * BLOCK)
    }

    fn picture(&self, n: i64) -> Vec<u8> {
        let (width, height) = self.size;
        let (blob, mut picture) = (self.blob(n), vec![40; (width * height) as usize]);
        let around = |centre: f64, limit: u32| (0..limit).filter(move |at| (f64::from(*at) - centre).abs() < 25.0);
        for y in around(blob.1, height) {
            for x in around(blob.0, width) {
                let (dx, dy) = (f64::from(x) + 0.5 - blob.0, f64::from(y) + 0.5 - blob.1);
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let light = (150.0 * (-(dx * dx + dy * dy) / 50.0).exp()) as u8;
                picture[(y * width + x) as usize] += light;
            }
        }
        for bit in 0..8 {
            let level = if n >> bit & 1 == 1 { 230 } else { 18 };
            let (left, top) = self.block(bit);
            for y in top..top + BLOCK {
                let row = (y * width) as usize;
                picture[row + left as usize..row + (left + BLOCK) as usize].fill(level);
            }
        }
        picture.resize(crate::media::decode::frame_bytes(width, height), 128);
        picture
    }

    /// Writes it into `folder`.
    pub fn make(&self, folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(format!("{name}.{}", self.ending));
        let mut command = Command::new("ffmpeg");
        command.args(["-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p"]);
        command.args(["-s", &format!("{}x{}", self.size.0, self.size.1)]);
        command.args(["-framerate", &format!("{}/{}", self.rate.num, self.rate.den)]);
        command.args(["-color_range", "tv", "-colorspace", "bt709", "-i", "pipe:0"]);
        if self.sound {
            let length = self.rate.frame_start(self.frames).seconds();
            let beeps = format!("aevalsrc='if(lt(mod(t,1),0.1),0.5*sin(2*PI*1000*t),0)':s=48000:d={length}");
            command.args(["-f", "lavfi", "-i", &beeps]);
        }
        command.args(["-color_range", "tv", "-colorspace", "bt709"]).args(self.output).arg(&path);
        let mut child = command.stdin(Stdio::piped()).spawn().expect("ffmpeg");
        let mut input = child.stdin.take().expect("a pipe");
        for n in 0..self.frames {
            input.write_all(&self.picture(n)).expect("a frame");
        }
        drop(input);
        assert!(child.wait().expect("an end").success());
        path
    }

    /// The number that an output picture shows, `crop` of the source being all of it.
    pub fn number(&self, picture: &Picture, crop: Rect) -> i64 {
        (0..8).fold(0, |number, bit| {
            let (left, top) = self.block(bit);
            let centre = (f64::from(left + BLOCK / 2), f64::from(top + BLOCK / 2));
            number | i64::from(picture.at(place(crop, picture, centre)) > 128) << bit
        })
    }

    /// How far the blob of source frame `n` is from where the crop should show it, in output pixels.
    pub fn blob_error(&self, picture: &Picture, crop: Rect, n: i64) -> (f64, f64) {
        picture.blob_error(crop, self.blob(n))
    }
}

/// Where a source point stands in the picture that shows `crop`.
fn place(crop: Rect, picture: &Picture, point: (f64, f64)) -> (f64, f64) {
    let scale = f64::from(picture.width) / crop.w;
    ((point.0 - crop.x) * scale, (point.1 - crop.y) * scale)
}

/// Brightness only.
pub struct Picture {
    pub width: u32,
    pub pixels: Vec<u8>,
}

impl Picture {
    /// How far the blob that stands at `point` of the source is from where `crop` should show it, in pixels of this picture.
    pub fn blob_error(&self, crop: Rect, point: (f64, f64)) -> (f64, f64) {
        let expected = place(crop, self, point);
        let found = self.brightest(expected, 12.0 * f64::from(self.width) / crop.w);
        (found.0 - expected.0, found.1 - expected.1)
    }

    fn at(&self, (x, y): (f64, f64)) -> u8 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let index = y as usize * self.width as usize + x as usize;
        self.pixels[index]
    }

    /// Centre of brightness within `radius` of `around`.
    fn brightest(&self, around: (f64, f64), radius: f64) -> (f64, f64) {
        let (mut sum, mut across, mut down) = (0.0, 0.0, 0.0);
        for (row, pixels) in (0_u32..).zip(self.pixels.chunks(self.width as usize)) {
            for (column, level) in (0_u32..).zip(pixels) {
                let (x, y) = (f64::from(column) + 0.5, f64::from(row) + 0.5);
                if (x - around.0).hypot(y - around.1) < radius {
                    let weight = f64::from(level.saturating_sub(48));
                    (sum, across, down) = (sum + weight, across + weight * x, down + weight * y);
                }
            }
        }
        (across / sum, down / sum)
    }
}

/// Every picture of a file, decoded without any of our code.
pub fn pictures(path: &Path, size: (u32, u32)) -> Vec<Picture> {
    let gray =
        tool("ffmpeg", &["-v", "error", "-i", &path.to_string_lossy(), "-f", "rawvideo", "-pix_fmt", "gray", "-"]);
    let pixels = size.0 as usize * size.1 as usize;
    assert_eq!(gray.len() % pixels, 0);
    gray.chunks(pixels).map(|pixels| Picture { width: size.0, pixels: pixels.to_vec() }).collect()
}

/// The sound of a file: mono samples at 48 kHz.
pub fn samples(path: &Path) -> Vec<i16> {
    let bytes =
        tool("ffmpeg", &["-v", "error", "-i", &path.to_string_lossy(), "-f", "s16le", "-ac", "1", "-ar", "48000", "-"]);
    bytes.chunks_exact(2).map(|bytes| i16::from_le_bytes([bytes[0], bytes[1]])).collect()
}

pub fn tool(program: &str, args: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output().expect("a program");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
