//! Reading a file for what proves it: in slices, so that memory stays small and the page free.

use crate::{
    browser::files::LocalFile,
    domain::{checksum::Checksum, parts},
};

const MIB: i64 = 1024 * 1024;
/// As much of the file as lies in memory at once.
const SLICE: i64 = 4 * MIB;

/// The checksum of a stretch; nothing when the file cannot be read any more.
pub async fn of_stretch(file: &LocalFile, kind: Checksum, offset: i64, length: i64) -> Option<String> {
    let (mut sum, mut at) = (kind.sum(), offset);
    while at < offset + length {
        let slice = SLICE.min(offset + length - at);
        let bytes = file.read(at, slice).await.filter(|bytes| i64::try_from(bytes.len()) == Ok(slice))?;
        sum.add(&bytes);
        at += slice;
    }
    sum.finish()
}

/// What tells this file from another, whatever it is called.
pub async fn fingerprint(file: &LocalFile) -> Option<String> {
    let size = file.size();
    let mut sum = crc32fast::Hasher::new();
    for (offset, length) in parts::samples(size) {
        sum.update(&file.read(offset, length).await?);
    }
    Some(format!("{size}-{:08x}", sum.finalize()))
}
