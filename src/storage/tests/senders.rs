//! Senders that are slow, broken off, too many, or too late.

use super::{HOUR, MIB, Place, bytes, video_key};
use crate::storage::StoreErrorKind;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use reqwest::{Body, Client, StatusCode};
use std::{convert::Infallible, time::Duration};

/// `count` MiB, one after the other, each made only when it is wanted.
fn flow(count: usize) -> impl futures::Stream<Item = Result<Bytes, Infallible>> {
    let piece = Bytes::from(vec![7; MIB]);
    stream::iter((0..count).map(move |_| Ok(piece.clone())))
}

/// This process's memory in MiB.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("a process");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line");
    line.split_whitespace().nth(1).and_then(|text| text.parse::<usize>().ok()).expect("a number") / 1024
}

#[tokio::test]
async fn a_large_part_streams_through_bounded_memory() {
    // Large enough to tell from what other tests of this process hold meanwhile.
    const PART: usize = 320;
    let place = Place::new().await;
    let (key, bytes) = (video_key(), (PART * MIB) as u64);
    let upload = place.store.create_multipart(&key, "video/mp4", bytes).await.expect("an upload");
    let before = resident();
    let sending = place.store.upload_part(&key, &upload, 1, bytes, None, flow(PART));
    tokio::pin!(sending);
    let mut most = before;
    while tokio::time::timeout(Duration::from_millis(5), &mut sending).await.map(|sent| sent.expect("sent")).is_err() {
        most = most.max(resident());
    }
    let grown = most.saturating_sub(before);
    place.store.complete_multipart(&key, &upload, bytes).await.expect("complete");
    assert!(grown < PART / 2, "{grown} MiB more for a part of {PART} MiB");
}

#[tokio::test]
async fn a_part_broken_off_leaves_nothing_and_can_be_sent_again() {
    let place = Place::new().await;
    let key = video_key();
    let upload = place.store.create_multipart(&key, "video/mp4", 4 << 20).await.expect("an upload");
    let signed = place.store.presign_part(&key, &upload, 1, 4 << 20, None, HOUR, &place.base).await.expect("signed");
    let endless = flow(2).chain(stream::pending());
    let half = Client::new().put(&signed.url).header("content-length", 4 << 20).body(Body::wrap_stream(endless)).send();
    assert!(tokio::time::timeout(Duration::from_millis(300), half).await.is_err());
    assert_eq!(place.store.list_parts(&key, &upload).await.expect("a list"), []);
    let whole = Client::new().put(&signed.url).body(bytes(4 << 20, 1)).send().await.expect("an answer");
    assert_eq!(whole.status(), StatusCode::OK);
    place.store.complete_multipart(&key, &upload, 4 << 20).await.expect("complete");
    assert!(place.store.get_range(&key, 0..4 << 20).await.expect("bytes") == bytes(4 << 20, 1));
    assert_eq!(place.files().len(), 1, "{:?}", place.files());
}

/// The part is there; a second sender of it, with other bytes, is in the middle when the upload is completed.
#[tokio::test]
async fn completing_does_not_wait_for_late_senders_nor_let_them_in() {
    let place = Place::new().await;
    let key = video_key();
    let upload = place.store.create_multipart(&key, "video/mp4", 4 << 20).await.expect("an upload");
    let signed = place.store.presign_part(&key, &upload, 1, 4 << 20, None, HOUR, &place.base).await.expect("signed");
    let content = bytes(4 << 20, 1);
    let slow = flow(2).chain(stream::once(async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        Ok(Bytes::from(vec![7; 2 * MIB]))
    }));
    let late = Client::new().put(&signed.url).header("content-length", 4 << 20).body(Body::wrap_stream(slow)).send();
    let late = tokio::spawn(late);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let sent = Client::new().put(&signed.url).body(content.clone()).send().await.expect("an answer");
    assert_eq!(sent.status(), StatusCode::OK, "while another sender holds the part's place");
    let completing = place.store.complete_multipart(&key, &upload, 4 << 20);
    tokio::time::timeout(Duration::from_secs(3), completing).await.expect("at once").expect("complete");
    assert!(place.store.get_range(&key, 0..4 << 20).await.expect("bytes") == content);
    late.abort();
    let _ = late.await;
    assert!(place.store.get_range(&key, 0..4 << 20).await.expect("bytes") == content);
    assert_eq!(place.files().len(), 1, "{:?}", place.files());
}

#[tokio::test]
async fn the_same_part_from_many_senders_at_once() {
    let place = Place::new().await;
    let key = video_key();
    let upload = place.store.create_multipart(&key, "video/mp4", MIB as u64).await.expect("an upload");
    let sends = (0..6).map(|seed| {
        let (store, key, upload) = (place.store.clone(), key.clone(), upload.clone());
        let pieces: Vec<_> =
            bytes(MIB, seed).chunks(10_000).map(|piece| Ok::<_, Infallible>(piece.to_vec().into())).collect();
        async move { store.upload_part(&key, &upload, 1, MIB as u64, None, stream::iter(pieces)).await.expect("sent") }
    });
    futures::future::join_all(sends).await;
    place.store.complete_multipart(&key, &upload, MIB as u64).await.expect("complete");
    let stored = place.store.get_range(&key, 0..MIB as u64).await.expect("bytes");
    assert!((0..6).any(|seed| stored == bytes(MIB, seed)), "one sender's bytes, not a mixture");
    assert_eq!(place.files().len(), 1, "{:?}", place.files());
}

/// A sender with an expired address gets to read the refusal, though it sends its whole body first.
#[tokio::test]
async fn a_refusal_reaches_who_is_still_sending() {
    let place = Place::new().await;
    let key = video_key();
    let length = (24 * MIB) as u64;
    let signed = place.store.presign_put(&key, length, None, HOUR, &place.base).await.expect("signed");
    let forged = signed.url.replace("X-Amz-Signature=", "X-Amz-Signature=0");
    let answer =
        Client::new().put(forged).header("content-length", length).body(Body::wrap_stream(flow(24))).send().await;
    assert!(answer.expect("an answer, not a broken connection").status().is_client_error());
    let gone = place.store.upload_part(&key, "nothing", 1, length, None, flow(24)).await.expect_err("no upload");
    assert_eq!(gone.kind(), StoreErrorKind::UploadGone);
}
