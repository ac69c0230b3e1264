//! The export job: fetches the recordings, renders the plan of the submit, publishes the file.

use super::store::{self, NewRendition, ToRender};
use crate::{
    domain::{
        ids::{ExportId, RenditionId, VideoId},
        plan::ExportPlan,
        time::Micros,
    },
    jobs::{
        self,
        runner::Work,
        types::{Failure, Progress},
    },
    live::types::{Event, Topic},
    media::{self, RenderProgress, Rendered},
    storage::{LocalFile, ObjectKey, keys},
    videos,
};
use std::{collections::HashMap, path::PathBuf};

pub async fn run(work: &Work) -> Result<(), Failure> {
    let gone = || Failure::permanent("not_found", "The export was deleted.");
    let export: ExportId = work.job.subject.parse().map_err(|_| gone())?;
    let task = store::to_render(&work.app.db, &work.job.owner, &export).await?.ok_or_else(gone)?;
    work.report(Progress { stage: "fetch", done: 0, total: task.plan.total_frames });
    let files = fetch(work, &task.plan).await?;
    let sources: HashMap<VideoId, PathBuf> =
        files.iter().map(|(video, file)| (video.clone(), file.path().to_owned())).collect();
    // Finished pieces stay here over a restart; the folder goes with the export's end.
    let folder = work.app.config.data.join("work").join(export.as_str());
    tokio::fs::create_dir_all(&folder).await.map_err(|error| disk_failed(&error))?;
    let reporting = work.clone();
    let report = move |progress: RenderProgress| {
        reporting.report(Progress {
            stage: progress.stage.name(),
            done: progress.done_frames,
            total: progress.total_frames,
        });
    };
    let rendered = media::render::render(&work.app.tools, &task.plan, &sources, &folder, report, &work.cancel).await?;
    drop(files);
    publish(work, &export, &task, &rendered).await?;
    if let Err(error) = tokio::fs::remove_dir_all(&folder).await {
        tracing::warn!(export = %export, error = %error, "export.folder_left");
    }
    Ok(())
}

/// Every recording of the plan, as a file that ffmpeg can open.
async fn fetch(work: &Work, plan: &ExportPlan) -> Result<HashMap<VideoId, LocalFile>, Failure> {
    let mut files = HashMap::new();
    for clip in &plan.clips {
        if files.contains_key(&clip.video) {
            continue;
        }
        let missing = || {
            Failure::permanent(
                "video_missing",
                "A video of this reel was deleted. Remove its clips, then export again.",
            )
        };
        let row = videos::store::get(&work.app.db, &work.job.owner, &clip.video).await?.ok_or_else(missing)?;
        let key = row.object_key.parse().map_err(|_| missing())?;
        files.insert(clip.video.clone(), work.app.store.materialise(&key, &work.cancel).await?);
    }
    Ok(files)
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

fn disk_failed(error: &std::io::Error) -> Failure {
    tracing::error!(error = %error, "export.disk_failed");
    Failure::Transient {
        code: "disk_failed".to_owned(),
        message: "The data folder cannot be written.".to_owned(),
        log: String::new(),
    }
}
