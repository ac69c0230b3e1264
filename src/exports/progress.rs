//! What an export says while it runs: its stage in words, its pace, and what can be done with it.

use super::{
    api::{cancel_export, dismiss_exports, retry_export},
    types::{Export, JobState},
};
use crate::{
    domain::{
        ids::{ExportId, UploadId},
        time::Micros,
    },
    error::ApiError,
    live::{types::Topic, versions::Versions},
    ui::toast::Toasts,
    uploads::api::dismiss_uploads,
};
use leptos::{prelude::*, task::spawn_local};
use std::collections::HashMap;

/// The stages of an export in order: its code in the row, and the word for it.
pub const STAGES: [(&str, &str); 5] =
    [("plan", "Plan"), ("fetch", "Fetch"), ("render", "Render"), ("sound", "Sound"), ("finish", "Finish")];

/// State and stage in words: "Render", "Waiting", "Done".
pub fn state_word(export: &Export) -> &'static str {
    match export.state {
        JobState::Pending => "Waiting",
        JobState::Processing if export.queued => "Waiting for a worker",
        JobState::Processing => {
            STAGES.into_iter().find(|(code, _)| *code == export.stage).map_or("Starting", |(_, word)| word)
        }
        JobState::Complete => "Done",
        JobState::Error => "Failed",
        JobState::Cancelled => "Cancelled",
    }
}

/// The class of the dot beside the word.
pub fn state_class(state: JobState) -> &'static str {
    match state {
        JobState::Pending => "status status--waiting",
        JobState::Processing => "status status--running",
        JobState::Complete => "status status--done",
        JobState::Error => "status status--error",
        JobState::Cancelled => "status",
    }
}

/// The class of the bar.
pub fn progress_class(state: JobState) -> &'static str {
    match state {
        JobState::Pending => "progress progress--waiting",
        JobState::Processing => "progress",
        JobState::Complete => "progress progress--done",
        JobState::Error => "progress progress--error",
        JobState::Cancelled => "progress progress--paused",
    }
}

/// The newest of what a list said and what the socket said since.
pub fn newest(listed: &Export, progress: &[Export]) -> Export {
    progress.iter().find(|live| live.id == listed.id && live.version > listed.version).unwrap_or(listed).clone()
}

/// How fast exports move, as this tab has seen them: the first and the latest sight of each attempt.
#[derive(Clone, Copy)]
pub struct Paces(StoredValue<HashMap<ExportId, Pace>>);

#[derive(Clone, Copy)]
struct Pace {
    /// The newest state that was seen, and when.
    heard: (i64, f64),
    attempt: i64,
    first: (f64, i64),
    last: (f64, i64),
}

impl Paces {
    pub fn new() -> Self {
        Self(StoredValue::new(HashMap::new()))
    }

    /// Takes in where an export stands. `now` is the browser's clock in milliseconds.
    pub fn see(self, export: &Export, now: f64) {
        self.0.update_value(|all| {
            let sight = (now, export.done);
            let fresh = Pace { heard: (export.version, now), attempt: export.attempt, first: sight, last: sight };
            let pace = all.entry(export.id.clone()).or_insert(fresh);
            if pace.heard.0 < export.version {
                pace.heard = (export.version, now);
            }
            if pace.attempt != export.attempt || export.done < pace.last.1 {
                *pace = Pace { heard: pace.heard, ..fresh };
            } else if export.done > pace.last.1 {
                pace.last = sight;
            }
        });
    }

    /// Seconds since something was heard of it; none before it was seen at all.
    pub fn silent_for(self, export: &Export, now: f64) -> Option<f64> {
        let (_, at) = self.0.with_value(|all| all.get(&export.id).map(|pace| pace.heard))?;
        Some(((now - at) / 1e3).max(0.0))
    }

    /// Frames a second, once two sights are far enough apart.
    #[allow(clippy::cast_precision_loss)]
    pub fn rate(self, export: &Export) -> Option<f64> {
        let pace = self.0.with_value(|all| all.get(&export.id).copied())?;
        let (seconds, frames) = ((pace.last.0 - pace.first.0) / 1e3, pace.last.1 - pace.first.1);
        (seconds >= 1.0 && frames > 0).then(|| frames as f64 / seconds)
    }

    #[allow(clippy::cast_precision_loss)]
    pub fn left(self, export: &Export) -> Option<Micros> {
        let rate = self.rate(export)?;
        Some(Micros::from_seconds_f64((export.total - export.done).max(0) as f64 / rate))
    }
}

impl Default for Paces {
    fn default() -> Self {
        Self::new()
    }
}

/// What a person can do with an export, with the toasts that go with it.
#[derive(Clone, Copy)]
pub struct ExportActions {
    versions: Versions,
    toasts: Toasts,
}

impl ExportActions {
    pub fn expect() -> Self {
        Self { versions: Versions::expect(), toasts: Toasts::expect() }
    }

    pub fn cancel(self, id: ExportId) {
        spawn_local(async move {
            match cancel_export(id).await {
                Ok(export) => self.apply(export, "Export cancelled"),
                Err(error) => self.toasts.error(error.to_string()),
            }
        });
    }

    pub fn retry(self, id: ExportId) {
        spawn_local(async move {
            match retry_export(id).await {
                Ok(export) => self.apply(export, "The export starts again"),
                Err(error) => self.toasts.error(error.to_string()),
            }
        });
    }

    fn apply(self, export: Export, said: &str) {
        self.versions.apply_export(export);
        self.versions.bump(&Topic::Exports);
        self.toasts.say(said);
    }
}

/// Takes what is over off the list of jobs; files and recordings stay.
#[derive(Clone, Copy)]
pub struct Dismissals {
    versions: Versions,
    toasts: Toasts,
}

impl Dismissals {
    pub fn expect() -> Self {
        Self { versions: Versions::expect(), toasts: Toasts::expect() }
    }

    pub fn exports(self, ids: Vec<ExportId>) {
        spawn_local(async move { self.said(dismiss_exports(ids).await, &Topic::Exports) });
    }

    pub fn uploads(self, ids: Vec<UploadId>) {
        spawn_local(async move { self.said(dismiss_uploads(ids).await, &Topic::Games) });
    }

    fn said(self, answer: Result<(), ApiError>, topic: &Topic) {
        match answer {
            Ok(()) => self.versions.bump(topic),
            Err(error) => self.toasts.error(error.to_string()),
        }
    }
}
