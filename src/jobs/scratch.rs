//! Folders in which jobs work, in the data folder: removed with their job, or by the janitor when it died.

use super::{runner::Work, types::Failure};
use std::io::{Error, ErrorKind};
use tempfile::TempDir;

/// One for this turn alone, below a folder of this name, which the janitor knows what to ask about: an export's id, or
/// [`PROXY`] and a video's.
pub fn folder(work: &Work, name: &str) -> Result<TempDir, Failure> {
    let folder = work.app.config.data.join("work").join(name);
    std::fs::create_dir_all(&folder).and_then(|()| TempDir::new_in(&folder)).map_err(|error| disk_failed(&error))
}

/// How the folders of proxies at work begin.
pub const PROXY: &str = "proxy-";

/// How the folders begin in which songs are read.
pub const MUSIC: &str = "music-";

pub fn disk_failed(error: &Error) -> Failure {
    tracing::error!(error = %error, "jobs.disk_failed");
    let (code, message) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            return Failure::permanent("disk_full", "The disk is full. Free room in Storage, then retry.");
        }
        _ => ("disk_failed", "The data folder cannot be written."),
    };
    Failure::Transient { code: code.to_owned(), message: message.to_owned(), log: String::new() }
}
