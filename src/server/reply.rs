//! How errors leave through REST, and how a JSON body comes in: malformed ones get our shape too.

use super::db;
use crate::{
    error::{ApiError, Code},
    storage::{StoreError, StoreErrorKind},
};
use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{marker::PhantomData, str::FromStr};

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self)).into_response()
    }
}

/// What a database says is for the log only.
impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(error = %error, "database.failed");
        if db::is_full(&error) {
            return Self::new(Code::DiskFull, "The disk is full. Make room on the server, then try again.");
        }
        Self::internal()
    }
}

/// What a store says is for the log only; what it means is for the caller.
impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        use StoreErrorKind as Kind;
        let (code, message) = match error.kind() {
            Kind::NotFound => (Code::NotFound, "The file is not in the store any more."),
            Kind::UploadGone => (Code::NotReady, "This upload has ended at the store. Start it again."),
            Kind::PartsIncomplete => (Code::NotReady, "Some parts are missing. Send them, then confirm again."),
            Kind::WrongLength => (Code::Invalid, "The part does not have the length that was announced."),
            Kind::WrongChecksum => (Code::Invalid, "The part was damaged on its way. Send it again."),
            Kind::BadRange | Kind::Invalid => (Code::Invalid, "The store refuses that request."),
            Kind::DiskFull => (Code::DiskFull, "The data folder is full. Free room in Storage, then try again."),
            _ => {
                tracing::error!(code = error.code(), detail = error.detail(), "store.failed");
                (Code::StoreUnavailable, "The video store does not answer. Try again, or run touchline doctor.")
            }
        };
        Self::new(code, message)
    }
}

/// A JSON body.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(malformed(&rejection)),
        }
    }
}

fn malformed(rejection: &JsonRejection) -> ApiError {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(Code::TooLarge, "The body is larger than 2 MB."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ApiError::new(Code::UnsupportedType, "Send JSON, with Content-Type: application/json.")
        }
        _ => ApiError::new(Code::Malformed, rejection.body_text()),
    }
}

/// The identifier in the path; what is none is not found.
pub struct PathId<T>(pub T);

impl<S: Send + Sync, T: FromStr + Send> FromRequestParts<S> for PathId<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| ApiError::not_found("item"))?;
        text.parse().map(Self).map_err(|_| ApiError::not_found("item"))
    }
}

/// A change of the item in the path: a JSON object whose `id` is the path's, whatever it says itself.
pub struct Change<Id, T> {
    pub change: T,
    id: PhantomData<Id>,
}

impl<S: Send + Sync, Id: FromStr + Send, T: DeserializeOwned> FromRequest<S> for Change<Id, T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let Path(id) = Path::<String>::from_request_parts(&mut parts, state)
            .await
            .ok()
            .filter(|Path(id)| id.parse::<Id>().is_ok())
            .ok_or_else(|| ApiError::not_found("item"))?;
        let Body(mut fields) =
            Body::<serde_json::Map<String, Value>>::from_request(Request::from_parts(parts, body), state).await?;
        fields.insert("id".to_owned(), Value::String(id));
        serde_json::from_value(Value::Object(fields))
            .map(|change| Self { change, id: PhantomData })
            .map_err(|error| ApiError::new(Code::Malformed, error.to_string()))
    }
}

/// The query string.
pub struct QueryOf<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for QueryOf<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Query::<T>::from_request_parts(parts, state)
            .await
            .map(|Query(value)| Self(value))
            .map_err(|rejection| ApiError::new(Code::Malformed, rejection.body_text()))
    }
}

/// Leads to a signed address. It may be remembered for less time than the address works.
pub fn see(url: &str) -> Response {
    let mut response = Redirect::temporary(url).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    response
}
