//! The pieces of an export: chunks of its picture, and its sound. Each is a job for any worker; its result lies at the store
//! under its content.

use super::{
    segments::{self, NewSegment},
    store,
};
use crate::{
    domain::{
        ids::{ExportId, MusicId, VideoId},
        plan::{Chunk, ExportPlan, SoundPiece},
    },
    jobs::{
        self, log, remote,
        runner::Work,
        scratch,
        types::{Failure, Job, Kind, NewJob, Outcome, Progress},
    },
    media::{
        MediaErrorKind, Sources, audio, chunk, encode,
        index::{Span, Stream},
    },
    music,
    storage::{LocalFile, ObjectKey, keys},
    videos::{
        self,
        fetch::{Need, fetch, may_be_at_fault},
    },
};
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A plan's pieces by content key.
pub struct Pieces {
    /// In playing order; a piece may stand there twice.
    pub chunks: Vec<String>,
    pub sound: String,
}

impl Pieces {
    /// As machines with this fingerprint make them.
    pub fn of(plan: &ExportPlan, fingerprint: &str) -> Self {
        Self {
            chunks: plan.chunks.iter().map(|chunk| chunk::content_key(fingerprint, &chunk.spec)).collect(),
            sound: audio::content_key(fingerprint, plan),
        }
    }

    pub fn all(&self) -> Vec<String> {
        self.chunks.iter().chain([&self.sound]).cloned().collect()
    }

    /// Jobs for the pieces that `there` does not know, each once.
    pub fn missing(
        &self,
        parent: &Job,
        plan: &ExportPlan,
        fingerprint: &str,
        there: impl Fn(&str) -> bool,
    ) -> Vec<NewJob> {
        let export = &parent.subject;
        let mut known = HashSet::new();
        let mut jobs = Vec::new();
        for (at, (hash, Chunk { spec, .. })) in self.chunks.iter().zip(&plan.chunks).enumerate() {
            if !there(hash) && known.insert(hash) {
                let subject = format!("{export}/{at}");
                jobs.push(NewJob::piece(parent, Kind::Segment, subject, hash, fingerprint, spec.frames()));
            }
        }
        if !there(&self.sound) {
            let subject = format!("{export}/sound");
            jobs.push(NewJob::piece(parent, Kind::Sound, subject, &self.sound, fingerprint, 0));
        }
        jobs
    }
}

fn gone() -> Failure {
    Failure::permanent("not_found", "The export was deleted.")
}

/// The export that a piece is of, and what the subject says after its id.
async fn planned(work: &Work) -> Result<(ExportPlan, &str), Failure> {
    let (export, piece) = work.job.subject.split_once('/').ok_or_else(gone)?;
    let export: ExportId = export.parse().map_err(|_| gone())?;
    let task = store::to_render(&work.app.db, &work.job.owner, &export).await?.ok_or_else(gone)?;
    Ok((task.plan, piece))
}

pub async fn render_segment(work: &Work) -> Result<Outcome, Failure> {
    let (plan, piece) = planned(work).await?;
    let at: usize = piece.parse().map_err(|_| gone())?;
    let spec = &plan.chunks.get(at).ok_or_else(gone)?.spec;
    let total = spec.frames();
    let hash = chunk::content_key(&work.job.requires, spec);
    // Another export may have made it since it was handed out: a reel and its clips, made together, share their pieces.
    if !segments::find(&work.app.db, &work.job.owner, std::slice::from_ref(&hash)).await?.is_empty() {
        let held = jobs::store::complete(work.app.db.pool(), &work.job, Some(&hash)).await?;
        return if held { Ok(Outcome::Complete) } else { Err(Failure::Stopped) };
    }
    let recording = recording_of(work, &spec.shot.video).await?;
    // An order names one recording: where two of them dissolve, it is done here.
    let elsewhere = if spec.over.is_none() { remote::call::render(work, spec, &recording).await? } else { None };
    if let Some(made) = elsewhere {
        // Its key is the call's, which another worker may have taken over: only who holds the job decides about it.
        let outcome = commit(work, &made.key, made.bytes, &hash, total, Losing::LeavesIt).await;
        made.settle(work).await?;
        return outcome;
    }
    let Some(_slot) = work.local_slot().await else { return Err(Failure::Stopped) };
    work.report(Progress { stage: "fetch", done: 0, total });
    let mut recordings = vec![recording];
    if let Some(over) = &spec.over {
        recordings.push(recording_of(work, &over.shot.video).await?);
    }
    let mut files = Vec::with_capacity(recordings.len());
    for (shot, recording) in spec.shots().zip(&recordings) {
        let need = Need::Spans(&shot.facts, &chunk::spans(shot, spec.rate), Stream::Picture);
        files.push(fetch(&work.app.store, recording, need, &work.cancel).await?);
    }
    let folder = folder_of(work)?;
    let file = folder.path().join("chunk.mp4");
    let report = |done| work.report(Progress { stage: "render", done, total });
    let (tools, cancel) = (&work.app.tools, &work.cancel);
    let paths = |files: &[LocalFile]| files.iter().map(|file| file.path().to_owned()).collect::<Vec<_>>();
    let render = async |files: &[LocalFile]| {
        let paths = paths(files);
        let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        chunk::render_chunk(tools, spec, &paths, &file, report, cancel).await
    };
    let with_hardware = tools.hardware().is_some();
    let mut answer = render(&files).await;
    match answer {
        Err(error) if files.iter().any(|file| may_be_at_fault(file, &error)) => {
            for (file, recording) in files.iter_mut().zip(&recordings) {
                *file = work.app.store.materialise(recording, cancel).await?;
            }
            answer = render(&files).await;
        }
        same => answer = same,
    }
    match answer {
        Err(error) if with_hardware && error.kind() == MediaErrorKind::ToolFailed => {
            return without_hardware(work, error.log_tail()).await;
        }
        answer => answer?,
    }
    // Given up meanwhile, by another piece: this one may be of either encoder.
    if encode::fingerprint(tools) != work.job.requires {
        return without_hardware(work, "").await;
    }
    publish(work, &file, &hash, total).await
}

/// The graphics card's encoder failed. Pieces of two encoders do not join: this one ends without a result, and the export, when it
/// looks again, hands out all of them anew, for x264.
async fn without_hardware(work: &Work, said: &str) -> Result<Outcome, Failure> {
    let app = &work.app;
    tracing::warn!(log = said, "encoder.failed");
    app.tools.give_up_hardware();
    if let Some(parent) = &work.job.parent {
        log::say(&app.db, &work.job, "The graphics card's encoder failed: all parts are made again without it.").await;
        jobs::trees::drop_waiting(&app.db, parent).await?;
    }
    let held = jobs::store::complete(app.db.pool(), &work.job, None).await?;
    if held { Ok(Outcome::Complete) } else { Err(Failure::Stopped) }
}

pub async fn render_sound(work: &Work) -> Result<Outcome, Failure> {
    let (plan, _) = planned(work).await?;
    work.report(Progress { stage: "fetch", done: 0, total: 0 });
    let mut files: Vec<(VideoId, ObjectKey, LocalFile)> = Vec::new();
    for clip in plan.sound().filter(|clip| plan.is_heard(clip)) {
        if !files.iter().any(|(video, ..)| video == clip.video) {
            let clips = plan.sound().filter(|of| of.video == clip.video);
            let span = |piece: SoundPiece| Span { from: piece.start, to: piece.end };
            let spans: Vec<Span> = clips.flat_map(|clip| clip.pieces).map(span).collect();
            let need = Need::Spans(clip.facts, &spans, Stream::Sound);
            let recording = recording_of(work, clip.video).await?;
            let file = fetch(&work.app.store, &recording, need, &work.cancel).await?;
            files.push((clip.video.clone(), recording, file));
        }
    }
    let song = match &plan.music {
        Some(bed) => Some(work.app.store.materialise(&song_of(work, &bed.music).await?, &work.cancel).await?),
        None => None,
    };
    let song = song.as_ref().map(LocalFile::path);
    let folder = folder_of(work)?;
    let file = folder.path().join("sound.m4a");
    work.report(Progress { stage: "sound", done: 0, total: 0 });
    let (tools, cancel) = (&work.app.tools, &work.cancel);
    match audio::render_sound(tools, &plan, &sources(&files), song, &file, cancel).await {
        Err(error) if files.iter().any(|(.., file)| may_be_at_fault(file, &error)) => {
            for (_, recording, file) in &mut files {
                *file = work.app.store.materialise(recording, cancel).await?;
            }
            audio::render_sound(tools, &plan, &sources(&files), song, &file, cancel).await?;
        }
        answer => answer?,
    }
    publish(work, &file, &audio::content_key(&work.job.requires, &plan), 0).await
}

fn sources(files: &[(VideoId, ObjectKey, LocalFile)]) -> Sources {
    files.iter().map(|(video, _, file)| (video.clone(), file.path().to_owned())).collect()
}

/// Where a recording lies.
pub async fn recording_of(work: &Work, video: &VideoId) -> Result<ObjectKey, Failure> {
    let missing = || {
        let message = "A video of this reel was deleted. Remove its clips, then export again.";
        Failure::permanent("video_missing", message)
    };
    let row = videos::store::get(&work.app.db, &work.job.owner, video).await?.ok_or_else(missing)?;
    row.object_key.parse().map_err(|_| missing())
}

async fn song_of(work: &Work, music: &MusicId) -> Result<ObjectKey, Failure> {
    let missing = || {
        let message = "The music of this reel was taken away or replaced. Export the reel again.";
        Failure::permanent("music_missing", message)
    };
    let key = music::store::key(&work.app.db, &work.job.owner, music).await?.ok_or_else(missing)?;
    key.parse().map_err(|_| missing())
}

/// A folder for this turn alone, below that of its export: removed with this value, or by the janitor.
pub fn folder_of(work: &Work) -> Result<TempDir, Failure> {
    scratch::folder(work, work.job.subject.split('/').next().unwrap_or_default())
}

/// Sends the piece to a key of its own, then commits it.
async fn publish(work: &Work, file: &Path, hash: &str, frames: i64) -> Result<Outcome, Failure> {
    let key = keys::segment(&work.job.owner);
    let bytes = work.app.store.put_file(&key, file, "video/mp4").await?;
    commit(work, &key, bytes, hash, frames, Losing::SweepsIt).await
}

/// What becomes of an object when the fence is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Losing {
    SweepsIt,
    LeavesIt,
}

/// The pointer and the job's end together, if the fence still holds.
async fn commit(
    work: &Work,
    key: &ObjectKey,
    bytes: u64,
    hash: &str,
    frames: i64,
    losing: Losing,
) -> Result<Outcome, Failure> {
    let (app, owner) = (&work.app, &work.job.owner);
    let mut tx = app.db.begin_write().await?;
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    let held = jobs::store::complete(&mut *tx, &work.job, Some(hash)).await?;
    let first =
        held && segments::insert(&mut tx, owner, &NewSegment { hash, object_key: key.as_str(), bytes, frames }).await?;
    if held {
        tx.commit().await?;
    } else {
        drop(tx);
    }
    if !first && (held || losing == Losing::SweepsIt) {
        store::doom(&app.db, owner, &[key.as_str()]).await?;
    }
    if held { Ok(Outcome::Complete) } else { Err(Failure::Stopped) }
}
