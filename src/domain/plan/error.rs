//! Why a reel cannot be planned.

use super::MOST_CLIPS;
use crate::domain::ids::ReelClipId;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("The reel has no clips. Add one, then export.")]
    ReelEmpty,
    #[error("The reel has more than {MOST_CLIPS} clips.")]
    TooManyClips,
    #[error("The reel is longer than six hours.")]
    ReelTooLong,
    #[error("A clip lies outside its video.")]
    ClipOutsideVideo(ReelClipId),
    #[error("Nothing of a clip is left to play.")]
    ClipEmpty(ReelClipId),
    #[error("The segments of a clip overlap.")]
    SegmentsOverlap(ReelClipId),
    #[error("A clip has too many keyframes or segments.")]
    FramingTooLarge(ReelClipId),
    #[error("A clip's video has no usable size, length or frame rate.")]
    VideoUnusable(ReelClipId),
}

impl PlanError {
    /// Stable; travels to the browser.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ReelEmpty => "reel_empty",
            Self::TooManyClips => "too_many_clips",
            Self::ReelTooLong => "reel_too_long",
            Self::ClipOutsideVideo(_) => "clip_outside_video",
            Self::ClipEmpty(_) => "clip_empty",
            Self::SegmentsOverlap(_) => "segments_overlap",
            Self::FramingTooLarge(_) => "framing_too_large",
            Self::VideoUnusable(_) => "video_unusable",
        }
    }

    /// The clip it is about.
    pub const fn clip(&self) -> Option<&ReelClipId> {
        match self {
            Self::ReelEmpty | Self::TooManyClips | Self::ReelTooLong => None,
            Self::ClipOutsideVideo(id)
            | Self::ClipEmpty(id)
            | Self::SegmentsOverlap(id)
            | Self::FramingTooLarge(id)
            | Self::VideoUnusable(id) => Some(id),
        }
    }
}
