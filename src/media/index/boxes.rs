//! Boxes of the ISO base media format (ISO/IEC 14496-12), read from memory. Every length is checked: the bytes are foreign.

use super::IndexError;

/// A box: its four letters and what is in it.
pub type Named<'a> = ([u8; 4], &'a [u8]);

/// The header of a box: its letters, its own length in bytes, and the length of all of it; `None`: to the end of what holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub name: [u8; 4],
    /// Of itself.
    pub head: u64,
    pub whole: Option<u64>,
}

impl Header {
    /// The longest.
    pub const BYTES: u64 = 16;

    /// From the first bytes of a box.
    pub fn read(bytes: &[u8]) -> Result<Self, IndexError> {
        let name = bytes.get(4..8).and_then(|name| name.try_into().ok()).ok_or(IndexError::Malformed)?;
        let (head, whole) = match number(bytes, 0)? {
            0 => (8, None),
            1 => (16, Some(long(bytes, 8)?)),
            length => (8, Some(u64::from(length))),
        };
        if whole.is_some_and(|whole| whole < head) {
            return Err(IndexError::Malformed);
        }
        Ok(Self { name, head, whole })
    }
}

/// The boxes side by side in `bytes`, until one of them is broken.
pub fn children(bytes: &[u8]) -> impl Iterator<Item = Result<Named<'_>, IndexError>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        // QuickTime ends lists with four zeros.
        if rest.len() < 8 {
            return None;
        }
        let split = Header::read(rest).and_then(|header| {
            let length = header.whole.unwrap_or(rest.len() as u64);
            let length = usize::try_from(length).map_err(|_| IndexError::Malformed)?;
            let (whole, after) = rest.split_at_checked(length).ok_or(IndexError::Malformed)?;
            let start = usize::try_from(header.head).unwrap_or(usize::MAX);
            rest = after;
            Ok((header.name, whole.get(start..).ok_or(IndexError::Malformed)?))
        });
        if split.is_err() {
            rest = &[];
        }
        Some(split)
    })
}

/// The first child of this name.
pub fn child(bytes: &[u8], name: [u8; 4]) -> Result<Option<&[u8]>, IndexError> {
    for found in children(bytes) {
        let (found, inside) = found?;
        if found == name {
            return Ok(Some(inside));
        }
    }
    Ok(None)
}

/// The child at the end of a path, which must be there.
pub fn inside<'a>(bytes: &'a [u8], path: &[&[u8; 4]]) -> Result<&'a [u8], IndexError> {
    path.iter().try_fold(bytes, |bytes, name| child(bytes, **name)?.ok_or(IndexError::Malformed))
}

pub fn number(bytes: &[u8], at: usize) -> Result<u32, IndexError> {
    let four = bytes.get(at..).and_then(|rest| rest.first_chunk()).ok_or(IndexError::Malformed)?;
    Ok(u32::from_be_bytes(*four))
}

pub fn long(bytes: &[u8], at: usize) -> Result<u64, IndexError> {
    let eight = bytes.get(at..).and_then(|rest| rest.first_chunk()).ok_or(IndexError::Malformed)?;
    Ok(u64::from_be_bytes(*eight))
}

/// The entries of a table: a version, flags, and at `head` their count, each of `width` bytes. The count is only believed as far
/// as there are bytes.
pub fn table(bytes: &[u8], head: usize, width: usize) -> Result<impl Iterator<Item = &[u8]>, IndexError> {
    let count = usize::try_from(number(bytes, head)?).map_err(|_| IndexError::Malformed)?;
    let entries = bytes.get(head + 4..).ok_or(IndexError::Malformed)?;
    let length = count.checked_mul(width).filter(|length| *length <= entries.len()).ok_or(IndexError::Malformed)?;
    Ok(entries[..length].chunks_exact(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_say_how_long_they_are() {
        let read = |bytes: &[u8]| Header::read(bytes);
        let header = |head, whole| Ok(Header { name: *b"mdat", head, whole });
        assert_eq!(read(b"\0\0\0\x10mdat"), header(8, Some(16)));
        assert_eq!(read(b"\0\0\0\0mdat"), header(8, None));
        assert_eq!(read(b"\0\0\0\x01mdat\0\0\0\x01\0\0\0\0"), header(16, Some(1 << 32)));
        for broken in [&b"\0\0\0\x07mdat"[..], b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x0f", b"\0\0\0\x01mdat\0\0", b"\0\0\0"] {
            assert_eq!(read(broken), Err(IndexError::Malformed), "{broken:?}");
        }
    }

    #[test]
    fn counts_are_believed_as_far_as_there_are_bytes() {
        let bytes = [0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 3, 4];
        assert_eq!(table(&bytes, 4, 2).expect("two").collect::<Vec<_>>(), [[1, 2], [3, 4]]);
        assert!(table(&bytes, 4, 4).is_err());
        assert!(table(&[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], 4, 12).is_err());
    }
}
