//! A planned clip as tests of several modules need it.

use super::{ClipForPlan, frames_in};
use crate::domain::{
    framing::Framing,
    time::{FrameRate, Micros},
    video::{Container, PixelFacts, VideoFacts},
};

/// Of a 1080p recording of so many seconds.
pub fn facts(rate: FrameRate, seconds: i64) -> VideoFacts {
    let frames = frames_in(rate, seconds);
    VideoFacts {
        width: 1920,
        height: 1080,
        rate,
        duration: rate.frame_start(frames),
        frames,
        first_frame: Micros::ZERO,
        stream_start: Micros::ZERO,
        has_sound: true,
        codec: "h264".to_owned(),
        sound_codec: None,
        container: Container::Mp4,
        rotation: 0,
        video_stream: 0,
        sound_stream: Some(1),
        pixels: PixelFacts::default(),
    }
}

/// A clip of ten minutes, unframed; source time in microseconds.
pub fn clip(rate: FrameRate, start: i64, end: i64) -> ClipForPlan {
    ClipForPlan {
        reel_clip: "0192f0c1-2345-7abc-8def-0123456789ab".parse().expect("an id"),
        title: String::new(),
        banner: None,
        gain: 0,
        whole: false,
        video: "0192f0c1-2345-7abc-8def-0123456789ac".parse().expect("an id"),
        facts: facts(rate, 600),
        start: Micros(start),
        end: Micros(end),
        framing: Framing::default(),
    }
}
