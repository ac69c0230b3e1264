//! The checksums that a sender promised for a body, in headers or in its trailer. s3s passes them on; verifying is ours.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderValue};
use s3s::{
    S3Result, TrailingHeaders,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256},
    dto::{Checksum, PutObjectInput, UploadPartInput},
    s3_error,
};

pub(super) struct Promised {
    hasher: ChecksumHasher,
    /// By header; `None` for algorithms that nobody promised.
    values: Checksum,
    md5: Option<String>,
    trailers: Option<TrailingHeaders>,
}

/// The checksum fields of a request, alike in both kinds.
macro_rules! promised_by {
    ($input:expr) => {
        (
            Checksum {
                checksum_crc32: $input.checksum_crc32.clone(),
                checksum_crc32c: $input.checksum_crc32c.clone(),
                checksum_crc64nvme: $input.checksum_crc64nvme.clone(),
                checksum_sha1: $input.checksum_sha1.clone(),
                checksum_sha256: $input.checksum_sha256.clone(),
                ..Checksum::default()
            },
            $input.content_md5.clone(),
        )
    };
}

impl Promised {
    pub(super) fn for_object(input: &PutObjectInput, headers: &HeaderMap, trailers: Option<TrailingHeaders>) -> Self {
        Self::new(promised_by!(input), headers, trailers)
    }

    pub(super) fn for_part(input: &UploadPartInput, headers: &HeaderMap, trailers: Option<TrailingHeaders>) -> Self {
        Self::new(promised_by!(input), headers, trailers)
    }

    fn new((values, md5): (Checksum, Option<String>), headers: &HeaderMap, trailers: Option<TrailingHeaders>) -> Self {
        let announced = headers.get("x-amz-trailer").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let wanted = |value: &Option<String>, name: &str| value.is_some() || announced.contains(name);
        let hasher = ChecksumHasher {
            // Always: parts are listed with it.
            crc32: Some(Crc32::new()),
            crc32c: wanted(&values.checksum_crc32c, "x-amz-checksum-crc32c").then(Crc32c::new),
            crc64nvme: wanted(&values.checksum_crc64nvme, "x-amz-checksum-crc64nvme").then(Crc64Nvme::new),
            sha1: wanted(&values.checksum_sha1, "x-amz-checksum-sha1").then(Sha1::new),
            sha256: wanted(&values.checksum_sha256, "x-amz-checksum-sha256").then(Sha256::new),
        };
        Self { hasher, values, md5, trailers }
    }

    pub(super) fn update(&mut self, chunk: &[u8]) {
        self.hasher.update(chunk);
    }

    /// Compares every promise with what came; answers the CRC32, Base64.
    pub(super) fn verify(self, md5: &[u8; 16]) -> S3Result<String> {
        let trailers = self.trailers.and_then(|trailers| trailers.take()).unwrap_or_default();
        let Self { hasher, values, md5: promised_md5, .. } = self;
        let came = hasher.finalize();
        let pairs = [
            ("x-amz-checksum-crc32", &values.checksum_crc32, &came.checksum_crc32),
            ("x-amz-checksum-crc32c", &values.checksum_crc32c, &came.checksum_crc32c),
            ("x-amz-checksum-crc64nvme", &values.checksum_crc64nvme, &came.checksum_crc64nvme),
            ("x-amz-checksum-sha1", &values.checksum_sha1, &came.checksum_sha1),
            ("x-amz-checksum-sha256", &values.checksum_sha256, &came.checksum_sha256),
        ];
        for (name, promised, came) in pairs {
            let in_trailer = trailers.get(name).map(HeaderValue::as_bytes);
            let promises = [promised.as_deref().map(str::as_bytes), in_trailer];
            if promises.into_iter().flatten().any(|promise| came.as_deref().map(str::as_bytes) != Some(promise)) {
                return Err(s3_error!(BadDigest));
            }
        }
        if promised_md5.is_some_and(|promise| promise != BASE64_STANDARD.encode(md5)) {
            return Err(s3_error!(BadDigest));
        }
        Ok(came.checksum_crc32.unwrap_or_default())
    }
}
