//! REST of preferences.

use super::{service, types::Preferences};
use crate::{
    error::ApiError,
    server::{door::Caller, reply::Body},
};
use axum::Json;

/// Own tag palettes and the roster
#[utoipa::path(get, path = "/api/preferences", tag = "preferences", responses((status = 200, body = Preferences)))]
pub async fn get(caller: Caller) -> Result<Json<Preferences>, ApiError> {
    service::get(&caller).await.map(Json)
}

/// Replace own tag palettes and the roster
#[utoipa::path(put, path = "/api/preferences", tag = "preferences", request_body = Preferences, responses((status = 200, body = Preferences), (status = 409, body = ApiError), (status = 422, body = ApiError)))]
pub async fn put(caller: Caller, Body(preferences): Body<Preferences>) -> Result<Json<Preferences>, ApiError> {
    service::put(&caller, preferences).await.map(Json)
}
