//! What every request and every job can reach.

use super::{config::Config, db::Db};
use crate::{
    domain::ids::AccountId,
    jobs::{pulse::Pulse, wake::Wake},
    live::hub::Hub,
    media::Tools,
    storage::ObjectStore,
};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use std::{ops::Deref, sync::Arc};
use tokio_util::sync::CancellationToken;

/// A handle that is cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

pub struct Parts {
    pub config: Config,
    pub db: Db,
    pub store: ObjectStore,
    pub tools: Tools,
    pub hub: Hub,
    pub wake: Wake,
    pub pulse: Pulse,
    pub leptos: LeptosOptions,
    /// Whose everything is where nobody signs in.
    pub local_account: AccountId,
    /// Whether who comes without a session acts as the local account: on loopback without a password.
    pub open: bool,
    /// Trips when the server stops: every long stream and loop ends by it.
    pub stop: CancellationToken,
}

impl AppState {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
