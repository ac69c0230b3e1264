//! The sound of an export: every piece exactly as long as its picture, one AAC pass over all of them.

use super::{
    chunk::{join, publish},
    error::{MediaError, MediaErrorKind as Kind},
    input::{self, strings},
    process::{Call, Running},
    tools::Tools,
};
use crate::domain::{
    framing::Speed,
    ids::VideoId,
    plan::{ExportPlan, SAMPLE_RATE, SoundPiece},
    time::Micros,
};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    ffi::OsString,
    path::{Path, PathBuf},
};
use tokio_util::sync::CancellationToken;

/// 16 bit stereo.
const SAMPLE_BYTES: usize = 4;
/// 5 ms: no click where two pieces meet.
const FADE: i64 = 240;
/// AAC needs the packet before the wanted one to decode it.
const RUN_UP: Micros = Micros(100_000);
const BLOCK: usize = 16_384;

/// The name of a plan's sound among all: its pieces and the machine's fingerprint decide it.
pub fn content_key(fingerprint: &str, plan: &ExportPlan) -> String {
    let mut hash = Sha256::new();
    hash.update(fingerprint);
    for piece in plan.sound() {
        let SoundPiece { video, facts, start, end, speed, samples } = piece;
        hash.update(format!("{video} {:?} {} {} {} {samples}\n", facts.sound_stream, start.0, end.0, speed.percent()));
    }
    hex::encode(hash.finalize())
}

/// A local file for each video of a plan.
pub type Sources = HashMap<VideoId, PathBuf>;

/// Writes the sound of `plan` to `file`, which appears only when it is complete. When it returns, or its future is dropped,
/// no child process is left.
pub async fn render_sound(
    tools: &Tools,
    plan: &ExportPlan,
    sources: &Sources,
    file: &Path,
    cancel: &CancellationToken,
) -> Result<(), MediaError> {
    let sources = find_sources(plan, sources).await?;
    let work = tokio::fs::canonicalize(file.parent().ok_or(Kind::Io)?).await?;
    let file = work.join(file.file_name().ok_or(Kind::Io)?);
    let part = file.with_extension("part");
    let ours = cancel.child_token();
    let _ends_with_us = ours.clone().drop_guard();
    let writing = {
        let (tools, plan, part) = (tools.clone(), plan.clone(), part.clone());
        tokio::task::spawn_blocking(move || write_sound(&tools, &plan, &sources, &part, &work, &ours))
    };
    join(writing).await?;
    publish(&part, &file).await
}

/// Absolute paths of the files that the plan needs.
async fn find_sources(plan: &ExportPlan, sources: &Sources) -> Result<Sources, MediaError> {
    let mut found = Sources::new();
    for clip in &plan.clips {
        let source = sources.get(&clip.video).ok_or(Kind::SourceMissing)?;
        let path = tokio::fs::canonicalize(source).await;
        found.insert(clip.video.clone(), path.map_err(|error| MediaError::new(Kind::SourceMissing, error.kind()))?);
    }
    Ok(found)
}

/// Writes the sound of `plan` to `file` in the folder `work`. Blocks.
fn write_sound(
    tools: &Tools,
    plan: &ExportPlan,
    sources: &Sources,
    file: &Path,
    work: &Path,
    cancel: &CancellationToken,
) -> Result<(), MediaError> {
    let rate = SAMPLE_RATE.to_string();
    let mut args = strings(["-hide_banner", "-loglevel", "error", "-y", "-f", "s16le", "-ar", &rate, "-ac", "2"]);
    args.extend(strings(["-i", "pipe:0", "-c:a", "aac", "-b:a", "160k", "-map_metadata", "-1"]));
    args.extend(strings(["-fflags", "+bitexact", "-flags:a", "+bitexact", "-f", "mp4"]));
    args.push(input::file(file));
    let mut call = tools.ffmpeg(args, &[]);
    call.needs.writes = Some(work.to_owned());
    let mut encoder = tools.start(&Call { fed: true, ..call }, cancel)?;
    for piece in plan.sound() {
        let mut samples = Samples { left: piece.samples, total: piece.samples };
        if piece.facts.has_sound {
            let source = sources.get(piece.video).ok_or(Kind::SourceMissing)?;
            let reader = tools.start(&tools.ffmpeg(reading(&piece, source), &[source]), cancel)?;
            samples.copy(reader, &mut encoder)?;
        }
        samples.fill_with_silence(&mut encoder)?;
    }
    encoder.finish()
}

/// The samples of one piece that are still to be written.
struct Samples {
    left: i64,
    total: i64,
}

impl Samples {
    fn copy(&mut self, mut from: Running, to: &mut Running) -> Result<(), MediaError> {
        let mut block = vec![0; BLOCK];
        loop {
            let read = from.fill(&mut block)?;
            if read == 0 {
                return from.finish();
            }
            let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).saturating_mul(SAMPLE_BYTES);
            let block = &mut block[..(read - read % SAMPLE_BYTES).min(wanted)];
            fade(block, self.total - self.left, self.total);
            to.write(block)?;
            self.left -= i64::try_from(block.len() / SAMPLE_BYTES).unwrap_or(0);
        }
    }

    fn fill_with_silence(&mut self, to: &mut Running) -> Result<(), MediaError> {
        let silence = [0; BLOCK];
        while self.left > 0 {
            let samples = self.left.min(i64::try_from(BLOCK / SAMPLE_BYTES).unwrap_or(1));
            to.write(&silence[..usize::try_from(samples).unwrap_or(0) * SAMPLE_BYTES])?;
            self.left -= samples;
        }
        Ok(())
    }
}

/// Fades a block that starts with sample `first` of `total`, at whichever edge of the piece it touches.
fn fade(block: &mut [u8], first: i64, total: i64) {
    for (n, sample) in (first..).zip(block.chunks_exact_mut(SAMPLE_BYTES)) {
        let from_edge = n.min(total - 1 - n);
        if from_edge >= FADE {
            continue;
        }
        for channel in sample.chunks_exact_mut(2) {
            let value = i64::from(i16::from_le_bytes([channel[0], channel[1]])) * from_edge.max(0) / FADE;
            channel.copy_from_slice(&i16::try_from(value).unwrap_or(0).to_le_bytes());
        }
    }
}

/// Decodes a piece's sound, at its speed, to 48 kHz stereo on standard output. Where the sound starts late or has gaps
/// there is silence.
fn reading(piece: &SoundPiece, source: &Path) -> Vec<OsString> {
    let start = piece.facts.stream_start + piece.start;
    let run_up = RUN_UP.clamp_to(Micros::ZERO, start);
    let sample = |time: Micros| time.0.max(0) * i64::from(SAMPLE_RATE) / 1_000_000;
    let (skipped, length) = (sample(run_up), sample(piece.end - piece.start));
    let mut filters = vec![
        // Times in the filter count from where reading starts, so the first sample is that moment's, sounding or not.
        format!("aresample={SAMPLE_RATE}:async=1:first_pts=0"),
        format!(
            "aformat=sample_fmts=s16:channel_layouts=stereo,atrim=start_sample={skipped}:end_sample={}",
            skipped + length
        ),
        "asetpts=N/SR/TB".to_owned(),
    ];
    filters.extend(tempo(piece.speed));
    let mut args = strings(["-hide_banner", "-nostdin", "-loglevel", "error"]);
    args.extend(input::reading(piece.facts.container));
    args.extend(strings(["-seek_timestamp", "1", "-ss", &input::seconds(start - run_up)]));
    args.extend([OsString::from("-i"), input::file(source)]);
    args.extend(strings(["-map", &format!("0:{}", piece.facts.sound_stream.unwrap_or(1)), "-vn"]));
    args.extend(strings(["-af", &filters.join(","), "-f", "s16le", "pipe:1"]));
    args
}

/// One `atempo` takes no less than half; slower is several.
fn tempo(speed: Speed) -> Vec<String> {
    let mut percent = speed.percent();
    let mut filters = Vec::new();
    while percent < 50 {
        filters.push("atempo=0.5".to_owned());
        percent *= 2;
    }
    if percent != 100 {
        filters.push(format!("atempo={}.{:02}", percent / 100, percent % 100));
    }
    filters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_is_a_chain() {
        let tempo = |percent: u16| tempo(percent.try_into().expect("a speed")).join(",");
        assert_eq!(tempo(100), "");
        assert_eq!(tempo(50), "atempo=0.50");
        assert_eq!(tempo(25), "atempo=0.5,atempo=0.50");
        assert_eq!(tempo(40), "atempo=0.5,atempo=0.80");
        assert_eq!(tempo(150), "atempo=1.50");
    }

    #[test]
    fn edges_fade_and_the_middle_stays() {
        let loud = |samples: usize| 10_000_i16.to_le_bytes().repeat(2 * samples);
        let level = |block: &[u8], n: usize| i16::from_le_bytes([block[n * 4 + 2], block[n * 4 + 3]]);
        let mut block = loud(1_000);
        fade(&mut block, 0, 1_000);
        assert_eq!([0, 120, 240, 759, 879, 999].map(|n| level(&block, n)), [0, 5_000, 10_000, 10_000, 5_000, 0]);
        let mut middle = loud(100);
        fade(&mut middle, 500, 10_000);
        assert_eq!(middle, loud(100));
    }
}
