//! What proves that a part arrived as it was sent: a setting of the store, summed up by the browser, enforced by the store.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};

/// Stores know CRC32 and MD5; the SHA checksums are refused by some for parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Checksum {
    #[default]
    Crc32,
    Md5,
    None,
}

impl Checksum {
    /// As the setting `storage.checksum` names it.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "crc32" => Some(Self::Crc32),
            "md5" => Some(Self::Md5),
            "none" => Some(Self::None),
            _ => None,
        }
    }

    /// The header by which a sender states it.
    pub const fn header(self) -> Option<&'static str> {
        match self {
            Self::Crc32 => Some("x-amz-checksum-crc32"),
            Self::Md5 => Some("content-md5"),
            Self::None => None,
        }
    }

    /// Whether a text is such a checksum, in Base64.
    pub fn accepts(self, text: &str) -> bool {
        let length = match self {
            Self::Crc32 => 4,
            Self::Md5 => 16,
            Self::None => return false,
        };
        text.len() <= 64 && BASE64_STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == length)
    }

    pub fn sum(self) -> Sum {
        match self {
            Self::Crc32 => Sum::Crc32(crc32fast::Hasher::new()),
            Self::Md5 => Sum::Md5(Md5::new()),
            Self::None => Sum::None,
        }
    }

    /// Of bytes that lie in memory.
    pub fn of(self, bytes: &[u8]) -> Option<String> {
        let mut sum = self.sum();
        sum.add(bytes);
        sum.finish()
    }
}

/// A checksum that grows with the bytes.
pub enum Sum {
    Crc32(crc32fast::Hasher),
    Md5(Md5),
    None,
}

impl Sum {
    pub fn add(&mut self, bytes: &[u8]) {
        match self {
            Self::Crc32(hasher) => hasher.update(bytes),
            Self::Md5(hasher) => hasher.update(bytes),
            Self::None => {}
        }
    }

    /// Base64, as the header carries it.
    pub fn finish(self) -> Option<String> {
        match self {
            Self::Crc32(hasher) => Some(BASE64_STANDARD.encode(hasher.finalize().to_be_bytes())),
            Self::Md5(hasher) => Some(BASE64_STANDARD.encode(hasher.finalize())),
            Self::None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_as_s3_writes_them() {
        // From `printf 123456789 | gzip -c | tail -c8 | head -c4` (backwards) and `openssl md5 -binary | base64`.
        assert_eq!(Checksum::Crc32.of(b"123456789").as_deref(), Some("y/Q5Jg=="));
        assert_eq!(Checksum::Md5.of(b"123456789").as_deref(), Some("JfnnlDI7RTiF9RgfG2JNCw=="));
        assert_eq!(Checksum::None.of(b"123456789"), None);
        let mut sum = Checksum::Crc32.sum();
        for piece in [&b"1234"[..], b"", b"56789"] {
            sum.add(piece);
        }
        assert_eq!(sum.finish().as_deref(), Some("y/Q5Jg=="));
    }

    #[test]
    fn only_sums_of_its_kind_are_accepted() {
        assert!(Checksum::Crc32.accepts("y/Q5Jg==") && !Checksum::Md5.accepts("y/Q5Jg=="));
        for bad in ["", "y/Q5Jg", "y/Q5Jg==\r\nx: y", "cbf43926"] {
            assert!(!Checksum::Crc32.accepts(bad), "{bad:?}");
        }
        assert!(!Checksum::None.accepts("y/Q5Jg=="));
    }
}
