//! The same client against an S3 server that we did not write: what we believe of S3 is not only what our own store does.
//! `make test` starts moto, which believes every signature; `make soak` Garage, which verifies each, and is asked for what
//! must be refused, too.

use super::{HOUR, MIB, bytes, conformance, video_key};
use crate::{
    domain::checksum::Checksum,
    storage::{CacheConfig, Disposition, ObjectStore, PublicBase, StoreConfig, StoreErrorKind, doctor},
};
use reqwest::Client;

/// What the script that started the server says of it.
fn setting(name: &str) -> Option<String> {
    std::env::var(format!("TOUCHLINE_TEST_S3_{name}")).ok()
}

/// Whether the server has a key of its own, and so verifies who signs.
fn verifies() -> bool {
    setting("SECRET").is_some()
}

/// A bucket of its own at the server of this test run.
async fn foreign(checksum: Checksum) -> (ObjectStore, PublicBase, tempfile::TempDir) {
    let url = std::env::var("TOUCHLINE_TEST_S3_URL")
        .expect("TOUCHLINE_TEST_S3_URL names an S3 server for tests; `make test` starts one");
    let bucket = format!("t{}", super::keys::random_name());
    let config = StoreConfig {
        endpoint: url.clone(),
        public_url: None,
        region: setting("REGION").unwrap_or_else(|| "us-east-1".into()),
        bucket,
        access_key: setting("KEY").unwrap_or_else(|| "anyone".into()),
        secret_key: setting("SECRET").unwrap_or_else(|| "anything".into()),
        path_style: true,
        checksum,
    };
    let cache = tempfile::tempdir().expect("a folder");
    let cached = CacheConfig { folder: cache.path().to_owned(), max_bytes: 10_000_000 };
    let bucket = config.bucket.clone();
    let store = ObjectStore::remote(config, cached).expect("a store");
    store.client().create_bucket().bucket(bucket).send().await.expect("an S3 server makes a bucket");
    (store, PublicBase::parse(&url).expect("a base"), cache)
}

#[tokio::test]
async fn whole_objects_and_lists() {
    let (store, _base, _cache) = foreign(Checksum::Crc32).await;
    conformance::whole_objects(&store).await;
    conformance::listing(&store).await;
}

#[tokio::test]
async fn parts_are_sent_listed_and_joined() {
    for checksum in [Checksum::Crc32, Checksum::Md5, Checksum::None] {
        let (store, base, _cache) = foreign(checksum).await;
        let (key, part) = (video_key(), 5 * MIB);
        let content = bytes(2 * part + 1_000, 6);
        let upload = store.create_multipart(&key, "video/mp4", part as u64).await.expect("an upload");
        assert_eq!(store.list_multiparts(key.as_str()).await.expect("a list")[0].upload, upload);
        for (chunk, number) in content.chunks(part).zip([1, 2, 3]).rev() {
            let sum = store.checksum().of(chunk);
            let length = chunk.len() as u64;
            let signed = store.presign_part(&key, &upload, number, length, sum.as_deref(), HOUR, &base).await;
            let signed = signed.expect("signed");
            assert_eq!(signed.headers.len(), usize::from(sum.is_some()), "{:?}", signed.headers);
            let mut request = Client::new().put(&signed.url).body(chunk.to_vec());
            for (name, value) in &signed.headers {
                request = request.header(name, value);
            }
            assert!(request.send().await.expect("an answer").status().is_success());
            let listed = store.list_parts(&key, &upload).await.expect("a list");
            assert_eq!(listed.first().map(|part| (part.number, part.bytes)), Some((number, length)));
        }
        let total = content.len() as u64;
        let lie = store.complete_multipart(&key, &upload, total + 1).await.expect_err("another sum");
        assert_eq!(lie.kind(), StoreErrorKind::PartsIncomplete);
        let done = store.complete_multipart(&key, &upload, total).await.expect("complete");
        assert_eq!(store.complete_multipart(&key, &upload, total).await.expect("complete already"), done);
        assert!(store.get_range(&key, part as u64..total).await.expect("bytes") == content[part..]);
        let play = store.presign_get(&key, HOUR, &base, &Disposition::Inline, "video/mp4").await.expect("signed");
        let played = Client::new().get(&play.url).header("range", "bytes=5-9").send().await.expect("an answer");
        assert_eq!((played.status().as_u16(), played.bytes().await.expect("bytes")[..] == content[5..10]), (206, true));
    }
}

#[tokio::test]
async fn given_up_uploads_are_gone() {
    let (store, _base, _cache) = foreign(Checksum::Crc32).await;
    let key = video_key();
    let upload = store.create_multipart(&key, "video/mp4", 5 << 20).await.expect("an upload");
    store.abort_multipart(&key, &upload).await.expect("aborted");
    store.abort_multipart(&key, &upload).await.expect("aborted already");
    assert_eq!(store.list_parts(&key, &upload).await.expect_err("gone").kind(), StoreErrorKind::UploadGone);
    assert_eq!(store.list_multiparts("").await.expect("a list"), []);
}

/// The doctor tells a store that does not check from one that does.
#[tokio::test]
async fn the_doctor_sees_what_a_store_lets_pass() {
    let (store, base, _cache) = foreign(Checksum::Crc32).await;
    let checks = doctor::check(&store, &base).await;
    let ok = |name: &str| checks.iter().find(|check| check.name == name).map(|check| check.ok);
    assert_eq!(ok("store.ranged_get"), Some(true), "{checks:?}");
    assert!(checks.iter().any(|check| !check.ok && !check.how_to_mend.is_empty()), "{checks:?}");
}

/// What a browser holds in its hands is good for one thing only: that part, that length, that content, for a while.
#[tokio::test]
async fn signed_addresses_are_good_for_what_they_say() {
    let (store, base, _cache) = foreign(Checksum::Crc32).await;
    let (key, part) = (video_key(), bytes(5 * MIB, 7));
    let upload = store.create_multipart(&key, "video/mp4", part.len() as u64).await.expect("an upload");
    let sum = store.checksum().of(&part);
    let length = part.len() as u64;
    let signed = store.presign_part(&key, &upload, 1, length, sum.as_deref(), HOUR, &base).await.expect("signed");
    let put = async |url: &str, body: &[u8]| {
        let mut request = Client::new().put(url).body(body.to_vec());
        for (name, value) in &signed.headers {
            request = request.header(name, value);
        }
        // Who will not have a body may hang up before it is sent.
        request.send().await.map_or(reqwest::StatusCode::BAD_REQUEST, |answer| answer.status())
    };
    if verifies() {
        let mut damaged = part.clone();
        damaged[0] ^= 1;
        let elsewhere = signed.url.replace("partNumber=1", "partNumber=2");
        let forged = format!("{}0", &signed.url[..signed.url.len() - 1]);
        let other = if forged == signed.url { format!("{}1", &signed.url[..signed.url.len() - 1]) } else { forged };
        for (what, url, body) in [
            ("other bytes", signed.url.as_str(), damaged.as_slice()),
            ("fewer bytes", signed.url.as_str(), &part[1..]),
            ("another part", elsewhere.as_str(), part.as_slice()),
            ("another signature", other.as_str(), part.as_slice()),
        ] {
            let status = put(url, body).await;
            assert!(status.is_client_error(), "{what}: {status}");
        }
        assert_eq!(store.list_parts(&key, &upload).await.expect("a list"), [], "nothing was stored");
        let short = std::time::Duration::from_secs(1);
        let brief = store.presign_part(&key, &upload, 1, length, sum.as_deref(), short, &base).await.expect("signed");
        tokio::time::sleep(short * 3).await;
        assert!(put(&brief.url, &part).await.is_client_error(), "an address ends");
        let unsigned = store.presign_get(&key, HOUR, &base, &Disposition::Inline, "video/mp4").await.expect("signed");
        let unsigned = unsigned.url.split('?').next().unwrap_or_default().to_owned();
        assert!(Client::new().get(unsigned).send().await.expect("an answer").status().is_client_error());
    }
    assert!(put(&signed.url, &part).await.is_success());
    store.complete_multipart(&key, &upload, length).await.expect("complete");
    let late = put(&signed.url, &part).await;
    assert!(!verifies() || late.is_client_error(), "after the end: {late}");
}
