//! Data as a whole: backup and restore of an embedded installation, and the move from one kind of installation to another.

pub mod backup;
pub mod files;
pub mod migrate;
pub mod restore;
mod tables;

use super::start::StartError;
use crate::{domain::size::size, storage::StoreError};
use std::{io, path::Path, time::Instant};

/// Why it was not done. Each says what to do next; nothing that was there before is lost.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(
        "this installation keeps its data elsewhere: back up PostgreSQL with pg_dump and the bucket with its own tools, or bring it here first with touchline migrate-data"
    )]
    NotEmbedded,
    #[error("there is no database in {0}: nothing to back up. Name the data folder with TOUCHLINE_DATA")]
    NothingThere(String),
    #[error("{0} is no backup: {1}")]
    NoBackup(String, String),
    #[error("{0} holds data already. Choose an empty folder with TOUCHLINE_DATA, or move the old one away")]
    NotEmpty(String),
    #[error("the file {0} is not what was backed up; restore from another backup")]
    Damaged(String),
    #[error("the file {0} is missing though the database names it. Run touchline doctor")]
    Missing(String),
    #[error("{0} jobs or uploads are still running. Stop all servers and workers, then try again")]
    StillRunning(i64),
    #[error(
        "{0} uploads are unfinished and cannot move between stores. Finish or cancel them first, or call again with --without-open-uploads: their clips stay, their files have to be chosen again"
    )]
    OpenUploads(i64),
    #[error("both configurations name the same database or the same store: {0}")]
    SamePlace(String),
    #[error("what arrived is not what was sent: {0}. Nothing was committed; try again")]
    Differs(String),
    #[error("{0}: {1}")]
    File(String, io::Error),
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the store failed: {} ({})", .0.code(), .0.detail())]
    Store(#[from] StoreError),
}

impl DataError {
    fn file(path: &Path) -> impl Fn(io::Error) -> Self {
        let name = path.display().to_string();
        move |error| Self::File(name.clone(), error)
    }
}

/// How much was brought over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    pub files: usize,
    pub bytes: u64,
    /// Files that had been brought over before.
    pub kept: usize,
}

/// Says every few seconds how far it is.
struct Teller {
    total: usize,
    done: usize,
    bytes: u64,
    told: Instant,
}

impl Teller {
    fn new(total: usize) -> Self {
        Self { total, done: 0, bytes: 0, told: Instant::now() }
    }

    fn step(&mut self, bytes: u64) {
        self.done += 1;
        self.bytes += bytes;
        if self.told.elapsed().as_secs() >= 2 || self.done == self.total {
            let bytes = size(i64::try_from(self.bytes).unwrap_or(i64::MAX));
            eprintln!("{} of {} files, {bytes}", self.done, self.total);
            self.told = Instant::now();
        }
    }
}
