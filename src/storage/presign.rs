//! Addresses that let a browser send or fetch one object, or one part, for a while and without a key of its own.

use super::{
    client::{ObjectStore, Sums, signed},
    config::PublicBase,
    disposition,
    error::{StoreError, StoreErrorKind},
    keys::ObjectKey,
};
use aws_sdk_s3::{
    Config,
    presigning::{PresignedRequest, PresigningConfig},
};
use std::time::Duration;

/// A signed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presigned {
    pub url: String,
    /// What the sender must add, exactly so, besides `Host` and `Content-Length` (those it sets by itself).
    pub headers: Vec<(String, String)>,
}

/// What a browser does with the answer to a GET.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// Plays or shows it.
    Inline,
    /// Saves it under this file name.
    Attachment(String),
}

impl ObjectStore {
    /// A PUT of a whole object of exactly `content_length` bytes, and of exactly this checksum (Base64, of the
    /// store's kind) if they are given.
    pub async fn presign_put(
        &self,
        key: &ObjectKey,
        content_length: impl Into<Option<u64>>,
        checksum: Option<&str>,
        expires: Duration,
        base: &PublicBase,
    ) -> Result<Presigned, StoreError> {
        let sums = Sums::stated(self.checksum(), checksum.map(str::to_owned));
        let request = self
            .client()
            .put_object()
            .bucket(self.bucket())
            .key(key.as_str())
            .set_content_length(content_length.into().map(signed).transpose()?)
            .set_checksum_crc32(sums.crc32)
            .set_content_md5(sums.md5);
        let request = request.customize().config_override(self.as_seen_from(base));
        Ok(request.presigned(lasting(expires)?).await?.into())
    }

    /// A PUT of one part of exactly `content_length` bytes, and of exactly this checksum (Base64, of the
    /// store's kind) if one is given.
    #[expect(clippy::too_many_arguments, reason = "each is signed, and none has a sensible default")]
    pub async fn presign_part(
        &self,
        key: &ObjectKey,
        upload: &str,
        number: u32,
        content_length: u64,
        checksum: Option<&str>,
        expires: Duration,
        base: &PublicBase,
    ) -> Result<Presigned, StoreError> {
        let sums = Sums::stated(self.checksum(), checksum.map(str::to_owned));
        let request = self
            .client()
            .upload_part()
            .bucket(self.bucket())
            .key(key.as_str())
            .upload_id(upload)
            .part_number(i32::try_from(number).unwrap_or(i32::MAX))
            .content_length(signed(content_length)?)
            .set_checksum_crc32(sums.crc32)
            .set_content_md5(sums.md5);
        let request = request.customize().config_override(self.as_seen_from(base));
        Ok(request.presigned(lasting(expires)?).await?.into())
    }

    /// A GET, with ranges, answered as `content_type`.
    pub async fn presign_get(
        &self,
        key: &ObjectKey,
        expires: Duration,
        base: &PublicBase,
        disposition: &Disposition,
        content_type: &str,
    ) -> Result<Presigned, StoreError> {
        let disposition = match disposition {
            Disposition::Inline => disposition::INLINE.to_owned(),
            Disposition::Attachment(file_name) => disposition::attachment(file_name),
        };
        let request = self
            .client()
            .get_object()
            .bucket(self.bucket())
            .key(key.as_str())
            .response_content_disposition(disposition)
            .response_content_type(content_type);
        let request = request.customize().config_override(self.as_seen_from(base));
        Ok(request.presigned(lasting(expires)?).await?.into())
    }

    /// Where a browser that came by `base` finds the store, without the bucket.
    pub fn public_endpoint<'a>(&'a self, base: &'a PublicBase) -> &'a str {
        let config = &self.inner.config;
        match &config.public_url {
            Some(url) => url,
            None if self.is_embedded() => base.as_str(),
            None => &config.endpoint,
        }
        .trim_end_matches('/')
    }

    fn as_seen_from(&self, base: &PublicBase) -> aws_sdk_s3::config::Builder {
        Config::builder().endpoint_url(self.public_endpoint(base))
    }
}

fn lasting(expires: Duration) -> Result<PresigningConfig, StoreError> {
    PresigningConfig::expires_in(expires).map_err(|error| StoreError::new(StoreErrorKind::Invalid, error))
}

impl From<PresignedRequest> for Presigned {
    fn from(request: PresignedRequest) -> Self {
        let set_by_the_sender =
            |name: &str| name.eq_ignore_ascii_case("host") || name.eq_ignore_ascii_case("content-length");
        let headers = request
            .headers()
            .filter(|(name, _)| !set_by_the_sender(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self { url: request.uri().to_owned(), headers }
    }
}
