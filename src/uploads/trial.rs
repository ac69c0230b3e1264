//! A trial of the way from this browser to the store: a few bytes sent by a signed address, read back, deleted again.

use super::types::{Trial, TrialSent};
use crate::{
    error::ApiError,
    server::door::Caller,
    storage::{Disposition, ObjectKey, cors_rule, keys},
};
use std::time::Duration;

/// What is sent; the browser knows it too.
pub use super::types::TRIAL_BYTES;

const LASTS: Duration = Duration::from_mins(5);

/// Signed addresses for the trial of this browser.
pub async fn begin(caller: &Caller) -> Result<Trial, ApiError> {
    let (store, key) = (&caller.app.store, keys::trial());
    let checksum = store.checksum().of(TRIAL_BYTES);
    let put = store.presign_put(&key, TRIAL_BYTES.len() as u64, checksum.as_deref(), LASTS, &caller.base).await?;
    let get = store.presign_get(&key, LASTS, &caller.base, &Disposition::Inline, "video/mp4").await?;
    Ok(Trial {
        key: key.as_str().to_owned(),
        put: crate::domain::transfer::Address { url: put.url, headers: put.headers },
        get: get.url,
        rule: cors_rule(&caller.base),
    })
}

/// Deletes what the trial left; nothing but a trial's object.
pub async fn end(caller: &Caller, sent: &TrialSent) -> Result<(), ApiError> {
    let key: Option<ObjectKey> = sent.key.parse().ok();
    let key = key.filter(keys::is_trial).ok_or_else(|| ApiError::not_found("trial"))?;
    Ok(caller.app.store.delete(&key).await?)
}
