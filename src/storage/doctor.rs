//! `touchline doctor` for the store: not what the configuration says, but what a browser meets. It writes one small
//! object by a presigned address, reads a range of it back, and deletes it.

use super::{
    client::ObjectStore,
    config::PublicBase,
    error::{StoreError, StoreErrorKind},
    keys::{self, ObjectKey},
    presign::{Disposition, Presigned},
};
use crate::domain::checksum::Checksum;
use aws_smithy_http_client::{
    Connector,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{http::HttpConnector as _, orchestrator::HttpRequest};
use aws_smithy_types::body::SdkBody;
use std::{fmt::Display, time::Duration};

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: &'static str,
    pub ok: bool,
    pub detail: String,
    /// Empty when `ok`.
    pub how_to_mend: String,
}

const SAMPLE: &[u8] = b"Touchline was here, and will have gone again in a moment.";
const PATIENCE: Duration = Duration::from_secs(20);
const EXPIRES: Duration = Duration::from_mins(5);

/// Tries all that a browser at `base` needs of the store: signed PUT, what other origins may do, refusal of damaged
/// bytes, signed GET of a range, deletion.
pub async fn check(store: &ObjectStore, base: &PublicBase) -> Vec<Check> {
    let key = keys::trial();
    let visit = Visit { store, base, key: &key, browser: Connector::builder() };
    let put = visit.put().await;
    let mut checks = Vec::new();
    let arrived = put.ok;
    checks.push(put);
    if arrived {
        checks.push(visit.preflight().await);
        checks.push(visit.damaged().await);
        checks.push(visit.range().await);
    }
    checks.push(match store.delete(&key).await {
        Ok(()) => passed("store.delete", "a trial object was deleted"),
        Err(error) => failed("store.delete", told(&error), &mend(&error)),
    });
    checks
}

struct Visit<'a> {
    store: &'a ObjectStore,
    base: &'a PublicBase,
    key: &'a ObjectKey,
    browser: aws_smithy_http_client::ConnectorBuilder,
}

/// What came back: status, headers in lower case, body.
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(header, _)| header == name).map_or("", |(_, value)| value)
    }
}

impl Visit<'_> {
    async fn put(&self) -> Check {
        const NAME: &str = "store.presigned_put";
        match self.send_sample(SAMPLE).await {
            Ok(answer) if answer.status == 200 && !answer.header("etag").is_empty() => {
                passed(NAME, format!("accepted at {}", self.store.public_endpoint(self.base)))
            }
            Ok(answer) => {
                let error = StoreError::from_status(answer.status, "");
                failed(NAME, format!("answered {}", answer.status), &mend(&error))
            }
            Err(error) => failed(NAME, told(&error), &mend(&error)),
        }
    }

    /// What the browser asks before a PUT to another origin, and what it lets the page read afterwards.
    async fn preflight(&self) -> Check {
        const NAME: &str = "store.cors";
        let asked = async {
            let signed = self.sign_put().await?;
            let headers = [
                ("origin", self.base.as_str()),
                ("access-control-request-method", "PUT"),
                ("access-control-request-headers", "content-type,content-md5,x-amz-checksum-crc32"),
            ];
            let before = self.send("OPTIONS", &signed.url, &headers, SdkBody::empty()).await?;
            Ok::<_, StoreError>((before, self.send_sample(SAMPLE).await?))
        };
        let allows = |answer: &Answer| {
            let allowed = answer.header("access-control-allow-origin");
            allowed == "*" || allowed == self.base.as_str()
        };
        match asked.await {
            Ok((before, after)) => {
                let exposes = after.header("access-control-expose-headers").to_ascii_lowercase();
                let problem = if before.status >= 300 || !allows(&before) {
                    "the store does not let pages of this origin send files"
                } else if !allows(&after) || !(exposes.contains("etag") || exposes == "*") {
                    "the store hides ETag from pages of this origin"
                } else {
                    return passed(NAME, format!("pages of {} may send files", self.base));
                };
                failed(NAME, problem, &format!("give the bucket this CORS rule:\n{}", cors_rule(self.base)))
            }
            Err(error) => failed(NAME, told(&error), &mend(&error)),
        }
    }

    /// A body that does not have the signed checksum must be refused.
    async fn damaged(&self) -> Check {
        const NAME: &str = "store.checksum";
        if self.store.checksum() == Checksum::None {
            return passed(NAME, "none by configuration: not tried");
        }
        let mut damaged = SAMPLE.to_vec();
        if let Some(first) = damaged.first_mut() {
            *first ^= 1;
        }
        match self.send_sample(&damaged).await {
            Ok(answer) if (400..500).contains(&answer.status) => passed(NAME, "damaged bytes are refused"),
            Ok(_) => failed(
                NAME,
                "the store accepted damaged bytes",
                "set storage.checksum to \"md5\" or \"crc32\", or to \"none\" if the store knows neither",
            ),
            Err(error) => failed(NAME, told(&error), &mend(&error)),
        }
    }

    async fn range(&self) -> Check {
        const NAME: &str = "store.ranged_get";
        let got = async {
            let inline = Disposition::Inline;
            let signed = self.store.presign_get(self.key, EXPIRES, self.base, &inline, "video/mp4").await?;
            self.send("GET", &signed.url, &[("range", "bytes=10-18")], SdkBody::empty()).await
        };
        match got.await {
            Ok(answer) if answer.status == 206 && SAMPLE.get(10..19) == Some(&answer.body) => {
                passed(NAME, "a range came back as asked for")
            }
            Ok(answer) => failed(
                NAME,
                format!("answered {} with {} bytes instead of 206 with 9", answer.status, answer.body.len()),
                "the store, or a proxy before it, must support ranges: players seek by them",
            ),
            Err(error) => failed(NAME, told(&error), &mend(&error)),
        }
    }

    async fn sign_put(&self) -> Result<Presigned, StoreError> {
        let checksum = self.store.checksum().of(SAMPLE);
        self.store.presign_put(self.key, SAMPLE.len() as u64, checksum.as_deref(), EXPIRES, self.base).await
    }

    /// PUTs `body` by an address that is signed for the sample.
    async fn send_sample(&self, body: &[u8]) -> Result<Answer, StoreError> {
        let signed = self.sign_put().await?;
        let mut headers = vec![("origin", self.base.as_str())];
        headers.extend(signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        self.send("PUT", &signed.url, &headers, SdkBody::from(body)).await
    }

    /// Plain HTTP, as a browser does it: no key, no retry.
    async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: SdkBody,
    ) -> Result<Answer, StoreError> {
        let unreachable = |error: &dyn Display| StoreError::new(StoreErrorKind::Unavailable, error);
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).map_err(|error| StoreError::new(StoreErrorKind::Misconfigured, error))?;
        let request = HttpRequest::try_from(request).map_err(|error| unreachable(&error))?;
        let connector = self.browser.clone().tls_provider(Provider::Rustls(CryptoMode::Ring)).build();
        let exchange = async {
            let response = connector.call(request).await.map_err(|error| unreachable(&error))?;
            let status = response.status().as_u16();
            let headers = response.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let body = aws_sdk_s3::primitives::ByteStream::new(response.into_body()).collect().await;
            Ok(Answer { status, headers, body: body.map_err(|error| unreachable(&error))?.to_vec() })
        };
        tokio::time::timeout(PATIENCE, exchange).await.map_err(|error| unreachable(&error))?
    }
}

/// The bucket rule that S3, R2 and others accept as it is, for pages of this address.
pub fn cors_rule(base: &PublicBase) -> String {
    format!(
        "[{{\"AllowedOrigins\": [\"{base}\"], \"AllowedMethods\": [\"GET\", \"HEAD\", \"PUT\"], \
         \"AllowedHeaders\": [\"*\"], \"ExposeHeaders\": [\"ETag\"], \"MaxAgeSeconds\": 3600}}]",
    )
}

fn passed(name: &'static str, detail: impl Into<String>) -> Check {
    Check { name, ok: true, detail: detail.into(), how_to_mend: String::new() }
}

fn failed(name: &'static str, detail: impl Into<String>, how_to_mend: &str) -> Check {
    Check { name, ok: false, detail: detail.into(), how_to_mend: how_to_mend.to_owned() }
}

/// Whoever runs the doctor is the operator: he may read what the store said.
fn told(error: &StoreError) -> String {
    format!("{error} ({})", error.detail())
}

fn mend(error: &StoreError) -> String {
    match error.kind() {
        StoreErrorKind::Denied => {
            "check storage.access_key and storage.secret_key, their right to write to the bucket, and this machine's clock"
        }
        StoreErrorKind::NoBucket | StoreErrorKind::NotFound => "make the bucket, or correct storage.bucket",
        StoreErrorKind::Unavailable => {
            "check storage.endpoint and storage.public_url, and that the store answers there from this machine"
        }
        StoreErrorKind::DiskFull => "free space on the disk that holds the data folder",
        _ => "check the storage section of the configuration, storage.region and storage.path_style above all",
    }
    .to_owned()
}
