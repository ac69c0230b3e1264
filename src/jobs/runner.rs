//! Claims jobs and runs them, in slots. A tick each second carries progress, renews the lease and hears of a cancel.

use super::{
    kinds, log,
    store::{self, Ending, Ticked},
    trees,
    types::{Failure, Job, Kind, Lane, Outcome, Progress},
};
use crate::{
    media,
    server::{db::now_ms, state::AppState, telemetry::names},
};
use rand::Rng;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::{JoinError, JoinHandle, JoinSet},
    time,
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

type Handled = Result<Outcome, Failure>;

const TICK: Duration = Duration::from_secs(1);
/// How often somebody looks for due jobs when nothing woke the loop.
const LOOK: Duration = Duration::from_secs(2);
/// Work that does not move for so long is stuck, whatever its heartbeat says.
const STALLED_MS: i64 = 15 * 60_000;

/// What a handler has of its job.
#[derive(Clone)]
pub struct Work {
    pub app: AppState,
    pub job: Job,
    pub cancel: CancellationToken,
    progress: Arc<Mutex<Progress>>,
    /// Where work that was to be done elsewhere waits for a slot here.
    slots: Option<Arc<Semaphore>>,
    /// It waits for one: it does not move, and is not stuck.
    waits: Arc<AtomicBool>,
}

impl Work {
    /// Says how far the work is. Cheap: the next tick carries it.
    pub fn report(&self, progress: Progress) {
        if let Ok(mut now) = self.progress.lock() {
            *now = progress;
        }
    }

    /// Before work for this machine. A job that was claimed for this machine has its slot already; one that was to be done
    /// elsewhere waits for it. None: it was stopped meanwhile.
    pub async fn local_slot(&self) -> Option<Option<OwnedSemaphorePermit>> {
        let Some(slots) = &self.slots else { return Some(None) };
        self.waits.store(true, Ordering::Relaxed);
        let slot = self.cancel.run_until_cancelled(Arc::clone(slots).acquire_owned()).await;
        self.waits.store(false, Ordering::Relaxed);
        slot?.ok().map(Some)
    }

    fn reported(&self) -> Progress {
        self.progress.lock().map(|now| *now).unwrap_or_default()
    }
}

/// Runs until the server stops; then lets go of what runs, back into the queue.
pub async fn run(app: AppState) {
    let slots = Arc::new(Semaphore::new(app.config.jobs.slots()));
    if app.config.modal.enabled {
        let elsewhere = Arc::new(Semaphore::new(app.config.modal.slots));
        let here = run_lane(app.clone(), Lane::Here, Arc::clone(&slots), None);
        tokio::join!(here, run_lane(app, Lane::Elsewhere, elsewhere, Some(slots)));
    } else {
        run_lane(app, Lane::All, slots, None).await;
    }
}

/// One loop that claims. `fall_back`: the slots of this machine, for what was to be done elsewhere.
async fn run_lane(app: AppState, lane: Lane, slots: Arc<Semaphore>, fall_back: Option<Arc<Semaphore>>) {
    // Unique among the processes of an installation; for people who look at the row.
    let worker = format!("{}-{}", std::process::id(), hex::encode(rand::random::<[u8; 3]>()));
    let mut news = app.wake.ear_for_jobs();
    let mut running = JoinSet::new();
    loop {
        app.pulse.beat(lane, slots.available_permits());
        let Ok(slot) = (tokio::select! {
            () = app.stop.cancelled() => break,
            slot = Arc::clone(&slots).acquire_owned() => slot,
        }) else {
            break;
        };
        news.mark_unchanged();
        // Other than before, once a graphics card has failed.
        let able = media::encode::fingerprint(&app.tools);
        match store::claim(&app.db, &worker, &able, lane).await {
            Ok(Some(job)) => {
                let (app, fall_back) = (app.clone(), fall_back.clone());
                let on = worker.clone();
                running.spawn(async move {
                    work(app, job, &on, fall_back).await;
                    drop(slot);
                });
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::error!(error = %error, "jobs.claim_failed"),
        }
        drop(slot);
        while running.try_join_next().is_some() {}
        tokio::select! {
            () = app.stop.cancelled() => break,
            Ok(()) = news.changed() => {}
            () = time::sleep(LOOK) => {}
        }
    }
    while running.join_next().await.is_some() {}
}

async fn work(app: AppState, job: Job, on: &str, slots: Option<Arc<Semaphore>>) {
    tracing::info!(job.id = %job.id, job.kind = job.kind.code(), job.attempt, "job.started");
    let work =
        Work { app, job, cancel: CancellationToken::new(), progress: Arc::default(), slots, waits: Arc::default() };
    kinds::tell(&work.app, &work.job).await;
    let began = std::time::Instant::now();
    let span = tracing::info_span!("job", id = %work.job.id, kind = work.job.kind.code(), attempt = work.job.attempt);
    let first_line = log::name_of(&work.job).map(|name| match work.job.attempt {
        ..=1 => format!("{name}: begun on {on}"),
        attempt => format!("{name}: attempt {attempt} on {on}"),
    });
    let all_of_it = {
        let work = work.clone();
        async move {
            if let Some(line) = first_line {
                log::say(&work.app.db, &work.job, &line).await;
            }
            kinds::run(work).await
        }
    };
    let mut handler = tokio::spawn(all_of_it.instrument(span));
    let (result, why_stopped) = watch(&work, &mut handler).await;
    let ending = match (&result, why_stopped) {
        (_, Some(stopped)) => stopped.name(),
        (Ok(Ok(Outcome::Complete)), None) => "complete",
        (Ok(Ok(Outcome::Waiting)), None) => "waiting",
        _ => "failed",
    };
    metrics::histogram!(names::JOB, "kind" => work.job.kind.code(), "ending" => ending)
        .record(began.elapsed().as_secs_f64());
    let result = match result {
        Ok(result) => result,
        Err(error) => {
            tracing::error!(job.id = %work.job.id, error = %error, "job.panicked");
            Err(Failure::Transient {
                code: "internal".to_owned(),
                message: "Something went wrong on the server.".to_owned(),
                log: String::new(),
            })
        }
    };
    if let Err(error) = settle(&work, result, why_stopped).await {
        // The lease runs out and the next claim goes on from there.
        tracing::error!(job.id = %work.job.id, error = %error, "job.settle_failed");
    }
    let tree = work.job.parent.as_ref().unwrap_or(&work.job.id);
    if let Err(error) = trees::settle(&work.app, Some(tree)).await {
        // The janitor does it.
        tracing::warn!(job.id = %work.job.id, error = %error, "job.tree_failed");
    }
    kinds::tell(&work.app, &work.job).await;
}

/// Why the handler was told to stop, if it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stopped {
    Cancelled,
    Lost,
    Stalled,
    ServerStops,
}

impl Stopped {
    const fn name(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
            Self::Stalled => "stalled",
            Self::ServerStops => "released",
        }
    }
}

/// Ticks until the handler has ended, by itself or because it was told to.
async fn watch(work: &Work, handler: &mut JoinHandle<Handled>) -> (Result<Handled, JoinError>, Option<Stopped>) {
    let mut last = Progress::default();
    let mut cancels = work.app.wake.ear_for_cancels();
    loop {
        let stopped = tokio::select! {
            result = &mut *handler => return (result, None),
            () = time::sleep(TICK) => None,
            Ok(()) = cancels.changed() => None,
            () = work.app.stop.cancelled() => Some(Stopped::ServerStops),
        };
        let now = work.reported();
        work.app.pulse.tick();
        let moved = now != last || work.waits.load(Ordering::Relaxed);
        let ticked = store::tick(&work.app.db, &work.job, now, moved).await;
        if let Some(parent) = &work.job.parent
            && matches!(ticked, Ok(Ticked::GoOn))
            && let Err(error) = trees::carry_up(&work.app.db, parent, now.stage).await
        {
            tracing::warn!(job.id = %work.job.id, error = %error, "job.carry_failed");
        }
        last = now;
        let stopped = stopped.or(match ticked {
            Ok(Ticked::GoOn) => {
                kinds::tell(&work.app, &work.job).await;
                let stalled = store::is_stalled(&work.app.db, &work.job, STALLED_MS).await;
                matches!(stalled, Ok(true)).then_some(Stopped::Stalled)
            }
            Ok(Ticked::Cancelled) => Some(Stopped::Cancelled),
            Ok(Ticked::Lost) => Some(Stopped::Lost),
            Err(error) => {
                tracing::warn!(job.id = %work.job.id, error = %error, "job.tick_failed");
                None
            }
        });
        if stopped.is_some() {
            work.cancel.cancel();
            return (handler.await, stopped);
        }
    }
}

async fn settle(work: &Work, result: Handled, stopped: Option<Stopped>) -> Result<(), sqlx::Error> {
    let (db, job) = (&work.app.db, &work.job);
    let stopped = match (&result, stopped) {
        // The row did not take what the handler wrote: it asks why.
        (Err(Failure::Stopped), None) => match store::tick(db, job, work.reported(), false).await? {
            Ticked::Cancelled => Some(Stopped::Cancelled),
            Ticked::Lost | Ticked::GoOn => Some(Stopped::Lost),
        },
        _ => stopped,
    };
    let ending = match (&result, stopped) {
        (Ok(outcome), _) => {
            tracing::info!(job.id = %job.id, outcome = ?outcome, "job.done");
            return Ok(());
        }
        // Another worker has it: the fence was lost, at a tick or between two.
        (_, Some(Stopped::Lost)) | (Err(Failure::Stopped), None) => {
            metrics::counter!(names::LOST_LEASES).increment(1);
            return Ok(());
        }
        (_, Some(Stopped::Cancelled)) => Ending::Cancelled,
        (_, Some(Stopped::ServerStops)) => Ending::Released,
        (_, Some(Stopped::Stalled)) => {
            Ending::Error { code: "stalled", message: "The work stopped moving. Try again.", log: "" }
        }
        (Err(Failure::Transient { code, message, log }), None) if job.attempt < job.max_attempts => {
            metrics::counter!(names::RETRIES, "kind" => job.kind.code()).increment(1);
            Ending::Again { run_after: now_ms() + backoff_ms(job.attempt), code, message, log }
        }
        (Err(Failure::Transient { code, message, log } | Failure::Permanent { code, message, log }), None) => {
            Ending::Error { code, message, log }
        }
    };
    tracing::info!(job.id = %job.id, ending = ?ending, "job.ended");
    if let Ending::Again { message, .. } | Ending::Error { message, .. } = ending {
        let name = log::name_of(job).map(|name| format!("{name}: ")).unwrap_or_default();
        let then = if matches!(ending, Ending::Again { .. }) { " It is tried again." } else { "" };
        log::say(db, job, &format!("{name}{message}{then}")).await;
    }
    store::end(db, job, ending).await?;
    if matches!(job.kind, Kind::Probe | Kind::Proxy)
        && let Ending::Error { code, .. } = ending
    {
        kinds::failed_for_good(&work.app, job, code).await?;
    }
    Ok(())
}

/// Full jitter: up to 2 s, 4 s, 8 s …
fn backoff_ms(attempt: i64) -> i64 {
    let most = 1000_i64 << attempt.clamp(1, 6);
    rand::rng().random_range(most / 4..=most)
}
