//! The one key pair of the built-in store, made at its first start and readable by its user only.

use crate::storage::{
    error::{StoreError, StoreErrorKind},
    keys::random_name,
};
use std::{
    fmt, fs,
    io::{ErrorKind, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

const FILE: &str = "storage-secret";

#[derive(Clone)]
pub(super) struct Secret {
    pub(super) access_key: String,
    pub(super) secret_key: String,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// Reads `storage-secret` in `folder`, or makes it.
    pub(super) fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => {
                // Copied folders may have lost it.
                fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
                Self::parse(&text)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Self::make(folder),
            Err(error) => Err(error.into()),
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        let mut lines = text.lines();
        match (lines.next(), lines.next()) {
            (Some(access_key), Some(secret_key)) if access_key.len() == 20 && secret_key.len() == 64 => {
                Ok(Self { access_key: access_key.to_owned(), secret_key: secret_key.to_owned() })
            }
            _ => Err(StoreError::new(StoreErrorKind::Misconfigured, "storage-secret is damaged: delete it")),
        }
    }

    /// Written whole under another name first: a crash leaves no half of a secret.
    fn make(folder: &Path) -> Result<Self, StoreError> {
        let access_key = format!("TL{}", &random_name()[..18]);
        let secret = Self { access_key, secret_key: random_name() + &random_name() };
        let unfinished = folder.join(format!("{FILE}.new"));
        let mut file = fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        writeln!(file, "{}\n{}", secret.access_key, secret.secret_key)?;
        file.sync_all()?;
        fs::rename(&unfinished, folder.join(FILE))?;
        fs::File::open(folder)?.sync_all()?;
        Ok(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_once_and_for_its_user_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Secret::open(folder.path()).expect("a secret");
        let path = folder.path().join(FILE);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("permissions");
        let second = Secret::open(folder.path()).expect("the same");
        assert_eq!((first.access_key, first.secret_key), (second.access_key, second.secret_key));
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        fs::write(&path, "short\n").expect("written");
        assert!(Secret::open(folder.path()).is_err());
    }
}
