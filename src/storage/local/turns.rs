//! Who may touch an upload: any number of senders of parts, or one who completes or aborts it. Completing does not wait
//! for slow senders: they are told to stop.

use crate::storage::registry::{Claim, Registry};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};
use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone, Default)]
pub(super) struct Turns(Registry<Turn>);

#[derive(Debug, Default)]
struct Turn {
    lock: Arc<RwLock<()>>,
    /// Stops the senders of now; who comes later gets a new one.
    stop: Mutex<CancellationToken>,
    /// Parts that are being written at their place in the upload's file.
    in_place: Mutex<HashSet<i64>>,
}

/// A sender's turn. It must live until its last byte is written: nobody completes the upload before that.
#[derive(Debug)]
pub(super) struct Sending {
    turn: Claim<Turn>,
    place: Option<i64>,
    stop: CancellationToken,
    _shared: OwnedRwLockReadGuard<()>,
}

/// The turn of who completes or aborts.
#[derive(Debug)]
pub(super) struct Alone {
    _turn: Claim<Turn>,
    _exclusive: OwnedRwLockWriteGuard<()>,
}

impl Turns {
    pub(super) async fn send(&self, upload: &str) -> Sending {
        let turn = self.0.claim(upload);
        let shared = Arc::clone(&turn.lock).read_owned().await;
        let stop = turn.stop.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Sending { turn, place: None, stop, _shared: shared }
    }

    pub(super) async fn alone(&self, upload: &str) -> Alone {
        let turn = self.0.claim(upload);
        turn.stop.lock().unwrap_or_else(PoisonError::into_inner).cancel();
        let exclusive = Arc::clone(&turn.lock).write_owned().await;
        *turn.stop.lock().unwrap_or_else(PoisonError::into_inner) = CancellationToken::new();
        Alone { _turn: turn, _exclusive: exclusive }
    }
}

impl Sending {
    /// Takes the part's place in the upload's file; false when another sender of the same part is writing there.
    pub(super) fn take_place(&mut self, number: i64) -> bool {
        let taken = self.turn.in_place.lock().unwrap_or_else(PoisonError::into_inner).insert(number);
        if taken {
            self.place = Some(number);
        }
        taken
    }

    pub(super) fn leave_place(&mut self) {
        if let Some(number) = self.place.take() {
            self.turn.in_place.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        }
    }

    /// Is cancelled when somebody wants to complete or abort the upload.
    pub(super) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.leave_place();
    }
}
