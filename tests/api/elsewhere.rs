//! One server whose recordings lie at an S3 server: what its cache has of them may be wrong, and costs time only.

use crate::{
    process::{Bucket, Process},
    support::{eventually, id},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

async fn complete(server: &Process, reel: &Value) -> Value {
    let export = server.export(reel).await;
    let path = format!("/api/exports/{export}");
    eventually("the export is complete", async || {
        let export = server.ok(Method::GET, &path, Value::Null).await;
        assert!(export["state"] != "error" && export["state"] != "cancelled", "{export}");
        (export["state"] == "complete").then_some(export)
    })
    .await
}

/// Files of the cache whose names end so.
fn cached(data: &Path, ending: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(data.join("cache")).expect("a cache").map(|file| file.expect("a file").path());
    files.filter(|file| file.to_string_lossy().ends_with(ending)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_copy_is_fetched_whole() {
    let server = Process::server(&[], &Bucket::new().await.env()).await;
    let video = server.recording("One").await["video"].clone();
    // What the small pictures were made of goes first when there is no room.
    let parts = cached(server.data(), ".parts");
    for file in cached(server.data(), "").into_iter().filter(|file| !parts.contains(file)) {
        fs::remove_file(file).expect("cleared away");
    }
    let reel = server.reel(&video, 0, 400_000).await;
    complete(&server, &reel).await;
    let [file] = &cached(server.data(), ".parts")[..] else { panic!("one recording, in parts") };
    // The disk lost the pictures, and kept the index.
    let mut bytes = fs::read(file).expect("parts");
    let media = bytes.windows(4).position(|name| name == b"mdat").expect("media") + 4;
    let index = bytes.windows(4).rposition(|name| name == b"moov").expect("an index") - 4;
    assert!(media < index, "recorders write the index behind");
    bytes[media + 1_000..index].fill(0);
    fs::write(file, bytes).expect("damaged");
    let other = server.reel(&video, 1_000_000, 400_000).await;
    let done = complete(&server, &other).await;
    assert_eq!((&done["done"], &done["attempt"]), (&json!(10), &json!(1)), "in the same attempt");
    let frames = server.bytes(&format!("/media/renditions/{}/download", id(&done["rendition"]))).await.expect("a file");
    assert_eq!(crate::footage::probe(&frames)["streams"][0]["nb_read_frames"], "10");
}
