//! The probe job: reads a recording that has arrived, makes its poster, and only then the video is ready.

use super::{
    fetch::{Need, fetch, may_be_at_fault},
    store,
};
use crate::{
    domain::{ids::VideoId, time::Micros},
    jobs::{
        self,
        runner::Work,
        types::{Failure, NewJob, Outcome, Progress},
    },
    media::{
        self, MediaError, MediaErrorKind,
        index::{Span, Stream},
    },
    storage::{ObjectKey, keys},
};

pub async fn run(work: &Work) -> Result<Outcome, Failure> {
    let app = &work.app;
    let gone = || Failure::permanent("not_found", "The video was deleted.");
    let video: VideoId = work.job.subject.parse().map_err(|_| gone())?;
    let row = store::get(&app.db, &work.job.owner, &video).await?.ok_or_else(gone)?;
    let key = row.object_key.parse().map_err(|_| gone())?;
    work.report(Progress { stage: "fetch", done: 0, total: 2 });
    let file = fetch(&app.store, &key, Need::Edges, &work.cancel).await?;
    work.report(Progress { stage: "probe", done: 1, total: 2 });
    let facts = match media::probe::probe(&app.tools, file.path(), &work.cancel).await {
        Err(error) if may_be_at_fault(&file, &error) => {
            let whole = app.store.materialise(&key, &work.cancel).await?;
            media::probe::probe(&app.tools, whole.path(), &work.cancel).await?
        }
        answer => answer?,
    };
    let poster = make_poster(work, &key, &facts, &video).await;
    work.report(Progress { stage: "poster", done: 2, total: 2 });
    let mut tx = app.db.begin_write().await?;
    store::set_ready(&mut *tx, &video, &facts, poster.as_ref().map(ObjectKey::as_str)).await?;
    if !jobs::store::complete(&mut *tx, &work.job, None).await? {
        return Err(Failure::Stopped);
    }
    let proxy = facts.needs_proxy().then(|| NewJob::proxy(&work.job.owner, &video));
    for job in NewJob::overview(&work.job.owner, &video).into_iter().chain(proxy) {
        jobs::store::submit(&mut tx, &job).await?;
    }
    tx.commit().await?;
    app.wake.jobs();
    Ok(Outcome::Complete)
}

/// A game without a poster is still a game: its card shows a drawing.
async fn make_poster(
    work: &Work,
    recording: &ObjectKey,
    facts: &crate::domain::video::VideoFacts,
    video: &VideoId,
) -> Option<ObjectKey> {
    let at = Micros((facts.duration.0 / 10).min(10_000_000));
    let key = keys::poster(&work.job.owner, video);
    let made = async {
        let span = [Span { from: at, to: at + facts.rate.frame_length() }];
        let need = Need::Spans(facts, &span, Stream::Picture);
        let file =
            fetch(&work.app.store, recording, need, &work.cancel).await.map_err(|error| error.code().to_owned())?;
        let picture = media::poster::poster(&work.app.tools, file.path(), facts, at, &work.cancel).await;
        let picture = picture.map_err(|error| error.to_string())?;
        work.app.store.put_bytes(&key, picture.into(), "image/jpeg").await.map_err(|error| error.code().to_owned())
    };
    match made.await {
        Ok(()) => Some(key),
        Err(error) => {
            tracing::warn!(video = %video, error, "ingest.no_poster");
            None
        }
    }
}

impl From<MediaError> for Failure {
    fn from(error: MediaError) -> Self {
        if error.kind() == MediaErrorKind::Cancelled {
            return Self::Stopped;
        }
        let (code, message, log) = (error.code().to_owned(), error.to_string(), error.log_tail().to_owned());
        if error.is_permanent() {
            Self::Permanent { code, message, log }
        } else {
            Self::Transient { code, message, log }
        }
    }
}
