//! The server is killed at every step with which an upload reaches the disk: after each, what was confirmed is there,
//! what was not goes on, and nothing is left lying about. strace kills it in the very system call.

use crate::process::Process;
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    path::Path,
    process::{Child, Command, Stdio},
};

/// The steps: what changes files and folders, and what changes the database.
const STEPS: [&str; 6] = ["fsync", "fdatasync", "rename", "unlink", "pwrite64", "ftruncate"];
/// A step that comes more often than this is not the step of an upload.
const MOST: usize = 80;

/// strace on a process: kills it when it comes to its `at`th call of this kind.
struct Killer(Child);

impl Killer {
    fn attach(process: u32, step: &str, at: usize) -> Self {
        let child = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-p", &process.to_string()])
            .args(["-e", &format!("trace={step}"), "-e", &format!("inject={step}:signal=KILL:when={at}")])
            .stdin(Stdio::null())
            .spawn()
            .expect("strace is there; `make test` installs it");
        let attached =
            |status: String| status.lines().any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"));
        let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while !std::fs::read_to_string(format!("/proc/{process}/status")).is_ok_and(attached) {
            assert!(std::time::Instant::now() < until, "strace may not attach to a process of ours");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        Self(child)
    }
}

impl Drop for Killer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Bytes of which no two parts are alike, and no two files.
fn noise(bytes: usize, seed: usize) -> Vec<u8> {
    (0..bytes)
        .map(|at| u8::try_from((at.wrapping_mul(31) ^ (at >> 8)).wrapping_add(seed) % 251).unwrap_or_default())
        .collect()
}

/// A file of three parts.
const PART: usize = 16 << 20;
const SIZE: usize = 2 * PART + 1000;

struct Sender<'a> {
    process: &'a Process,
    file: &'a [u8],
    upload: String,
    video: String,
    game: String,
}

impl<'a> Sender<'a> {
    async fn begin(process: &'a Process, file: &'a [u8], name: &str) -> Self {
        let game = json!({"opponent": name, "played_on": "2026-12-06", "venue": "home"});
        let game = process.ok(Method::POST, "/api/games", game).await;
        let new = json!({"game": game["id"], "name": "match.mp4", "size": file.len(), "fingerprint": name});
        let upload = process.ok(Method::POST, "/api/uploads", new).await;
        let text = |value: &Value| value.as_str().expect("an id").to_owned();
        Self { process, file, upload: text(&upload["id"]), video: text(&upload["video"]), game: text(&game["id"]) }
    }

    async fn send(&self, number: usize) -> bool {
        let path = format!("/api/uploads/{}/sign", self.upload);
        let wanted = json!({"parts": [{ "number": number }]});
        let Some(signed) = self.process.call(Method::POST, &path, wanted).await else { return false };
        let Some(url) = signed.json[0]["url"].as_str() else { return false };
        let from = (number - 1) * PART;
        self.process.put(url, self.file[from..self.file.len().min(from + PART)].to_vec()).await
    }

    async fn complete(&self) -> bool {
        let path = format!("/api/uploads/{}/complete", self.upload);
        self.process.call(Method::POST, &path, Value::Null).await.is_some_and(|answer| answer.status.is_success())
    }

    async fn state(&self) -> (String, Vec<u64>) {
        let upload = self.process.ok(Method::GET, &format!("/api/uploads/{}", self.upload), Value::Null).await;
        let received = upload["received"].as_array().expect("a list").iter().filter_map(Value::as_u64).collect();
        (upload["state"].as_str().expect("a state").to_owned(), received)
    }

    async fn is_whole(&self) -> bool {
        self.process.bytes(&format!("/media/videos/{}", self.video)).await.as_deref() == Some(self.file)
    }

    /// To the trash and out of it, whichever of the two is done already; whether the server lived through it.
    async fn delete(&self) -> bool {
        for path in ["games", "trash/game"] {
            let answer = self.process.call(Method::DELETE, &format!("/api/{path}/{}", self.game), Value::Null).await;
            if !answer.is_some_and(|answer| answer.status.is_success() || answer.status.as_u16() == 404) {
                return false;
            }
        }
        true
    }
}

fn files_below(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}

/// Sends, completes and deletes while the killer waits for one step; then looks at what is left. Answers whether the step
/// came.
async fn killed_at(process: &mut Process, step: &str, at: usize) -> bool {
    let file = noise(SIZE, at);
    let small = noise(5_000, at);
    let sender = Sender::begin(process, &file, &format!("{step} {at}")).await;
    let doomed = Sender::begin(process, &small, &format!("doomed by {step} {at}")).await;
    assert!(sender.send(1).await && doomed.send(1).await && doomed.complete().await, "before the killer comes");

    let killer = Killer::attach(process.id(), step, at);
    let sent = sender.send(2).await;
    // The same part with other bytes cannot be: sent again it stays what it is.
    let again = sender.send(2).await;
    let last = sender.send(3).await;
    let completed = sender.complete().await;
    let deleted = doomed.delete().await;
    let (upload, video, game) = (sender.upload.clone(), sender.video.clone(), sender.game.clone());
    let (doomed_upload, doomed_video, doomed_game) = (doomed.upload.clone(), doomed.video.clone(), doomed.game.clone());
    drop(killer);
    let went_well = sent && again && last && completed && deleted;
    if !went_well {
        // A call fails for no other reason than that the server died.
        crate::support::eventually("the server is dead", async || process.has_ended().then_some(())).await;
    }
    let came = process.has_ended();
    process.restart().await;

    let sender = Sender { process, file: &file, upload, video, game };
    let (state, received) = sender.state().await;
    if state == "open" {
        assert!(!completed, "what was confirmed is complete");
        assert!(received.contains(&1), "a part of before is there: {received:?}");
        assert!(!sent || received.contains(&2), "a part that was accepted is there: {received:?}");
        assert!(!last || received.contains(&3), "a part that was accepted is there: {received:?}");
        for number in [1, 2, 3].iter().filter(|number| !received.contains(number)) {
            assert!(sender.send(usize::try_from(*number).unwrap_or_default()).await, "what is missing can be sent");
        }
        assert!(sender.complete().await, "and completed");
    }
    assert_eq!(sender.state().await.0, "complete");
    assert!(sender.is_whole().await, "byte for byte");
    let doomed = Sender { process, file: &small, upload: doomed_upload, video: doomed_video, game: doomed_game };
    let there =
        process.call(Method::GET, &format!("/api/games/{}", doomed.game), Value::Null).await.expect("an answer");
    if there.status.is_success() {
        assert!(!deleted && doomed.is_whole().await, "what was not deleted is whole");
    }
    assert!(doomed.delete().await && sender.delete().await);
    // Of deleted games nothing stays, neither in the store nor half in its doorway.
    crate::support::eventually("the store is empty", async || {
        let left = files_below(&process.data().join("objects")) + files_below(&process.data().join("incoming"));
        (left == 0).then_some(())
    })
    .await;
    came
}

/// Every step of each kind, or with fewer in `make test`: the first ones of each kind, then some.
async fn killed_at_each(step: &str) -> usize {
    let every = std::env::var_os("TOUCHLINE_LONG").is_some();
    // One thread for each kind of work: the steps of a call come in one order.
    let single = [("TOKIO_WORKER_THREADS", "1".to_owned()), ("TOUCHLINE_DATABASE__CONNECTIONS", "1".to_owned())];
    let mut process = Process::server(&["--no-worker"], &single).await;
    let (mut at, mut kills) = (1, 0);
    while killed_at(&mut process, step, at).await {
        kills += 1;
        at += if every || at < 3 { 1 } else { 8 };
        assert!(at < MOST, "{step} never ends");
    }
    println!("{step}: killed {kills} times");
    kills
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_step_loses_nothing() {
    let mut kills = 0;
    for step in STEPS {
        kills += killed_at_each(step).await;
    }
    assert!(kills > 12, "the killer came {kills} times");
}
