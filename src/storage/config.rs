//! How a store is reached.

use super::error::{StoreError, StoreErrorKind};
use crate::domain::checksum::Checksum;
use std::fmt;

/// An S3 store of any maker.
#[derive(Clone)]
pub struct StoreConfig {
    /// Where the server reaches the store: scheme and host, without the bucket.
    pub endpoint: String,
    /// Where browsers reach it, if that is another place than the endpoint (or, for the built-in store, than the host
    /// by which the browser came).
    pub public_url: Option<String>,
    /// `auto` for Cloudflare R2.
    pub region: String,
    pub bucket: String,
    pub access_key: String,
    pub secret_key: String,
    /// `https://host/bucket/key` instead of `https://bucket.host/key`.
    pub path_style: bool,
    pub checksum: Checksum,
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreConfig")
            .field("endpoint", &self.endpoint)
            .field("public_url", &self.public_url)
            .field("region", &self.region)
            .field("bucket", &self.bucket)
            .field("path_style", &self.path_style)
            .field("checksum", &self.checksum)
            .finish_non_exhaustive()
    }
}

/// Scheme and host by which one browser came: `http://192.168.1.20:3000`. A presigned URL of the built-in store must
/// name a host that this browser reaches, and the host is part of the signature.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PublicBase(String);

impl PublicBase {
    /// Accepts `http://` or `https://`, a host, and a port if any; nothing after it but one slash.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let bad = || StoreError::new(StoreErrorKind::Misconfigured, format!("{text:?} is not scheme://host[:port]"));
        let uri: http::Uri = text.parse().map_err(|_| bad())?;
        let (Some(scheme @ ("http" | "https")), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(bad());
        };
        let bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && !authority.as_str().contains('@');
        if bare && !authority.host().is_empty() { Ok(Self(format!("{scheme}://{authority}"))) } else { Err(bad()) }
    }

    /// `http://host:port`, without a slash at its end: also the form of an `Origin` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl fmt::Display for PublicBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_scheme_and_host() {
        for (text, whole) in [
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("https://clips.example/", "https://clips.example"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(PublicBase::parse(text).map(|base| base.0).ok().as_deref(), Some(whole));
        }
        for bad in ["", "clips.example", "ftp://a", "http://", "http://a/b", "http://u@a", "http://a?b", "http://a b"] {
            assert!(PublicBase::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_secret_does_not_show() {
        let config = StoreConfig {
            endpoint: "http://a".into(),
            public_url: None,
            region: "auto".into(),
            bucket: "b".into(),
            access_key: "visible-key".into(),
            secret_key: "hidden-secret".into(),
            path_style: true,
            checksum: Checksum::Crc32,
        };
        let shown = format!("{config:?}");
        assert!(!shown.contains("hidden-secret") && !shown.contains("visible-key"));
    }
}
