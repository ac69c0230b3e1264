//! Rules of exports.

use super::{
    store::{self, Submitted},
    types::{Export, NewExport},
};
use crate::{
    domain::{
        ids::{ExportId, JobId},
        plan::{ClipForPlan, ExportPlan, PlanError, ReelForPlan, plan},
        preset::ExportSettings,
    },
    error::{ApiError, Code},
    jobs::{
        self,
        listing::{check_dismissed, recent_ms},
        types::NewJob,
    },
    live::types::{Event, Topic},
    reels,
    server::{db::now_ms, door::Caller},
    videos,
};
use sha2::{Digest, Sha256};

/// Renders the reel as it is now. The plan is made here and never changes; the same plan while it waits or runs is the
/// same export, so a double click is one.
pub async fn create(caller: &Caller, new: &NewExport) -> Result<Export, ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    let reel = reels::store::get(db.pool(), owner, &new.reel).await?.ok_or_else(|| ApiError::not_found("reel"))?;
    let plan = plan_of(caller, &reel, new.settings).await?;
    let text = serde_json::to_string(&plan).map_err(|_| ApiError::internal())?;
    let request = format!("{}:{}", reel.id, hex::encode(Sha256::digest(text.as_bytes())));
    let id = ExportId::generate();
    let job = NewJob::export(owner, &id, &request);
    let mut tx = db.begin_write().await?;
    let accepted = jobs::store::submit(&mut tx, &job).await?;
    let shown = if accepted == job.id {
        let settings = new.settings;
        let new = Submitted { id: &id, reel: &reel.id, name: &reel.name, settings, plan: &plan, job: &job.id };
        store::insert(&mut tx, owner, &new).await?;
        id
    } else {
        store::id_of_job(&mut tx, &accepted).await?.ok_or_else(ApiError::internal)?
    };
    tx.commit().await?;
    caller.app.wake.jobs();
    caller.changed(Topic::Exports);
    get(caller, &shown).await
}

async fn plan_of(
    caller: &Caller,
    reel: &reels::store::ReelRow,
    settings: ExportSettings,
) -> Result<ExportPlan, ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    let clips = reels::store::clips(db, owner, &reel.id).await?;
    let videos = videos::store::of_reel(db, owner, reel.id.as_str()).await?;
    let clips: Result<Vec<ClipForPlan>, ApiError> = clips
        .into_iter()
        .map(|place| {
            let video = videos.iter().find(|video| video.id == place.clip.video);
            let facts = video.and_then(|video| video.facts.clone()).ok_or_else(|| {
                let message = format!(
                    "The video of “{}” is not ready yet. Wait for its upload, then export.",
                    place.clip.title()
                );
                ApiError::new(Code::NotReady, message)
            })?;
            Ok(place.for_plan(facts, video.and_then(|video| video.loudness), settings))
        })
        .collect();
    Ok(plan(&ReelForPlan { aspect: reel.aspect, settings, clips: clips? })?)
}

impl From<PlanError> for ApiError {
    fn from(error: PlanError) -> Self {
        Self::invalid(error.code(), error.to_string())
    }
}

pub async fn get(caller: &Caller, id: &ExportId) -> Result<Export, ApiError> {
    store::get(&caller.app.db, caller.owner(), id).await?.ok_or_else(|| ApiError::not_found("export"))
}

pub async fn active(caller: &Caller) -> Result<Vec<Export>, ApiError> {
    Ok(store::active(&caller.app.db, caller.owner()).await?)
}

pub async fn recent(caller: &Caller, hours: i64) -> Result<Vec<Export>, ApiError> {
    let since = now_ms() - recent_ms(hours)?;
    Ok(store::since(&caller.app.db, caller.owner(), since).await?)
}

/// Takes ended exports off the list of jobs; their files stay in the gallery.
pub async fn dismiss(caller: &Caller, ids: &[ExportId]) -> Result<(), ApiError> {
    check_dismissed(ids.len())?;
    if store::dismiss(&caller.app.db, caller.owner(), ids).await? > 0 {
        caller.changed(Topic::Exports);
    }
    Ok(())
}

/// Stops it at once: what waits ends here, what runs is told and its ffmpeg killed.
pub async fn cancel(caller: &Caller, id: &ExportId) -> Result<Export, ApiError> {
    let job = job_of(caller, id).await?;
    jobs::store::request_cancel(&caller.app.db, caller.owner(), &job).await?;
    jobs::trees::settle(&caller.app, Some(&job)).await?;
    caller.app.wake.cancels();
    tell(caller, id).await
}

/// Renders the plan of its submit once more.
pub async fn retry(caller: &Caller, id: &ExportId) -> Result<Export, ApiError> {
    let job = job_of(caller, id).await?;
    if !jobs::store::retry(&caller.app.db, caller.owner(), &job).await? {
        return Err(ApiError::new(Code::NotReady, "Only an export that failed or was cancelled can be tried again."));
    }
    caller.app.wake.jobs();
    tell(caller, id).await
}

async fn job_of(caller: &Caller, id: &ExportId) -> Result<JobId, ApiError> {
    store::job_of(&caller.app.db, caller.owner(), id).await?.ok_or_else(|| ApiError::not_found("export"))
}

async fn tell(caller: &Caller, id: &ExportId) -> Result<Export, ApiError> {
    let export = get(caller, id).await?;
    caller.app.hub.send(caller.owner(), Event::Export { export: export.clone() });
    caller.changed(Topic::Exports);
    Ok(export)
}
