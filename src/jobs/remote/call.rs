//! Our end of a call: orders a piece, follows it by what its row says, asks when nothing is heard, and gives up in time.
//! A process that dies in between loses nothing: whoever claims the job next finds the call and goes on waiting.

use super::{
    calls::{self, CallRow},
    message::{Order, Stage, Word},
};
use crate::{
    domain::{plan::ChunkSpec, video::Container},
    jobs::{
        log,
        runner::Work,
        types::{Failure, Progress},
    },
    media::{
        MediaError, chunk,
        finish::{Form, Pictures},
        sniff,
    },
    server::{config::ModalConfig, db::now_ms},
    storage::{Disposition, ObjectKey, PublicBase, keys},
};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde::{Deserialize, de::DeserializeOwned};
use std::{sync::LazyLock, time::Duration};
use tokio::time::{Instant, sleep};

/// How often the row is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// A runner that was not heard for so long is asked.
const ASK_MS: i64 = 30_000;
/// One that does not answer for so long is given up.
const GIVE_UP_MS: i64 = 120_000;
/// One that says the same for so long is stuck, or never gets its turn: before the watchdog would end the whole job.
const STUCK: Duration = Duration::from_mins(10);
/// Twenty seconds of picture are far less.
const MOST_BYTES: u64 = 1 << 30;
const MOST_ANSWER: usize = 64 << 10;
/// How long the addresses in an order hold.
const EXPIRES: Duration = Duration::from_hours(2);

/// A piece that lies at the store, not yet committed.
pub struct Made {
    pub key: ObjectKey,
    pub bytes: u64,
    call: String,
}

/// What the runner says when it is asked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
enum Asked {
    Running,
    Ended {
        result: Word,
    },
    /// It ended without a word.
    Failed,
}

#[derive(Deserialize)]
struct Spawned {
    call: String,
}

/// Why it is rendered here instead.
struct Refused(String);

impl<E: std::error::Error> From<E> for Refused {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let client = Client::builder().connect_timeout(Duration::from_secs(10)).timeout(Duration::from_mins(1)).build();
    // Only a broken system trust store fails here; then every call fails, and pieces are rendered here.
    client.unwrap_or_default()
});

/// Has the piece rendered elsewhere. None: it could not be, for whatever reason; it is to be rendered here.
pub async fn render(work: &Work, spec: &ChunkSpec, source: &ObjectKey) -> Result<Option<Made>, Failure> {
    let modal = &work.app.config.modal;
    if !modal.enabled {
        return Ok(None);
    }
    let (db, job) = (&work.app.db, &work.job);
    let name = log::name_of(job).unwrap_or_default();
    // One that was ordered before goes on, however long nobody listened: its runner is asked first.
    let row = match calls::get(db, &job.id).await? {
        Some(row) if row.stage != Stage::Failed => row,
        other => {
            if let Some(old) = other {
                calls::forget(db, job, &old.call).await?;
            }
            match order(work, modal, spec, source).await? {
                Ok(row) => row,
                Err(Refused(why)) => {
                    tracing::warn!(why, "remote.refused");
                    log::say(db, job, &format!("{name}: nobody elsewhere takes it, so it is rendered here")).await;
                    return Ok(None);
                }
            }
        }
    };
    log::say(db, job, &format!("{name}: ordered elsewhere")).await;
    let made = follow(work, modal, &row.call, spec).await;
    match &made {
        Ok(None) => {
            log::say(db, job, &format!("{name}: was not rendered elsewhere, so it is rendered here")).await;
            let_go(work, modal, &row.call).await?;
        }
        // Cancelled, by whoever wanted it.
        Err(Failure::Stopped) if !calls::is_wanted(db, &job.id).await? => let_go(work, modal, &row.call).await?,
        // It is there. Or the server stops, the database is away, another worker has the job by now: then the call goes on for
        // whoever comes next.
        _ => {}
    }
    made
}

impl Made {
    /// Once the piece is committed. Who lost the lease meanwhile leaves it to the worker that has the job now.
    pub async fn settle(&self, work: &Work) -> Result<(), Failure> {
        Ok(calls::forget(&work.app.db, &work.job, &self.call).await?)
    }
}

fn is_silent(row: &CallRow) -> bool {
    now_ms() - row.heard_at > GIVE_UP_MS
}

/// Writes the call down, then asks the runner.
async fn order(
    work: &Work,
    modal: &ModalConfig,
    spec: &ChunkSpec,
    source: &ObjectKey,
) -> Result<Result<CallRow, Refused>, Failure> {
    let (app, job) = (&work.app, &work.job);
    let key = keys::segment(&job.owner);
    let row = CallRow {
        owner: job.owner.clone(),
        call: uuid::Uuid::now_v7().to_string(),
        runner_call: String::new(),
        secret: hex::encode(rand::random::<[u8; 32]>()),
        object_key: key.as_str().to_owned(),
        stage: Stage::Waiting,
        done: 0,
        bytes: 0,
        error_code: None,
        heard_at: now_ms(),
    };
    let gone = || Failure::permanent("not_found", "The video is not in the store any more. Add it again.");
    let source_bytes = app.store.head(source).await?.ok_or_else(gone)?.bytes;
    let base = PublicBase::parse(&app.config.server.public_url)?;
    let source = app.store.presign_get(source, EXPIRES, &base, &Disposition::Inline, "video/mp4").await?;
    let target = app.store.presign_put(&key, None, None, EXPIRES, &base).await?;
    let order = Order {
        job: job.id.clone(),
        call: row.call.clone(),
        requires: job.requires.clone(),
        threads: app.tools.threads(),
        spec: spec.clone(),
        source: source.url,
        source_bytes,
        target: target.url,
        target_headers: target.headers,
        callback: format!("{}/remote/calls/{}", base.as_str(), job.id),
        secret: row.secret.clone(),
    };
    calls::begin(&app.db, &job.id, &row).await?;
    let spawned = async { answered::<Spawned>(asked(modal, Method::POST, "").json(&order).send().await?).await };
    match work.cancel.run_until_cancelled(spawned).await {
        None => {
            let_go(work, modal, &row.call).await?;
            Err(Failure::Stopped)
        }
        Some(Ok(spawned)) => {
            calls::taken(&app.db, &row.call, &spawned.call).await?;
            Ok(Ok(row))
        }
        Some(Err(refused)) => {
            calls::forget(&app.db, job, &row.call).await?;
            Ok(Err(refused))
        }
    }
}

async fn follow(work: &Work, modal: &ModalConfig, call: &str, spec: &ChunkSpec) -> Result<Option<Made>, Failure> {
    let (db, total) = (&work.app.db, spec.frames());
    let mut asked_at = None::<Instant>;
    let (mut last, mut moved_at) = ((Stage::Waiting, 0), Instant::now());
    loop {
        let Some(row) = calls::get(db, &work.job.id).await?.filter(|row| row.call == call) else {
            return Err(Failure::Stopped);
        };
        // Numbers of a program elsewhere: they never exceed what is planned.
        let done = row.done.clamp(0, total);
        work.report(Progress { stage: row.stage.shown(), done, total });
        if (row.stage, done) != last {
            (last, moved_at) = ((row.stage, done), Instant::now());
        }
        match row.stage {
            Stage::Done => {
                let arrived = work.cancel.run_until_cancelled(arrived(work, row, spec)).await;
                return arrived.ok_or(Failure::Stopped);
            }
            Stage::Failed => {
                tracing::warn!(code = row.error_code, "remote.failed");
                return Ok(None);
            }
            // Queued for ever, or stuck: whatever it says, here it gets done.
            _ if moved_at.elapsed() > STUCK => {
                tracing::warn!("remote.stuck");
                return Ok(None);
            }
            _ => {}
        }
        let due = asked_at.is_none_or(|at| at.elapsed() > Duration::from_millis(ASK_MS.unsigned_abs()));
        if due && now_ms() - row.heard_at > ASK_MS {
            asked_at = Some(Instant::now());
            let Some(answer) = work.cancel.run_until_cancelled(ask(modal, &row)).await else {
                return Err(Failure::Stopped);
            };
            match answer {
                Ok(Asked::Running) => calls::lives(db, call).await?,
                // Whatever it counted: this is its last word.
                Ok(Asked::Ended { result }) if result.call == call => {
                    calls::heard(db, &Word { seq: i64::MAX, ..result }).await?;
                }
                Ok(Asked::Ended { .. } | Asked::Failed) => {
                    tracing::warn!("remote.ended_without_a_word");
                    return Ok(None);
                }
                Err(Refused(why)) if is_silent(&row) => {
                    tracing::warn!(why, "remote.silent");
                    return Ok(None);
                }
                Err(Refused(why)) => tracing::warn!(why, "remote.does_not_answer"),
            }
            continue;
        }
        tokio::select! {
            () = work.cancel.cancelled() => return Err(Failure::Stopped),
            () = sleep(LOOK) => {}
        }
    }
}

/// What the runner says it has sent: looked at before it counts, as what is rendered here is.
async fn arrived(work: &Work, row: CallRow, spec: &ChunkSpec) -> Option<Made> {
    let key: ObjectKey = row.object_key.parse().ok()?;
    let checked = async {
        let info = work.app.store.head(&key).await.map_err(|error| error.to_string())?.ok_or("it is not there")?;
        if i64::try_from(info.bytes) != Ok(row.bytes) || !(1..=MOST_BYTES).contains(&info.bytes) {
            return Err(format!("{} bytes, not {}", info.bytes, row.bytes));
        }
        let file = work.app.store.materialise(&key, &work.cancel).await.map_err(|error| error.to_string())?;
        let looked = async {
            let container = sniff::sniff_file(file.path()).await?;
            let form = Form { rate: spec.rate, width: spec.width, height: spec.height };
            let path = file.path().to_owned();
            let counting = tokio::task::spawn_blocking(move || Pictures::open(&path, form).map(|held| held.frames()));
            Ok::<_, MediaError>((container, chunk::join(counting).await?))
        };
        match looked.await {
            Ok((Container::Mp4, frames)) if frames == spec.frames() => Ok(info.bytes),
            Ok(found) => Err(format!("{found:?}, not {} frames", spec.frames())),
            Err(error) => Err(format!("{}: {}", error.code(), error.log_tail())),
        }
    };
    match checked.await {
        Ok(bytes) => Some(Made { key, bytes, call: row.call }),
        Err(why) => {
            tracing::warn!(why, "remote.bad_piece");
            None
        }
    }
}

/// Nobody waits for the call any more: the runner is told, if it can be, and what it wrote is swept. Another worker's call is
/// left alone.
async fn let_go(work: &Work, modal: &ModalConfig, call: &str) -> Result<(), Failure> {
    let (db, job) = (&work.app.db, &work.job);
    if !calls::is_ours(db, job).await? {
        return Ok(());
    }
    let row = calls::get(db, &job.id).await?.filter(|row| row.call == call);
    if let Some(row) = row.filter(|row| !row.runner_call.is_empty()) {
        let path = format!("/{}", row.runner_call);
        let told = asked(modal, Method::DELETE, &path).timeout(Duration::from_secs(5)).send().await;
        if let Err(error) = told.and_then(Response::error_for_status) {
            tracing::warn!(error = %error, "remote.not_cancelled");
        }
    }
    Ok(calls::forget(db, job, call).await?)
}

async fn ask(modal: &ModalConfig, row: &CallRow) -> Result<Asked, Refused> {
    if row.runner_call.is_empty() {
        return Err(Refused("the order was never confirmed".to_owned()));
    }
    answered(asked(modal, Method::GET, &format!("/{}", row.runner_call)).send().await?).await
}

/// What a runner answers is some hundred bytes.
async fn answered<T: DeserializeOwned>(answer: Response) -> Result<T, Refused> {
    let mut answer = answer.error_for_status()?;
    let mut body = Vec::new();
    while let Some(bytes) = answer.chunk().await? {
        body.extend_from_slice(&bytes);
        if body.len() > MOST_ANSWER {
            return Err(Refused("a huge answer".to_owned()));
        }
    }
    Ok(serde_json::from_slice(&body)?)
}

/// A request to the runner, with the keys by which Modal knows us.
fn asked(modal: &ModalConfig, method: Method, path: &str) -> RequestBuilder {
    let request = CLIENT.request(method, format!("{}/calls{path}", modal.url.trim_end_matches('/')));
    if modal.key.0.is_empty() {
        return request;
    }
    request.header("Modal-Key", &modal.key.0).header("Modal-Secret", &modal.secret.0)
}
