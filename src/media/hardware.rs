//! Encoders that are part of a graphics card. One is used when it has encoded a picture at the start; when it fails later, this
//! process does without it, and what it was encoding is made again by x264.

use super::{
    input::strings,
    tools::{Tools, lists},
};
use crate::domain::preset::Quality;
use std::ffi::OsString;
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hardware {
    Nvenc,
    Vaapi,
    Qsv,
    VideoToolbox,
}

/// What the configuration says: which encoder makes exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wanted {
    /// The first part of a graphics card that works; x264 where none does.
    #[default]
    Any,
    X264,
    /// This one, whether it was seen to work or not.
    This(Hardware),
}

impl TryFrom<&str> for Wanted {
    type Error = &'static str;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let of = |hardware: &Hardware| hardware.name() == format!("h264_{text}");
        match text {
            "" | "auto" => Ok(Self::Any),
            "x264" => Ok(Self::X264),
            _ => Hardware::ALL
                .into_iter()
                .find(of)
                .map(Self::This)
                .ok_or("an encoder is auto, x264, nvenc, vaapi, qsv or videotoolbox"),
        }
    }
}

impl Hardware {
    const ALL: [Self; 4] = [Self::Nvenc, Self::Qsv, Self::VideoToolbox, Self::Vaapi];

    /// ffmpeg's.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nvenc => "h264_nvenc",
            Self::Vaapi => "h264_vaapi",
            Self::Qsv => "h264_qsv",
            Self::VideoToolbox => "h264_videotoolbox",
        }
    }

    /// In front of the input.
    pub fn device(self) -> Vec<OsString> {
        match self {
            Self::Vaapi => strings(["-init_hw_device", "vaapi=card:/dev/dri/renderD128", "-filter_hw_device", "card"]),
            Self::Qsv => strings(["-init_hw_device", "qsv=card", "-filter_hw_device", "card"]),
            Self::Nvenc | Self::VideoToolbox => Vec::new(),
        }
    }

    /// As good as x264 at this quality, about; closed groups of pictures of `group`.
    pub fn arguments(self, quality: Quality, group: &str) -> Vec<OsString> {
        let level = quality.crf().to_string();
        let mut args = strings(["-c:v", self.name()]);
        match self {
            Self::Nvenc => {
                args.extend(strings([
                    "-preset", "p5", "-rc", "vbr", "-cq", &level, "-b:v", "0", "-pix_fmt", "yuv420p",
                ]));
            }
            Self::Vaapi => args.extend(strings(["-vf", "format=nv12,hwupload", "-rc_mode", "CQP", "-qp", &level])),
            Self::Qsv => args.extend(strings(["-vf", "format=nv12", "-global_quality", &level])),
            Self::VideoToolbox => {
                // 1 to 100, more is better.
                let share = (100 - 2 * quality.crf().min(45)).to_string();
                args.extend(strings(["-q:v", &share, "-pix_fmt", "yuv420p"]));
            }
        }
        args.extend(strings(["-profile:v", "high", "-g", group, "-flags:v", "+cgop"]));
        args
    }

    /// The first that encodes a picture here.
    pub async fn find(tools: &Tools, encoders: &str) -> Option<Self> {
        for hardware in Self::ALL {
            if lists(encoders, hardware.name()) && hardware.works(tools).await {
                return Some(hardware);
            }
        }
        None
    }

    async fn works(self, tools: &Tools) -> bool {
        let mut args = strings(["-hide_banner", "-nostdin", "-loglevel", "error"]);
        args.extend(self.device());
        args.extend(strings(["-f", "lavfi", "-i", "color=gray:s=640x360:r=30:d=0.2", "-frames:v", "3"]));
        args.extend(self.arguments(Quality::Standard, "60"));
        args.extend(strings(["-f", "null", "-"]));
        let mut call = tools.ffmpeg(args, &[]);
        call.needs.devices = true;
        tools.output(call, 4_096, &CancellationToken::new()).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoder_is_wanted_by_its_name() {
        assert_eq!(Wanted::try_from("vaapi"), Ok(Wanted::This(Hardware::Vaapi)));
        assert_eq!((Wanted::try_from("auto"), Wanted::try_from("x264")), (Ok(Wanted::Any), Ok(Wanted::X264)));
        assert!(Wanted::try_from("h265").is_err());
    }
}
