//! The export job: hands out the pieces of its plan that are not there yet; when all are, joins them and publishes the file.

use super::{
    pieces::{Pieces, folder_of, recording_of},
    segments,
    store::{self, NewRendition, ToRender},
};
use crate::{
    domain::{
        ids::{ExportId, RenditionId},
        plan::CopyPlan,
        time::Micros,
    },
    jobs::{
        self, log,
        runner::Work,
        scratch::disk_failed,
        trees,
        types::{Failure, Outcome, Progress},
    },
    live::types::{Event, Topic},
    media::{
        self, MediaErrorKind, Rendered,
        chunk::chunk_file,
        index::{Span, Stream},
    },
    storage::{LocalFile, ObjectKey, StoreErrorKind, keys},
    videos::fetch::{Need, fetch, may_be_at_fault},
};
use std::{collections::HashMap, path::Path};

pub async fn run(work: &Work) -> Result<Outcome, Failure> {
    let gone = || Failure::permanent("not_found", "The export was deleted.");
    let (db, owner) = (&work.app.db, &work.job.owner);
    let export: ExportId = work.job.subject.parse().map_err(|_| gone())?;
    let task = store::to_render(db, owner, &export).await?.ok_or_else(gone)?;
    work.report(Progress { stage: "plan", done: 0, total: task.plan.total_frames });
    if let Some(copied) = &task.plan.copy {
        return copy(work, &export, &task, copied).await;
    }
    // Whoever comes first chooses the encoder for all pieces. When it is a machine's that is gone, the next one chooses anew.
    let ours = media::encode::fingerprint(&work.app.tools);
    let mut encoder = store::choose_encoder(db, &export, &ours).await?;
    let mut pieces = Pieces::of(&task.plan, &encoder);
    let mut there = segments::find(db, owner, &pieces.all()).await?;
    let mut missing = pieces.missing(&work.job, &task.plan, &encoder, |hash| there.contains_key(hash));
    if !missing.is_empty() && encoder != ours {
        store::change_encoder(db, &export, &ours).await?;
        encoder = ours;
        pieces = Pieces::of(&task.plan, &encoder);
        there = segments::find(db, owner, &pieces.all()).await?;
        missing = pieces.missing(&work.job, &task.plan, &encoder, |hash| there.contains_key(hash));
    }
    let total = task.plan.total_frames;
    if missing.is_empty() {
        work.report(Progress { stage: "finish", done: total, total });
        log::say(db, &work.job, "Every part is there: joining them.").await;
        return finish(work, &export, &task, &pieces, &there).await;
    }
    let rest: i64 = missing.iter().map(|child| child.total).sum();
    let mut tx = db.begin_write().await?;
    let progress = Progress { stage: "plan", done: total - rest, total };
    if !trees::wait(&mut tx, &work.job, &missing, progress).await? {
        return Err(Failure::Stopped);
    }
    let handed_out = format!("Parts to render, with the sound: {}. There already: {}.", missing.len(), there.len());
    log::say_in(&mut tx, &work.job.id, &handed_out).await?;
    tx.commit().await?;
    work.app.wake.jobs();
    Ok(Outcome::Waiting)
}

/// Nothing to render: the clip's bytes are fetched, and written with an edit list.
async fn copy(work: &Work, export: &ExportId, task: &ToRender, plan: &CopyPlan) -> Result<Outcome, Failure> {
    let total = task.plan.total_frames;
    let recording = recording_of(work, &plan.video).await?;
    work.report(Progress { stage: "fetch", done: 0, total });
    let rate = plan.facts.rate;
    let span = [Span {
        from: rate.frame_start(plan.first),
        to: rate.frame_start(plan.first + plan.frames + media::copy::MORE),
    }];
    // Both are parts of one file, of which the second call finds what the first has fetched.
    let sound =
        fetch(&work.app.store, &recording, Need::Spans(&plan.facts, &span, Stream::Sound), &work.cancel).await?;
    let file =
        fetch(&work.app.store, &recording, Need::Spans(&plan.facts, &span, Stream::Picture), &work.cancel).await?;
    work.report(Progress { stage: "finish", done: 0, total });
    let folder = folder_of(work)?;
    let (tools, cancel) = (&work.app.tools, &work.cancel);
    let path = match media::copy::copy_clip(tools, plan, file.path(), folder.path(), cancel).await {
        Err(error) if may_be_at_fault(&file, &error) => {
            let whole = work.app.store.materialise(&recording, cancel).await?;
            media::copy::copy_clip(tools, plan, whole.path(), folder.path(), cancel).await?
        }
        answer => answer?,
    };
    drop(sound);
    let bytes = tokio::fs::metadata(&path).await.map_err(|error| disk_failed(&error))?.len();
    let (width, height) = (task.plan.width, task.plan.height);
    let rendered = Rendered { path, bytes, frames: total, duration: task.plan.duration(), width, height };
    publish(work, export, task, &rendered).await?;
    Ok(Outcome::Complete)
}

async fn finish(
    work: &Work,
    export: &ExportId,
    task: &ToRender,
    pieces: &Pieces,
    there: &HashMap<String, String>,
) -> Result<Outcome, Failure> {
    let folder = folder_of(work)?;
    let mut names = Vec::with_capacity(pieces.chunks.len());
    let sound = "sound.m4a".to_owned();
    for hash in &pieces.chunks {
        let file = chunk_file(folder.path(), hash);
        names.push(file.file_name().unwrap_or_default().to_string_lossy().into_owned());
        if !file.exists() {
            bring(work, there.get(hash), &file).await?;
        }
    }
    bring(work, there.get(&pieces.sound), &folder.path().join(&sound)).await?;
    let rendered = match media::finish::finish(&task.plan, &names, &sound, folder.path(), &work.cancel).await {
        Ok(rendered) => rendered,
        Err(error) => {
            // What passed its own check may still have been damaged since: made anew next time.
            if matches!(error.kind(), MediaErrorKind::WrongOutput | MediaErrorKind::ToolFailed) {
                for key in there.values() {
                    segments::forget(&work.app.db, &work.job.owner, key).await?;
                }
            }
            return Err(error.into());
        }
    };
    publish(work, export, task, &rendered).await?;
    Ok(Outcome::Complete)
}

/// A piece at the store as `file`, beside the others; one that is gone is made again at the next try.
async fn bring(work: &Work, key: Option<&String>, file: &Path) -> Result<(), Failure> {
    let lost = || Failure::Transient {
        code: "segment_lost".to_owned(),
        message: "A rendered piece was lost and is made again.".to_owned(),
        log: String::new(),
    };
    let key = key.ok_or_else(lost)?;
    let at: ObjectKey = key.parse().map_err(|_| lost())?;
    let held: LocalFile = match work.app.store.materialise(&at, &work.cancel).await {
        Err(error) if error.kind() == StoreErrorKind::NotFound => {
            segments::forget(&work.app.db, &work.job.owner, key).await?;
            return Err(lost());
        }
        answer => answer?,
    };
    // On one disk a second name costs nothing.
    if tokio::fs::hard_link(held.path(), file).await.is_err() {
        tokio::fs::copy(held.path(), file).await.map_err(|error| disk_failed(&error))?;
    }
    Ok(())
}

/// Sends the file to a key of its own, then commits the pointer and the job's end together: one result, ever.
async fn publish(work: &Work, export: &ExportId, task: &ToRender, rendered: &Rendered) -> Result<(), Failure> {
    let (app, owner) = (&work.app, &work.job.owner);
    let id = RenditionId::generate();
    let (key, poster_key) = (keys::rendition(owner, &id), keys::rendition_poster(owner, &id));
    app.store.put_file(&key, &rendered.path, "video/mp4").await?;
    let has_poster = make_poster(work, rendered, &poster_key).await;
    let mut tx = app.db.begin_write().await?;
    let held = jobs::store::complete(&mut *tx, &work.job, Some(id.as_str())).await?;
    if held {
        let new = NewRendition {
            id: &id,
            export,
            reel: task.reel.as_ref(),
            name: &task.name,
            object_key: key.as_str(),
            poster_key: has_poster.then_some(poster_key.as_str()),
            bytes: i64::try_from(rendered.bytes).unwrap_or(i64::MAX),
            size: (rendered.width, rendered.height),
            frames: rendered.frames,
            duration_us: rendered.duration.0,
        };
        store::insert_rendition(&mut tx, owner, &new).await?;
        tx.commit().await?;
        app.hub.send(owner, Event::Changed { topic: Topic::Exports });
        return Ok(());
    }
    drop(tx);
    store::doom(&app.db, owner, &[key.as_str(), poster_key.as_str()]).await?;
    Err(Failure::Stopped)
}

/// A rendition without a poster is still a rendition.
async fn make_poster(work: &Work, rendered: &Rendered, key: &ObjectKey) -> bool {
    let at = Micros(rendered.duration.0 / 3);
    let made = async {
        let facts =
            media::probe::probe(&work.app.tools, &rendered.path, &work.cancel).await.map_err(|e| e.to_string())?;
        let picture = media::poster::poster(&work.app.tools, &rendered.path, &facts, at, &work.cancel).await;
        let picture = picture.map_err(|error| error.to_string())?;
        work.app.store.put_bytes(key, picture.into(), "image/jpeg").await.map_err(|error| error.code().to_owned())
    };
    match made.await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(error, "export.no_poster");
            false
        }
    }
}
