//! Object keys. They are made here and nowhere else: the owner's folder, the row's folder, and a random last name, so
//! that no key can be guessed and none repeats a file name that came from outside.

use crate::domain::ids::{AccountId, MusicId, RenditionId, VideoId};
use std::{fmt, str::FromStr};

/// The most that S3 allows, in bytes.
pub const MAX_KEY_BYTES: usize = 1024;

/// The key of one object: 1 to 1,024 bytes, no empty, `.` or `..` folder, no control character.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey(String);

/// Why a text is not an object key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not an object key")]
pub struct InvalidKey;

impl ObjectKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ObjectKey {
    type Err = InvalidKey;

    /// Reads a key back from a row of ours.
    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let folders_are_named = text.split('/').all(|folder| !matches!(folder, "" | "." | ".."));
        if text.len() <= MAX_KEY_BYTES && folders_are_named && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidKey)
        }
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// 128 random bits from the system's generator, as 32 hexadecimal digits.
pub(super) fn random_name() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// A recording as its owner sent it.
pub fn video(owner: &AccountId, video: &VideoId) -> ObjectKey {
    ObjectKey(format!("o/{owner}/v/{video}/{}", random_name()))
}

/// The still that stands for a recording.
pub fn poster(owner: &AccountId, video: &VideoId) -> ObjectKey {
    ObjectKey(format!("o/{owner}/v/{video}/poster-{}", random_name()))
}

/// The sheet of small pictures along a recording's timeline.
pub fn sprites(owner: &AccountId, video: &VideoId) -> ObjectKey {
    ObjectKey(format!("o/{owner}/v/{video}/sprites-{}", random_name()))
}

/// When the pictures of a recording of variable rate are shown.
pub fn frames(owner: &AccountId, video: &VideoId) -> ObjectKey {
    ObjectKey(format!("o/{owner}/v/{video}/frames-{}", random_name()))
}

/// A copy of a recording that browsers play.
pub fn proxy(owner: &AccountId, video: &VideoId) -> ObjectKey {
    ObjectKey(format!("o/{owner}/v/{video}/proxy-{}", random_name()))
}

/// The loudness of a recording along its time.
pub fn waveform(owner: &AccountId, video: &VideoId) -> ObjectKey {
    ObjectKey(format!("o/{owner}/v/{video}/waveform-{}", random_name()))
}

/// The song of a reel.
pub fn music(owner: &AccountId, music: &MusicId) -> ObjectKey {
    ObjectKey(format!("o/{owner}/m/{music}/{}", random_name()))
}

/// A finished reel.
pub fn rendition(owner: &AccountId, rendition: &RenditionId) -> ObjectKey {
    ObjectKey(format!("o/{owner}/r/{rendition}/{}", random_name()))
}

/// The still that stands for a finished reel.
pub fn rendition_poster(owner: &AccountId, rendition: &RenditionId) -> ObjectKey {
    ObjectKey(format!("o/{owner}/r/{rendition}/poster-{}", random_name()))
}

/// A rendered piece of a reel; its content's hash is in its row.
pub fn segment(owner: &AccountId) -> ObjectKey {
    ObjectKey(format!("o/{owner}/s/{}", random_name()))
}

/// What the doctor writes and deletes again.
pub fn trial() -> ObjectKey {
    ObjectKey(format!("trial/{}", random_name()))
}

/// Whether a key is one of [`trial`]'s.
pub fn is_trial(key: &ObjectKey) -> bool {
    key.as_str()
        .strip_prefix("trial/")
        .is_some_and(|name| name.len() == 32 && name.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// The start of every key of an owner's objects.
pub const ROOT: &str = "o/";

/// Whether an object can be made again from others: a finished reel, a still, a waveform. A recording cannot.
pub fn is_derived(key: &ObjectKey) -> bool {
    let mut folders = key.as_str().split('/').skip(2);
    match (folders.next(), folders.next(), folders.next()) {
        (Some("r"), Some(_), Some(_)) | (Some("s"), Some(_), None) => true,
        (Some("v"), Some(_), Some(name)) => {
            ["poster-", "sprites-", "waveform-", "frames-", "proxy-"].iter().any(|start| name.starts_with(start))
        }
        _ => false,
    }
}

/// The start of every key of one owner, for the sweep of orphans.
pub fn owner_prefix(owner: &AccountId) -> String {
    format!("o/{owner}/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_each_time_and_parse_back() {
        let (owner, id) = (AccountId::generate(), VideoId::generate());
        let key = video(&owner, &id);
        assert_ne!(key, video(&owner, &id));
        assert!(key.as_str().starts_with(&owner_prefix(&owner)));
        assert_eq!(key.as_str().parse(), Ok(key.clone()));
    }

    #[test]
    fn recordings_are_not_derived() {
        let (owner, id) = (AccountId::generate(), VideoId::generate());
        assert!(!is_derived(&video(&owner, &id)) && !is_derived(&trial()));
        assert!(is_trial(&trial()) && !is_trial(&video(&owner, &id)));
        assert!(is_derived(&poster(&owner, &id)) && is_derived(&waveform(&owner, &id)));
        assert!(is_derived(&frames(&owner, &id)) && !is_derived(&music(&owner, &MusicId::generate())));
        assert!(is_derived(&rendition(&owner, &RenditionId::generate())) && is_derived(&segment(&owner)));
    }

    #[test]
    fn what_could_leave_its_folder_is_no_key() {
        for bad in ["", "/a", "a//b", "a/", "../a", "a/../b", "a/./b", "a\nb", &"k".repeat(1025)] {
            assert_eq!(bad.parse::<ObjectKey>(), Err(InvalidKey), "{bad}");
        }
        assert!("k".repeat(1024).parse::<ObjectKey>().is_ok());
        assert!("Spiel am Müllerberg ü+%20 (1)..mp4".parse::<ObjectKey>().is_ok());
    }
}
