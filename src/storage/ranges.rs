//! Parts of a large object as a local file: the bytes that are needed at their true places, holes between them. Programs open
//! it like the whole; whoever opens it sees to it that they touch nothing else.

use super::{
    cache::{Cache, LocalFile, Turn, on_disk},
    client::{ObjectStore, unless_cancelled},
    error::{StoreError, StoreErrorKind},
    keys::ObjectKey,
    registry::Claim,
};
use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use rangemap::RangeSet;
use std::{fs::File, ops::Range, os::unix::fs::FileExt, path::PathBuf, sync::Arc};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

/// One request.
const PIECE: u64 = 8 << 20;
const AT_ONCE: usize = 4;
/// What is read to be looked at is fetched with what follows: that is looked at next.
const AHEAD: u64 = 64 << 10;

/// Where the bytes come from.
#[async_trait]
pub trait Fetch: Send + Sync {
    /// Exactly these.
    async fn get(&self, range: Range<u64>) -> Result<Bytes, StoreError>;
}

struct OfStore(ObjectStore, ObjectKey);

#[async_trait]
impl Fetch for OfStore {
    async fn get(&self, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.0.get_range(&self.1, range).await
    }
}

/// What is on the disk of an object; it outlives those who use it.
pub type Have = Arc<Mutex<RangeSet<u64>>>;

/// An object that is opened to be read in parts.
pub enum Opened {
    /// It is here anyway.
    Whole(LocalFile),
    Parts(RangeFile),
}

/// A file with holes; nobody else fills it meanwhile.
pub struct RangeFile {
    fetch: Box<dyn Fetch>,
    path: PathBuf,
    length: u64,
    have: OwnedMutexGuard<RangeSet<u64>>,
    cancel: CancellationToken,
    fetched: u64,
    cached: Option<(ObjectStore, Claim<Turn>)>,
}

impl ObjectStore {
    /// The object, to be read in parts; whole where that costs nothing.
    pub async fn open_parts(&self, key: &ObjectKey, cancel: &CancellationToken) -> Result<Opened, StoreError> {
        let Some(cache) = &self.inner.cache else { return self.materialise(key, cancel).await.map(Opened::Whole) };
        let object = self.head(key).await?.ok_or_else(|| StoreError::new(StoreErrorKind::NotFound, key))?;
        if cache.has_whole(key, object.bytes).await {
            return self.materialise(key, cancel).await.map(Opened::Whole);
        }
        let (path, have, in_use) = cache.claim_parts(key);
        let cached = Some((self.clone(), in_use));
        let fetch = Box::new(OfStore(self.clone(), key.clone()));
        let mut file = RangeFile::open(fetch, path, object.bytes, have, cancel).await?;
        file.cached = cached;
        Ok(Opened::Parts(file))
    }
}

impl RangeFile {
    /// The file at `path`, of which `have` is there.
    pub async fn open(
        fetch: Box<dyn Fetch>,
        path: PathBuf,
        length: u64,
        have: Have,
        cancel: &CancellationToken,
    ) -> Result<Self, StoreError> {
        let mut have = unless_cancelled(cancel, async { Ok(have.lock_owned().await) }).await?;
        // Cleared away meanwhile, or never there.
        if tokio::fs::metadata(&path).await.map(|file| file.len()).ok() != Some(length) {
            have.clear();
            let made = path.clone();
            on_disk(move || File::create(made)?.set_len(length)).await?;
        }
        Ok(Self { fetch, path, length, have, cancel: cancel.clone(), fetched: 0, cached: None })
    }

    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Bytes that came over the network through this handle.
    pub const fn fetched(&self) -> u64 {
        self.fetched
    }

    /// These bytes, fetched if they were not.
    pub async fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, StoreError> {
        if range.end > self.length || range.end - range.start > PIECE * 8 {
            return Err(StoreError::new(StoreErrorKind::BadRange, format!("{range:?}")));
        }
        if self.have.gaps(&range).next().is_some() {
            let ahead = range.start..range.end.max((range.start + AHEAD).min(self.length));
            self.fetch(&[ahead]).await?;
        }
        let path = self.path.clone();
        on_disk(move || {
            let mut bytes = vec![0; usize::try_from(range.end - range.start).unwrap_or_default()];
            File::open(path)?.read_exact_at(&mut bytes, range.start)?;
            Ok(bytes)
        })
        .await
    }

    /// Fills in what is missing of `ranges`.
    pub async fn fetch(&mut self, ranges: &[Range<u64>]) -> Result<(), StoreError> {
        let mut missing = RangeSet::new();
        for range in ranges {
            let inside = range.start.min(self.length)..range.end.min(self.length);
            if !inside.is_empty() {
                missing.extend(self.have.gaps(&inside));
            }
        }
        if let Some((store, _)) = &self.cached
            && let Some(cache) = &store.inner.cache
        {
            cache.make_room(missing.iter().map(|range| range.end - range.start).sum()).await?;
        }
        let pieces = missing.iter().flat_map(|range| pieces(range.clone())).collect::<Vec<_>>();
        let (fetch, cancel, path) = (&self.fetch, &self.cancel, &self.path);
        let mut coming = stream::iter(pieces)
            .map(|piece| async move {
                let bytes = unless_cancelled(cancel, fetch.get(piece.clone())).await?;
                if bytes.len() as u64 != piece.end - piece.start {
                    return Err(StoreError::new(StoreErrorKind::Unavailable, "a part of the range came"));
                }
                let (path, at) = (path.clone(), piece.start);
                on_disk(move || File::options().write(true).open(path)?.write_all_at(&bytes, at)).await?;
                Ok(piece)
            })
            .buffer_unordered(AT_ONCE);
        while let Some(piece) = coming.try_next().await? {
            self.fetched += piece.end - piece.start;
            self.have.insert(piece);
        }
        Ok(())
    }

    /// For programs to open; others may fetch more of it meanwhile.
    pub fn into_file(self) -> LocalFile {
        LocalFile::parts(self.path, self.cached.map(|(_, in_use)| in_use))
    }
}

fn pieces(range: Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let end = range.end;
    (range.start..end).step_by(usize::try_from(PIECE).unwrap_or(usize::MAX)).map(move |at| at..(at + PIECE).min(end))
}

/// The file beside the whole copy's.
impl Cache {
    fn claim_parts(&self, key: &ObjectKey) -> (PathBuf, Have, Claim<Turn>) {
        let name = Self::name_of_parts(key);
        let have = self
            .parts
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .entry(name.clone())
            .or_default()
            .clone();
        (self.config.folder.join(&name), have, self.used.claim(&name))
    }
}
