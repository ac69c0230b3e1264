//! The client of the object store: whole objects here, multipart uploads in `multipart`, presigned addresses in `presign`,
//! local copies in `cache`. Every store, the built-in one included, is reached by this code.

use super::{
    cache::{Cache, CacheConfig},
    config::StoreConfig,
    error::{StoreError, StoreErrorKind},
    keys::{ObjectKey, random_name},
    local::LocalStore,
};
use crate::domain::checksum::Checksum;
use aws_credential_types::Credentials;
use aws_sdk_s3::{
    Client, Config,
    config::{
        BehaviorVersion, Region, RequestChecksumCalculation, ResponseChecksumValidation, StalledStreamProtectionConfig,
        retry::RetryConfig, timeout::TimeoutConfig,
    },
    primitives::ByteStream,
};
use aws_smithy_http_client::{
    Builder as HttpBuilder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use bytes::Bytes;
use std::{future::Future, ops::Range, path::Path, sync::Arc, time::Duration};
use tokio::io::AsyncWriteExt as _;
use tokio_util::sync::CancellationToken;

/// Files above this go up in parts.
const SINGLE_PUT_BYTES: u64 = 64 << 20;
/// An object asked for in one piece (`get_range`) may not be larger: it lies in memory.
const MAX_RANGE_BYTES: u64 = 64 << 20;

/// A handle that is cheap to clone.
#[derive(Debug, Clone)]
pub struct ObjectStore {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) client: Client,
    pub(super) config: StoreConfig,
    /// The store's files, when it is the built-in one of this very process.
    pub(super) local: Option<LocalStore>,
    pub(super) cache: Option<Cache>,
}

/// What HEAD tells of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectInfo {
    pub bytes: u64,
    /// Without quotes.
    pub etag: String,
    pub content_type: String,
}

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub key: ObjectKey,
    pub bytes: u64,
    /// Milliseconds; the end of time when the store does not say.
    pub modified_ms: i64,
}

impl ObjectStore {
    /// A store of any maker; whole downloads (`materialise`) are kept in `cache`.
    pub fn remote(config: StoreConfig, cache: CacheConfig) -> Result<Self, StoreError> {
        Ok(Self::assemble(config, None, Some(Cache::open(cache)?)))
    }

    /// The built-in store: `endpoint` is where this process's own listener answers, `http://127.0.0.1:3000`.
    pub fn embedded(local: LocalStore, endpoint: &str, public_url: Option<String>) -> Self {
        let config = local.store_config(endpoint, public_url);
        Self::assemble(config, Some(local), None)
    }

    fn assemble(config: StoreConfig, local: Option<LocalStore>, cache: Option<Cache>) -> Self {
        let http = HttpBuilder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .pool_idle_timeout(Duration::from_secs(20))
            .build_https();
        let credentials = Credentials::from_keys(config.access_key.clone(), config.secret_key.clone(), None);
        let sdk = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http)
            .credentials_provider(credentials)
            .region(Region::new(config.region.clone()))
            .endpoint_url(config.endpoint.trim_end_matches('/'))
            .force_path_style(config.path_style)
            // Newer checksum trailers are unknown to R2 and to many others.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .timeout_config(waiting(Duration::from_mins(1)))
            // Uploads wait for their sender as long as he needs; the sender's own watchdog ends them.
            .stalled_stream_protection(
                StalledStreamProtectionConfig::enabled()
                    .upload_enabled(false)
                    .grace_period(Duration::from_secs(30))
                    .build(),
            )
            .build();
        Self { inner: Arc::new(Inner { client: Client::from_conf(sdk), config, local, cache }) }
    }

    pub(super) fn client(&self) -> &Client {
        &self.inner.client
    }

    pub(super) fn bucket(&self) -> &str {
        &self.inner.config.bucket
    }

    /// The checksum that senders add to every part.
    pub fn checksum(&self) -> Checksum {
        self.inner.config.checksum
    }

    pub fn is_embedded(&self) -> bool {
        self.inner.local.is_some()
    }

    /// Stores the file at `path`; above 64 MiB in parts. Answers its length in bytes.
    pub async fn put_file(&self, key: &ObjectKey, path: &Path, content_type: &str) -> Result<u64, StoreError> {
        let bytes = tokio::fs::metadata(path).await?.len();
        if bytes > SINGLE_PUT_BYTES {
            return self.put_file_in_parts(key, path, bytes, content_type).await;
        }
        let sums = Sums::of_file(self.checksum(), path.to_owned()).await?;
        let body = ByteStream::from_path(path).await.map_err(|error| StoreError::new(StoreErrorKind::Disk, error))?;
        self.put(key, body, bytes, content_type, sums).await.map(|()| bytes)
    }

    /// Stores a small object from memory.
    pub async fn put_bytes(&self, key: &ObjectKey, bytes: Bytes, content_type: &str) -> Result<(), StoreError> {
        let sums = Sums::of_bytes(self.checksum(), &bytes);
        let length = bytes.len() as u64;
        self.put(key, bytes.into(), length, content_type, sums).await
    }

    async fn put(
        &self,
        key: &ObjectKey,
        body: ByteStream,
        bytes: u64,
        content_type: &str,
        sums: Sums,
    ) -> Result<(), StoreError> {
        self.client()
            .put_object()
            .bucket(self.bucket())
            .key(key.as_str())
            .content_type(content_type)
            .content_length(signed(bytes)?)
            .set_checksum_crc32(sums.crc32)
            .set_content_md5(sums.md5)
            .body(body)
            .customize()
            // The checksum guards the bytes: a SHA-256 over them at both ends would only cost time.
            .disable_payload_signing()
            .config_override(patient())
            .send()
            .await?;
        Ok(())
    }

    /// What is stored under `key`, or nothing.
    pub async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, StoreError> {
        let answer = self.client().head_object().bucket(self.bucket()).key(key.as_str()).send().await;
        match answer.map_err(StoreError::from) {
            Ok(head) => Ok(Some(ObjectInfo {
                bytes: unsigned(head.content_length())?,
                etag: bare_etag(head.e_tag()),
                content_type: head.content_type.unwrap_or_default(),
            })),
            Err(error) if error.kind() == StoreErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The bytes of `range` (end exclusive), at most 64 MiB; fewer when the object ends before.
    pub async fn get_range(&self, key: &ObjectKey, range: Range<u64>) -> Result<Bytes, StoreError> {
        if range.is_empty() || range.end - range.start > MAX_RANGE_BYTES {
            return Err(StoreError::new(StoreErrorKind::BadRange, format!("{range:?}")));
        }
        let wanted = format!("bytes={}-{}", range.start, range.end - 1);
        let answer = self.client().get_object().bucket(self.bucket()).key(key.as_str()).range(wanted).send().await?;
        // A store that ignores ranges must not fill our memory with the whole object.
        if unsigned(answer.content_length())? > range.end - range.start {
            return Err(StoreError::new(StoreErrorKind::BadRange, "the store ignored the range"));
        }
        let body = answer.body.collect().await.map_err(|error| StoreError::new(StoreErrorKind::Unavailable, error))?;
        Ok(body.into_bytes())
    }

    /// Copies the whole object into the file `path`, which appears only when it is complete. Answers its bytes.
    pub async fn download(&self, key: &ObjectKey, path: &Path, cancel: &CancellationToken) -> Result<u64, StoreError> {
        let unfinished = path.with_added_extension(format!("part-{}", random_name()));
        let result = self.download_to(key, &unfinished, cancel).await;
        let result = match result {
            Ok(bytes) => tokio::fs::rename(&unfinished, path).await.map(|()| bytes).map_err(StoreError::from),
            failed => failed,
        };
        if result.is_err() {
            // It may never have been made.
            let _ = tokio::fs::remove_file(&unfinished).await;
        }
        result
    }

    async fn download_to(&self, key: &ObjectKey, path: &Path, cancel: &CancellationToken) -> Result<u64, StoreError> {
        let request = self.client().get_object().bucket(self.bucket()).key(key.as_str());
        let answer =
            unless_cancelled(cancel, Box::pin(async { request.send().await.map_err(StoreError::from) })).await?;
        let expected = unsigned(answer.content_length())?;
        let mut body = answer.body;
        let mut file = tokio::fs::File::create_new(path).await?;
        let mut received: u64 = 0;
        while let Some(chunk) = unless_cancelled(cancel, async {
            body.try_next().await.map_err(|error| StoreError::new(StoreErrorKind::Unavailable, error))
        })
        .await?
        {
            file.write_all(&chunk).await?;
            received += chunk.len() as u64;
        }
        file.flush().await?;
        if received == expected {
            Ok(received)
        } else {
            Err(StoreError::new(StoreErrorKind::Unavailable, format!("{received} of {expected} bytes came")))
        }
    }

    /// Removes the object; one that does not exist is removed already.
    pub async fn delete(&self, key: &ObjectKey) -> Result<(), StoreError> {
        let answer = self.client().delete_object().bucket(self.bucket()).key(key.as_str()).send().await;
        match answer.map_err(StoreError::from) {
            Err(error) if error.kind() != StoreErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// All objects whose key starts with `prefix`, in the order of their keys. Keys that are not of our making are left out.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>, StoreError> {
        let mut pages = self.client().list_objects_v2().bucket(self.bucket()).prefix(prefix).into_paginator().send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            for object in page?.contents() {
                if let Some(key) = object.key().and_then(|key| key.parse().ok()) {
                    objects.push(Listed {
                        key,
                        bytes: unsigned(object.size())?,
                        modified_ms: object.last_modified().and_then(|at| at.to_millis().ok()).unwrap_or(i64::MAX),
                    });
                }
            }
        }
        Ok(objects)
    }
}

/// `answer` is how long the store may take from the start of a request to the first byte of its answer.
fn waiting(answer: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(Duration::from_secs(10)).read_timeout(answer).build()
}

/// For requests with large bodies, and for those that let the store work: an hour until the answer.
pub(super) fn patient() -> aws_sdk_s3::config::Builder {
    Config::builder().timeout_config(waiting(Duration::from_hours(1)))
}

/// Ends with `Cancelled` as soon as `cancel` is.
pub(super) async fn unless_cancelled<T>(
    cancel: &CancellationToken,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    cancel
        .run_until_cancelled(work)
        .await
        .unwrap_or_else(|| Err(StoreError::new(StoreErrorKind::Cancelled, "by the caller")))
}

/// The header values by which a store verifies a body, Base64.
#[derive(Debug, Default)]
pub(super) struct Sums {
    pub(super) crc32: Option<String>,
    pub(super) md5: Option<String>,
}

impl Sums {
    /// What a sender states, in the header of its kind.
    pub(super) fn stated(kind: Checksum, sum: Option<String>) -> Self {
        match kind {
            Checksum::Crc32 => Self { crc32: sum, md5: None },
            Checksum::Md5 => Self { crc32: None, md5: sum },
            Checksum::None => Self::default(),
        }
    }

    pub(super) fn of_bytes(kind: Checksum, bytes: &[u8]) -> Self {
        Self::stated(kind, kind.of(bytes))
    }

    /// Reads the file once, off the runtime's threads.
    async fn of_file(kind: Checksum, path: std::path::PathBuf) -> Result<Self, StoreError> {
        let work = move || -> std::io::Result<Self> {
            Ok(match kind {
                Checksum::None => Self::default(),
                _ => Self::of_bytes(kind, &std::fs::read(path)?),
            })
        };
        let done = tokio::task::spawn_blocking(work).await;
        Ok(done.map_err(|error| StoreError::new(StoreErrorKind::Disk, error))??)
    }
}

/// S3 counts bytes in i64.
pub(super) fn signed(bytes: u64) -> Result<i64, StoreError> {
    i64::try_from(bytes).map_err(|error| StoreError::new(StoreErrorKind::Invalid, error))
}

pub(super) fn unsigned(bytes: Option<i64>) -> Result<u64, StoreError> {
    bytes
        .and_then(|bytes| u64::try_from(bytes).ok())
        .ok_or_else(|| StoreError::new(StoreErrorKind::Unavailable, "the store names no length"))
}

pub(super) fn bare_etag(etag: Option<&str>) -> String {
    etag.unwrap_or_default().trim_matches('"').to_owned()
}
