//! Who calls, and by which address: the first argument of every service. Both doors make one.

use super::state::AppState;
use crate::{
    domain::ids::AccountId,
    error::{ApiError, Code},
    live::types::{Event, TAB_HEADER, Topic},
    storage::PublicBase,
};
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, StatusCode, request::Parts},
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::convert::Infallible;

/// Who acts. Every row that a service touches is theirs, or the answer is "not found".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub owner: AccountId,
    /// Whether a session says so; the local account on loopback needs none.
    pub signed_in: bool,
}

/// One call: the application, the actor, and the address under which this browser reaches us.
#[derive(Clone)]
pub struct Caller {
    pub app: AppState,
    pub actor: Actor,
    pub base: PublicBase,
    /// The tab that calls, where it says so.
    pub tab: Option<String>,
}

impl Caller {
    pub fn owner(&self) -> &AccountId {
        &self.actor.owner
    }

    /// Tells every tab of this owner but the calling one that something changed. Called after the commit.
    pub fn changed(&self, topic: Topic) {
        self.app.hub.send_from(self.owner(), Event::Changed { topic }, self.tab.clone());
    }

    fn from_parts(app: AppState, parts: &Parts) -> Result<Self, ApiError> {
        let extensions = &parts.extensions;
        match (extensions.get::<Actor>(), extensions.get::<PublicBase>()) {
            (Some(actor), Some(base)) => {
                Ok(Self { app, actor: actor.clone(), base: base.clone(), tab: tab_of(&parts.headers) })
            }
            _ => Err(ApiError::new(Code::SignInNeeded, "Sign in first.")),
        }
    }
}

/// A tab's name as a header tells it: a few letters and digits.
fn tab_of(headers: &HeaderMap) -> Option<String> {
    let name = headers.get(TAB_HEADER)?.to_str().ok()?;
    is_tab(name).then(|| name.to_owned())
}

pub fn is_tab(name: &str) -> bool {
    (1..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        Self::from_parts(app.clone(), parts)
    }
}

impl OptionalFromRequestParts<AppState> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Option<Self>, Infallible> {
        Ok(Self::from_parts(app.clone(), parts).ok())
    }
}

/// Runs the body of a server function for the caller of this request, and gives its error the right status.
pub async fn serve<T>(work: impl AsyncFnOnce(Caller) -> Result<T, ApiError>) -> Result<T, ApiError> {
    let options = use_context::<ResponseOptions>();
    let caller = match (use_context::<AppState>(), use_context::<Parts>()) {
        (Some(app), Some(parts)) => Caller::from_parts(app, &parts),
        _ => Err(ApiError::internal()),
    };
    let result = match caller {
        Ok(caller) => work(caller).await,
        Err(error) => Err(error),
    };
    if let (Err(error), Some(options)) = (&result, options) {
        options.set_status(StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    }
    result
}
