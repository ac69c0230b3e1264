//! What a file is, by its first bytes. ffmpeg itself would guess, and it guesses playlists: a text file named `game.mp4`
//! that lists other files or addresses would be followed.

use super::error::{MediaError, MediaErrorKind as Kind};
use crate::domain::video::Container;
use std::path::Path;
use tokio::{fs::File, io::AsyncReadExt};

/// How much of a file has to be seen.
pub const SNIFFED: usize = 1_024;

/// Boxes that an MP4 or MOV starts with.
const FIRST_BOXES: [&[u8]; 7] = [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"];

/// The container of a file that starts with `head`.
pub fn sniff(head: &[u8]) -> Option<Container> {
    if head.get(4..8).is_some_and(|name| FIRST_BOXES.contains(&name)) {
        Some(Container::Mp4)
    } else if head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) {
        Some(Container::Matroska)
    } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"AVI ") {
        Some(Container::Avi)
    } else if [(0, 188), (4, 192)].into_iter().any(|(start, packet)| has_sync_bytes(head, start, packet)) {
        Some(Container::MpegTs)
    } else {
        None
    }
}

/// Five packets of a transport stream in a row; 192 bytes each on cameras' cards.
fn has_sync_bytes(head: &[u8], start: usize, packet: usize) -> bool {
    (0..5).all(|n| head.get(start + n * packet) == Some(&0x47))
}

/// The first bytes of the file at `path`.
pub async fn head(path: &Path) -> Result<Vec<u8>, MediaError> {
    let mut head = Vec::with_capacity(SNIFFED);
    let file = File::open(path).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Kind::SourceMissing.into(),
        _ => MediaError::from(error),
    })?;
    file.take(SNIFFED as u64).read_to_end(&mut head).await?;
    Ok(head)
}

/// The container of the file at `path`.
pub async fn sniff_file(path: &Path) -> Result<Container, MediaError> {
    let head = head(path).await?;
    if head.is_empty() {
        return Err(Kind::TruncatedVideo.into());
    }
    sniff(&head).ok_or_else(|| Kind::UnsupportedVideo.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_recordings_are_known() {
        assert_eq!(sniff(b"\0\0\0\x20ftypisom"), Some(Container::Mp4));
        assert_eq!(sniff(b"\0\0\0\x08wide\0\0\0\0mdat"), Some(Container::Mp4));
        assert_eq!(sniff(&[0x1A, 0x45, 0xDF, 0xA3, 0x9F]), Some(Container::Matroska));
        assert_eq!(sniff(b"RIFF\x10\0\0\0AVI LIST"), Some(Container::Avi));
        let mut stream = vec![0; 1_024];
        (0..5).for_each(|n| stream[4 + n * 192] = 0x47);
        assert_eq!(sniff(&stream), Some(Container::MpegTs));
        for other in [
            &b""[..],
            b"#EXTM3U\n#EXT-X",
            b"GGGGGGGG",
            b"RIFF\x10\0\0\0WAVEfmt ",
            b"ffconcat version 1.0",
            b"\x89PNG\r\n\x1a\n",
        ] {
            assert_eq!(sniff(other), None, "{other:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(head in proptest::collection::vec(proptest::num::u8::ANY, 0..64)) {
            let _ = sniff(&head);
        }
    }
}
