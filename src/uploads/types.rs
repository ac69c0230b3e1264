//! What travels about uploads.

use crate::domain::ids::{GameId, UploadId, VideoId};
use serde::{Deserialize, Serialize};

pub const MAX_FILE_NAME: usize = 255;
/// 4.995 TiB, what every store takes.
pub const MAX_BYTES: i64 = 5_492_161_232_896;
/// How many parts one call signs.
pub const MAX_SIGNED: usize = 32;

/// A file to be added to a game.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct NewUpload {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub game: GameId,
    /// The file's name, for people only; the object's key is the server's.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// The media type that the browser gives; may be empty.
    #[serde(rename = "type", default)]
    pub media_type: String,
    /// What tells the file from another (size and checksums of some stretches), up to 128 characters.
    pub fingerprint: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum UploadState {
    Open,
    Complete,
    Aborted,
}

/// An upload as the store has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Upload {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub id: UploadId,
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub video: VideoId,
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub game: GameId,
    pub name: String,
    pub bytes: i64,
    /// Every part but the last has this size.
    pub part_size: i64,
    /// Numbers of the parts that the store has in full, rising, from 1.
    pub received: Vec<i32>,
    pub state: UploadState,
}

/// Which parts to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct PartsToSign {
    #[cfg_attr(feature = "ssr", schema(value_type = String))]
    pub upload: UploadId,
    /// From 1, at most 32 of them.
    pub parts: Vec<i32>,
}

/// Where one part goes. Its exact length is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct SignedPart {
    pub number: i32,
    /// First byte in the file, and how many.
    pub offset: i64,
    pub length: i64,
    pub url: String,
}

/// How parts are cut: pure arithmetic, the same on both sides.
pub mod parts {
    const MIB: i64 = 1024 * 1024;

    /// The size of every part but the last: at most 9,000 parts, between 16 and 512 MiB.
    pub fn size_for(bytes: i64) -> i64 {
        (bytes.div_euclid(9000) + MIB).div_euclid(MIB).saturating_mul(MIB).clamp(16 * MIB, 512 * MIB)
    }

    /// How many parts a file has; an empty one has none.
    pub fn count(bytes: i64, part_size: i64) -> i64 {
        (bytes + part_size - 1).div_euclid(part_size)
    }

    /// Offset and length of part `number` (from 1), when there is such a part.
    pub fn range(bytes: i64, part_size: i64, number: i32) -> Option<(i64, i64)> {
        let number = i64::from(number);
        if number < 1 || number > count(bytes, part_size) {
            return None;
        }
        let offset = (number - 1) * part_size;
        Some((offset, part_size.min(bytes - offset)))
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use proptest::prelude::*;

        proptest! {
            #[test]
            fn parts_cover_the_file_once(bytes in 1_i64..=super::super::MAX_BYTES / 2) {
                let size = size_for(bytes);
                let count = count(bytes, size);
                prop_assert!(count <= 10_000);
                let (mut at, mut number) = (0, 1);
                while let Some((offset, length)) = range(bytes, size, number) {
                    prop_assert_eq!(offset, at);
                    prop_assert!(length > 0 && length <= size);
                    at += length;
                    number += 1;
                }
                prop_assert_eq!(at, bytes);
                prop_assert_eq!(i64::from(number) - 1, count);
            }
        }

        #[test]
        fn small_files_are_one_part() {
            assert_eq!((size_for(1), count(1, size_for(1))), (16 * MIB, 1));
            assert_eq!(range(10, 16, 0), None);
            assert_eq!(range(10, 16, 2), None);
            assert_eq!(range(10, 16, i32::MIN), None);
        }
    }
}
