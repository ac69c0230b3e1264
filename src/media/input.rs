//! How a recording is opened, seeked and turned into plain pictures: arguments that probe, poster, decoder and sound share.

use crate::domain::{
    plan::SAMPLE_RATE,
    time::{FrameRate, Micros},
    video::{Container, VideoFacts},
};
use std::{ffi::OsString, path::Path};

/// 8192 x 4608: a small file can ask for a picture that fills the memory.
pub const MOST_PIXELS: u64 = 8_192 * 4_608;

/// The demuxer, forced: what a file says about itself, or is named, is not asked.
pub const fn demuxer(container: Container) -> &'static str {
    match container {
        Container::Mp4 => "mov",
        Container::Matroska => "matroska",
        Container::Avi => "avi",
        Container::MpegTs => "mpegts",
    }
}

/// Everything in front of `-i`, without it.
pub fn reading(container: Container) -> Vec<OsString> {
    let mut line = strings(["-protocol_whitelist", "file,pipe", "-f", demuxer(container), "-max_pixels"]);
    line.push(MOST_PIXELS.to_string().into());
    line
}

/// A path as ffmpeg takes it, whatever characters are in it.
pub fn file(path: &Path) -> OsString {
    let mut name = OsString::from("file:");
    name.push(path);
    name
}

/// Arguments from texts.
pub fn strings<const N: usize>(texts: [&str; N]) -> Vec<OsString> {
    texts.map(OsString::from).into()
}

/// Seconds with all six digits, in an exact form.
pub fn seconds(time: Micros) -> String {
    let (sign, micros) = (if time.0 < 0 { "-" } else { "" }, time.0.unsigned_abs());
    format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// How far in front of the wanted frame reading starts. Demuxers seek by decoding time, which runs ahead of presentation
/// by the depth of reordering; a transport stream has no index and may land behind the keyframe that it needs.
pub fn run_up(container: Container, rate: FrameRate) -> Micros {
    let reordering = rate.frame_start(8);
    let least = match container {
        Container::Mp4 | Container::Matroska => Micros(300_000),
        Container::Avi => Micros::SECOND,
        Container::MpegTs => Micros::from_seconds(10),
    };
    Micros(reordering.0.max(least.0))
}

/// Arguments in front of `-i` with which the frame that starts at source time `at`, and all after it, are decoded. The
/// frames keep the file's own clock (`-copyts`); what comes earlier is dropped by [`frames_from`].
pub fn seek(facts: &VideoFacts, at: Micros) -> Vec<OsString> {
    let target = facts.stream_start + at - run_up(facts.container, facts.rate);
    let mut line = strings(["-copyts", "-noaccurate_seek"]);
    if target > facts.stream_start && target > Micros::ZERO {
        line.extend(strings(["-seek_timestamp", "1", "-ss", &seconds(target)]));
    }
    line
}

/// The filter that puts frames on the source's grid, starting exactly with the frame at source time `at`: the same frame
/// that [`FrameRate::frame_at`] means, since the nearest grid point decides.
pub fn frames_from(facts: &VideoFacts, at: Micros) -> String {
    let FrameRate { num, den } = facts.rate;
    format!("fps=fps={num}/{den}:round=near:start_time={}", seconds(facts.stream_start + at))
}

/// Filters that make what is stored into what is shown, as 8 bit 4:2:0, limited range, BT.709. Rotation is done by
/// ffmpeg in front of these.
pub fn plain_picture(facts: &VideoFacts, zscale: bool) -> Vec<String> {
    let pixels = &facts.pixels;
    let mut filters = Vec::new();
    if is_hdr(&pixels.transfer) && zscale {
        filters.push("zscale=transfer=linear:npl=100,format=gbrpf32le".to_owned());
        filters.push("zscale=primaries=bt709,tonemap=tonemap=hable:desat=0".to_owned());
        filters.push("zscale=transfer=bt709:matrix=bt709:range=limited,format=yuv420p".to_owned());
    } else if pixels.full_range || !is_bt709(facts) || pixels.format != "yuv420p" {
        let (from_range, from_matrix) = (if pixels.full_range { "pc" } else { "tv" }, matrix(facts));
        filters.push(format!(
            "scale=flags=bicubic+accurate_rnd:in_range={from_range}:out_range=tv:in_color_matrix={from_matrix}:out_color_matrix=bt709"
        ));
    }
    if pixels.stretched {
        filters.push(format!("scale={}:{}:flags=bicubic,setsar=1", facts.width, facts.height));
    }
    filters.push("format=yuv420p".to_owned());
    filters
}

/// [`plain_picture`] of a picture that is to be of `size`: made small first, so that whatever else is done costs little.
pub fn small_picture(facts: &VideoFacts, (width, height): (u32, u32), how: &str, zscale: bool) -> Vec<String> {
    let mut filters = vec![format!("scale={width}:{height}:flags={how},setsar=1")];
    let mut square = facts.clone();
    square.pixels.stretched = false;
    filters.extend(plain_picture(&square, zscale));
    filters
}

/// The filters that make sound begin with the picture, whenever it begins; gaps become silence.
pub fn sound_from_start(facts: &VideoFacts) -> String {
    let start = seconds(facts.stream_start);
    format!("asetpts=PTS-({start})/TB,aresample={SAMPLE_RATE}:async=1:first_pts=0")
}

/// In front of the frame grid: two fields to one frame.
pub fn deinterlace(facts: &VideoFacts) -> Option<String> {
    facts.pixels.interlaced.then(|| "bwdif=mode=send_frame:deint=all".to_owned())
}

fn is_hdr(transfer: &str) -> bool {
    matches!(transfer, "smpte2084" | "arib-std-b67")
}

fn is_bt709(facts: &VideoFacts) -> bool {
    matrix(facts) == "bt709"
}

/// The colour matrix as ffmpeg's `scale` names it. A file that does not say follows the usual rule: small pictures are
/// BT.601, large ones BT.709. That is how browsers show them.
fn matrix(facts: &VideoFacts) -> &'static str {
    match facts.pixels.matrix.as_str() {
        "bt709" => "bt709",
        "smpte170m" | "bt470bg" | "fcc" => "bt601",
        "smpte240m" => "smpte240m",
        "bt2020nc" | "bt2020c" => "bt2020",
        _ if facts.width.min(facts.height) < 720 => "bt601",
        _ => "bt709",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::testing::facts;

    #[test]
    fn times_are_written_exactly() {
        assert_eq!(seconds(Micros(33_367)), "0.033367");
        assert_eq!(seconds(Micros(-1_500_000)), "-1.500000");
    }

    #[test]
    fn reading_starts_in_front_of_the_frame() {
        let mut facts = facts();
        assert_eq!(seek(&facts, Micros(100_000)), strings(["-copyts", "-noaccurate_seek"]));
        facts.stream_start = Micros(500_000);
        let expected = strings(["-copyts", "-noaccurate_seek", "-seek_timestamp", "1", "-ss", "10.180000"]);
        assert_eq!(seek(&facts, Micros(10_000_000)), expected);
        assert_eq!(frames_from(&facts, Micros(40_000)), "fps=fps=25/1:round=near:start_time=0.540000");
    }

    #[test]
    fn what_is_plain_already_is_left_alone() {
        let mut facts = facts();
        facts.pixels.matrix = "bt709".to_owned();
        assert_eq!(plain_picture(&facts, true), ["format=yuv420p"]);
        facts.pixels.full_range = true;
        assert!(plain_picture(&facts, true)[0].contains("in_range=pc:out_range=tv"));
        facts.pixels.transfer = "arib-std-b67".to_owned();
        assert!(plain_picture(&facts, true)[1].contains("tonemap"));
        assert_eq!(plain_picture(&facts, false).len(), 2);
    }
}
