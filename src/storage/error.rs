//! What can go wrong with the store, told without the store's own words: those go to the log only.

use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use std::fmt;

/// The kinds of failure that a caller can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// No object has this key.
    NotFound,
    /// The multipart upload does not exist: completed, aborted or expired.
    UploadGone,
    /// The parts at the store do not make up the whole object.
    PartsIncomplete,
    /// The bytes do not have the promised length.
    WrongLength,
    /// The bytes do not have the promised checksum.
    WrongChecksum,
    /// The range lies outside the object.
    BadRange,
    /// The request made no sense to the store: number of the part, name, size.
    Invalid,
    /// The store refuses our key or signature.
    Denied,
    /// The bucket does not exist.
    NoBucket,
    /// The store cannot be reached, is overloaded, or failed inside.
    Unavailable,
    /// The local disk failed; see the log.
    Disk,
    /// The local disk is full.
    DiskFull,
    /// The caller cancelled.
    Cancelled,
    /// An address or key in the configuration cannot be used.
    Misconfigured,
}

/// A failure: `kind` to act on, `detail` for the log and never for a user.
#[derive(Clone)]
pub struct StoreError {
    kind: StoreErrorKind,
    detail: String,
}

impl StoreError {
    pub fn new(kind: StoreErrorKind, detail: impl fmt::Display) -> Self {
        Self { kind, detail: detail.to_string() }
    }

    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// The stable code that the API and the interface know.
    pub fn code(&self) -> &'static str {
        match self.kind {
            StoreErrorKind::NotFound => "object_missing",
            StoreErrorKind::UploadGone => "upload_gone",
            StoreErrorKind::PartsIncomplete => "upload_incomplete",
            StoreErrorKind::WrongLength => "wrong_length",
            StoreErrorKind::WrongChecksum => "wrong_checksum",
            StoreErrorKind::BadRange => "range_invalid",
            StoreErrorKind::Invalid => "store_request_invalid",
            StoreErrorKind::Denied => "store_denied",
            StoreErrorKind::NoBucket => "store_bucket_missing",
            StoreErrorKind::Unavailable => "store_unavailable",
            StoreErrorKind::Disk => "disk_failed",
            StoreErrorKind::DiskFull => "disk_full",
            StoreErrorKind::Cancelled => "cancelled",
            StoreErrorKind::Misconfigured => "store_misconfigured",
        }
    }

    /// Whether the same call may succeed a little later.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Unavailable | StoreErrorKind::Disk)
    }

    /// What the store or the system said. For logs only.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// From an answer that only has a status (plain HTTP and HEAD carry no code).
    pub(super) fn from_status(status: u16, detail: impl fmt::Display) -> Self {
        let kind = match status {
            404 => StoreErrorKind::NotFound,
            401 | 403 => StoreErrorKind::Denied,
            416 => StoreErrorKind::BadRange,
            400..=499 if !matches!(status, 408 | 409 | 425 | 429) => StoreErrorKind::Invalid,
            _ => StoreErrorKind::Unavailable,
        };
        Self::new(kind, detail)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            StoreErrorKind::NotFound => "the file is not in the store",
            StoreErrorKind::UploadGone => "the upload no longer exists",
            StoreErrorKind::PartsIncomplete => "parts of the file are missing",
            StoreErrorKind::WrongLength => "the file does not have the announced length",
            StoreErrorKind::WrongChecksum => "the bytes arrived damaged",
            StoreErrorKind::BadRange => "the file has no such range",
            StoreErrorKind::Invalid => "the store does not accept the request",
            StoreErrorKind::Denied => "the store refuses access",
            StoreErrorKind::NoBucket => "the bucket does not exist",
            StoreErrorKind::Unavailable => "the store cannot be reached",
            StoreErrorKind::Disk => "the disk failed",
            StoreErrorKind::DiskFull => "the disk is full",
            StoreErrorKind::Cancelled => "cancelled",
            StoreErrorKind::Misconfigured => "the store is not configured correctly",
        })
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreError({}: {})", self.code(), self.detail)
    }
}

impl std::error::Error for StoreError {}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        let kind = match error.kind() {
            std::io::ErrorKind::NotFound => StoreErrorKind::NotFound,
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreErrorKind::DiskFull,
            _ => StoreErrorKind::Disk,
        };
        Self::new(kind, error)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::new(StoreErrorKind::Unavailable, error)
    }
}

impl<E, R> From<SdkError<E, R>> for StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: HasStatus + fmt::Debug,
{
    fn from(error: SdkError<E, R>) -> Self {
        let detail = DisplayErrorContext(&error).to_string();
        match &error {
            SdkError::ConstructionFailure(_) => Self::new(StoreErrorKind::Misconfigured, detail),
            SdkError::ServiceError(context) => kind_of_code(context.err().code()).map_or_else(
                || Self::from_status(context.raw().status_code(), &detail),
                |kind| Self::new(kind, &detail),
            ),
            _ => Self::new(StoreErrorKind::Unavailable, detail),
        }
    }
}

/// The raw answer's status; a trait so that the conversion above serves every operation.
pub(super) trait HasStatus {
    fn status_code(&self) -> u16;
}

impl HasStatus for aws_sdk_s3::config::http::HttpResponse {
    fn status_code(&self) -> u16 {
        self.status().as_u16()
    }
}

/// The codes that every S3 store shares.
fn kind_of_code(code: Option<&str>) -> Option<StoreErrorKind> {
    Some(match code? {
        "NoSuchKey" | "NotFound" => StoreErrorKind::NotFound,
        "NoSuchUpload" => StoreErrorKind::UploadGone,
        "NoSuchBucket" => StoreErrorKind::NoBucket,
        "InvalidPart" | "InvalidPartOrder" | "EntityTooSmall" => StoreErrorKind::PartsIncomplete,
        "BadDigest" | "InvalidDigest" | "XAmzContentSHA256Mismatch" | "XAmzContentChecksumMismatch" => {
            StoreErrorKind::WrongChecksum
        }
        "IncompleteBody" | "EntityTooLarge" | "MissingContentLength" => StoreErrorKind::WrongLength,
        "InvalidRange" => StoreErrorKind::BadRange,
        "InsufficientStorage" => StoreErrorKind::DiskFull,
        "AccessDenied" | "SignatureDoesNotMatch" | "InvalidAccessKeyId" | "NotSignedUp" | "RequestTimeTooSkewed" => {
            StoreErrorKind::Denied
        }
        "SlowDown" | "InternalError" | "ServiceUnavailable" | "RequestTimeout" => StoreErrorKind::Unavailable,
        _ => return None,
    })
}
