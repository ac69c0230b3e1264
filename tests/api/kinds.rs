//! What can be made of a reel and of a game beside the reel itself.

use crate::{
    database::Database,
    footage::probe,
    support::{TestApp, eventually, id},
};
use reqwest::{Method, header};
use serde_json::{Value, json};
use std::{fs, process::Command};
use tempfile::TempDir;
use touchline::jobs::types::NewJob;

async fn file_of(app: &TestApp, export: &Value) -> Vec<u8> {
    let done = app.ended(export).await;
    assert_eq!(done["state"], "complete", "{done}");
    let path = format!("/media/renditions/{}", id(&done["rendition"]));
    let see = app.request(Method::GET, &path).send().await.unwrap();
    let at = see.headers()[header::LOCATION].to_str().unwrap().to_owned();
    app.request(Method::GET, &at).send().await.unwrap().bytes().await.unwrap().to_vec()
}

fn names(exports: &Value) -> Vec<&str> {
    exports.as_array().expect("a list").iter().map(|export| id(&export["name"])).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_game_becomes_one_annotated_file_and_single_clips() {
    let app = TestApp::start(Database::Sqlite).await;
    let (game, upload) = app.game_with_recording().await;
    let named = |name: &str| json!({"name": name, "notes": "Left foot,\nfar post", "rating": 4});
    app.clip(&upload, (0, 1_000), named("First")).await;
    app.clip(&upload, (1_240, 2_240), named("Second / half")).await;
    let of = json!({"game": game["id"]});
    let batch = json!({"of": of, "make": ["annotated", "clip"]});
    let exports = app.post("/api/exports/batch", batch).await.ok();
    let all = names(&exports);
    assert_eq!(all.len(), 3, "{exports}");
    assert!(all[0].ends_with(", annotated") && all[1].ends_with(" 01 First") && all[2].ends_with(" 02 Second / half"));
    assert_eq!((&exports[0]["kind"], &exports[1]["kind"]), (&json!("annotated"), &json!("clip")));
    let annotated = probe(&file_of(&app, &exports[0]).await);
    let picture = &annotated["streams"][0];
    assert_eq!(
        (&picture["width"], &picture["height"], &picture["nb_read_frames"]),
        (&json!(1920), &json!(1080), &json!("50"))
    );
    // As it was recorded: its size, its codec, its frames.
    let copied = file_of(&app, &exports[2]).await;
    let told = probe(&copied);
    let picture = &told["streams"][0];
    assert_eq!(
        (&picture["width"], &picture["height"], &picture["nb_read_frames"]),
        (&json!(320), &json!(180), &json!("25"))
    );
    assert_eq!(told["streams"][1]["codec_type"], "audio");

    // All of them as one ZIP, which another program reads.
    file_of(&app, &exports[1]).await;
    let renditions = app.get("/api/renditions").await.ok();
    let batch = id(&renditions[0]["batch"]).to_owned();
    assert!(renditions.as_array().expect("a list").iter().all(|it| it["batch"] == batch.as_str()), "{renditions}");
    // As a browser asks: it would have it squeezed.
    let zip = app.request(Method::GET, &format!("/media/batches/{batch}/zip")).header("accept-encoding", "gzip, br");
    let zip = zip.send().await.unwrap();
    assert_eq!(zip.headers()[header::CONTENT_ENCODING], "identity");
    assert_eq!(zip.headers()[header::CONTENT_TYPE], "application/zip");
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("a.zip"), zip.bytes().await.unwrap()).expect("written");
    let script =
        "import zipfile, sys; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])";
    let read =
        Command::new("python3").args(["-c", script]).arg(folder.path().join("a.zip")).arg(folder.path()).output();
    let read = read.expect("python3 runs");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let clip = fs::read_dir(folder.path())
        .expect("files")
        .flatten()
        .find(|it| it.file_name().to_string_lossy().contains("Second - half"));
    assert_eq!(fs::read(clip.expect("the clip").path()).expect("a file"), copied);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reel_its_clips_and_its_before_and_after_come_together() {
    let app = TestApp::start(Database::Sqlite).await;
    let (_, upload) = app.game_with_recording().await;
    let one = app.clip(&upload, (0, 1_000), json!({})).await;
    let two = app.clip(&upload, (1_000, 2_000), json!({})).await;
    let reel = app.reel("9:16", &[&one, &two]).await;
    let of = json!({"reel": reel["id"]});
    let small = json!({"size": "small", "quality": "compact"});
    let batch = json!({"of": of, "make": ["reel", "clip", "before_after"], "settings": small});
    let exports = app.post("/api/exports/batch", batch.clone()).await.ok();
    assert_eq!(exports.as_array().map(Vec::len), Some(4), "{exports}");
    let again = app.post("/api/exports/batch", batch).await.ok();
    assert_eq!(names(&again), names(&exports), "a double click is one");
    let mut frames = Vec::new();
    for export in exports.as_array().expect("a list") {
        frames.push(probe(&file_of(&app, export).await)["streams"][0]["nb_read_frames"].clone());
    }
    assert_eq!(frames, ["50", "100", "25", "25"].map(|count| json!(count)));
    // The reel's own page follows its reel only; the card is complete.
    let card = app.get("/api/reels").await.ok()[0].clone();
    assert_eq!(card["status"], "complete", "{card}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_made_is_refused() {
    let app = TestApp::start(Database::Sqlite).await;
    let (game, upload) = app.game_with_recording().await;
    let make = async |of: Value, make: Value| app.post("/api/exports/batch", json!({"of": of, "make": make})).await;
    let of_game = json!({"game": game["id"]});
    // No clips yet.
    make(of_game.clone(), json!(["clip"])).await.refused(422, "invalid");
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    let reel = app.reel("9:16", &[&clip]).await;
    for (of, what) in
        [(&of_game, json!(["reel"])), (&of_game, json!([])), (&json!({"reel": reel["id"]}), json!(["annotated"]))]
    {
        make(of.clone(), what).await.refused(422, "invalid");
    }
    for (of, what) in
        [(of_game.clone(), json!(["film"])), (json!({"film": "x"}), json!(["clip"])), (json!(5), json!(["clip"]))]
    {
        make(of, what).await.refused(400, "malformed");
    }
    let zip = app.request(Method::GET, "/media/batches/nobody/zip").send().await.unwrap();
    assert_eq!(zip.status().as_u16(), 404);
}

/// A recording that browsers do not play is played from a copy; what is exported is the recording.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h265_gets_a_copy_that_plays() {
    let app = TestApp::start(Database::Sqlite).await;
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("a.mov");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=2"])
        .args(["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-tag:v", "hvc1"])
        .arg(&path)
        .output()
        .expect("ffmpeg runs");
    assert!(made.status.success());
    let game = app.post("/api/games", json!({"opponent": "R", "played_on": "2026-12-06", "venue": "home"})).await.ok();
    let upload = app.send_file(&game, "a.mov", fs::read(&path).expect("a file")).await;
    let at = format!("/api/games/{}", id(&game["id"]));
    let video = eventually("a copy is made", async || {
        let video = app.get(&at).await.ok()["videos"][0].clone();
        (video["has_proxy"] == true).then_some(video)
    })
    .await;
    let played = app.request(Method::GET, id(&video["url"])).send().await.unwrap();
    let told = probe(&played.bytes().await.unwrap());
    assert_eq!(
        (&told["streams"][0]["codec_name"], &told["streams"][0]["nb_read_frames"]),
        (&json!("h264"), &json!("50"))
    );
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    let reel = app.reel("16:9", &[&clip]).await;
    let export = app.post("/api/exports", json!({"reel": reel["id"], "settings": {"size": "small"}})).await.ok();
    assert_eq!(probe(&file_of(&app, &export).await)["streams"][0]["nb_read_frames"], "25");
    // Deleted with its video.
    app.destroy("game", &game["id"]).await;
    eventually("its copy is gone", async || {
        let answer = app.request(Method::GET, id(&video["url"])).send().await.unwrap();
        (answer.status().as_u16() == 404).then_some(())
    })
    .await;
}

/// A graphics card's encoder that fails (here there is none) costs nothing but time: the export is made by x264.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_graphics_card_that_fails_is_done_without() {
    let app = TestApp::start_with(Database::Sqlite, |config| config.media.encoder = "vaapi".to_owned()).await;
    let (_, upload) = app.game_with_recording().await;
    let one = app.clip(&upload, (0, 1_000), json!({})).await;
    let two = app.clip(&upload, (1_000, 2_000), json!({})).await;
    let reel = app.reel("1:1", &[&one, &two]).await;
    let export = app.post("/api/exports", json!({"reel": reel["id"], "settings": {"size": "small"}})).await.ok();
    let told = probe(&file_of(&app, &export).await);
    assert_eq!(
        (&told["streams"][0]["codec_name"], &told["streams"][0]["nb_read_frames"]),
        (&json!("h264"), &json!("50"))
    );
}

/// The folder of a copy that is being made stays; that of one that nobody makes goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_at_work_is_not_swept_away() {
    let app = TestApp::start(Database::Sqlite).await;
    let (_, upload) = app.game_with_recording().await;
    let video = id(&upload["video"]);
    let owner = sqlx::query_scalar::<_, String>("SELECT owner FROM videos").fetch_one(app.db.pool()).await.unwrap();
    let job = NewJob::proxy(&owner.parse().unwrap(), &video.parse().unwrap());
    let mut tx = app.db.begin_write().await.unwrap();
    touchline::jobs::store::submit(&mut tx, &job).await.unwrap();
    let held = "UPDATE jobs SET state = 'processing', worker = 'another', lease_until = 9000000000000000 WHERE id = $1";
    sqlx::query(held).bind(job.id.as_str()).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let work = app.data().join("work");
    let (at_work, left) =
        (work.join(format!("proxy-{video}")), work.join("proxy-0192f0c1-2345-7abc-8def-0123456789ab"));
    for folder in [&at_work, &left] {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("proxy.part"), b"so far").unwrap();
    }
    eventually("what nobody makes is swept", async || (!left.exists()).then_some(())).await;
    assert!(at_work.join("proxy.part").exists());
}
