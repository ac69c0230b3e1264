//! Wakes the loops of this process after a commit, so that nothing waits for the next look.

use std::sync::Arc;
use tokio::sync::Notify;

#[derive(Debug, Clone, Default)]
pub struct Wake {
    jobs: Arc<Notify>,
    cancel: Arc<Notify>,
    sweep: Arc<Notify>,
}

impl Wake {
    /// There may be a job to claim.
    pub fn jobs(&self) {
        self.jobs.notify_one();
    }

    pub async fn for_jobs(&self) {
        self.jobs.notified().await;
    }

    /// Somebody asked for a cancel: every running job looks at its row.
    pub fn cancels(&self) {
        self.cancel.notify_waiters();
    }

    pub async fn for_cancels(&self) {
        self.cancel.notified().await;
    }

    /// There may be objects to delete.
    pub fn sweep(&self) {
        self.sweep.notify_one();
    }

    pub async fn for_sweep(&self) {
        self.sweep.notified().await;
    }
}
