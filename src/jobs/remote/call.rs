//! Our end of a call: orders a piece, follows it by what its row says, asks when nothing is heard, and gives up in time.
//! A process that dies in between loses nothing: whoever claims the job next finds the call and goes on waiting.

use super::{
    calls::{self, CallRow},
    message::{Order, Stage, Word},
};
use crate::{
    domain::plan::ChunkSpec,
    jobs::{
        log,
        runner::Work,
        types::{Failure, Progress},
    },
    server::{config::ModalConfig, db::now_ms},
    storage::{Disposition, ObjectKey, PublicBase, keys},
};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde::Deserialize;
use std::{sync::LazyLock, time::Duration};
use tokio::time::{Instant, sleep};

/// How often the row is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// A runner that was not heard for so long is asked.
const ASK_MS: i64 = 30_000;
/// One that does not answer for so long is given up.
const GIVE_UP_MS: i64 = 120_000;
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
    let job = &work.job;
    let known = calls::get(&work.app.db, &job.id).await?;
    let row = match known {
        Some(row) if row.stage != Stage::Failed && !is_silent(&row) => row,
        other => {
            if let Some(old) = other {
                calls::forget(&work.app.db, &old.call).await?;
            }
            match order(work, modal, spec, source).await? {
                Ok(row) => row,
                Err(Refused(why)) => {
                    tracing::warn!(why, "remote.refused");
                    let name = log::name_of(job).unwrap_or_default();
                    let line = format!("{name}: nobody elsewhere takes it, so it is rendered here");
                    log::say(&work.app.db, job, &line).await;
                    return Ok(None);
                }
            }
        }
    };
    log::say(&work.app.db, job, &format!("{}: rendered elsewhere", log::name_of(job).unwrap_or_default())).await;
    let made = follow(work, modal, &row.call, spec.frames()).await;
    match &made {
        Ok(Some(_)) => {}
        Ok(None) => {
            let name = log::name_of(job).unwrap_or_default();
            log::say(&work.app.db, job, &format!("{name}: was not rendered elsewhere, so it is rendered here")).await;
            let_go(work, modal, &row.call).await?;
        }
        // The server stops, or another worker has the job by now: the call goes on for whoever comes next.
        Err(Failure::Stopped) if calls::is_wanted(&work.app.db, &job.id).await? => {}
        Err(_) => let_go(work, modal, &row.call).await?,
    }
    made
}

impl Made {
    /// Once the piece is committed, or lost its race.
    pub async fn settle(&self, work: &Work) -> Result<(), Failure> {
        Ok(calls::forget(&work.app.db, &self.call).await?)
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
    let spawned = async {
        let answer = asked(modal, Method::POST, "").json(&order).send().await?.error_for_status()?;
        Ok::<Spawned, Refused>(answer.json().await?)
    };
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
            calls::forget(&app.db, &row.call).await?;
            Ok(Err(refused))
        }
    }
}

async fn follow(work: &Work, modal: &ModalConfig, call: &str, total: i64) -> Result<Option<Made>, Failure> {
    let db = &work.app.db;
    let mut asked_at = Instant::now();
    loop {
        let Some(row) = calls::get(db, &work.job.id).await?.filter(|row| row.call == call) else {
            return Err(Failure::Stopped);
        };
        // Numbers of a program elsewhere: they never exceed what is planned.
        work.report(Progress { stage: row.stage.code(), done: row.done.clamp(0, total), total });
        match row.stage {
            Stage::Done => return Ok(arrived(work, row).await),
            Stage::Failed => {
                tracing::warn!(code = row.error_code, "remote.failed");
                return Ok(None);
            }
            _ if is_silent(&row) => {
                tracing::warn!("remote.silent");
                return Ok(None);
            }
            _ => {}
        }
        let quiet = now_ms() - row.heard_at > ASK_MS;
        if quiet && asked_at.elapsed() > Duration::from_millis(ASK_MS.unsigned_abs()) {
            asked_at = Instant::now();
            match ask(modal, &row).await {
                Ok(Asked::Running) => calls::lives(db, call).await?,
                // Whatever it counted: this is its last word.
                Ok(Asked::Ended { result }) if result.call == call => {
                    calls::heard(db, &Word { seq: i64::MAX, ..result }).await?;
                }
                Ok(Asked::Ended { .. } | Asked::Failed) => {
                    tracing::warn!("remote.ended_without_a_word");
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

/// What the runner says it has sent, if it is there.
async fn arrived(work: &Work, row: CallRow) -> Option<Made> {
    let key: ObjectKey = row.object_key.parse().ok()?;
    match work.app.store.head(&key).await {
        Ok(Some(info)) if i64::try_from(info.bytes) == Ok(row.bytes) && info.bytes > 0 => {
            Some(Made { key, bytes: info.bytes, call: row.call })
        }
        found => {
            tracing::warn!(?found, said = row.bytes, "remote.piece_missing");
            None
        }
    }
}

/// Nobody waits for the call any more: the runner is told, if it can be, and what it wrote is swept.
async fn let_go(work: &Work, modal: &ModalConfig, call: &str) -> Result<(), Failure> {
    let row = calls::get(&work.app.db, &work.job.id).await?.filter(|row| row.call == call);
    if let Some(row) = row.filter(|row| !row.runner_call.is_empty()) {
        let path = format!("/{}", row.runner_call);
        let told = asked(modal, Method::DELETE, &path).timeout(Duration::from_secs(5)).send().await;
        if let Err(error) = told.and_then(Response::error_for_status) {
            tracing::warn!(error = %error, "remote.not_cancelled");
        }
    }
    Ok(calls::forget(&work.app.db, call).await?)
}

async fn ask(modal: &ModalConfig, row: &CallRow) -> Result<Asked, Refused> {
    if row.runner_call.is_empty() {
        return Err(Refused("the order was never confirmed".to_owned()));
    }
    let answer = asked(modal, Method::GET, &format!("/{}", row.runner_call)).send().await?.error_for_status()?;
    Ok(answer.json().await?)
}

/// A request to the runner, with the keys by which Modal knows us.
fn asked(modal: &ModalConfig, method: Method, path: &str) -> RequestBuilder {
    let request = CLIENT.request(method, format!("{}/calls{path}", modal.url.trim_end_matches('/')));
    if modal.key.0.is_empty() {
        return request;
    }
    request.header("Modal-Key", &modal.key.0).header("Modal-Secret", &modal.secret.0)
}
