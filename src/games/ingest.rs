//! The probe job: reads a recording that has arrived, makes its poster, and only then the video is ready.

use super::store;
use crate::{
    domain::{ids::VideoId, time::Micros},
    jobs::{
        self,
        runner::Work,
        types::{Failure, Progress},
    },
    media::{self, MediaError},
    storage::ObjectKey,
};

/// Pixels across a card at twice the density.
const POSTER_WIDTH: u32 = 640;

pub async fn run(work: &Work) -> Result<(), Failure> {
    let app = &work.app;
    let gone = || Failure::permanent("not_found", "The video was deleted.");
    let video: VideoId = work.job.subject.parse().map_err(|_| gone())?;
    let row = store::get_video(&app.db, &work.job.owner, &video).await?.ok_or_else(gone)?;
    let key = ObjectKey::parse(&row.object_key)?;
    work.report(Progress { stage: "fetch", done: 0, total: 2 });
    let file = app.store.materialise(&key, &work.cancel).await?;
    work.report(Progress { stage: "probe", done: 1, total: 2 });
    let facts = media::probe::probe(&app.tools, file.path(), &work.cancel).await?;
    let poster = make_poster(work, file.path(), &facts, &video).await;
    let mut tx = app.db.begin_write().await?;
    store::set_video_ready(&mut *tx, &video, &facts, poster.as_ref().map(ObjectKey::as_str)).await?;
    if !jobs::store::complete(&mut *tx, &work.job, None).await? {
        return Err(Failure::Stopped);
    }
    tx.commit().await?;
    Ok(())
}

/// A game without a poster is still a game: its card shows a drawing.
async fn make_poster(
    work: &Work,
    path: &std::path::Path,
    facts: &crate::domain::video::VideoFacts,
    video: &VideoId,
) -> Option<ObjectKey> {
    let folder = tempfile_dir(work)?;
    let picture = folder.join(format!("{}.jpg", work.job.id));
    let at = Micros((facts.duration.0 / 10).min(10_000_000));
    let key = ObjectKey::poster(&work.job.owner, video);
    let made = async {
        media::poster::poster(&work.app.tools, path, facts, at, POSTER_WIDTH, &picture, &work.cancel)
            .await
            .map_err(|error| error.to_string())?;
        work.app.store.put_file(&key, &picture, "image/jpeg").await.map_err(|error| error.to_string())
    }
    .await;
    let _ = tokio::fs::remove_file(&picture).await;
    match made {
        Ok(_) => Some(key),
        Err(error) => {
            tracing::warn!(video = %video, error, "ingest.no_poster");
            None
        }
    }
}

fn tempfile_dir(work: &Work) -> Option<std::path::PathBuf> {
    let folder = work.app.config.data.join("work");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder)
}

impl From<MediaError> for Failure {
    fn from(error: MediaError) -> Self {
        if error.is_cancelled() {
            return Self::Stopped;
        }
        let (code, message, log) = (error.code().to_owned(), error.to_string(), error.log_tail().to_owned());
        if error.is_permanent() { Self::Permanent { code, message, log } } else { Self::Transient { code, message, log } }
    }
}
