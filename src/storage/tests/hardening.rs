//! The built-in store alone: what must be refused, and what a crash leaves.

use super::{HOUR, MIB, Place, bytes, video_key};
use crate::storage::{AllowedOrigins, Disposition, LocalStore, ObjectKey, local::BUCKET};
use aws_sdk_s3::operation::{list_objects_v2::ListObjectsV2Output, list_parts::ListPartsOutput};
use futures::stream;
use reqwest::{Client, Method, StatusCode, header};
use std::{convert::Infallible, time::Duration};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn who_does_not_sign_gets_nothing() {
    let place = Place::new().await;
    let key = video_key();
    place.store.put_bytes(&key, bytes(10, 1).into(), "video/mp4").await.expect("stored");
    let http = Client::new();
    for (method, path) in [
        (Method::GET, format!("/{BUCKET}")),
        (Method::GET, format!("/{BUCKET}/")),
        (Method::GET, format!("/{BUCKET}/?list-type=2")),
        (Method::GET, format!("/{BUCKET}/?uploads")),
        (Method::GET, format!("/{BUCKET}/{key}")),
        (Method::HEAD, format!("/{BUCKET}/{key}")),
        (Method::PUT, format!("/{BUCKET}/{key}")),
        (Method::POST, format!("/{BUCKET}/{key}?uploads")),
        (Method::DELETE, format!("/{BUCKET}/{key}")),
    ] {
        let answer = http.request(method.clone(), format!("{}{path}", place.base)).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{method} {path}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers()["content-security-policy"], "sandbox");
    }
    let form = reqwest::multipart::Form::new().text("key", "a").text("file", "b");
    let answer = http.post(format!("{}/{BUCKET}", place.base)).multipart(form).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(place.store.get_range(&key, 0..10).await.expect("bytes"), bytes(10, 1));
}

#[tokio::test]
async fn keys_never_become_paths() {
    let place = Place::new().await;
    let (http, client) = (Client::new(), place.store.client().clone());
    for key in ["../../../escaped", "a/../../../../escaped", "..", "./x", "%2e%2e/escaped", "//x", "/etc/passwd"] {
        // Past our own typed keys, as a foreign client would.
        let body = aws_sdk_s3::primitives::ByteStream::from_static(b"x");
        let put = client.put_object().bucket(BUCKET).key(key).body(body).send().await;
        if put.is_ok() {
            let got = client.get_object().bucket(BUCKET).key(key).send().await.expect("the same key");
            assert_eq!(got.body.collect().await.expect("a body").to_vec(), b"x", "{key}");
        }
        assert!(key.parse::<ObjectKey>().is_err() || key.starts_with('%'), "{key}");
        let raw = http.put(format!("{}/{BUCKET}/{key}", place.base)).body("x").send().await.expect("an answer");
        assert!(raw.status().is_client_error(), "{key}");
    }
    let inside = place.folder.path().join("store/objects");
    assert!(place.files().iter().all(|file| std::path::Path::new(file).starts_with(&inside)), "{:?}", place.files());
    let above = std::fs::read_dir(place.folder.path()).expect("a folder");
    let names: Vec<_> =
        above.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    assert!(names.iter().all(|name| name == "store" || name.starts_with("touchline.db")), "{names:?}");
    let too_long = client.put_object().bucket(BUCKET).key("k".repeat(1025)).send().await;
    assert!(too_long.is_err());
}

#[tokio::test]
async fn media_cannot_run() {
    let place = Place::new().await;
    let (http, key) = (Client::new(), video_key());
    place.store.put_bytes(&key, "<script>alert(1)</script>".into(), "text/html").await.expect("stored");
    for asked in ["text/html", "image/svg+xml", "application/xhtml+xml", "text/html; charset=utf-8"] {
        let inline = Disposition::Inline;
        let signed = place.store.presign_get(&key, HOUR, &place.base, &inline, asked).await.expect("signed");
        let answer = http.get(&signed.url).send().await.expect("an answer");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/octet-stream", "{asked}");
        assert_eq!(answer.headers()[header::CONTENT_DISPOSITION], "attachment");
        assert_eq!(answer.headers().get_all(header::CONTENT_TYPE).iter().count(), 1);
        assert_eq!(answer.headers()["content-security-policy"], "sandbox");
    }
}

#[tokio::test]
async fn pages_of_known_origins_may_send() {
    let place = Place::new().await;
    let (http, key) = (Client::new(), video_key());
    let signed = place.store.presign_put(&key, 1, None, HOUR, &place.base).await.expect("signed");
    let own = place.base.as_str().to_owned();
    for (origin, allowed) in [("https://clips.example", true), (own.as_str(), true), ("https://evil.example", false)] {
        let before = http
            .request(Method::OPTIONS, &signed.url)
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PUT");
        let before = before.send().await.expect("an answer");
        assert_eq!(before.status().is_success(), allowed, "{origin}");
        let put = http.put(&signed.url).header(header::ORIGIN, origin).body("x").send().await.expect("an answer");
        let named = put.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN).map(|value| value.as_bytes().to_vec());
        assert_eq!(named, allowed.then(|| origin.as_bytes().to_vec()));
        let exposed = put.headers().get(header::ACCESS_CONTROL_EXPOSE_HEADERS);
        assert_eq!(exposed.is_some_and(|names| names.to_str().is_ok_and(|names| names.contains("ETag"))), allowed);
    }
}

#[tokio::test]
async fn parts_replaced_and_parts_of_strangers() {
    let place = Place::new().await;
    let store = &place.store;
    let body = |bytes: Vec<u8>| stream::iter([Ok::<_, Infallible>(bytes.into())]);
    // The same part again with other bytes, then the last one shorter than before.
    let key = video_key();
    let upload = store.create_multipart(&key, "video/mp4", 1_000).await.expect("an upload");
    for (number, length, seed) in [(1, 1_000, 1), (2, 1_000, 2), (3, 900, 3), (2, 1_000, 4), (3, 500, 5), (2, 1_000, 4)]
    {
        let content = bytes(length, seed);
        store.upload_part(&key, &upload, number, length as u64, None, body(content)).await.expect("sent");
    }
    assert!(
        store.upload_part(&key, &upload, 4, 1_001, None, body(bytes(1_001, 1))).await.is_err(),
        "above the part size"
    );
    store.complete_multipart(&key, &upload, 2_500).await.expect("complete");
    let whole = [bytes(1_000, 1), bytes(1_000, 4), bytes(500, 5)].concat();
    assert!(store.get_range(&key, 0..3_000).await.expect("bytes") == whole);
    assert_eq!(place.files().len(), 1, "{:?}", place.files());

    // A client that does not tell its part size, uses numbers with gaps, and leaves a part out.
    let (client, key) = (store.client(), video_key());
    let created = client.create_multipart_upload().bucket(BUCKET).key(key.as_str()).send().await.expect("created");
    let upload = created.upload_id().expect("a name");
    let mut parts = Vec::new();
    for (number, length) in [(7, 300), (2, 10), (5, 70)] {
        let sent = client.upload_part().bucket(BUCKET).key(key.as_str()).upload_id(upload).part_number(number);
        let sent = sent.body(bytes(length, 8).into()).send().await.expect("sent");
        let part = aws_sdk_s3::types::CompletedPart::builder().part_number(number);
        parts.push(part.set_e_tag(sent.e_tag).build());
    }
    let complete = |parts: Vec<aws_sdk_s3::types::CompletedPart>| {
        let list = aws_sdk_s3::types::CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = client.complete_multipart_upload().bucket(BUCKET).key(key.as_str()).upload_id(upload);
        request.multipart_upload(list).send()
    };
    assert!(complete(parts.clone()).await.is_err(), "not in order");
    assert!(complete(Vec::new()).await.is_err(), "none");
    let forged = aws_sdk_s3::types::CompletedPart::builder().part_number(2).e_tag("\"0\"").build();
    assert!(complete(vec![forged]).await.is_err(), "another ETag");
    let done = complete(vec![parts[1].clone(), parts[0].clone()]).await.expect("complete");
    assert!(done.e_tag().is_some_and(|etag| etag.ends_with("-2\"")));
    assert!(store.get_range(&key, 0..1_000).await.expect("bytes") == [bytes(10, 8), bytes(300, 8)].concat());
    assert_eq!(place.files().len(), 2);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let place = Place::new().await;
    let (client, store) = (place.store.client(), &place.store);
    let key = video_key();
    let upload = store.create_multipart(&key, "video/mp4", 10).await.expect("an upload");
    for number in 1..=5 {
        let body = stream::iter([Ok::<_, Infallible>(bytes(10, number).into())]);
        store.upload_part(&key, &upload, number, 10, None, body).await.expect("sent");
    }
    let first = client.list_parts().bucket(BUCKET).key(key.as_str()).upload_id(&upload).max_parts(2);
    let first = first.send().await.expect("a page");
    assert_eq!((first.parts().len(), first.is_truncated()), (2, Some(true)));
    let request = client.list_parts().bucket(BUCKET).key(key.as_str()).upload_id(&upload).max_parts(2);
    let pages = request.into_paginator().send().try_collect().await.expect("pages");
    let numbers: Vec<_> =
        pages.iter().flat_map(ListPartsOutput::parts).filter_map(aws_sdk_s3::types::Part::part_number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    let open = client.list_multipart_uploads().bucket(BUCKET).prefix("o/").send().await.expect("a list");
    assert_eq!(open.uploads().iter().filter_map(|upload| upload.upload_id()).collect::<Vec<_>>(), [&upload]);

    for name in ["p/a/1", "p/a/2", "p/b", "p/c/1", "p/d"] {
        client.put_object().bucket(BUCKET).key(name).body(bytes(1, 1).into()).send().await.expect("stored");
    }
    let request = client.list_objects_v2().bucket(BUCKET).prefix("p/").delimiter("/").max_keys(2);
    let pages = request.into_paginator().send().try_collect().await.expect("pages");
    let folders: Vec<_> =
        pages.iter().flat_map(ListObjectsV2Output::common_prefixes).filter_map(|one| one.prefix()).collect();
    let files: Vec<_> = pages.iter().flat_map(ListObjectsV2Output::contents).filter_map(|one| one.key()).collect();
    assert_eq!((folders, files, pages.len()), (vec!["p/a/", "p/c/"], vec!["p/b", "p/d"], 2));
}

#[tokio::test]
async fn a_crash_leaves_the_old_state_or_the_new_one() {
    let place = Place::new().await;
    let kept = video_key();
    place.store.put_bytes(&kept, bytes(1_000, 1).into(), "video/mp4").await.expect("stored");
    let open = video_key();
    let upload = place.store.create_multipart(&open, "video/mp4", 100).await.expect("an upload");
    let body = |seed| stream::iter([Ok::<_, Infallible>(bytes(100, seed).into())]);
    place.store.upload_part(&open, &upload, 1, 100, None, body(1)).await.expect("sent");
    place.store.upload_part(&open, &upload, 1, 100, None, body(2)).await.expect("sent again, other bytes");
    let settled = place.local.path_of(&kept).await.expect("a path");
    let db = place.db.clone();
    // Killed between the commit and the move: the object's file still lies among the incoming.
    let incoming = place.folder.path().join("store/incoming");
    std::fs::rename(&settled, incoming.join(settled.file_name().expect("a name"))).expect("moved");
    assert_eq!(place.store.get_range(&kept, 0..1_000).await.expect("bytes"), bytes(1_000, 1));
    // Killed in the middle of a PUT, and between a deletion's commit and the file's removal.
    std::fs::write(incoming.join("0123456789abcdef0123456789abcdef"), "half").expect("written");
    let doomed = place.folder.path().join("store/objects/fe/dc");
    std::fs::create_dir_all(&doomed).expect("a folder");
    std::fs::write(doomed.join("fedcba9876543210fedcba9876543210"), "deleted").expect("written");
    sqlx::query("INSERT INTO store_litter (file) VALUES ('fedcba9876543210fedcba9876543210')")
        .execute(db.pool())
        .await
        .expect("a row");
    assert_eq!(place.files().len(), 5);

    let root = place.folder.path().join("store");
    let second = LocalStore::open(&root, place.db.clone(), AllowedOrigins::Any);
    let held = tokio::time::timeout(Duration::from_millis(300), second).await;
    assert!(held.is_err(), "two at once is one too many");

    let place = Place::open(place.crash().await).await;
    assert_eq!(place.files().len(), 3, "{:?}", place.files());
    assert!(settled.is_file());
    assert_eq!(place.store.get_range(&kept, 0..1_000).await.expect("bytes"), bytes(1_000, 1));
    place
        .store
        .upload_part(&open, &upload, 2, 50, None, stream::iter([Ok::<_, Infallible>(bytes(50, 3).into())]))
        .await
        .expect("sent");
    place.store.complete_multipart(&open, &upload, 150).await.expect("complete");
    assert!(place.store.get_range(&open, 0..150).await.expect("bytes") == [bytes(100, 2), bytes(50, 3)].concat());
    assert_eq!(place.files().len(), 2);
}

#[tokio::test]
async fn a_large_file_goes_up_in_parts() {
    let place = Place::new().await;
    let (key, content) = (video_key(), bytes(40 * MIB, 1));
    let path = place.folder.path().join("large");
    std::fs::write(&path, &content).expect("written");
    let length = 40 * MIB as u64;
    place.store.put_file_in_parts(&key, &path, length, "video/mp4").await.expect("stored");
    assert!(place.store.head(&key).await.expect("an answer").expect("an object").etag.ends_with("-3"));
    let stored = place.store.materialise(&key, &CancellationToken::new()).await.expect("a file");
    assert!(std::fs::read(stored.path()).expect("a file") == content);
    std::fs::write(&path, &content[1..]).expect("written");
    place.store.put_file_in_parts(&video_key(), &path, length, "video/mp4").await.expect_err("the file shrank");
    assert_eq!(place.files().len(), 1, "what failed leaves no open upload");
}

/// As current SDKs and command lines send by default: in signed chunks, with the checksum in a trailer.
#[tokio::test]
async fn checksums_in_trailers_are_read() {
    use aws_sdk_s3::{
        config::{Config, RequestChecksumCalculation},
        types::ChecksumAlgorithm,
    };
    let place = Place::new().await;
    let content = bytes(200_000, 1);
    let path = place.folder.path().join("sent");
    std::fs::write(&path, &content).expect("written");
    let algorithms = [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ];
    for algorithm in algorithms {
        let key = video_key();
        let body = aws_sdk_s3::primitives::ByteStream::from_path(&path).await.expect("a file");
        let put = place.store.client().put_object().bucket(BUCKET).key(key.as_str()).body(body);
        let supported = RequestChecksumCalculation::WhenSupported;
        let by_default = Config::builder().request_checksum_calculation(supported);
        let put = put.checksum_algorithm(algorithm.clone()).customize().config_override(by_default);
        put.send().await.unwrap_or_else(|error| panic!("{algorithm:?}: {error:?}"));
        assert!(place.store.get_range(&key, 0..200_000).await.expect("bytes") == content);
    }
}
