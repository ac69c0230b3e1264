//! What we rely on in any S3 store, as functions over `ObjectStore`.

use super::{HOUR, MIB, Place, bytes, fresh_postgres, video_key};
use crate::storage::{Disposition, ObjectKey, ObjectStore, PublicBase, StoreErrorKind};
use futures::stream;
use reqwest::{Client, StatusCode, header};
use std::{convert::Infallible, time::Duration};
use tokio_util::sync::CancellationToken;

pub(super) async fn whole_objects(store: &ObjectStore) {
    let (key, content) = (video_key(), bytes(300_000, 1));
    assert_eq!(store.head(&key).await.expect("an answer"), None);
    store.put_bytes(&key, content.clone().into(), "video/mp4").await.expect("stored");
    let head = store.head(&key).await.expect("an answer").expect("an object");
    assert_eq!((head.bytes, head.content_type.as_str()), (300_000, "video/mp4"));
    assert_eq!(store.get_range(&key, 100_000..100_010).await.expect("a range"), content[100_000..100_010]);
    assert_eq!(store.get_range(&key, 299_990..400_000).await.expect("a range"), content[299_990..]);
    let beyond = store.get_range(&key, 300_000..300_001).await.expect_err("beyond the end");
    assert_eq!(beyond.kind(), StoreErrorKind::BadRange);

    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.mp4");
    let cancel = CancellationToken::new();
    assert_eq!(store.download(&key, &copy, &cancel).await.expect("downloaded"), 300_000);
    assert_eq!(std::fs::read(&copy).expect("a file"), content);
    let file = store.materialise(&key, &cancel).await.expect("a file");
    assert_eq!(std::fs::read(file.path()).expect("a file"), content);

    let again = video_key();
    assert_eq!(store.put_file(&again, &copy, "video/mp4").await.expect("stored"), 300_000);
    assert_eq!(store.head(&again).await.expect("an answer").expect("an object").etag, head.etag);
    store.put_bytes(&again, bytes(10, 2).into(), "image/jpeg").await.expect("replaced");
    assert_eq!(store.get_range(&again, 0..10).await.expect("bytes"), bytes(10, 2));
    let empty = video_key();
    store.put_bytes(&empty, bytes::Bytes::new(), "video/mp4").await.expect("stored");
    assert_eq!(store.head(&empty).await.expect("an answer").expect("an object").bytes, 0);

    cancel.cancel();
    let missed = folder.path().join("missed");
    let cancelled = store.download(&key, &missed, &cancel).await.expect_err("cancelled");
    assert_eq!(cancelled.kind(), StoreErrorKind::Cancelled);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    for key in [&key, &again, &empty] {
        store.delete(key).await.expect("deleted");
        store.delete(key).await.expect("deleted already");
        assert_eq!(store.head(key).await.expect("an answer"), None);
    }
    let gone = store.download(&key, &missed, &CancellationToken::new()).await.expect_err("gone");
    assert_eq!((gone.kind(), gone.code()), (StoreErrorKind::NotFound, "object_missing"));
}

pub(super) async fn listing(store: &ObjectStore) {
    let root = format!("list/{}", crate::storage::keys::random_name());
    let key = |name: &str| format!("{root}/{name}").parse::<ObjectKey>().expect("a key");
    for name in ["b", "a", "ab", "B", "ü", "a b+c%20", "a/b"] {
        store.put_bytes(&key(name), bytes(name.len(), 3).into(), "video/mp4").await.expect("stored");
    }
    let listed = store.list(&format!("{root}/")).await.expect("a list");
    let names: Vec<&str> = listed.iter().map(|it| &it.key.as_str()[root.len() + 1..]).collect();
    assert_eq!(names, ["B", "a", "a b+c%20", "a/b", "ab", "b", "ü"]);
    assert!(listed.iter().all(|it| it.bytes == (it.key.as_str().len() - root.len() - 1) as u64));
    assert!(listed.iter().all(|it| (1_700_000_000_000..4_000_000_000_000).contains(&it.modified_ms)));
    assert_eq!(store.list(&format!("{root}/ab")).await.expect("a list").len(), 1);
    assert_eq!(store.list(&format!("{root}x")).await.expect("a list").len(), 0);
    for it in listed {
        store.delete(&it.key).await.expect("deleted");
    }
}

pub(super) async fn odd_keys(store: &ObjectStore, base: &PublicBase) {
    let http = Client::new();
    let odd = format!("odd/{}/Spiel am Müllerberg +1 & 100% (é)=?#;:@,$!*'.mp4", crate::storage::keys::random_name());
    let long = format!("long/{}/{}", crate::storage::keys::random_name(), "k".repeat(1000 - 38));
    assert_eq!(long.len(), 1000);
    for text in [odd, long] {
        let key: ObjectKey = text.parse().expect("a key");
        let signed = store.presign_put(&key, 4, None, HOUR, base).await.expect("signed");
        let answer = http.put(&signed.url).body("four").send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{text}");
        let signed = store.presign_get(&key, HOUR, base, &Disposition::Inline, "video/mp4").await.expect("signed");
        assert_eq!(http.get(signed.url).send().await.expect("an answer").text().await.expect("a body"), "four");
        assert_eq!(store.get_range(&key, 0..4).await.expect("bytes"), "four");
        store.delete(&key).await.expect("deleted");
    }
}

pub(super) async fn presigned(store: &ObjectStore, base: &PublicBase) {
    let (http, key, content) = (Client::new(), video_key(), bytes(5_000, 4));
    let checksum = store.checksum().of(&content);
    let signed = store.presign_put(&key, 5_000, checksum.as_deref(), HOUR, base).await.expect("signed");
    let put = |url: &str, body: Vec<u8>| {
        let mut request = http.put(url).body(body);
        for (name, value) in &signed.headers {
            request = request.header(name, value);
        }
        async move { request.send().await.expect("an answer").status() }
    };
    assert!(put(&signed.url, content[..4_999].to_vec()).await.is_client_error(), "too short");
    assert!(put(&signed.url, bytes(5_001, 4)).await.is_client_error(), "too long");
    assert!(put(&signed.url, bytes(5_000, 5)).await.is_client_error(), "other bytes");
    let forged = signed.url.replace("X-Amz-Signature=", "X-Amz-Signature=0");
    assert!(put(&forged, content.clone()).await.is_client_error(), "forged");
    let elsewhere = signed.url.replacen(key.as_str(), video_key().as_str(), 1);
    assert_ne!(elsewhere, signed.url);
    assert_eq!(put(&elsewhere, content.clone()).await, StatusCode::FORBIDDEN, "another key");
    assert_eq!(http.put(&signed.url).body(content.clone()).send().await.expect("an answer").status(), 403, "no CRC");
    let short = store.presign_put(&key, 5_000, None, Duration::from_secs(1), base).await.expect("signed");
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert_eq!(put(&short.url, content.clone()).await, StatusCode::FORBIDDEN, "expired");
    assert_eq!(store.head(&key).await.expect("an answer"), None, "nothing is stored");
    assert_eq!(put(&signed.url, content.clone()).await, StatusCode::OK);

    let name = Disposition::Attachment("Final \"1\"\r\nX: y.mp4".to_owned());
    let signed = store.presign_get(&key, HOUR, base, &name, "video/webm").await.expect("signed");
    let answer = http.get(&signed.url).header(header::RANGE, "bytes=100-199").send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(answer.headers()[header::CONTENT_RANGE], "bytes 100-199/5000");
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "video/webm");
    let disposition = answer.headers()[header::CONTENT_DISPOSITION].to_str().expect("a text");
    assert_eq!(disposition, "attachment; filename=\"Final _1_X: y.mp4\"; filename*=UTF-8''Final%20%221%22X%3A%20y.mp4");
    assert_eq!(answer.bytes().await.expect("a body"), content[100..200]);
    let last = http.get(&signed.url).header(header::RANGE, "bytes=-50").send().await.expect("an answer");
    let modified = last.headers()[header::LAST_MODIFIED].to_str().expect("a date").to_owned();
    assert_eq!(last.bytes().await.expect("a body"), content[4_950..]);
    let beyond = http.get(&signed.url).header(header::RANGE, "bytes=5000-").send().await.expect("an answer");
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);

    let etag = format!("\"{}\"", store.head(&key).await.expect("an answer").expect("an object").etag);
    let asked = |name, value: &str| http.get(&signed.url).header(name, value).send();
    let same = asked(header::IF_NONE_MATCH, &etag).await.expect("an answer");
    assert_eq!(same.status(), StatusCode::NOT_MODIFIED);
    let other = asked(header::IF_NONE_MATCH, "\"other\"").await.expect("an answer");
    assert_eq!(other.status(), StatusCode::OK);
    let other = asked(header::IF_MATCH, "\"other\"").await.expect("an answer");
    assert_eq!(other.status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(asked(header::IF_MODIFIED_SINCE, &modified).await.expect("an answer").status(), 304);
    store.delete(&key).await.expect("deleted");
}

pub(super) async fn multipart(store: &ObjectStore, base: &PublicBase) {
    let http = Client::new();
    let part = 5 * MIB;
    let content = bytes(2 * part + 1_000, 6);
    let chunks: Vec<&[u8]> = content.chunks(part).collect();
    let key = video_key();
    let upload = store.create_multipart(&key, "video/mp4", part as u64).await.expect("an upload");
    let sum = |bytes: &[u8]| store.checksum().of(bytes);
    let put = |number: u32, body: Vec<u8>, length: u64, checksum: Option<String>| {
        let (http, upload, key) = (http.clone(), upload.clone(), key.clone());
        async move {
            let signed = store
                .presign_part(&key, &upload, number, length, checksum.as_deref(), HOUR, base)
                .await
                .expect("signed");
            let mut request = http.put(&signed.url).body(body);
            for (name, value) in &signed.headers {
                request = request.header(name, value);
            }
            request.send().await.expect("an answer").status()
        }
    };
    let whole = |number: u32| {
        let chunk = chunks[number as usize - 1].to_vec();
        let (length, checksum) = (chunk.len() as u64, sum(&chunk));
        put(number, chunk, length, checksum)
    };
    assert_eq!(whole(3).await, StatusCode::OK);
    assert!(put(1, chunks[0].to_vec(), part as u64, sum(b"other")).await.is_client_error(), "wrong CRC");
    assert!(put(1, chunks[0][1..].to_vec(), part as u64, sum(chunks[0])).await.is_client_error(), "wrong length");
    assert!(put(0, chunks[2].to_vec(), 1_000, sum(chunks[2])).await.is_client_error(), "part 0");
    assert!(put(10_001, chunks[2].to_vec(), 1_000, sum(chunks[2])).await.is_client_error(), "part 10,001");
    let listed = store.list_parts(&key, &upload).await.expect("a list");
    assert_eq!(listed.iter().map(|part| (part.number, part.bytes)).collect::<Vec<_>>(), [(3, 1_000)]);

    assert_eq!(whole(1).await, StatusCode::OK);
    let total = content.len() as u64;
    let gap = store.complete_multipart(&key, &upload, total).await.expect_err("part 2 is missing");
    assert_eq!((gap.kind(), gap.code()), (StoreErrorKind::PartsIncomplete, "upload_incomplete"));
    let body = stream::iter(
        chunks[1].chunks(65_537).map(|chunk| Ok::<_, Infallible>(chunk.to_vec().into())).collect::<Vec<_>>(),
    );
    let through = store.upload_part(&key, &upload, 2, part as u64, sum(chunks[1]).as_deref(), body).await;
    assert_eq!(through.expect("sent through the server").bytes, part as u64);
    assert_eq!(whole(1).await, StatusCode::OK, "a part sent twice");
    let lie = store.complete_multipart(&key, &upload, total + 1).await.expect_err("another sum");
    assert_eq!(lie.kind(), StoreErrorKind::PartsIncomplete);
    assert_eq!(store.head(&key).await.expect("an answer"), None);

    let done = store.complete_multipart(&key, &upload, total).await.expect("complete");
    assert_eq!(done.bytes, total);
    assert_eq!(store.complete_multipart(&key, &upload, total).await.expect("complete already"), done);
    assert!(put(1, bytes(part, 9), part as u64, sum(&bytes(part, 9))).await.is_client_error(), "too late");
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy");
    store.download(&key, &copy, &CancellationToken::new()).await.expect("downloaded");
    assert!(std::fs::read(&copy).expect("a file") == content, "the bytes are the file's");
    store.abort_multipart(&key, &upload).await.expect("nothing to abort");
    assert!(store.head(&key).await.expect("an answer").is_some());
    store.delete(&key).await.expect("deleted");
    let gone = store.complete_multipart(&key, &upload, total).await.expect_err("neither upload nor object");
    assert_eq!(gone.kind(), StoreErrorKind::UploadGone);
}

pub(super) async fn aborted(store: &ObjectStore) {
    let key = video_key();
    let upload = store.create_multipart(&key, "video/mp4", 5 << 20).await.expect("an upload");
    let body = |bytes: Vec<u8>| stream::iter([Ok::<_, Infallible>(bytes.into())]);
    store.upload_part(&key, &upload, 1, 100, None, body(bytes(100, 1))).await.expect("sent");
    for (sent, announced) in [(101, 100), (99, 100)] {
        let wrong = store.upload_part(&key, &upload, 2, announced, None, body(bytes(sent, 1))).await;
        assert_eq!(wrong.expect_err("another length").kind(), StoreErrorKind::WrongLength);
    }
    let damaged =
        store.upload_part(&key, &upload, 2, 100, store.checksum().of(b"other").as_deref(), body(bytes(100, 1))).await;
    assert_eq!(damaged.expect_err("damaged").kind(), StoreErrorKind::WrongChecksum);
    assert_eq!(store.list_parts(&key, &upload).await.expect("a list").len(), 1);
    let open = store.list_multiparts(key.as_str()).await.expect("a list");
    assert_eq!(open.iter().map(|it| (&it.key, it.upload.as_str())).collect::<Vec<_>>(), [(&key, upload.as_str())]);
    assert!((1_700_000_000_000..4_000_000_000_000).contains(&open[0].initiated_ms));
    let other = store.list_parts(&video_key(), &upload).await.expect_err("an upload of another key");
    assert_eq!(other.kind(), StoreErrorKind::UploadGone);
    store.abort_multipart(&key, &upload).await.expect("aborted");
    assert_eq!(store.list_multiparts(key.as_str()).await.expect("a list"), []);
    store.abort_multipart(&key, &upload).await.expect("aborted already");
    assert_eq!(store.list_parts(&key, &upload).await.expect_err("gone").kind(), StoreErrorKind::UploadGone);
}

#[tokio::test]
async fn built_in_whole_objects() {
    let place = Place::new().await;
    whole_objects(&place.store).await;
    assert!(place.files().is_empty());
}

#[tokio::test]
async fn built_in_listing() {
    listing(&Place::new().await.store).await;
}

#[tokio::test]
async fn built_in_odd_keys() {
    let place = Place::new().await;
    odd_keys(&place.store, &place.base).await;
}

#[tokio::test]
async fn built_in_presigned() {
    let place = Place::new().await;
    presigned(&place.store, &place.base).await;
    assert!(place.files().is_empty());
}

#[tokio::test]
async fn built_in_multipart() {
    let place = Place::new().await;
    multipart(&place.store, &place.base).await;
    assert!(place.files().is_empty());
}

#[tokio::test]
async fn built_in_aborted() {
    let place = Place::new().await;
    aborted(&place.store).await;
    assert!(place.files().is_empty());
}

/// All of it with the rows in PostgreSQL.
#[tokio::test]
async fn built_in_on_postgres() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::with_database(folder, &fresh_postgres().await).await;
    whole_objects(&place.store).await;
    listing(&place.store).await;
    odd_keys(&place.store, &place.base).await;
    presigned(&place.store, &place.base).await;
    multipart(&place.store, &place.base).await;
    aborted(&place.store).await;
    assert!(place.files().is_empty());
}

/// The client for other makers' stores, with its cache folder, against the built-in one.
#[tokio::test]
async fn remote_client() {
    let place = Place::new().await;
    let cache = tempfile::tempdir().expect("a folder");
    let config = place.local.store_config(place.base.as_str(), None);
    let cached = crate::storage::CacheConfig { folder: cache.path().to_owned(), max_bytes: 250_000 };
    let store = ObjectStore::remote(config, cached).expect("a store");
    whole_objects(&store).await;
    let cancel = CancellationToken::new();
    let count = || std::fs::read_dir(cache.path()).expect("a folder").count();
    let mut held = Vec::new();
    for seed in 0..4 {
        let key = video_key();
        store.put_bytes(&key, bytes(100_000, seed).into(), "video/mp4").await.expect("stored");
        let (one, other) = tokio::join!(store.materialise(&key, &cancel), store.materialise(&key, &cancel));
        assert_eq!(one.expect("a file").path(), other.as_ref().expect("a file").path());
        held.push(other.expect("a file"));
        assert!(std::fs::read(held[held.len() - 1].path()).expect("a file") == bytes(100_000, seed));
    }
    assert_eq!(count(), 4, "files in use stay, though they are too many");
    drop(held);
    let key = video_key();
    store.put_bytes(&key, bytes(100_000, 9).into(), "video/mp4").await.expect("stored");
    store.materialise(&key, &cancel).await.expect("a file");
    assert_eq!(count(), 2, "those used longest ago went");
}
