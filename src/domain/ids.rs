//! Identifiers: UUID text, one type for each kind of row, so that a clip's id never stands where a game's belongs.

use serde::{Deserialize, Deserializer, Serialize};
use std::{fmt, str::FromStr};

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not an identifier")]
pub struct InvalidId;

/// Whether `text` is a lower-case hyphenated UUID, the only form that we write.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

/// 48 bits of time, the version, 12 bits, the variant, 62 bits.
fn version_7(now: u64, random: u128) -> String {
    let bits = (u128::from(now) & 0xffff_ffff_ffff) << 80
        | 0x7 << 76
        | (random >> 62 & 0xfff) << 64
        | 0b10 << 62
        | (random & 0x3fff_ffff_ffff_ffff);
    let hex = format!("{bits:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// A new identifier, ordered by its time of making.
            #[cfg(feature = "ssr")]
            pub fn generate() -> Self {
                Self(uuid::Uuid::now_v7().to_string())
            }

            /// The same where there is no system clock: of milliseconds since 1970 and 74 random bits (RFC 9562, version 7).
            #[must_use]
            pub fn of_parts(now: u64, random: u128) -> Self {
                Self(version_7(now, random))
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                if is_uuid(text) { Ok(Self(text.to_owned())) } else { Err(InvalidId) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids!(
    AccountId,
    SessionId,
    GameId,
    VideoId,
    UploadId,
    ClipId,
    ReelId,
    ReelClipId,
    MusicId,
    ExportId,
    JobId,
    RenditionId,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_become_a_uuid_of_version_7() {
        let id = ClipId::of_parts(0x0192_f0c1_2345, u128::MAX);
        assert_eq!(id.as_str(), "0192f0c1-2345-7fff-bfff-ffffffffffff");
        assert_eq!(id.as_str().parse::<ClipId>(), Ok(id));
        assert_eq!(ClipId::of_parts(1, 0).as_str(), "00000000-0001-7000-8000-000000000000");
    }

    #[test]
    fn only_lower_case_uuids_are_identifiers() {
        assert!("0192f0c1-2345-7abc-8def-0123456789ab".parse::<GameId>().is_ok());
        for bad in [
            "",
            "1",
            "0192F0C1-2345-7ABC-8DEF-0123456789AB",
            "../../../../etc/passwd-with-36-chars-x",
            "0192f0c1_2345_7abc_8def_0123456789ab",
        ] {
            assert_eq!(bad.parse::<GameId>(), Err(InvalidId), "{bad}");
        }
    }

    #[test]
    fn travels_as_plain_text() {
        let text = "\"0192f0c1-2345-7abc-8def-0123456789ab\"";
        let id: ClipId = serde_json::from_str(text).expect("an id");
        assert_eq!(serde_json::to_string(&id).expect("text"), text);
        assert!(serde_json::from_str::<ClipId>("\"x\"").is_err());
    }
}
