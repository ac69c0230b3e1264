//! What is said between a server and the program that renders a piece elsewhere, and how it is signed.

use crate::domain::{ids::JobId, plan::ChunkSpec};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

/// Seconds that a message may be old, or early by a clock that goes before ours.
pub const WINDOW_SECONDS: i64 = 300;
/// When it was signed, in seconds since 1970, and `v1=` with the signature.
pub const TIMESTAMP: &str = "x-timestamp";
pub const SIGNATURE: &str = "x-signature";

/// One piece to render. Whoever has it can read one recording and write one object, for a while, and nothing else.
#[derive(Clone, Serialize, Deserialize)]
pub struct Order {
    pub job: JobId,
    pub call: String,
    /// `media::encode::fingerprint`: who cannot encode like the others refuses.
    pub requires: String,
    pub threads: usize,
    pub spec: ChunkSpec,
    /// A presigned GET of the recording, and its length in bytes.
    pub source: String,
    pub source_bytes: u64,
    /// A presigned PUT of the piece, and the headers that belong to it.
    pub target: String,
    pub target_headers: Vec<(String, String)>,
    /// Where [`Word`]s go.
    pub callback: String,
    /// Signs them; hexadecimal.
    pub secret: String,
}

impl fmt::Debug for Order {
    /// Without addresses and secret: they are keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order").field("job", &self.job).field("call", &self.call).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Waiting,
    Fetch,
    Render,
    Publish,
    Done,
    Failed,
}

impl Stage {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Fetch => "fetch",
            Self::Render => "render",
            Self::Publish => "publish",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// As the stages of a piece that is rendered here are called.
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Waiting | Self::Fetch => "fetch",
            Self::Render | Self::Publish | Self::Done | Self::Failed => "render",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Waiting, Self::Fetch, Self::Render, Self::Publish, Self::Done, Self::Failed]
            .into_iter()
            .find(|stage| stage.code() == code)
    }
}

/// How far a call is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    pub call: String,
    /// Rises with every message of a call.
    pub seq: i64,
    pub stage: Stage,
    /// Frames.
    pub done: i64,
    pub total: i64,
    /// Of the piece, once it is at the store.
    #[serde(default)]
    pub bytes: i64,
    /// Why it failed.
    #[serde(default)]
    pub error_code: Option<String>,
}

/// What the server answers to a [`Word`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Nobody wants the piece any more.
    pub cancel: bool,
}

fn mac(secret: &str, timestamp: i64, job: &JobId, call: &str, seq: i64, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&hex::decode(secret).ok()?).ok()?;
    mac.update(format!("{timestamp}.{job}.{call}.{seq}.").as_bytes());
    mac.update(body);
    Some(mac)
}

/// `v1=` and the signature of a body that was sent at `timestamp`.
pub fn sign(secret: &str, timestamp: i64, job: &JobId, word: &Word, body: &[u8]) -> Option<String> {
    let mac = mac(secret, timestamp, job, &word.call, word.seq, body)?;
    Some(format!("v1={}", hex::encode(mac.finalize().into_bytes())))
}

/// Whether the signature is of these bytes and not too old. Takes the same time for every wrong one.
pub fn is_signed(
    secret: &str,
    (timestamp, now): (i64, i64),
    job: &JobId,
    word: &Word,
    body: &[u8],
    signature: &str,
) -> bool {
    let given = signature.strip_prefix("v1=").and_then(|hex| hex::decode(hex).ok());
    let (Some(given), Some(mac)) = (given, mac(secret, timestamp, job, &word.call, word.seq, body)) else {
        return false;
    };
    now.abs_diff(timestamp) <= WINDOW_SECONDS.unsigned_abs() && mac.verify_slice(&given).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_passes() {
        let (secret, job) = ("00ff10", JobId::generate());
        let word = Word {
            call: "c".to_owned(),
            seq: 4,
            stage: Stage::Render,
            done: 10,
            total: 50,
            bytes: 0,
            error_code: None,
        };
        let body = serde_json::to_vec(&word).expect("plain");
        let signature = sign(secret, 1_000, &job, &word, &body).expect("a secret");
        let passes = |secret: &str, times, job: &JobId, word: &Word, body: &[u8], signature: &str| {
            is_signed(secret, times, job, word, body, signature)
        };
        assert!(passes(secret, (1_000, 1_000), &job, &word, &body, &signature));
        assert!(passes(secret, (1_000, 1_300), &job, &word, &body, &signature));
        assert!(!passes(secret, (1_000, 1_301), &job, &word, &body, &signature), "too old");
        assert!(!passes(secret, (1_000, 699), &job, &word, &body, &signature), "from the future");
        assert!(!passes(secret, (1_001, 1_001), &job, &word, &body, &signature), "another time");
        assert!(!passes("00ff11", (1_000, 1_000), &job, &word, &body, &signature), "another secret");
        assert!(!passes(secret, (1_000, 1_000), &JobId::generate(), &word, &body, &signature), "another job");
        assert!(
            !passes(secret, (1_000, 1_000), &job, &Word { seq: 5, ..word.clone() }, &body, &signature),
            "another seq"
        );
        assert!(!passes(secret, (1_000, 1_000), &job, &word, b"{}", &signature), "another body");
        assert!(!passes(secret, (1_000, 1_000), &job, &word, &body, &signature[3..]), "no version");
        assert!(!passes(secret, (1_000, 1_000), &job, &word, &body, "v1="), "nothing");
    }

    /// By an independent script (`openssl dgst -sha256 -mac HMAC -macopt hexkey:00ff10`).
    #[test]
    fn the_signature_is_plain_hmac() {
        let job: JobId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().expect("an id");
        let word =
            Word { call: "c".to_owned(), seq: 4, stage: Stage::Done, done: 0, total: 0, bytes: 0, error_code: None };
        assert_eq!(
            sign("00ff10", 1_000, &job, &word, b"{}").as_deref(),
            Some("v1=acf290c5d506e74f36a0ee5118c01d160608d3d622bccab73b1f201b498e76da")
        );
    }
}
