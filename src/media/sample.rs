//! A game that nobody played: a pitch from above, two teams of squares and a ball, so that a newcomer can try everything.

use super::{error::MediaError, input::strings, tools::Tools};
use std::{ffi::OsString, fmt::Write as _};
use tokio_util::sync::CancellationToken;

pub const SECONDS: i64 = 30;
const RATE: u32 = 25;
/// Far more than it is.
const MOST_BYTES: usize = 32 << 20;

/// The whole file, in memory: a megabyte or so.
pub async fn draw(tools: &Tools, cancel: &CancellationToken) -> Result<Vec<u8>, MediaError> {
    tools.output(tools.ffmpeg(arguments(), &[]), MOST_BYTES, cancel).await
}

fn arguments() -> Vec<OsString> {
    let pitch = format!("color=c=0x2d6a38:s=960x540:r={RATE}:d={SECONDS}");
    // Louder while something happens.
    let crowd =
        format!("anoisesrc=c=pink:a=0.25:r=48000:d={SECONDS},volume='0.25+0.5*between(mod(t,11),4,7)':eval=frame");
    let mut args = strings(["-hide_banner", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", &pitch]);
    args.extend(strings(["-f", "lavfi", "-i", &crowd, "-filter_complex", &graph(), "-map", "[out]", "-map", "1:a"]));
    args.extend(strings([
        "-t",
        &SECONDS.to_string(),
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-crf",
        "22",
        "-g",
        "50",
    ]));
    args.extend(strings(["-pix_fmt", "yuv420p", "-color_range", "tv", "-colorspace", "bt709"]));
    args.extend(strings([
        "-color_primaries",
        "bt709",
        "-color_trc",
        "bt709",
        "-c:a",
        "aac",
        "-b:a",
        "96k",
        "-ac",
        "2",
    ]));
    // Written from front to back: a pipe cannot be sought in.
    args.extend(strings(["-movflags", "frag_keyframe+delay_moov+default_base_moof", "-f", "mp4", "pipe:1"]));
    args
}

/// Stripes and lines, then a square for each player and the ball, each on a path of its own.
fn graph() -> String {
    const LINE: &str = "color=0xe8efe6@0.85";
    let stripe = |n: u32| format!("drawbox=x={}:y=0:w=120:h=540:color=0x34753f:t=fill", n * 240);
    let lines = [
        (30, 30, 900, 480, 3),
        (478, 30, 3, 480, 3),
        (30, 150, 112, 240, 3),
        (818, 150, 112, 240, 3),
        (18, 225, 13, 90, 2),
        (929, 225, 13, 90, 2),
    ];
    let line =
        |(x, y, w, h, thick): (i32, i32, i32, i32, i32)| format!("drawbox=x={x}:y={y}:w={w}:h={h}:{LINE}:t={thick}");
    let pitch: Vec<String> = (0..4).map(stripe).chain(lines.map(line)).collect();
    let mut graph = format!("[0:v]{}[o0]", pitch.join(","));
    let mut count = 0;
    let mut put = |colour: &str, width: u32, height: u32, x: &str, y: &str| {
        let _ = write!(
            graph,
            ";color=c={colour}:s={width}x{height}:r={RATE}[s{count}];[o{count}][s{count}]overlay=x='{x}':y='{y}':shortest=1[o{}]",
            count + 1
        );
        count += 1;
    };
    for n in 0..5 {
        // Each runs after the ball, some a little later than others.
        let (near, far) = (0.25 + 0.3 * f64::from(n), 0.35 + 0.25 * f64::from(n));
        let side = if n % 2 == 0 { 1 } else { -1 };
        let home = format!("480+390*sin(0.55*t-{near:.2})+{}", side * (15 + 20 * n));
        put("0xd7263d", 12, 22, &home, &format!("{}+45*sin({:.2}*t+{n})", 90 + 82 * n, 0.7 + 0.13 * f64::from(n)));
        let away = format!("480+360*sin(0.55*t-{far:.2})+{}", -side * (22 + 18 * n));
        put(
            "0xf4f1de",
            12,
            22,
            &away,
            &format!("{}+41*sin({:.2}*t+{})", 112 + 79 * n, 0.6 + 0.11 * f64::from(n), n + 2),
        );
    }
    put("0x1b1b3a", 12, 22, "52", "255+22*sin(1.3*t)");
    put("0xf0a202", 12, 22, "896", "255+22*sin(1.1*t+2)");
    put("white", 8, 8, "480+390*sin(0.55*t)", "270+142*sin(0.83*t+1)");
    let _ = write!(graph, ";[o{count}]null[out]");
    graph
}
