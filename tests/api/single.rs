//! An installation of one process on SQLite: whatever happens to it, what was accepted finishes exactly once. The short form in
//! `make test`, more of everything with `TOUCHLINE_LONG=1`.

use crate::{
    footage::programs_on,
    process::Process,
    support::{eventually, id},
};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Connection;
use std::{
    io::Write,
    time::{Duration, Instant},
};

fn is_long() -> bool {
    std::env::var_os("TOUCHLINE_LONG").is_some()
}

async fn state(server: &Process, export: &str) -> Option<Value> {
    let answer = server.call(Method::GET, &format!("/api/exports/{export}"), Value::Null).await?;
    answer.status.is_success().then_some(answer.json)
}

async fn completes(server: &Process, export: &str) -> Value {
    eventually("the export is complete", async || {
        let export = state(server, export).await?;
        assert!(export["state"] != "error" && export["state"] != "cancelled", "{export}");
        (export["state"] == "complete").then_some(export)
    })
    .await
}

/// A reel of ten clips, its file, and how often its pieces were begun; `disturb` has the server while it renders.
async fn ten_clips(server: &mut Process, disturb: impl AsyncFnOnce(&mut Process, &str)) -> (Vec<u8>, i64) {
    let video = server.recording("Ten").await["video"].clone();
    let mut clips = Vec::new();
    for n in 0..10 {
        let start = 100_000 + n * 240_000;
        let clip = json!({"video": video, "start": start, "end": start + 480_000});
        clips.push(server.ok(Method::POST, "/api/clips", clip).await["id"].clone());
    }
    let reel = server.ok(Method::POST, "/api/reels", json!({"aspect": "9:16", "clips": clips})).await;
    let export = server.export(&reel).await;
    disturb(server, &export).await;
    let done = completes(server, &export).await;
    let file = server.bytes(&format!("/media/renditions/{}", id(&done["rendition"]))).await.expect("the file");
    let database = format!("sqlite://{}?mode=ro", server.data().join("touchline.db").display());
    let mut database = sqlx::SqliteConnection::connect(&database).await.expect("the database");
    let begun = sqlx::query_scalar("SELECT SUM(attempt) FROM jobs WHERE kind = 'segment'");
    (file, begun.fetch_one(&mut database).await.expect("a sum"))
}

/// kill -9 in the middle of ten clips: the same file, byte for byte, and no piece but the one in work is begun again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_makes_the_same_file() {
    let env = [("TOUCHLINE_JOBS__SLOTS", "1".to_owned())];
    let mut quiet = Process::server(&[], &env).await;
    let (undisturbed, begun) = ten_clips(&mut quiet, async |_, _| ()).await;
    assert_eq!(begun, 10);
    drop(quiet);
    let mut server = Process::server(&[], &env).await;
    let killed = async |server: &mut Process, export: &str| {
        eventually("some of it is rendered", async || {
            let done = state(server, export).await?["done"].as_i64()?;
            (done >= 30 && programs_on(server.data()) > 0).then_some(())
        })
        .await;
        server.restart().await;
        assert_ne!(state(server, export).await.expect("an export")["state"], "complete", "killed in the middle");
    };
    let (file, begun) = ten_clips(&mut server, killed).await;
    assert!(file == undisturbed, "{} and {} bytes", file.len(), undisturbed.len());
    assert!((10..=11).contains(&begun), "{begun} pieces were begun");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_server_finishes_what_it_accepted() {
    let (jobs, rounds) = if is_long() { (40, 4) } else { (5, 1) };
    let mut server = Process::server(&[], &[("TOUCHLINE_JOBS__SLOTS", "2".to_owned())]).await;
    let video = server.recording("One").await["video"].clone();
    let mut exports = Vec::new();
    for n in 0..jobs {
        let reel = server.reel(&video, n * 40_000 % 2_000_000, 400_000).await;
        exports.push(server.export(&reel).await);
        // A second click while it waits is the same export.
        assert_eq!(exports.last(), Some(&server.export(&reel).await));
    }
    let began = Instant::now();
    let at_work = async |server: &Process| {
        eventually("something is rendered", async || (programs_on(server.data()) > 0).then_some(())).await;
    };
    for round in 0..rounds {
        // A job that dies five times at the same place ends by the rules: between the rounds others get done.
        eventually("some more are complete", async || {
            let renditions = server.call(Method::GET, "/api/renditions", Value::Null).await?.json;
            (renditions.as_array()?.len() >= round * 4).then_some(())
        })
        .await;
        // Killed in the middle, and started again in the same second: it goes on at once, not when a lease runs out.
        at_work(&server).await;
        let programs = server.data().to_owned();
        server.kill();
        let died = Instant::now();
        eventually("no program outlives it", async || (programs_on(&programs) == 0).then_some(())).await;
        let alone = died.elapsed();
        server.start_again().await;
        let started = Instant::now();
        at_work(&server).await;
        if is_long() {
            assert!(alone < Duration::from_secs(2), "{alone:?}");
            assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
        }
        // Twice, before anything could be done.
        server.restart().await;
        server.restart().await;
        // Asked to stop while it renders: what runs goes back, uncharged.
        at_work(&server).await;
        let asked = Instant::now();
        server.stop();
        assert!(asked.elapsed() < Duration::from_secs(15), "{:?}", asked.elapsed());
        assert_eq!(programs_on(server.data()), 0);
        server.start_again().await;
    }
    // Put to sleep for longer than its leases.
    at_work(&server).await;
    server.pause();
    tokio::time::sleep(Duration::from_secs(if is_long() { 45 } else { 22 })).await;
    server.go_on();
    let mut attempts = 0;
    for export in &exports {
        let done = completes(&server, export).await;
        assert_eq!(done["done"], done["total"]);
        attempts = attempts.max(done["attempt"].as_i64().unwrap_or_default());
    }
    let renditions = server.ok(Method::GET, "/api/renditions", Value::Null).await;
    assert_eq!(renditions.as_array().map(Vec::len), Some(exports.len()), "one file for each");
    assert_eq!(programs_on(server.data()), 0);
    println!(
        "| jobs | kill -9 | SIGTERM | pauses | highest attempt | seconds |\n| --- | --- | --- | --- | --- | --- |"
    );
    println!("| {jobs} | {} | {rounds} | 1 | {attempts} | {} |", rounds * 3, began.elapsed().as_secs());
}

/// Work that ends its server each time it is tried is not tried for ever, and keeps nobody else from his.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poison_job_ends_and_others_go_on() {
    let mut server = Process::server(&[], &[("TOUCHLINE_JOBS__SLOTS", "1".to_owned())]).await;
    let video = server.recording("One").await["video"].clone();
    let poison = server.export(&server.reel(&video, 0, 2_000_000).await).await;
    let mut deaths = 0;
    let ended = loop {
        // Before it comes any further than the time before.
        let met = eventually("it is tried, or has ended", async || {
            if programs_on(server.data()) > 0 {
                return Some(None);
            }
            let export = state(&server, &poison).await?;
            (export["state"] != "pending" && export["state"] != "processing").then_some(Some(export))
        })
        .await;
        if let Some(ended) = met {
            break ended;
        }
        deaths += 1;
        assert!(deaths <= 20, "it is tried for ever");
        server.restart().await;
    };
    assert_eq!((&ended["state"], &ended["error_code"]), (&json!("error"), &json!("crash_loop")), "{ended}");
    assert!((5..=10).contains(&deaths), "five attempts for a part, {deaths} deaths");
    let other = server.export(&server.reel(&video, 400_000, 400_000).await).await;
    completes(&server, &other).await;
    assert_eq!(state(&server, &poison).await.expect("it is still there")["state"], "error");
}

/// From the click to no process: at most a second, though the programs ignore every polite signal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_ends_programs_that_ignore_term() {
    let folder = tempfile::tempdir().unwrap();
    let installed = which("ffmpeg");
    for name in ["ffmpeg", "ffprobe"] {
        // No faster than it was recorded: there is time to see it run.
        let slowly = if name == "ffmpeg" { "-re" } else { "" };
        let tools = installed.parent().unwrap().display();
        let script = format!("#!/bin/sh\ntrap '' TERM INT HUP\nexec {tools}/{name} {slowly} \"$@\"\n");
        let path = folder.path().join(name);
        std::fs::write(&path, script).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&path, mode).unwrap();
    }
    let program = folder.path().join("ffmpeg").display().to_string();
    let server = Process::server(&[], &[("TOUCHLINE_MEDIA__FFMPEG", program)]).await;
    let video = server.recording("One").await["video"].clone();
    let reel = server.reel(&video, 0, 2_000_000).await;
    let export = server.export(&reel).await;
    let path = format!("/api/exports/{export}");
    eventually("it renders", async || {
        let moves = state(&server, &export).await?["done"].as_i64()? > 0;
        (moves && programs_on(server.data()) > 0).then_some(())
    })
    .await;
    let asked = Instant::now();
    assert_eq!(server.ok(Method::DELETE, &path, Value::Null).await["state"], "cancelled");
    eventually("no program is left", async || (programs_on(server.data()) == 0).then_some(())).await;
    let took = asked.elapsed();
    // Beside other tests everything takes its time; alone it is what we promise.
    assert!(took < Duration::from_secs(1) * if is_long() { 1 } else { 5 }, "{took:?}");
    println!("cancelled, and no program left, after {took:?}");
}

fn which(program: &str) -> std::path::PathBuf {
    let path = std::env::var_os("PATH").expect("a path");
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .expect("it is installed")
}

/// The disk fills up while it renders: nothing is lost, what is there can still be deleted, and with room again it goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing() {
    let server = Process::server_on_disk_of(256 << 20).await;
    let video = server.recording("One").await["video"].clone();
    let reel = server.reel(&video, 0, 2_000_000).await;
    let disk = server.disk();
    let mut fill = std::fs::File::create(disk.join("fill")).expect("a file");
    while fill.write_all(&[0; 1 << 13]).is_ok() {}
    // Room for rows, and less than what the store keeps free for them.
    let length = fill.metadata().expect("about it").len();
    fill.set_len(length.saturating_sub(60 << 20)).expect("shorter");
    let export = server.export(&reel).await;
    let refused = eventually("it stops for want of room", async || {
        let export = state(&server, &export).await?;
        assert_ne!(export["state"], "complete", "there was no room");
        (export["state"] == "error").then_some(export)
    })
    .await;
    assert_eq!(refused["error_code"], "disk_full");
    assert!(id(&refused["error"]).contains("Free room in Storage"), "{refused}");
    let clips = server.ok(Method::POST, "/api/clips/search", json!({})).await;
    assert_eq!(clips.as_array().map(Vec::len), Some(1), "nothing is lost");
    let game =
        server.ok(Method::POST, "/api/games", json!({"opponent": "R", "played_on": "2026-12-06", "venue": "home"}));
    let path = format!("/api/games/{}", id(&game.await["id"]));
    assert!(server.call(Method::DELETE, &path, Value::Null).await.expect("an answer").status.is_success());

    drop(fill);
    std::fs::remove_file(disk.join("fill")).expect("room again");
    server.ok(Method::POST, &format!("/api/exports/{export}/retry"), Value::Null).await;
    let done = completes(&server, &export).await;
    assert_eq!((&done["done"], &done["error"]), (&json!(50), &Value::Null));
}
