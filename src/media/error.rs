//! What can go wrong with a recording or an export, in words that a person can act on.

use std::{fmt, io};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaErrorKind {
    UnsupportedVideo,
    UnsupportedMusic,
    NoVideoTrack,
    TruncatedVideo,
    PictureTooLarge,
    SourceMissing,
    DiskFull,
    ToolMissing,
    ToolFailed,
    Stalled,
    WrongOutput,
    Io,
    Cancelled,
}

impl MediaErrorKind {
    /// Stable; stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnsupportedVideo => "unsupported_video",
            Self::UnsupportedMusic => "unsupported_music",
            Self::NoVideoTrack => "no_video_track",
            Self::TruncatedVideo => "truncated_video",
            Self::PictureTooLarge => "picture_too_large",
            Self::SourceMissing => "source_missing",
            Self::DiskFull => "disk_full",
            Self::ToolMissing => "ffmpeg_missing",
            Self::ToolFailed => "ffmpeg_failed",
            Self::Stalled => "stalled",
            Self::WrongOutput => "wrong_output",
            Self::Io => "media_io",
            Self::Cancelled => "cancelled",
        }
    }

    pub const fn sentence(self) -> &'static str {
        match self {
            Self::UnsupportedVideo => {
                "This file is not a video that can be read. Use MP4, MOV, MKV, WebM, AVI or MPEG-TS."
            }
            Self::UnsupportedMusic => "This file is no music that can be read. Use MP3, M4A, WAV, FLAC or Ogg.",
            Self::NoVideoTrack => "This file has no picture. Choose the recording itself.",
            Self::TruncatedVideo => "This file ends early. Upload the recording again.",
            Self::PictureTooLarge => "The picture is larger than 8192 x 4608 pixels. Record or convert it smaller.",
            Self::SourceMissing => "The recording is no longer there. Upload it again.",
            Self::DiskFull => "The disk is full. Free room in Storage, then retry.",
            Self::ToolMissing => "ffmpeg was not found. Install ffmpeg, then run touchline doctor.",
            Self::ToolFailed => "ffmpeg could not finish. The log says why; retry, or try another recording.",
            Self::Stalled => "The work stopped moving and was ended. Retry.",
            Self::WrongOutput => "The result was not what was planned, so it was thrown away. Retry.",
            Self::Io => "A file could not be read or written. Retry.",
            Self::Cancelled => "Cancelled.",
        }
    }

    /// Whether trying again gives the same.
    pub const fn is_permanent(self) -> bool {
        match self {
            Self::UnsupportedVideo
            | Self::UnsupportedMusic
            | Self::NoVideoTrack
            | Self::TruncatedVideo
            | Self::PictureTooLarge
            | Self::SourceMissing
            | Self::DiskFull
            | Self::ToolMissing
            | Self::Cancelled => true,
            Self::ToolFailed | Self::Stalled | Self::WrongOutput | Self::Io => false,
        }
    }
}

/// An error with what the log should keep. Shown, it is its sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .kind.sentence())]
pub struct MediaError {
    kind: MediaErrorKind,
    log: String,
}

impl MediaError {
    /// `log`: for the people who run the server; at most 4 kB, without paths.
    pub fn new(kind: MediaErrorKind, log: impl fmt::Display) -> Self {
        Self { kind, log: log.to_string() }
    }

    pub const fn kind(&self) -> MediaErrorKind {
        self.kind
    }

    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }

    pub const fn is_permanent(&self) -> bool {
        self.kind.is_permanent()
    }

    /// The end of what the failing program said; empty when no program was at fault.
    pub fn log_tail(&self) -> &str {
        &self.log
    }
}

impl From<MediaErrorKind> for MediaError {
    fn from(kind: MediaErrorKind) -> Self {
        Self { kind, log: String::new() }
    }
}

impl From<io::Error> for MediaError {
    fn from(error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => MediaErrorKind::DiskFull,
            _ => MediaErrorKind::Io,
        };
        // The kind only: the message of an io::Error never holds a path, its context might.
        Self::new(kind, error.kind())
    }
}
