//! A job's row, and how it ends.

use crate::domain::ids::{AccountId, ExportId, JobId, VideoId};

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reads a recording that has arrived, and makes its poster.
    Probe,
    /// Renders a reel: hands out its pieces, and joins them when they are there.
    Export,
    /// Renders the picture of one piece of an export.
    Segment,
    /// Renders the sound of an export.
    Sound,
    /// Makes the small pictures along a recording's time.
    Sprites,
    /// Measures the peaks and the loudness of a recording's sound.
    Waveform,
    /// Makes a copy of a recording that browsers play.
    Proxy,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::Probe, Self::Export, Self::Segment, Self::Sound, Self::Sprites, Self::Waveform, Self::Proxy];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Probe => "probe",
            Self::Export => "export",
            Self::Segment => "segment",
            Self::Sound => "sound",
            Self::Sprites => "sprites",
            Self::Waveform => "waveform",
            Self::Proxy => "proxy",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Lower goes first: somebody waits for a probe with the file already sent; handing out and joining is quick, and lets
    /// owners take turns at the pieces; nobody waits for what a timeline is drawn with.
    pub const fn priority(self) -> i64 {
        match self {
            Self::Probe => 10,
            Self::Export => 20,
            // Seconds, and exports that follow are as loud as they should be.
            Self::Waveform => 50,
            Self::Segment | Self::Sound => 100,
            // Long: it waits for what is quicker.
            Self::Proxy => 150,
            Self::Sprites => 200,
        }
    }
}

/// Which jobs a loop claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    All,
    /// All but what is rendered elsewhere.
    Here,
    /// Only what is rendered elsewhere.
    Elsewhere,
}

#[derive(Debug, Clone)]
pub struct NewJob {
    pub id: JobId,
    pub owner: AccountId,
    pub kind: Kind,
    pub subject: String,
    /// Two submits with one hash are one job while it waits or runs.
    pub request_hash: String,
    /// The job that waits for this one.
    pub parent: Option<JobId>,
    /// What a worker must be to do it (`media::encode::fingerprint`); empty: any.
    pub requires: String,
    /// How much there is to do, in the handler's unit; 0 when only it knows.
    pub total: i64,
}

impl NewJob {
    pub fn probe(owner: &AccountId, video: &VideoId) -> Self {
        Self::of_video(owner, video, Kind::Probe)
    }

    /// What is made of a recording that can be played.
    pub fn overview(owner: &AccountId, video: &VideoId) -> [Self; 2] {
        [Kind::Sprites, Kind::Waveform].map(|kind| Self::of_video(owner, video, kind))
    }

    pub fn proxy(owner: &AccountId, video: &VideoId) -> Self {
        Self::of_video(owner, video, Kind::Proxy)
    }

    fn of_video(owner: &AccountId, video: &VideoId, kind: Kind) -> Self {
        Self {
            id: JobId::generate(),
            owner: owner.clone(),
            kind,
            subject: video.to_string(),
            request_hash: format!("{}:{video}", kind.code()),
            parent: None,
            requires: String::new(),
            total: 0,
        }
    }

    /// `request` tells what is rendered: equal requests are one export while that runs.
    pub fn export(owner: &AccountId, export: &ExportId, request: &str) -> Self {
        Self {
            id: JobId::generate(),
            owner: owner.clone(),
            kind: Kind::Export,
            subject: export.to_string(),
            request_hash: format!("export:{request}"),
            parent: None,
            requires: String::new(),
            total: 0,
        }
    }

    /// A piece of the export `parent`, whose result has the content key `hash`. Two exports never share one that runs.
    pub fn piece(parent: &Job, kind: Kind, subject: String, hash: &str, requires: &str, frames: i64) -> Self {
        Self {
            id: JobId::generate(),
            owner: parent.owner.clone(),
            kind,
            subject,
            request_hash: format!("piece:{}:{hash}", parent.id),
            parent: Some(parent.id.clone()),
            requires: requires.to_owned(),
            total: frames,
        }
    }
}

/// A claimed job: what its handler gets, and the fence that guards every write.
#[derive(Debug, Clone)]
pub struct Job {
    pub id: JobId,
    pub owner: AccountId,
    pub kind: Kind,
    pub subject: String,
    pub parent: Option<JobId>,
    pub requires: String,
    pub attempt: i64,
    pub max_attempts: i64,
    pub fence: i64,
}

/// How far a job is, as it says itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    pub stage: &'static str,
    pub done: i64,
    pub total: i64,
}

/// How a handler's turn ended well; it has written the row itself, guarded by the fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Complete,
    /// Its children go first; it is claimed again when they are done.
    Waiting,
}

/// Why a job did not finish.
#[derive(Debug)]
pub enum Failure {
    /// Trying again cannot help: the code, and a sentence that a person can act on.
    Permanent { code: String, message: String, log: String },
    /// Tried again after a while, as long as attempts are left.
    Transient { code: String, message: String, log: String },
    /// Somebody cancelled it, or this process lost the lease: its writes no longer count.
    Stopped,
}

impl Failure {
    pub fn permanent(code: &str, message: impl Into<String>) -> Self {
        Self::Permanent { code: code.to_owned(), message: message.into(), log: String::new() }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(error = %error, "job.database_failed");
        Self::Transient {
            code: "database".to_owned(),
            message: "The database did not answer.".to_owned(),
            log: String::new(),
        }
    }
}

impl From<crate::storage::StoreError> for Failure {
    fn from(error: crate::storage::StoreError) -> Self {
        use crate::storage::StoreErrorKind as Kind;
        match error.kind() {
            Kind::Cancelled => return Self::Stopped,
            Kind::NotFound => {
                return Self::permanent(error.code(), "The video is not in the store any more. Add it again.");
            }
            Kind::DiskFull => {
                let message = "The data folder is full. Free room in Storage, then try again.";
                return Self::permanent(error.code(), message);
            }
            _ => {}
        }
        tracing::error!(code = error.code(), detail = error.detail(), "job.store_failed");
        let message = "The video store did not answer.".to_owned();
        Self::Transient { code: error.code().to_owned(), message, log: String::new() }
    }
}
