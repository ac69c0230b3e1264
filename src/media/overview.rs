//! A recording at a glance (`domain::overview`): both read the whole file once, and decode as little of it as will do.

use super::{
    error::{MediaError, MediaErrorKind as Kind},
    input::{self, strings},
    process::Call,
    tools::Tools,
};
use crate::domain::{
    overview::{PEAKS_A_SECOND, Sprites},
    plan::SAMPLE_RATE,
    video::VideoFacts,
};
use ebur128::{EbuR128, Mode};
use std::{ffi::OsString, path::Path};
use tokio_util::sync::CancellationToken;

const MOST_BYTES: usize = 32 << 20;
const BLOCK: usize = 64 << 10;

/// The sheet, a JPEG. Keyframes only: a hundredth of the time that decoding all would take.
pub async fn sprites(
    tools: &Tools,
    path: &Path,
    facts: &VideoFacts,
    sheet: &Sprites,
    cancel: &CancellationToken,
) -> Result<Vec<u8>, MediaError> {
    let mut args = strings(["-hide_banner", "-nostdin", "-loglevel", "error", "-copyts", "-skip_frame", "nokey"]);
    args.extend(input::reading(facts.container));
    args.extend([OsString::from("-i"), input::file(path)]);
    let mut filters: Vec<String> = input::deinterlace(facts).into_iter().collect();
    let start = input::seconds(facts.stream_start);
    filters.push(format!("fps=fps=1000000/{}:round=down:eof_action=pass:start_time={start}", sheet.interval.0));
    let size = (sheet.width, sheet.height);
    filters.extend(input::small_picture(facts, size, "area", tools.capabilities().zscale));
    filters.push(format!("trim=end_frame={}", sheet.count));
    filters.push("scale=in_range=tv:out_range=pc,format=yuvj420p".to_owned());
    filters.push(format!("tile={}x{}", sheet.columns, sheet.rows()));
    args.extend(strings(["-map", &format!("0:{}", facts.video_stream), "-vf", &filters.join(",")]));
    args.extend(strings(["-frames:v", "1", "-c:v", "mjpeg", "-q:v", "5", "-f", "image2pipe", "pipe:1"]));
    let jpeg = tools.output(tools.ffmpeg(args, &[path]), MOST_BYTES, cancel).await?;
    if jpeg.starts_with(&[0xFF, 0xD8]) { Ok(jpeg) } else { Err(Kind::TruncatedVideo.into()) }
}

/// What is heard from the first frame of the picture on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heard {
    /// 0 (silence) to 255; [`PEAKS_A_SECOND`].
    pub peaks: Vec<u8>,
    /// At 48 kHz, per channel.
    pub samples: usize,
    /// EBU R 128's integrated loudness, in hundredths of LUFS; none of silence.
    pub loudness: Option<i64>,
}

pub async fn heard(
    tools: &Tools,
    path: &Path,
    facts: &VideoFacts,
    cancel: &CancellationToken,
) -> Result<Heard, MediaError> {
    let Some(stream) = facts.sound_stream else { return Ok(Heard::default()) };
    let mut args = strings(["-hide_banner", "-nostdin", "-loglevel", "error", "-copyts"]);
    args.extend(input::reading(facts.container));
    args.extend([OsString::from("-i"), input::file(path)]);
    args.extend(strings(["-map", &format!("0:{stream}"), "-vn", "-ac", "2"]));
    args.extend(strings(["-af", &input::sound_from_start(facts), "-f", "s16le", "pipe:1"]));
    let mut heard = listen(tools, tools.ffmpeg(args, &[path]), cancel).await?;
    // As long as the picture at most.
    heard.peaks.truncate(usize::try_from(facts.duration.0 * PEAKS_A_SECOND / 1_000_000 + 1).unwrap_or(0));
    Ok(heard)
}

/// What a program says that writes 16 bit stereo at 48 kHz.
pub async fn listen(tools: &Tools, call: Call, cancel: &CancellationToken) -> Result<Heard, MediaError> {
    let (tools, cancel) = (tools.clone(), cancel.child_token());
    let _ends_with_us = cancel.clone().drop_guard();
    let reading = move || {
        let mut running = tools.start(&call, &cancel)?;
        let mut peaks = Peaks::default();
        let mut meter =
            EbuR128::new(2, SAMPLE_RATE, Mode::I).map_err(|error| MediaError::new(Kind::ToolFailed, error))?;
        let mut block = vec![0; BLOCK];
        let mut count = 0;
        loop {
            let read = match running.fill(&mut block)? {
                0 => break running.finish(),
                read => &block[..read - read % 4],
            };
            let samples: Vec<i16> =
                read.chunks_exact(2).map(|sample| i16::from_le_bytes([sample[0], sample[1]])).collect();
            peaks.add(&samples);
            count += samples.len() / 2;
            meter.add_frames_i16(&samples).map_err(|error| MediaError::new(Kind::ToolFailed, error))?;
        }?;
        let loudness = meter.loudness_global().ok().filter(|loudness| loudness.is_finite());
        // No louder than full scale, no softer than what the gate lets through.
        #[allow(clippy::cast_possible_truncation)]
        let hundredths = |loudness: f64| (loudness.clamp(-70.0, 10.0) * 100.0).round() as i64;
        Ok(Heard { peaks: peaks.all(), samples: count, loudness: loudness.map(hundredths) })
    };
    tokio::task::spawn_blocking(reading).await.map_err(|_| MediaError::new(Kind::ToolFailed, "a thread ended"))?
}

#[derive(Default)]
struct Peaks {
    done: Vec<u8>,
    loudest: u16,
    samples: u32,
}

/// Left and right.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Twenty.
const SAMPLES_A_PEAK: u32 = 2 * SAMPLE_RATE / PEAKS_A_SECOND as u32;

impl Peaks {
    fn add(&mut self, block: &[i16]) {
        for sample in block {
            self.loudest = self.loudest.max(sample.unsigned_abs());
            self.samples += 1;
            if self.samples == SAMPLES_A_PEAK {
                self.next();
            }
        }
    }

    fn next(&mut self) {
        // 32,768 is the most that a sample's size can be.
        self.done.push(u8::try_from(self.loudest.min(32_767) >> 7).unwrap_or(u8::MAX));
        (self.loudest, self.samples) = (0, 0);
    }

    fn all(mut self) -> Vec<u8> {
        if self.samples > 0 {
            self.next();
        }
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::geometry::Rect,
        media::{
            probe::probe,
            testing::{Footage, Picture, QUICK, pictures},
            tests::tools,
        },
    };

    /// In hundredths of LUFS, by another program.
    fn loudness_by_ffmpeg(path: &Path) -> i64 {
        let path = path.to_string_lossy();
        let filter = "aresample=48000,aformat=channel_layouts=stereo,ebur128=framelog=verbose";
        let output = std::process::Command::new("ffmpeg")
            .args(["-hide_banner", "-nostats", "-i", &path, "-vn", "-af", filter, "-f", "null", "-"])
            .output()
            .expect("ffmpeg");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = text.lines().rev().find_map(|line| line.trim().strip_prefix("I:")).expect("a summary");
        #[allow(clippy::cast_possible_truncation)]
        let hundredths = (line.trim().trim_end_matches("LUFS").trim().parse::<f64>().expect("a number") * 100.0) as i64;
        hundredths
    }

    /// Each small picture is of its own stretch, and the peaks beep when the recording does, wherever its clock begins.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_recording_at_a_glance() {
        const LATE: &[&str] = &[
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-g",
            "12",
            "-crf",
            "12",
            "-c:a",
            "aac",
            "-output_ts_offset",
            "2.5",
        ];
        let folder = tempfile::tempdir().expect("a folder");
        let (tools, cancel) = (tools().await, CancellationToken::new());
        for (name, output) in [("plain", QUICK), ("late", LATE)] {
            let footage = Footage { output, ..Footage::small() };
            let path = footage.make(folder.path(), name);
            let facts = probe(tools, &path, &cancel).await.expect("facts");
            let sheet = Sprites::of(&facts);
            assert_eq!((sheet.count, sheet.columns, sheet.width), (8, 8, 128));
            let jpeg = sprites(tools, &path, &facts, &sheet, &cancel).await.expect("a sheet");
            let file = folder.path().join(format!("{name}.jpg"));
            std::fs::write(&file, jpeg).expect("written");
            let [whole] = &pictures(&file, (8 * 128, 72))[..] else { panic!("one picture") };
            let Heard { peaks, loudness, .. } = heard(tools, &path, &facts, &cancel).await.expect("peaks");
            assert!((158..=161).contains(&peaks.len()), "{name}: {}", peaks.len());
            let (ours, theirs) = (loudness.expect("a loudness"), loudness_by_ffmpeg(&folder.path().join("plain.mp4")));
            assert!(ours.abs_diff(theirs) <= 20, "{name}: {ours}, not {theirs}");
            for (second, first) in (0..8).zip((0_i64..).step_by(25)) {
                let rows = whole.pixels.chunks(8 * 128).flat_map(|row| &row[second * 128..][..128]);
                let cell = Picture { width: 128, pixels: rows.copied().collect() };
                let number = footage.number(&cell, Rect { x: 0.0, y: 0.0, w: 320.0, h: 180.0 });
                assert!((first..first + 25).contains(&number), "{name}: frame {number} in second {second}");
                assert!(peaks[second * 20..second * 20 + 2].iter().all(|peak| *peak > 80), "{name}: {peaks:?}");
                assert!(peaks[second * 20 + 4..second * 20 + 18].iter().all(|peak| *peak < 10), "{name}: {peaks:?}");
            }
        }
        let mute = Footage { sound: false, ..Footage::small() }.make(folder.path(), "mute");
        let facts = probe(tools, &mute, &cancel).await.expect("facts");
        assert_eq!(heard(tools, &mute, &facts, &cancel).await.expect("nothing"), Heard::default());
    }
}
