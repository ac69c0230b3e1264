//! Recordings of every kind that people have, and some that they should not have: each becomes the right picture and sound, or
//! a clear error. Made by ffmpeg when the test runs. What is right is told by a plain ffmpeg that shows the same file.

use super::{
    MediaErrorKind as Kind, Sources,
    index::{self, Finder},
    probe::probe,
    testing::{processes_with, samples, tool},
    tests::{planned, render, small, tools},
};
use crate::domain::{
    aspect::Aspect,
    framing::Framing,
    ids::{ReelClipId, VideoId},
    plan::ClipForPlan,
    time::{FrameRate, Micros},
    video::VideoFacts,
};
use std::{
    io::ErrorKind,
    net::TcpListener,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Where the exported second begins.
const FROM: Micros = Micros(500_000);

/// What is heard in that second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tone {
    Whole,
    /// Until this many samples.
    Until(usize),
    Silence,
}

struct Case {
    file: &'static str,
    /// Width, height and rate of the picture that is drawn.
    picture: (u32, u32, &'static str),
    /// More filters behind it.
    filters: &'static str,
    /// Inputs of sound.
    sound: &'static [&'static str],
    output: &'static [&'static str],
    /// Behind that.
    more: &'static [&'static str],
    /// A second pass that copies into the file with this.
    copied: &'static [&'static str],
    shown: (u32, u32),
    rate: (u32, u32),
    tone: Tone,
    /// The light is not the file's: it is toned down.
    is_hdr: bool,
}

const SINE: &[&str] = &["-f", "lavfi", "-i", "sine=f=1000:r=48000:d=2"];
const H264: &[&str] = &["-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", "-pix_fmt", "yuv420p", "-c:a", "aac"];

impl Case {
    const USUAL: Self = Self {
        file: "",
        picture: (320, 180, "25"),
        filters: "",
        sound: SINE,
        output: H264,
        more: &[],
        copied: &[],
        shown: (320, 180),
        rate: (25, 1),
        tone: Tone::Whole,
        is_hdr: false,
    };
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    vec![
        Case { file: "index-at-the-end.mp4", ..Case::USUAL },
        Case { file: "index-in-front.mp4", more: &["-movflags", "+faststart"], ..Case::USUAL },
        Case { file: "phone-upright.mp4", copied: &["-c", "copy", "-metadata:s:v", "rotate=90"], shown: (180, 320), ..Case::USUAL },
        Case { file: "phone-upside-down.mov", copied: &["-c", "copy", "-metadata:s:v", "rotate=180"], ..Case::USUAL },
        Case { file: "variable-rate.mp4", picture: (320, 180, "30"), filters: ",select='not(eq(mod(n,7),3))'", more: &["-vsync", "vfr"], rate: (30, 1), ..Case::USUAL },
        Case { file: "interlaced.mp4", picture: (320, 180, "60000/1001"), filters: ",tinterlace=interleave_top,fieldorder=tff", more: &["-flags", "+ilme+ildct", "-x264opts", "tff=1"], rate: (30_000, 1_001), ..Case::USUAL },
        Case { file: "59.94.mp4", picture: (320, 180, "60000/1001"), rate: (60_000, 1_001), ..Case::USUAL },
        Case { file: "120.mp4", picture: (320, 180, "120"), rate: (120, 1), ..Case::USUAL },
        Case { file: "hdr-pq.mp4", output: &["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1", "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc", "-c:a", "aac"], is_hdr: true, ..Case::USUAL },
        Case { file: "hdr-hlg.mov", output: &["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1", "-color_primaries", "bt2020", "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc", "-c:a", "aac"], is_hdr: true, ..Case::USUAL },
        Case { file: "full-range.mp4", filters: ",scale=in_range=tv:out_range=pc", more: &["-pix_fmt", "yuvj420p", "-color_range", "pc"], ..Case::USUAL },
        Case { file: "odd-size.mkv", filters: ",scale=321:179,setsar=1", output: &["-c:v", "ffv1", "-pix_fmt", "yuv420p", "-c:a", "flac"], shown: (321, 179), ..Case::USUAL },
        Case { file: "wide-pixels.mp4", picture: (240, 180, "25"), filters: ",setsar=4/3", shown: (320, 180), ..Case::USUAL },
        Case { file: "mute.mp4", sound: &[], tone: Tone::Silence, ..Case::USUAL },
        Case { file: "two-sounds.mp4", sound: &["-f", "lavfi", "-i", "sine=f=1000:r=48000:d=2", "-f", "lavfi", "-i", "anullsrc=r=48000:d=2"], more: &["-map", "0:v", "-map", "1:a", "-map", "2:a"], ..Case::USUAL },
        Case { file: "mono-44100.mp4", sound: &["-f", "lavfi", "-i", "sine=f=1000:r=44100:d=2"], more: &["-ac", "1", "-ar", "44100"], ..Case::USUAL },
        Case { file: "sound-ends-early.mp4", sound: &["-f", "lavfi", "-i", "sine=f=1000:r=48000:d=1"], tone: Tone::Until(24_000), ..Case::USUAL },
        Case { file: "fragments.mp4", more: &["-g", "10", "-movflags", "frag_keyframe+empty_moov"], ..Case::USUAL },
        Case { file: "game.mkv", ..Case::USUAL },
        Case { file: "game.webm", output: &["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "2M", "-pix_fmt", "yuv420p", "-c:a", "libopus"], ..Case::USUAL },
        Case { file: "prores.mov", output: &["-c:v", "prores_ks", "-profile:v", "2", "-pix_fmt", "yuv422p10le", "-c:a", "pcm_s16le"], ..Case::USUAL },
        Case { file: "game.avi", output: &["-c:v", "mpeg4", "-q:v", "2", "-pix_fmt", "yuv420p", "-c:a", "libmp3lame"], ..Case::USUAL },
        Case { file: "game.ts", ..Case::USUAL },
        Case { file: "named-otherwise.txt.mp4", more: &["-f", "matroska"], ..Case::USUAL },
        Case { file: "talks.mp4", more: &["-metadata", "comment=frame= 9999 fps=25 q=-1.0 Lsize=N/A time=00:00:09.00 progress=end", "-metadata", "title=/etc/passwd \"'$(id)"], ..Case::USUAL },
    ]
}

/// Four fields of colour.
fn drawing((width, height, rate): (u32, u32, &str), filters: &str) -> String {
    let (w, h) = (width / 2, height / 2);
    let field = |x, y, colour| format!("drawbox=x={x}:y={y}:w={w}:h={h}:c={colour}:t=fill");
    let fields = [field(w, 0, "0x30A050"), field(0, h, "0x3050B0"), field(w, h, "0x808080")].join(",");
    format!("color=c=0xB04030:s={width}x{height}:r={rate}:d=2,{fields}{filters}")
}

fn make(case: &Case, folder: &Path) -> PathBuf {
    let path = folder.join(case.file);
    let first = if case.copied.is_empty() { path.clone() } else { folder.join(format!("flat-{}", case.file)) };
    let (picture, shown) = (drawing(case.picture, case.filters), first.to_string_lossy());
    let start = ["-v", "error", "-y", "-f", "lavfi", "-i", &picture];
    tool("ffmpeg", &[&start[..], case.sound, case.output, case.more, &[&shown]].concat());
    if !case.copied.is_empty() {
        let to = path.to_string_lossy();
        tool("ffmpeg", &[&["-v", "error", "-i", &shown][..], case.copied, &[&to]].concat());
    }
    path
}

/// The colours in the middle of the four fields of a file's picture, as a plain ffmpeg shows it.
fn colours(path: &Path, size: (u32, u32)) -> Vec<[u8; 3]> {
    let scale = format!("scale={}:{}:flags=area", size.0, size.1);
    let shown = path.to_string_lossy();
    let show = ["-v", "error", "-i", &shown, "-ss", "0.6", "-frames:v", "1", "-vf", &scale, "-f", "rawvideo"];
    let pixels = tool("ffmpeg", &[&show[..], &["-pix_fmt", "rgb24", "-"]].concat());
    let at = |x: u32, y: u32| {
        let place = (y * size.1 / 4 * size.0 + x * size.0 / 4) as usize * 3;
        [pixels[place], pixels[place + 1], pixels[place + 2]]
    };
    vec![at(1, 1), at(3, 1), at(1, 3), at(3, 3)]
}

fn clip(facts: &VideoFacts, video: &VideoId, from: Micros) -> ClipForPlan {
    ClipForPlan {
        title: String::new(),
        banner: None,
        gain: 0,
        whole: false,
        reel_clip: ReelClipId::generate(),
        video: video.clone(),
        facts: facts.clone(),
        start: from,
        end: from + Micros::SECOND,
        framing: Framing::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_recording_becomes_a_reel() {
    let folder = TempDir::new().expect("a folder");
    let mut failed = Vec::new();
    for case in cases() {
        let (name, place) = (case.file, folder.path().to_owned());
        // Each in a task of its own: what one panics of is told with the others'.
        if tokio::spawn(becomes_a_reel(case, place)).await.is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(processes_with(&folder.path().to_string_lossy()), 0);
}

async fn becomes_a_reel(case: Case, folder: PathBuf) {
    let cancel = CancellationToken::new();
    let name = case.file;
    let path = make(&case, &folder);
    let facts = probe(tools().await, &path, &cancel).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert_eq!((facts.width, facts.height), case.shown, "{name}");
    assert_eq!((facts.rate.num, facts.rate.den), case.rate, "{name}");
    assert!((1_900_000..2_150_000).contains(&facts.duration.0), "{name}: {:?}", facts.duration);
    let aspect = if case.shown.0 < case.shown.1 { Aspect::Portrait } else { Aspect::Wide };
    let video = VideoId::generate();
    let plan = planned(aspect, vec![clip(&facts, &video, FROM)]);
    let sources = Sources::from([(video, path.clone())]);
    let work = folder.join(format!("work-{name}"));
    let done = render(&plan, &sources, &work, |_| (), &cancel).await;
    let done = done.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert_eq!(done.frames, plan.total_frames, "{name}");

    let (expected, found) = (colours(&path, case.shown), colours(&done.path, small(aspect)));
    for (expected, found) in expected.iter().zip(&found) {
        let off = expected.iter().zip(found).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(255);
        assert!(case.is_hdr || off <= 12, "{name}: {found:?}, not {expected:?}");
    }
    let [red, green, blue, grey] = found[..] else { panic!("four") };
    if !matches!(case.file, "phone-upright.mp4" | "phone-upside-down.mov") {
        assert!(red[0] > red[1].max(red[2]) + 20 && green[1] > green[0].max(green[2]) + 20, "{name}: {found:?}");
        assert!(blue[2] > blue[0].max(blue[1]) + 20, "{name}: {found:?}");
        assert!(grey.iter().max().zip(grey.iter().min()).is_some_and(|(a, b)| a - b < 16), "{name}: {found:?}");
    }
    hears(name, &samples(&done.path), case.tone);
    let shown = done.path.to_string_lossy();
    let tags = tool("ffprobe", &["-v", "error", "-show_entries", "format_tags", "-of", "json", &shown]);
    let tags = String::from_utf8_lossy(&tags).into_owned();
    assert!(!tags.contains("comment") && !tags.contains("title"), "{name}: {tags}");
}

fn hears(name: &str, samples: &[i16], tone: Tone) {
    let loud = |part: &[i16]| part.iter().any(|sample| sample.unsigned_abs() > 1_000);
    let end = match tone {
        Tone::Whole => 47_000,
        Tone::Until(end) => end,
        Tone::Silence => 0,
    };
    // AAC smears by a packet or two.
    for block in samples[..samples.len().min(48_000)].chunks(2_400).enumerate() {
        let (from, to) = (block.0 * 2_400, block.0 * 2_400 + block.1.len());
        if to + 2_048 <= end && from >= 2_400 {
            assert!(loud(block.1), "{name}: silent from sample {from}");
        } else if from >= end + 4_800 {
            assert!(!loud(block.1), "{name}: sound at sample {from}");
        }
    }
}

/// Nothing that names another place is followed.
#[tokio::test(flavor = "multi_thread")]
async fn no_recording_makes_a_request() {
    let folder = TempDir::new().expect("a folder");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a listener");
    let address = listener.local_addr().expect("bound");
    let secret = folder.path().join("secret.mp4");
    std::fs::write(&secret, "secret").expect("a file");
    let playlists = [
        format!("#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:9,\nhttp://{address}/a.ts\n#EXT-X-ENDLIST\n"),
        format!("#EXTM3U\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n", secret.display()),
        format!("ffconcat version 1.0\nfile http://{address}/a.mp4\n"),
        format!(
            "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><Period><BaseURL>http://{address}/</BaseURL></Period></MPD>"
        ),
        format!("v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video {} RTP/AVP 96\n", address.port()),
    ];
    for playlist in playlists {
        // As it is, and behind something that looks like the beginning of a recording.
        for bytes in
            [playlist.clone().into_bytes(), [&b"\0\0\0\x18ftypisom\0\0\0\0isomiso2"[..], playlist.as_bytes()].concat()]
        {
            let path = folder.path().join("game.mp4");
            std::fs::write(&path, bytes).expect("a file");
            let error = probe(tools().await, &path, &CancellationToken::new()).await.expect_err("no recording");
            assert!(matches!(error.kind(), Kind::UnsupportedVideo | Kind::TruncatedVideo), "{error:?}");
        }
    }
    assert_eq!(listener.accept().expect_err("nobody called").kind(), ErrorKind::WouldBlock);
    assert_eq!(processes_with(&folder.path().to_string_lossy()), 0);
}

fn is_long() -> bool {
    std::env::var_os("TOUCHLINE_LONG").is_some()
}

/// A picture that would take gigabytes, in a file of some kilobytes; and an index of three hours. Making them takes minutes.
#[tokio::test(flavor = "multi_thread")]
async fn huge_ones_cost_little() {
    let folder = TempDir::new().expect("a folder");
    let cancel = CancellationToken::new();
    let bomb = folder.path().join("bomb.mov");
    let side = if is_long() { "16384x8192" } else { "8704x4608" };
    let picture = format!("color=c=black:s={side}:r=1:d=1");
    tool("ffmpeg", &["-v", "error", "-f", "lavfi", "-i", &picture, "-c:v", "qtrle", &bomb.to_string_lossy()]);
    let error = probe(tools().await, &bomb, &cancel).await.expect_err("too large");
    // Refused before it is decoded; ffprobe itself may not say how large it is.
    assert!(matches!(error.kind(), Kind::PictureTooLarge | Kind::UnsupportedVideo), "{error:?}");

    let length = if is_long() { 3 * 3_600 } else { 120 };
    let path = folder.path().join("long.mp4");
    let picture = format!("color=c=0x3050B0:s=64x36:r=25:d={length}");
    let encoder = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "250", "-pix_fmt", "yuv420p"];
    let sound = format!("sine=f=1000:r=8000:d={length}");
    let inputs = ["-v", "error", "-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &sound];
    tool("ffmpeg", &[&inputs[..], &encoder, &["-c:a", "aac", &path.to_string_lossy()]].concat());
    let facts = probe(tools().await, &path, &cancel).await.expect("facts");
    assert_eq!((facts.rate, facts.frames), (FrameRate { num: 25, den: 1 }, length * 25));
    let bytes = std::fs::read(&path).expect("a file");
    let mut finder = Finder::new(bytes.len() as u64);
    let at = |range: std::ops::Range<u64>| {
        let place = |at: u64| usize::try_from(at).expect("small");
        &bytes[place(range.start)..place(range.end)]
    };
    while let Some(range) = finder.wants() {
        finder.feed(at(range)).expect("a box");
    }
    let track = index::track(at(finder.index().expect("an index")), facts.video_stream).expect("a track");
    assert_eq!(i64::try_from(track.len()), Ok(length * 25));
    let video = VideoId::generate();
    let plan = planned(Aspect::Wide, vec![clip(&facts, &video, Micros::from_seconds(length - 5))]);
    let sources = Sources::from([(video, path)]);
    let done = render(&plan, &sources, &folder.path().join("work"), |_| (), &cancel).await.expect("a reel");
    assert_eq!(done.frames, 25);
    assert_eq!(processes_with(&folder.path().to_string_lossy()), 0);
}
