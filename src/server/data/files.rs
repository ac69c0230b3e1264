//! Files with their checksums: copied whole, or not at all.

use super::DataError;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
};

/// A file as it was backed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    pub name: String,
    pub bytes: u64,
    /// Hexadecimal.
    pub sha256: String,
    /// Whether it takes the parts of an upload that is not finished.
    #[serde(default)]
    pub open: bool,
}

/// What a backup holds. It is written last and at once: a backup without it is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of this format.
    pub version: u32,
    /// Milliseconds since 1970.
    pub made_at: i64,
    pub database: Stored,
    pub files: Vec<Stored>,
}

pub const MANIFEST: &str = "backup.json";
pub const VERSION: u32 = 1;
/// Below the backup, the store's files.
pub const FILES: &str = "files";

impl Manifest {
    pub fn read(folder: &Path) -> Result<Self, DataError> {
        let none = |why: String| DataError::NoBackup(folder.display().to_string(), why);
        let text = fs::read(folder.join(MANIFEST)).map_err(|error| none(format!("{MANIFEST}: {error}")))?;
        let manifest: Self = serde_json::from_slice(&text).map_err(|error| none(format!("{MANIFEST}: {error}")))?;
        if manifest.version != VERSION {
            return Err(none(format!("its format is {}, this program reads {VERSION}", manifest.version)));
        }
        // Names become paths.
        let plain = |file: &Stored| file.name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
        let odd = [&manifest.database]
            .into_iter()
            .chain(&manifest.files)
            .find(|file| !plain(file) || file.name.starts_with('.'));
        if let Some(odd) = odd {
            return Err(none(format!("{:?} is no name of ours", odd.name)));
        }
        Ok(manifest)
    }

    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let (path, part) = (folder.join(MANIFEST), folder.join("backup.json.part"));
        let mut file = File::create(&part)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(part, path)?;
        File::open(folder)?.sync_all()
    }
}

/// Copies `from` to `to`, which appears only when it is complete and on the disk; answers bytes and SHA-256.
pub fn copy(mut from: impl Read, to: &Path) -> io::Result<(u64, String)> {
    let part = to.with_added_extension("part");
    let mut file = File::create(&part)?;
    let mut hash = Sha256::new();
    let (mut block, mut bytes) = (vec![0; 1 << 20], 0);
    loop {
        let read = match from.read(&mut block) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&block[..read]);
        file.write_all(&block[..read])?;
        bytes += read as u64;
    }
    file.sync_all()?;
    fs::rename(&part, to)?;
    Ok((bytes, hex::encode(hash.finalize())))
}

/// Bytes and SHA-256 of a file.
pub fn sum(path: &Path) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let bytes = io::copy(&mut File::open(path)?, &mut hash)?;
    Ok((bytes, hex::encode(hash.finalize())))
}
