//! Server functions answer 500 to a body that they cannot read, before any code of ours runs. The error in the answer
//! knows better: its code gives the status.

use crate::error::{ApiError, Code};
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};

/// The largest error that we make ourselves is far smaller.
const LONGEST: usize = 64 * 1024;
/// Bodies of server functions; files never travel through them.
const LONGEST_BODY: usize = 2 * 1024 * 1024;

pub async fn map(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/_fn/") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LONGEST_BODY).await else {
        return ApiError::new(Code::TooLarge, "The body is larger than 2 MB.").into_response();
    };
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LONGEST).await else { return ApiError::internal().into_response() };
    if let Ok(error) = serde_json::from_slice::<ApiError>(&bytes) {
        parts.status = StatusCode::from_u16(error.code.status()).unwrap_or(parts.status);
    }
    Response::from_parts(parts, Body::from(bytes))
}
