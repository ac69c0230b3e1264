//! Which work belongs to which kind, and who is told of it.

use super::{
    runner::Work,
    types::{Failure, Job, Kind, Outcome},
};
use crate::{
    domain::ids::{AccountId, JobId},
    exports,
    live::types::{Event, Topic},
    server::state::AppState,
    videos,
};

pub async fn run(work: Work) -> Result<Outcome, Failure> {
    match work.job.kind {
        Kind::Probe => videos::ingest::run(&work).await,
        Kind::Export => exports::render::run(&work).await,
        Kind::Segment => Box::pin(exports::pieces::render_segment(&work)).await,
        Kind::Sound => exports::pieces::render_sound(&work).await,
        Kind::Sprites => videos::overview::run_sprites(&work).await,
        Kind::Waveform => videos::overview::run_waveform(&work).await,
        Kind::Proxy => videos::overview::run_proxy(&work).await,
    }
}

/// Tells the owner's tabs where the job stands.
pub async fn tell(app: &AppState, job: &Job) {
    match job.kind {
        Kind::Probe => app.hub.send(&job.owner, Event::Changed { topic: Topic::Games }),
        Kind::Export => tell_export(app, &job.owner, &job.id).await,
        // They tell of their result themselves.
        Kind::Sprites | Kind::Waveform | Kind::Proxy => {}
        Kind::Segment | Kind::Sound => {
            if let Some(parent) = &job.parent {
                tell_export(app, &job.owner, parent).await;
            }
        }
    }
}

/// The state of the export that `job` renders.
pub async fn tell_export(app: &AppState, owner: &AccountId, job: &JobId) {
    match exports::store::of_job(&app.db, owner, job).await {
        Ok(Some(export)) => app.hub.send(owner, Event::Export { export }),
        Ok(None) => {}
        Err(error) => tracing::warn!(error = %error, "export.tell_failed"),
    }
}

/// A recording that cannot be read, or of which no copy can be made, says so on its own row.
pub async fn failed_for_good(app: &AppState, job: &Job, code: &str) -> Result<(), sqlx::Error> {
    if job.kind == Kind::Proxy {
        videos::store::set_no_proxy(&app.db, &job.subject).await?;
        app.hub.send(&job.owner, Event::Changed { topic: Topic::Games });
        return Ok(());
    }
    if let Ok(video) = job.subject.parse() {
        let state = videos::types::VideoState::Error;
        videos::store::set_state(app.db.pool(), &video, state, Some(code)).await?;
    }
    Ok(())
}
