//! A clip nobody has touched, as it was recorded: packets are copied, nothing is encoded. An edit list makes players begin on the
//! very frame that was marked, and end on it.
//!
//! ffmpeg writes where the edit begins exactly, but lets it end with the last packet that it copied; the end is put right here.

use super::{
    chunk::publish,
    error::{MediaError, MediaErrorKind as Kind},
    index::{
        IndexError,
        boxes::{child, children, inside, long, number},
    },
    input::{self, strings},
    tools::Tools,
};
use crate::domain::{plan::CopyPlan, time::Micros};
use std::{
    ffi::OsString,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};
use tokio_util::sync::CancellationToken;

/// Beyond the end, so that every picture has those that it is made from: cameras and x264 reorder fewer.
pub const MORE: i64 = 20;

/// Copies the clip from the recording `source` into the folder `work`.
pub async fn copy_clip(
    tools: &Tools,
    plan: &CopyPlan,
    source: &Path,
    work: &Path,
    cancel: &CancellationToken,
) -> Result<PathBuf, MediaError> {
    let work = tokio::fs::canonicalize(work).await?;
    let (part, file) = (work.join("clip.part"), work.join("clip.mp4"));
    let rate = plan.facts.rate;
    let start = plan.facts.stream_start + rate.frame_start(plan.first);
    let length = rate.frame_start(plan.frames + MORE);
    // A little early, as a clock in microseconds may be: the frame in front of it starts a whole frame before.
    let early = Micros(start.0 - rate.frame_length().0 / 4);
    let mut args = strings(["-hide_banner", "-nostdin", "-loglevel", "error", "-y"]);
    args.extend(input::reading(plan.facts.container));
    args.extend(strings(["-seek_timestamp", "1", "-ss", &input::seconds(early)]));
    args.extend([OsString::from("-i"), input::file(source)]);
    args.extend(strings(["-map", &format!("0:{}", plan.facts.video_stream)]));
    if let Some(sound) = plan.facts.sound_stream.filter(|_| plan.facts.has_sound) {
        args.extend(strings(["-map", &format!("0:{sound}")]));
    }
    args.extend(strings(["-t", &input::seconds(length), "-c", "copy", "-map_metadata", "-1", "-map_chapters", "-1"]));
    args.extend(strings(["-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4"]));
    args.push(input::file(&part));
    let mut call = tools.ffmpeg(args, &[source]);
    call.needs.writes = Some(work);
    tools.output(call, 4_096, cancel).await?;
    let (path, length) = (part.clone(), rate.frame_start(plan.frames));
    let ended = tokio::task::spawn_blocking(move || end_at(&path, length));
    ended.await.map_err(|_| MediaError::new(Kind::ToolFailed, "a thread ended"))??;
    publish(&part, &file).await?;
    Ok(file)
}

impl From<IndexError> for MediaError {
    fn from(error: IndexError) -> Self {
        Self::new(Kind::WrongOutput, error)
    }
}

/// Makes every track of a file that ffmpeg wrote end after `length`.
fn end_at(path: &Path, length: Micros) -> Result<(), MediaError> {
    let mut file = std::fs::File::options().read(true).write(true).open(path)?;
    // With its index in front, that is at the beginning.
    let mut head = vec![0; 64];
    let read = file.read(&mut head)?;
    head.truncate(read);
    let (at, size) = index_in(&head)?;
    let mut moov = vec![0; size];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut moov)?;
    let changed = ended(&moov, length)?;
    file.seek(SeekFrom::Start(at))?;
    // On the disk it is before it gets its name.
    Ok(file.write_all(&changed)?)
}

/// Where the index lies and how long it is, with its header: the second box of the file.
fn index_in(head: &[u8]) -> Result<(u64, usize), IndexError> {
    let first = number(head, 0)?;
    let at = usize::try_from(first).map_err(|_| IndexError::Malformed)?;
    let is_index = head.get(at + 4..at + 8) == Some(b"moov");
    let size = number(head, at)?;
    if !is_index || size > 64 << 20 {
        return Err(IndexError::Unsupported("the index is not in front"));
    }
    Ok((first.into(), usize::try_from(size).map_err(|_| IndexError::Malformed)?))
}

/// The index with other lengths; it stays as long as it is.
fn ended(moov: &[u8], length: Micros) -> Result<Vec<u8>, IndexError> {
    let mut changed = moov.to_vec();
    let content = moov.get(8..).ok_or(IndexError::Malformed)?;
    let header = inside(content, &[b"mvhd"])?;
    let scale = number(header, if header.first() == Some(&1) { 20 } else { 12 })?;
    // The last frame is shown until the end, the next one begins no earlier: rounded down.
    let units = i128::from(length.0) * i128::from(scale) / 1_000_000;
    let units = u32::try_from(units).map_err(|_| IndexError::Unsupported("a long clip"))?;
    let mut covered = 0;
    for track in children(content) {
        let (name, track) = track?;
        if name != *b"trak" {
            continue;
        }
        let is_picture = inside(track, &[b"mdia", b"hdlr"])?.get(8..12) == Some(b"vide");
        let edits = inside(track, &[b"edts", b"elst"])?;
        let wide = edits.first() == Some(&1);
        let (entry, count) = (if wide { 20 } else { 12 }, number(edits, 4)?);
        // Silence in front of the sound is an edit of its own; the last one is what is heard.
        let mut before = 0;
        for n in 0..count {
            let at = 8 + usize::try_from(n).unwrap_or(usize::MAX) * entry;
            let old = if wide { long(edits, at)? } else { number(edits, at)?.into() };
            if n + 1 < count {
                before += old;
                continue;
            }
            let new = u64::from(units).saturating_sub(before).min(old);
            // Time is what was marked: a recording of variable rate has fewer pictures than its grid.
            if is_picture {
                covered = before + new;
            }
            let place = offset(moov, edits) + at;
            if wide {
                changed[place..place + 8].copy_from_slice(&new.to_be_bytes());
            } else {
                changed[place..place + 4].copy_from_slice(&u32::try_from(new).unwrap_or(u32::MAX).to_be_bytes());
            }
        }
        let tkhd = inside(track, &[b"tkhd"])?;
        put_length(&mut changed, offset(moov, tkhd), tkhd, 20, units)?;
    }
    put_length(&mut changed, offset(moov, header), header, 16, units)?;
    // A recording may lack its last pictures.
    let missing = u64::from(scale / 10);
    if covered + missing < u64::from(units) || child(content, *b"mvex")?.is_some() {
        return Err(IndexError::Unsupported("less than was marked"));
    }
    Ok(changed)
}

/// Where `part` begins in `whole`, which it is a part of.
fn offset(whole: &[u8], part: &[u8]) -> usize {
    part.as_ptr().addr() - whole.as_ptr().addr()
}

/// Writes a duration field of a header box, which lies at `field` in version 0.
fn put_length(to: &mut [u8], at: usize, header: &[u8], field: usize, units: u32) -> Result<(), IndexError> {
    if header.first() != Some(&0) {
        return Err(IndexError::Unsupported("a wide header"));
    }
    let place = to.get_mut(at + field..at + field + 4).ok_or(IndexError::Malformed)?;
    place.copy_from_slice(&units.to_be_bytes());
    Ok(())
}
