//! Which uploads this browser has been sending: one that the server heard of a moment ago, and that no tab here sends any
//! more, was interrupted here and is not somebody else's.

use super::super::storage;
use crate::domain::ids::UploadId;

const KEY: &str = "sending";

fn all() -> Vec<String> {
    storage::get(KEY).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

pub fn mark(upload: &UploadId) {
    if !is_ours(upload) {
        let mut ids = all();
        ids.push(upload.to_string());
        storage::set(KEY, &ids.join(" "));
    }
}

pub fn is_ours(upload: &UploadId) -> bool {
    all().iter().any(|id| id == upload.as_str())
}

/// Forgets all but these.
pub fn retain(open: &[UploadId]) {
    let kept: Vec<String> = all().into_iter().filter(|id| open.iter().any(|upload| upload.as_str() == id)).collect();
    storage::set(KEY, &kept.join(" "));
}
