//! The store's files: opaque names, sharded folders. A file is written in `incoming/` and moves to `objects/ab/cd/` once
//! a row of the database says that it is an object. So whatever lies in `incoming/` without a row is litter, and
//! `objects/` never needs to be searched for it.

use crate::storage::keys::random_name;
use std::{
    collections::HashSet,
    fs::{self, File, TryLockError},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a start waits for the process before it to let go of the folder.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);

/// A handle that is cheap to clone; the folder is ours alone until the last one goes.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    objects: PathBuf,
    incoming: PathBuf,
    _lock: Arc<File>,
}

impl Folder {
    /// Blocks, at most for ten seconds.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        let (objects, incoming) = (root.join("objects"), root.join("incoming"));
        fs::create_dir_all(&objects)?;
        fs::create_dir_all(&incoming)?;
        sync_folder(root)?;
        let lock = File::create(root.join("lock"))?;
        let since = Instant::now();
        while let Err(error) = lock.try_lock() {
            match error {
                TryLockError::WouldBlock if since.elapsed() < LOCK_PATIENCE => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                TryLockError::WouldBlock => return Err(io::Error::other("another process uses the store's folder")),
                TryLockError::Error(error) => return Err(error),
            }
        }
        Ok(Self { objects, incoming, _lock: Arc::new(lock) })
    }

    /// A new file whose entry in its folder is on disk. It is removed again unless it is kept.
    pub(super) fn create(&self) -> io::Result<(File, NewFile)> {
        let name = random_name();
        let path = self.incoming.join(&name);
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        let new = NewFile { name, path, kept: false };
        sync_folder(&self.incoming)?;
        Ok((file, new))
    }

    pub(super) fn incoming_path(&self, name: &str) -> PathBuf {
        self.incoming.join(name)
    }

    fn object_path(&self, name: &str) -> PathBuf {
        sharded(&self.objects, name)
    }

    /// Opens an object's file for reading, wherever it lies.
    pub(super) fn open_object(&self, name: &str) -> io::Result<File> {
        open_in(&self.object_path(name), &self.incoming_path(name))
    }

    /// Moves a file that a committed row names to its lasting place, and answers that place. Doing it again is no harm.
    pub(super) fn settle(&self, name: &str) -> io::Result<PathBuf> {
        let (from, to) = (self.incoming_path(name), self.object_path(name));
        let shard = to.parent().unwrap_or(&self.objects);
        if !shard.is_dir() {
            fs::create_dir_all(shard)?;
            sync_folder(shard.parent().unwrap_or(&self.objects))?;
            sync_folder(&self.objects)?;
        }
        match fs::rename(&from, &to) {
            Ok(()) => sync_folder(shard)?,
            Err(error) if error.kind() == ErrorKind::NotFound && to.is_file() => {}
            Err(error) => return Err(error),
        }
        Ok(to)
    }

    /// Removes a file that no row needs any more; one that is gone is removed already.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        for path in [self.incoming_path(name), self.object_path(name)] {
            match fs::remove_file(path) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                done_or_failed => return done_or_failed,
            }
        }
        Ok(())
    }

    /// After a crash: files of finished objects settle, files of open uploads stay, the rest of `incoming/` goes.
    /// Answers how many went.
    pub(super) fn sweep(&self, objects: &HashSet<String>, open: &HashSet<String>) -> io::Result<usize> {
        let mut removed = 0;
        for name in self.incoming_names()? {
            if objects.contains(&name) {
                self.settle(&name)?;
            } else if !open.contains(&name) {
                fs::remove_file(self.incoming.join(&name))?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// The names of all files in `incoming/`.
    pub(super) fn incoming_names(&self) -> io::Result<Vec<String>> {
        fs::read_dir(&self.incoming)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }
}

fn sharded(objects: &Path, name: &str) -> PathBuf {
    // Names are 32 hexadecimal digits of our own; anything else has no place of its own.
    let shard = |from: usize| name.get(from..from + 2).unwrap_or("00");
    objects.join(shard(0)).join(shard(2)).join(name)
}

fn open_in(settled: &Path, incoming: &Path) -> io::Result<File> {
    for path in [settled, incoming, settled] {
        match File::open(path) {
            // It may be on its way from one place to the other right now: hence the third look.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            found_or_failed => return found_or_failed,
        }
    }
    Err(ErrorKind::NotFound.into())
}

/// Where a store in `root` keeps the file `name`: an object's, or one that an upload still writes (`open`).
pub fn local_file_path(root: &Path, name: &str, open: bool) -> PathBuf {
    if open { root.join("incoming").join(name) } else { sharded(&root.join("objects"), name) }
}

/// Opens a file of the store in `root`, beside the server that has it open.
pub fn open_local_file(root: &Path, name: &str) -> io::Result<File> {
    open_in(&local_file_path(root, name, false), &local_file_path(root, name, true))
}

/// A file that is not yet any row's.
#[derive(Debug)]
pub(super) struct NewFile {
    name: String,
    path: PathBuf,
    kept: bool,
}

impl NewFile {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// To be called just before the row that names the file is committed: if the commit's outcome stays unknown, the
    /// next start decides by the row.
    pub(super) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(%error, "an unfinished file stays until the next start");
        }
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
