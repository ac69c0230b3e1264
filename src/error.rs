//! The one error that leaves a service: a stable code, a sentence for people, and the field it is about.

use serde::{Deserialize, Serialize};
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use std::fmt;

/// What went wrong, as scripts see it: [`Code::meaning`] says what each is. The names never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    Malformed,
    SignInNeeded,
    WrongPassword,
    Forbidden,
    NotFound,
    Conflict,
    NotReady,
    TooLarge,
    QuotaExceeded,
    UnsupportedType,
    Invalid,
    TooMany,
    StoreUnavailable,
    DiskFull,
    Internal,
    /// No answer from the server; made in the browser only.
    Unreachable,
}

impl Code {
    /// Every code that a server answers with.
    pub const ALL: [Self; 15] = [
        Self::Malformed,
        Self::SignInNeeded,
        Self::WrongPassword,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::NotReady,
        Self::TooLarge,
        Self::QuotaExceeded,
        Self::UnsupportedType,
        Self::Invalid,
        Self::TooMany,
        Self::Internal,
        Self::StoreUnavailable,
        Self::DiskFull,
    ];

    /// What it means, for who writes a script.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Malformed => "the body or the path is not of the form that the call takes",
            Self::SignInNeeded => "sign in first",
            Self::WrongPassword => "the password is another one",
            Self::Forbidden => "a foreign Origin or Host",
            Self::NotFound => "there is no such row, or it is another owner's",
            Self::Conflict => "the row was changed meanwhile; load it again",
            Self::NotReady => "what the call needs is not there yet (parts missing, video not read), or has ended",
            Self::TooLarge => "more bytes than this server takes",
            Self::QuotaExceeded => "the account's recordings would be more than the server keeps for it",
            Self::UnsupportedType => "not a video, or not JSON",
            Self::Invalid => {
                "a field's value is not allowed: a part number out of range, a wrong length, a wrong checksum; `field` names it"
            }
            Self::TooMany => "too many at once; finish some first",
            Self::Internal => "something went wrong on the server; its log has the details",
            Self::StoreUnavailable => "the object store does not answer",
            Self::DiskFull => "the data folder is full",
            Self::Unreachable => "no answer from the server",
        }
    }

    /// Whether the same call may do better later: once the server answers, has room, or somebody signed in again.
    pub const fn may_pass(self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::StoreUnavailable
                | Self::Internal
                | Self::TooMany
                | Self::SignInNeeded
                | Self::DiskFull
        )
    }

    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::SignInNeeded | Self::WrongPassword => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict | Self::NotReady => 409,
            Self::TooLarge | Self::QuotaExceeded => 413,
            Self::UnsupportedType => 415,
            Self::Invalid => 422,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::StoreUnavailable | Self::Unreachable => 503,
            Self::DiskFull => 507,
        }
    }
}

/// `{"error": "invalid", "message": "…", "field": "opponent"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ApiError {
    #[serde(rename = "error")]
    #[cfg_attr(feature = "ssr", schema(value_type = String, example = "invalid"))]
    pub code: Code,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl ApiError {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None }
    }

    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self { code: Code::Invalid, message: message.into(), field: Some(field.to_owned()) }
    }

    /// No such row, or another owner's: the answer is the same.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {what}. It may have been deleted."))
    }

    pub fn conflict() -> Self {
        Self::new(Code::Conflict, "This was changed elsewhere. Load the latest and try again.")
    }

    /// For what only we can mend; the cause is in the log.
    pub fn internal() -> Self {
        Self::new(Code::Internal, "Something went wrong on the server. Try again; the server's log has the details.")
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => {
                Self::new(Code::Unreachable, "The server does not answer. Check the connection and try again.")
            }
            // What a browser cannot read is the page of a proxy whose server is away.
            ServerFnErrorErr::Deserialization(_) if cfg!(not(feature = "ssr")) => {
                Self::new(Code::Unreachable, "The server does not answer. Try again in a moment.")
            }
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::new(Code::Malformed, "The request is not of the form that this call takes.")
            }
            _ => Self::internal(),
        }
    }
}
