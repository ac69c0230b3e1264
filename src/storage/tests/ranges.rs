//! Objects in parts: only what was asked for comes, once, and what is read is what is there.

use super::{MIB, ObjectStore, Place, bytes, video_key};
use crate::storage::{
    CacheConfig, ObjectKey, StoreErrorKind,
    ranges::{Opened, RangeFile},
};
use std::ops::Range;
use tokio_util::sync::CancellationToken;

/// The built-in store as one that is elsewhere, with so much room for copies.
fn elsewhere(place: &Place, folder: &tempfile::TempDir, max_bytes: u64) -> ObjectStore {
    let cached = CacheConfig { folder: folder.path().to_owned(), max_bytes };
    ObjectStore::remote(place.local.store_config(place.base.as_str(), None), cached).expect("a store")
}

async fn parts(store: &ObjectStore, key: &ObjectKey) -> RangeFile {
    match store.open_parts(key, &CancellationToken::new()).await.expect("opened") {
        Opened::Parts(file) => file,
        Opened::Whole(_) => panic!("nothing of it is here"),
    }
}

fn only(range: Range<u64>) -> [Range<u64>; 1] {
    [range]
}

#[tokio::test]
async fn what_is_there_is_not_fetched_again() {
    let (place, folder) = (Place::new().await, tempfile::tempdir().expect("a folder"));
    let store = elsewhere(&place, &folder, 1 << 30);
    let (key, object) = (video_key(), bytes(20 * MIB, 5));
    store.put_bytes(&key, object.clone().into(), "video/mp4").await.expect("stored");

    let mut file = parts(&store, &key).await;
    assert_eq!(file.length(), 20 << 20);
    assert_eq!(file.read(0..16).await.expect("bytes"), object[..16]);
    assert_eq!(file.read(1_000..30_000).await.expect("bytes"), object[1_000..30_000]);
    assert_eq!(file.fetched(), 64 << 10, "what lies behind came with it");
    let wanted = [9_000_000..9_000_000 + (9 << 20), (20 << 20) - 5..(20 << 20) + 500];
    file.fetch(&wanted).await.expect("fetched");
    assert_eq!(file.fetched(), (64 << 10) + (9 << 20) + 5, "larger than a request, and cut at the end");
    assert!(file.read((20 << 20) - 5..(20 << 20) + 1).await.is_err());
    let local = file.into_file();
    let on_disk = std::fs::read(local.path()).expect("a file");
    assert_eq!(on_disk.len(), object.len());
    assert!(on_disk[9_000_000..18_000_000] == object[9_000_000..18_000_000]);
    assert!(on_disk[1_000_000..8_000_000].iter().all(|byte| *byte == 0), "a hole");

    // While a program reads it, somebody else needs more of it.
    let mut other = parts(&store, &key).await;
    other.fetch(&only(0..10_000_000)).await.expect("fetched");
    assert_eq!(other.fetched(), 9_000_000 - (64 << 10));
    drop(other);

    // A process that starts anew trusts no file with holes.
    drop(local);
    let store = elsewhere(&place, &folder, 1 << 30);
    let mut again = parts(&store, &key).await;
    assert_eq!(again.read(0..16).await.expect("bytes"), object[..16]);
    assert_eq!(again.fetched(), 64 << 10);
    drop(again);
    store.materialise(&key, &CancellationToken::new()).await.expect("the whole");
    let whole = store.open_parts(&key, &CancellationToken::new()).await.expect("opened");
    assert!(matches!(whole, Opened::Whole(_)), "a whole copy is there");
}

#[tokio::test]
async fn holes_take_no_room_and_parts_make_room() {
    let (place, folder) = (Place::new().await, tempfile::tempdir().expect("a folder"));
    let store = elsewhere(&place, &folder, 3 << 20);
    let keys: Vec<_> = (0..3).map(|_| video_key()).collect();
    for (seed, key) in (0..).zip(&keys) {
        store.put_bytes(key, bytes(8 * MIB, seed).into(), "video/mp4").await.expect("stored");
    }
    let count = || std::fs::read_dir(folder.path()).expect("a folder").count();
    for key in &keys[..2] {
        parts(&store, key).await.fetch(&only(0..1 << 20)).await.expect("fetched");
    }
    assert_eq!(count(), 2, "16 MB by their lengths, 2 by what is in them");
    parts(&store, &keys[2]).await.fetch(&only(0..2 << 20)).await.expect("fetched");
    assert_eq!(count(), 2, "the one used longest ago went");
    let mut first = parts(&store, &keys[0]).await;
    assert_eq!(first.read(0..100).await.expect("bytes"), bytes(8 * MIB, 0)[..100], "and is fetched anew");
    assert_eq!(first.fetched(), 64 << 10);
}

#[tokio::test]
async fn a_cancel_ends_it_and_what_is_gone_is_named() {
    let (place, folder) = (Place::new().await, tempfile::tempdir().expect("a folder"));
    let store = elsewhere(&place, &folder, 1 << 30);
    let key = video_key();
    let gone = store.open_parts(&key, &CancellationToken::new()).await.err().expect("nothing there");
    assert_eq!(gone.kind(), StoreErrorKind::NotFound);
    store.put_bytes(&key, bytes(MIB, 1).into(), "video/mp4").await.expect("stored");
    let cancel = CancellationToken::new();
    let Opened::Parts(mut file) = store.open_parts(&key, &cancel).await.expect("opened") else { panic!("it is new") };
    cancel.cancel();
    assert_eq!(file.fetch(&only(0..100)).await.err().map(|error| error.kind()), Some(StoreErrorKind::Cancelled));
    drop(file);
    assert!(parts(&store, &key).await.read(0..100).await.expect("bytes") == bytes(MIB, 1)[..100]);
}
