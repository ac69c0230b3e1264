//! Wakes the loops after a commit, so that nothing waits for the next look: those of this process, and by the bus those of
//! the others.

use crate::server::bus::{News, Teller};
use std::sync::Arc;
use tokio::sync::{Notify, watch};

#[derive(Debug, Clone, Default)]
pub struct Wake {
    // A word that comes while somebody looks elsewhere is still heard.
    jobs: watch::Sender<()>,
    cancel: watch::Sender<()>,
    sweep: Arc<Notify>,
    others: Teller,
}

impl Wake {
    pub fn new(others: Teller) -> Self {
        Self { others, ..Self::default() }
    }

    /// There may be a job to claim.
    pub fn jobs(&self) {
        self.others.tell(News::Jobs);
        self.jobs_here();
    }

    pub fn jobs_here(&self) {
        self.jobs.send_replace(());
    }

    /// Changes with every job that may be there to be claimed from now on.
    pub fn ear_for_jobs(&self) -> watch::Receiver<()> {
        self.jobs.subscribe()
    }

    /// Somebody asked for a cancel: every running job looks at its row.
    pub fn cancels(&self) {
        self.others.tell(News::Cancels);
        self.cancels_here();
    }

    pub fn cancels_here(&self) {
        self.cancel.send_replace(());
    }

    /// Changes with every call for a cancel from now on.
    pub fn ear_for_cancels(&self) -> watch::Receiver<()> {
        self.cancel.subscribe()
    }

    /// There may be objects to delete.
    pub fn sweep(&self) {
        self.others.tell(News::Sweep);
        self.sweep_here();
    }

    pub fn sweep_here(&self) {
        self.sweep.notify_one();
    }

    pub async fn for_sweep(&self) {
        self.sweep.notified().await;
    }
}
