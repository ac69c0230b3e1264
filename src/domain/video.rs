//! What is known about a recording once it was probed: what the browser and an export's plan need.

use super::time::{FrameRate, Micros};
use serde::{Deserialize, Serialize};

/// The file formats that are read. The demuxer is chosen by this, never by a file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Container {
    /// MP4, MOV, M4V, 3GP.
    #[default]
    Mp4,
    /// Matroska and `WebM`.
    Matroska,
    Avi,
    MpegTs,
}

impl Container {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Mp4 => "MP4",
            Self::Matroska => "Matroska",
            Self::Avi => "AVI",
            Self::MpegTs => "MPEG-TS",
        }
    }
}

/// How the stored pixels differ from what is shown: what decoding has to undo.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PixelFacts {
    /// ffmpeg's name: `yuv420p`, `yuv420p10le`.
    pub format: String,
    /// 0 to 255 rather than 16 to 235.
    pub full_range: bool,
    /// Colour matrix, transfer and primaries by ffmpeg's names; empty when the file does not say.
    pub matrix: String,
    pub transfer: String,
    pub primaries: String,
    pub interlaced: bool,
    /// The pixels are not square: the picture has to be stretched to `width` x `height`.
    pub stretched: bool,
}

/// One recording. Source time, everywhere, counts from the first frame of the picture.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VideoFacts {
    /// The picture as it is shown: after rotation, with square pixels. What `videoWidth` and `videoHeight` say.
    pub width: u32,
    pub height: u32,
    /// The rate of the frame grid. A recording of variable rate is laid onto it.
    pub rate: FrameRate,
    /// Length of the picture, without sound that outlasts it.
    pub duration: Micros,
    /// Frames on the grid: `duration` times `rate`.
    pub frames: i64,
    /// The player's `currentTime` at which the first frame is shown. `source time = currentTime - first_frame`.
    #[serde(default)]
    pub first_frame: Micros,
    /// The first frame's presentation time in the file's own clock, for the decoder.
    #[serde(default)]
    pub stream_start: Micros,
    pub has_sound: bool,
    /// ffmpeg's name: `h264`, `hevc`, `vp9`.
    pub codec: String,
    #[serde(default)]
    pub sound_codec: Option<String>,
    pub container: Container,
    /// Clockwise turn from the stored to the shown picture: 0, 90, 180 or 270.
    #[serde(default)]
    pub rotation: i32,
    /// Which of the file's streams are the picture and the sound.
    #[serde(default)]
    pub video_stream: u32,
    #[serde(default)]
    pub sound_stream: Option<u32>,
    #[serde(default)]
    pub pixels: PixelFacts,
}

impl VideoFacts {
    /// Whether there are browsers of today that show nothing of it, or let nothing be heard.
    pub fn needs_proxy(&self) -> bool {
        let picture = match (self.container, self.codec.as_str()) {
            (Container::Mp4, "h264") => matches!(self.pixels.format.as_str(), "" | "yuv420p" | "yuvj420p"),
            (Container::Mp4 | Container::Matroska, "vp8" | "vp9" | "av1") => true,
            _ => false,
        };
        let heard = |codec: &str| matches!(codec, "aac" | "mp3" | "opus" | "vorbis" | "flac");
        !picture || self.sound_codec.as_deref().is_some_and(|codec| self.has_sound && !heard(codec))
    }

    /// Source time of a player's `currentTime` in seconds.
    pub fn source_time(&self, current_time: f64) -> Micros {
        Micros::from_seconds_f64(current_time) - self.first_frame
    }

    /// The `currentTime` in seconds that shows the frame shown at `at`: the frame's middle, so that no rounding of the
    /// player's shows its neighbour.
    pub fn current_time(&self, at: Micros) -> f64 {
        (self.rate.frame_middle(self.rate.frame_at(at)) + self.first_frame).seconds()
    }
}
