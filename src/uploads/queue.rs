//! The uploads of this tab, as the interface shows them. The engine that moves the bytes is `browser::uploads`.

use crate::{
    domain::ids::{GameId, UploadId, VideoId},
    live::versions::Versions,
    ui::toast::Toasts,
};
use leptos::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskState {
    /// Reading the file and asking the server.
    Preparing,
    Sending,
    Paused,
    /// No connection or a failing store: tries again by itself.
    Waiting,
    /// All bytes are there; the server reads the file.
    Finishing,
    Done,
    /// It cannot go on by itself: what happened and what to do.
    Failed(String),
}

/// One file on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct UploadTask {
    /// Counts up within the tab.
    pub key: u64,
    pub game: GameId,
    pub video: Option<VideoId>,
    pub upload: Option<UploadId>,
    pub name: String,
    pub bytes: i64,
    /// Confirmed and in flight; never falls.
    pub sent: i64,
    /// Bytes a second, smoothed; none until it is known.
    pub rate: Option<f64>,
    pub state: TaskState,
    /// Whether it goes through the server because the store cannot be reached.
    pub through_server: bool,
}

impl UploadTask {
    /// 0 to 99 while it runs; 100 only when the video is ready.
    pub fn percent(&self) -> i64 {
        match self.state {
            TaskState::Done => 100,
            _ if self.bytes <= 0 => 0,
            _ => (self.sent * 100 / self.bytes).clamp(0, 99),
        }
    }

    /// Seconds that are left at this rate.
    #[allow(clippy::cast_precision_loss)]
    pub fn seconds_left(&self) -> Option<f64> {
        let rate = self.rate.filter(|rate| *rate > 1.0)?;
        Some((self.bytes - self.sent).max(0) as f64 / rate)
    }
}

/// In context; the same for every page of the tab.
#[derive(Clone, Copy)]
pub struct UploadQueue {
    pub tasks: RwSignal<Vec<UploadTask>>,
    pub versions: Versions,
    pub toasts: Toasts,
}

impl UploadQueue {
    pub fn provide(versions: Versions, toasts: Toasts) -> Self {
        let queue = Self { tasks: RwSignal::new(Vec::new()), versions, toasts };
        provide_context(queue);
        queue
    }

    pub fn expect() -> Self {
        expect_context()
    }
}
