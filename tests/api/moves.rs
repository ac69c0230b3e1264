//! Backup, restore and migrate-data with the real program: what comes out is what went in.

use crate::{
    database::Database,
    footage::MATCH,
    process::{Bucket, Process, touchline},
    support::{eventually, id},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

const LISTS: [&str; 5] =
    ["/api/games", "/api/reels", "/api/renditions", "/api/exports/recent", "/api/uploads/finished"];

/// What a user sees, without the addresses that are signed anew each time.
async fn seen(server: &Process) -> Vec<Value> {
    let mut all = Vec::new();
    for list in LISTS {
        all.push(unsigned(server.ok(Method::GET, list, Value::Null).await));
    }
    all.push(unsigned(server.ok(Method::POST, "/api/clips/search", json!({})).await));
    all
}

fn unsigned(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(name, _)| !name.ends_with("url"))
            .map(|(name, it)| (name, unsigned(it)))
            .collect(),
        Value::Array(all) => all.into_iter().map(unsigned).collect(),
        other => other,
    }
}

struct Made {
    game: Value,
    /// Where the finished reel plays.
    reel: String,
    reel_bytes: Vec<u8>,
}

/// A game with a recording, a clip, and its finished reel.
async fn make(server: &Process) -> Made {
    let upload = server.recording("Möwe 🥅").await;
    let clip = json!({"video": upload["video"], "start": 0, "end": 200_000, "tags": ["Goal"], "notes": "a\nb"});
    let clip = server.ok(Method::POST, "/api/clips", clip).await;
    let reel = json!({"aspect": "1:1", "clips": [clip["id"]]});
    let reel = server.ok(Method::POST, "/api/reels", reel).await;
    let export = server.ok(Method::POST, "/api/exports", json!({"reel": reel["id"]})).await;
    let path = format!("/api/exports/{}", id(&export["id"]));
    eventually("the reel is finished", async || {
        let export = server.ok(Method::GET, &path, Value::Null).await;
        (export["state"] == "complete").then_some(())
    })
    .await;
    let rendition = server.ok(Method::GET, "/api/renditions", Value::Null).await[0].clone();
    let reel = id(&rendition["url"]).to_owned();
    let reel_bytes = server.bytes(&reel).await.expect("the reel");
    assert_eq!(json!(reel_bytes.len()), rendition["bytes"]);
    Made { game: upload["game"].clone(), reel, reel_bytes }
}

fn shown(path: &Path) -> &str {
    path.to_str().expect("a path of ours")
}

fn files_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).expect("a folder").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_running_server_brings_everything_back() {
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup");
    let (nothing, said) = touchline(folder.path(), &["backup", shown(&backup)], &[]).await;
    assert!(!nothing && said.contains("nothing to back up"), "{said}");
    let server = Process::server(&[], &[]).await;
    let made = make(&server).await;
    // The first part of a larger file is there, its end is not.
    let large = [MATCH.clone(), vec![0; 20 << 20]].concat();
    let open = server.begin_upload(&made.game, large.len(), "large").await;
    let part = usize::try_from(open["part_size"].as_u64().unwrap()).unwrap();
    assert!(part < large.len());
    assert!(server.send_part(&open, 1, large[..part].to_vec()).await);
    // Recordings come and go while it is made.
    let churn = async {
        for n in 0..6 {
            let game = json!({"opponent": "Short", "played_on": "2026-01-01", "venue": "away"});
            let game = server.ok(Method::POST, "/api/games", game).await;
            let upload = server.begin_upload(&game["id"], MATCH.len(), &format!("g{n}")).await;
            assert!(server.send_part(&upload, 1, MATCH.clone()).await);
            server.finish_upload(&upload).await;
            for path in ["games", "trash/game"] {
                server.ok(Method::DELETE, &format!("/api/{path}/{}", id(&game["id"])), Value::Null).await;
            }
        }
    };
    let arguments = ["backup", shown(&backup)];
    let ((), (ok, said)) = tokio::join!(churn, touchline(server.data(), &arguments, &[]));
    assert!(ok, "{said}");
    // Once more, now that it is quiet: only what is new.
    let before = seen(&server).await;
    let (ok, said) = touchline(server.data(), &["backup", shown(&backup)], &[]).await;
    assert!(ok && !said.contains("; 0 files were there"), "{said}");

    let data = tempfile::tempdir().unwrap();
    let (ok, said) = touchline(data.path(), &["restore", shown(&backup)], &[]).await;
    assert!(ok, "{said}");
    drop(server);
    let (twice, said) = touchline(data.path(), &["restore", shown(&backup)], &[]).await;
    assert!(!twice && said.contains("holds data already"), "{said}");
    let server = Process::server_on(data, &[]).await;
    assert_eq!(seen(&server).await, before);
    assert_eq!(server.bytes(&made.reel).await, Some(made.reel_bytes));
    // The unfinished upload goes on where it was.
    let path = format!("/api/uploads/{}", id(&open["id"]));
    assert_eq!(server.ok(Method::GET, &path, Value::Null).await["received"], json!([1]));
    for (number, start) in (2..).zip((part..large.len()).step_by(part)) {
        let end = (start + part).min(large.len());
        assert!(server.send_part(&open, number, large[start..end].to_vec()).await);
    }
    server.finish_upload(&open).await;

    // A backup that was damaged is refused, and leaves nothing that looks like an installation.
    let file = std::fs::read_dir(backup.join("files")).unwrap().flatten().max_by_key(|it| it.metadata().unwrap().len());
    let file = file.unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let data = tempfile::tempdir().unwrap();
    let (ok, said) = touchline(data.path(), &["restore", shown(&backup)], &[]).await;
    assert!(!ok && said.contains("is not what was backed up"), "{said}");
    assert!(!data.path().join("touchline.db").exists());
    std::fs::remove_file(backup.join("backup.json")).unwrap();
    let (ok, said) = touchline(data.path(), &["restore", shown(&backup)], &[]).await;
    assert!(!ok && said.contains("is no backup") && files_in(&backup) > 0, "{said}");
}

/// An empty installation on PostgreSQL and S3: its configuration for the environment, and as a file.
async fn elsewhere(folder: &Path) -> (Vec<(&'static str, String)>, std::path::PathBuf) {
    let database = Database::Postgres.fresh_url().await;
    let bucket = Bucket::new().await;
    let file = folder.join("elsewhere.toml");
    let text = format!(
        "data = \"{}\"\n[database]\nurl = {database:?}\n[storage]\nendpoint = {:?}\nbucket = {:?}\nregion = \"us-east-1\"\n\
         access_key = \"anyone\"\nsecret_key = \"anything\"\n",
        folder.join("elsewhere").display(),
        bucket.endpoint,
        bucket.name
    );
    std::fs::write(&file, text).unwrap();
    let env = [bucket.env(), vec![("TOUCHLINE_DATABASE__URL", database)]].concat();
    (env, file)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_moves_to_postgres_and_s3_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let (there, file) = elsewhere(folder.path()).await;
    let mut server = Process::server(&[], &[]).await;
    let made = make(&server).await;
    server.begin_upload(&made.game, 1 << 30, "never sent").await;
    let before = seen(&server).await;
    let (ok, said) = touchline(server.data(), &["migrate-data", "--to", shown(&file)], &[]).await;
    assert!(!ok && said.contains("another Touchline uses the data folder"), "{said}");
    server.kill();
    let (ok, said) = touchline(server.data(), &["migrate-data", "--to", shown(&file)], &[]).await;
    assert!(!ok && said.contains("1 uploads are unfinished"), "{said}");
    let without = ["migrate-data", "--without-open-uploads", "--to", shown(&file)];
    let (ok, said) = touchline(server.data(), &without, &[]).await;
    assert!(ok && said.contains("| clips | 1 |") && said.contains("| games | 1 |"), "{said}");
    let (ok, said) = touchline(server.data(), &without, &[]).await;
    assert!(!ok && said.contains("holds data already") && !said.contains("touchline:"), "no password is said: {said}");

    let moved = Process::server(&[], &there).await;
    // The game's open upload stayed behind; everything else is as it was.
    let now = seen(&moved).await;
    assert_eq!(now, before);
    assert_eq!(moved.bytes(&made.reel).await.as_ref(), Some(&made.reel_bytes));
    assert_eq!(moved.ok(Method::GET, "/api/uploads", Value::Null).await, json!([]));
    drop(moved);

    let home = TempDir::new().unwrap();
    let file = folder.path().join("home.toml");
    std::fs::write(&file, format!("data = \"{}\"\n", home.path().display())).unwrap();
    let (ok, said) = touchline(folder.path(), &["migrate-data", "--to", shown(&file)], &there).await;
    assert!(ok, "{said}");
    let back = Process::server_on(home, &[]).await;
    assert_eq!(seen(&back).await, now);
    assert_eq!(back.bytes(&made.reel).await, Some(made.reel_bytes));
}
