//! The sound of a plan, to the sample.

use super::{ExportPlan, sample_at};
use crate::domain::{framing::Speed, ids::VideoId, time::Micros, video::VideoFacts, volume::Volume};

/// The sound of one clip. Where clips dissolve, two of them sound together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundClip<'a> {
    pub video: &'a VideoId,
    pub facts: &'a VideoFacts,
    /// Hundredths of a decibel.
    pub gain: i64,
    /// Its first sample in the reel; all counts at 48 kHz, per channel.
    pub first: i64,
    /// How long it takes to come, and to go.
    pub coming: i64,
    pub going: i64,
    pub pieces: Vec<SoundPiece>,
}

impl SoundClip<'_> {
    pub fn samples(&self) -> i64 {
        self.pieces.iter().map(|piece| piece.samples).sum()
    }
}

/// The sound of one piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoundPiece {
    /// Source time, from the first frame of the picture.
    pub start: Micros,
    pub end: Micros,
    pub speed: Speed,
    pub ramp_to: Option<Speed>,
    /// At 48 kHz, per channel.
    pub samples: i64,
}

impl ExportPlan {
    /// Whether anything of it is heard: then its recording is read.
    pub fn is_heard(&self, clip: &SoundClip) -> bool {
        clip.facts.has_sound && !self.mute && clip.gain > Volume::SILENCE
    }

    /// The sound, clip by clip in playing order. Every edge lies on the sample nearest to its frame, counted from the
    /// reel's start, so that nothing adds up.
    pub fn sound(&self) -> impl Iterator<Item = SoundClip<'_>> {
        let sample = |frame| sample_at(self.rate, frame);
        self.clips.iter().map(move |clip| {
            let rate = clip.facts.rate;
            let mut frame = clip.first;
            let pieces = clip.pieces.iter().map(|piece| {
                let from = sample(frame);
                frame += piece.frames;
                SoundPiece {
                    start: rate.frame_start(piece.first),
                    end: rate.frame_start(piece.end),
                    speed: piece.speed,
                    ramp_to: piece.ramp_to,
                    samples: sample(frame) - from,
                }
            });
            let pieces: Vec<_> = pieces.collect();
            SoundClip {
                video: &clip.video,
                facts: &clip.facts,
                gain: if clip.volume.is_off() { Volume::SILENCE } else { clip.gain + clip.volume.gain() },
                first: sample(clip.first),
                coming: sample(clip.first + clip.opening.frames) - sample(clip.first),
                going: sample(frame) - sample(frame - clip.closing.frames),
                pieces,
            }
        })
    }
}
