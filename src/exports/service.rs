//! Rules of exports.

use super::{
    store::{self, Submitted},
    types::{Export, ExportKind, NewBatch, NewExport, Subject},
};
use crate::{
    clips::{self, types::Clip},
    domain::{
        aspect::Aspect,
        changes::Changes,
        ids::{ExportId, GameId, JobId, ReelId},
        music::Bed,
        plan::{ClipForPlan, ExportPlan, PlanError, ReelForPlan, copy_plan, plan},
        preset::ExportSettings,
    },
    error::{ApiError, Code},
    games,
    jobs::{
        self,
        listing::{check_dismissed, recent_ms},
        types::NewJob,
    },
    live::types::{Event, Topic},
    music,
    reels::{self, types::ReelClip},
    server::{db::now_ms, door::Caller},
    videos,
};
use sha2::{Digest, Sha256};

/// Renders the reel as it is now. The plan is made here and never changes; the same plan while it waits or runs is the
/// same export, so a double click is one.
pub async fn create(caller: &Caller, new: &NewExport) -> Result<Export, ApiError> {
    let reel = reel_of(caller, &new.reel).await?;
    let plan = plan_of(caller, &reel, new.settings).await?;
    let planned = Planned { kind: ExportKind::Reel, name: reel.name.clone(), plan };
    let ids = submit(caller, &Subject::Reel(reel.id), new.settings, vec![planned]).await?;
    get(caller, ids.first().ok_or_else(ApiError::internal)?).await
}

/// The plan of a reel as it is now.
async fn plan_of(
    caller: &Caller,
    reel: &reels::store::ReelRow,
    settings: ExportSettings,
) -> Result<ExportPlan, ApiError> {
    let clips = reel_clips(caller, reel, settings).await?;
    let music = music_of(caller, &reel.id).await?;
    Ok(plan(&ReelForPlan { aspect: reel.aspect, settings, clips, music })?)
}

/// What an export of its reel as it is now would change of an export.
pub async fn changes(caller: &Caller, id: &ExportId, settings: ExportSettings) -> Result<Changes, ApiError> {
    let gone = || ApiError::not_found("export");
    let before = store::to_render(&caller.app.db, caller.owner(), id).await?.ok_or_else(gone)?;
    let reel = reel_of(caller, &before.reel.ok_or_else(gone)?).await?;
    Ok(Changes::between(&before.plan, &plan_of(caller, &reel, settings).await?))
}

/// Several files of a reel or a game: each is an export of its own.
pub async fn create_batch(caller: &Caller, new: &NewBatch) -> Result<Vec<Export>, ApiError> {
    if new.make.is_empty() {
        return Err(ApiError::invalid("make", "Say what is to be made."));
    }
    let planned = match &new.of {
        Subject::Reel(id) => of_reel(caller, id, new).await?,
        Subject::Game(id) => of_game(caller, id, new).await?,
    };
    let mut exports = Vec::with_capacity(planned.len());
    for id in submit(caller, &new.of, new.settings, planned).await? {
        exports.push(get(caller, &id).await?);
    }
    Ok(exports)
}

/// Each once, however often it is asked for.
fn kinds(new: &NewBatch) -> Vec<ExportKind> {
    ExportKind::ALL.into_iter().filter(|kind| new.make.contains(kind)).collect()
}

/// One export before it has a job.
struct Planned {
    kind: ExportKind,
    name: String,
    plan: ExportPlan,
}

/// All of them or none.
async fn submit(
    caller: &Caller,
    of: &Subject,
    settings: ExportSettings,
    planned: Vec<Planned>,
) -> Result<Vec<ExportId>, ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    let batch = (planned.len() > 1).then(|| ExportId::generate().to_string());
    let mut ids = Vec::with_capacity(planned.len());
    let mut tx = db.begin_write().await?;
    if let Subject::Reel(reel) = of {
        // Whoever exports a reel wants to keep it.
        reels::store::touch(&mut tx, owner, reel).await?;
    }
    for Planned { kind, name, plan } in &planned {
        let text = serde_json::to_string(plan).map_err(|_| ApiError::internal())?;
        let about = match of {
            Subject::Reel(id) => id.to_string(),
            Subject::Game(id) => id.to_string(),
        };
        // Two clips over one stretch are two files.
        let request = format!("{about}:{}:{name}:{}", kind.code(), hex::encode(Sha256::digest(text.as_bytes())));
        let id = ExportId::generate();
        let job = NewJob::export(owner, &id, &request);
        let accepted = jobs::store::submit(&mut tx, &job).await?;
        if accepted != job.id {
            ids.push(store::id_of_job(&mut tx, &accepted).await?.ok_or_else(ApiError::internal)?);
            continue;
        }
        // What a reel's own page follows is the reel; other files of it stand for themselves.
        let (reel, game) = match of {
            Subject::Reel(reel) => (Some(reel).filter(|_| *kind == ExportKind::Reel), None),
            Subject::Game(game) => (None, Some(game)),
        };
        let new =
            Submitted { id: &id, reel, game, kind: *kind, name, settings, plan, job: &job.id, batch: batch.as_deref() };
        store::insert(&mut tx, owner, &new).await?;
        ids.push(id);
    }
    tx.commit().await?;
    caller.app.wake.jobs();
    caller.changed(Topic::Exports);
    Ok(ids)
}

async fn of_reel(caller: &Caller, id: &ReelId, new: &NewBatch) -> Result<Vec<Planned>, ApiError> {
    let reel = reel_of(caller, id).await?;
    let clips = reel_clips(caller, &reel, new.settings).await?;
    // Music is the reel's: what is taken from it stands for itself.
    let music = music_of(caller, id).await?;
    let of = |clips, music| plan(&ReelForPlan { aspect: reel.aspect, settings: new.settings, clips, music });
    let mut planned = Vec::new();
    for kind in &kinds(new) {
        match kind {
            ExportKind::Reel => {
                planned.push(Planned { kind: *kind, name: reel.name.clone(), plan: of(clips.clone(), music.clone())? });
            }
            ExportKind::BeforeAfter => {
                let both = clips.iter().flat_map(ClipForPlan::before_and_after).collect();
                let name = format!("{}, before and after", reel.name);
                planned.push(Planned { kind: *kind, name, plan: of(both, None)? });
            }
            ExportKind::Clip => {
                for (n, clip) in (1..).zip(&clips) {
                    let name = format!("{} {n:02} {}", reel.name, clip.title);
                    planned.push(Planned { kind: *kind, name, plan: of(vec![clip.alone()], None)? });
                }
            }
            ExportKind::Annotated => return Err(ApiError::invalid("make", "An annotated game is made of a game.")),
        }
    }
    Ok(planned)
}

async fn of_game(caller: &Caller, id: &GameId, new: &NewBatch) -> Result<Vec<Planned>, ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    let game = games::store::get(db, owner, id).await?.ok_or_else(|| ApiError::not_found("game"))?;
    let videos = videos::store::of_game(db, owner, id).await?;
    let wanted = |clip: &Clip| new.clips.is_empty() || new.clips.contains(&clip.id);
    let marked: Vec<Clip> = clips::store::of_game(db, owner, id).await?.into_iter().filter(wanted).collect();
    if marked.is_empty() {
        return Err(ApiError::invalid("clips", "The game has no such clips. Mark some, then export."));
    }
    let known = |clip: &Clip| {
        let video = videos.iter().find(|video| video.id == clip.video);
        let facts = video.and_then(|video| video.facts.clone()).ok_or_else(|| not_ready(&clip.title()))?;
        // It stands in no reel: it stands for itself.
        let place = clip.id.as_str().parse().map_err(|_| ApiError::internal())?;
        Ok(clip.for_plan(place, facts, video.and_then(|video| video.loudness), new.settings))
    };
    let clips: Vec<ClipForPlan> = marked.iter().map(known).collect::<Result<_, ApiError>>()?;
    let aspect = clips.first().map(|clip| Aspect::nearest(clip.facts.width, clip.facts.height)).unwrap_or_default();
    let of = |clips| plan(&ReelForPlan { aspect, settings: new.settings, clips, music: None });
    let name = game.details.name();
    let mut planned = Vec::new();
    for kind in &kinds(new) {
        match kind {
            ExportKind::Annotated => {
                let banner = |(clip, marked): (&ClipForPlan, &Clip)| marked.with_banner(clip.clone());
                let plan = of(clips.iter().zip(&marked).map(banner).collect())?;
                planned.push(Planned { kind: *kind, name: format!("{name}, annotated"), plan });
            }
            ExportKind::Clip => {
                for (n, clip) in (1..).zip(&clips) {
                    // As it was recorded, where that can be taken as it is.
                    let plan = match copy_plan(clip)? {
                        Some(plan) if new.settings.is_as_recorded() => plan,
                        _ => of(vec![clip.clone()])?,
                    };
                    planned.push(Planned { kind: *kind, name: format!("{name} {n:02} {}", clip.title), plan });
                }
            }
            ExportKind::Reel | ExportKind::BeforeAfter => {
                return Err(ApiError::invalid(
                    "make",
                    "A reel is made of a reel. Build one from the game's clips first.",
                ));
            }
        }
    }
    Ok(planned)
}

async fn reel_of(caller: &Caller, id: &ReelId) -> Result<reels::store::ReelRow, ApiError> {
    reels::store::get(caller.app.db.pool(), caller.owner(), id).await?.ok_or_else(|| ApiError::not_found("reel"))
}

async fn music_of(caller: &Caller, reel: &ReelId) -> Result<Option<Bed>, ApiError> {
    let found = music::store::of_reel(&caller.app.db, caller.owner(), reel).await?;
    Ok(found.map(|(music, _)| music.bed()))
}

fn not_ready(title: &str) -> ApiError {
    let message = format!("The video of “{title}” is not ready yet. Wait for its upload, then export.");
    ApiError::new(Code::NotReady, message)
}

async fn reel_clips(
    caller: &Caller,
    reel: &reels::store::ReelRow,
    settings: ExportSettings,
) -> Result<Vec<ClipForPlan>, ApiError> {
    let (db, owner) = (&caller.app.db, caller.owner());
    let clips = reels::store::clips(db, owner, &reel.id).await?;
    let videos = videos::store::of_reel(db, owner, reel.id.as_str()).await?;
    let known = |place: ReelClip| {
        let video = videos.iter().find(|video| video.id == place.clip.video);
        let facts = video.and_then(|video| video.facts.clone()).ok_or_else(|| not_ready(&place.clip.title()))?;
        Ok(place.for_plan(facts, video.and_then(|video| video.loudness), settings))
    };
    clips.into_iter().map(known).collect()
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
