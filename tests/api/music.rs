//! A song under a reel.

use crate::{
    database::Database,
    footage::MATCH,
    on_both,
    support::{NOBODY, TestApp, eventually, id},
};
use reqwest::{Method, header};
use serde_json::{Value, json};
use std::{fs, process::Command};
use tempfile::TempDir;
use touchline::{server::db::now_ms, uploads::reaper};

/// Bytes of a song of `seconds`, as a browser would send it.
fn song(ending: &str, hertz: u32, seconds: u32) -> Vec<u8> {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join(format!("song.{ending}"));
    let tone = format!("sine={hertz}:r=44100:d={seconds}");
    let made = Command::new("ffmpeg").args(["-v", "error", "-f", "lavfi", "-i", &tone]).arg(&path).status();
    assert!(made.expect("ffmpeg runs").success());
    fs::read(path).expect("a song")
}

async fn add(app: &TestApp, reel: &Value, name: &str, bytes: Vec<u8>) -> crate::support::Answer {
    let path = format!("/api/reels/{}/music?name={name}", id(&reel["id"]));
    app.send(app.request(Method::PUT, &path).header(header::CONTENT_TYPE, "application/octet-stream").body(bytes)).await
}

/// How loud a tone of so many hertz is in a file, in decibels.
fn loudness(file: &[u8], hertz: u32, from: f64, seconds: f64) -> f64 {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("a.mp4");
    fs::write(&path, file).expect("written");
    let filter = format!("bandpass=f={hertz}:width_type=h:w=40,volumedetect");
    let (from, seconds) = (from.to_string(), seconds.to_string());
    let output = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostats", "-ss", &from, "-t", &seconds, "-i"])
        .arg(&path)
        .args(["-vn", "-af", &filter, "-f", "null", "-"])
        .output()
        .expect("ffmpeg runs");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = text.lines().find_map(|line| line.split_once("mean_volume: ")).expect("a volume").1.to_owned();
    line.trim_end_matches(" dB").parse().expect("a number")
}

async fn exported(app: &TestApp, reel: &Value, settings: Value) -> Vec<u8> {
    let export = app.post("/api/exports", json!({"reel": reel["id"], "settings": settings})).await.ok();
    let done = app.ended(&export).await;
    assert_eq!(done["state"], "complete", "{done}");
    let path = format!("/media/renditions/{}", id(&done["rendition"]));
    let see = app.request(Method::GET, &path).send().await.unwrap();
    let at = see.headers()[header::LOCATION].to_str().unwrap().to_owned();
    app.request(Method::GET, &at).send().await.unwrap().bytes().await.unwrap().to_vec()
}

on_both!(a_song_plays_under_its_reel, |app: TestApp| async move {
    let (_, upload) = app.game_with_recording().await;
    let clip = app.clip(&upload, (0, 2_400), json!({})).await;
    let reel = app.reel("9:16", &[&clip, &clip]).await;
    let path = format!("/api/reels/{}", id(&reel["id"]));
    assert_eq!(app.get(&path).await.ok()["music"], Value::Null);
    let small = json!({"size": "small", "quality": "compact"});
    let plain = exported(&app, &reel, small.clone()).await;

    // Shorter than the reel: it plays again.
    let added = add(&app, &reel, "An%20anthem.mp3", song("mp3", 3_000, 2)).await.ok();
    assert_eq!(
        (&added["name"], &added["level"], &added["ducks"]),
        (&json!("An anthem.mp3"), &json!("medium"), &json!(true))
    );
    let settings = format!("{path}/music/settings");
    app.put(&settings, json!({"level": "loud", "ducks": false})).await.ok();
    let known = app.get(&path).await.ok();
    assert_eq!((&known["music"]["id"], &known["music"]["level"]), (&added["id"], &json!("loud")));
    assert_eq!(known["version"], reel["version"], "an editor that is open goes on");
    let with = exported(&app, &reel, small.clone()).await;
    for at in [0.6, 2.4] {
        let (before, after) = (loudness(&plain, 3_000, at, 0.8), loudness(&with, 3_000, at, 0.8));
        assert!(after > -30.0 && after > before + 15.0, "at {at}: {before} dB, then {after}");
    }
    // Alone, without the game.
    let mut alone = small.clone();
    alone["sound"] = json!("mute");
    assert!(loudness(&exported(&app, &reel, alone).await, 3_000, 1.0, 1.0) > -30.0);
    // Days later it still lies where it is looked for.
    reaper::round(app.state(), now_ms() + 3 * 24 * 3_600_000).await.expect("a sweep");
    let heard = app.request(Method::GET, &format!("/media/reels/{}/music", id(&reel["id"]))).send().await.unwrap();
    assert_eq!(heard.status().as_u16(), 307);
    let at = heard.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let kept = app.request(Method::GET, &at).send().await.unwrap();
    assert_eq!((kept.status().as_u16(), &kept.headers()[header::CONTENT_TYPE]), (200, &"audio/mp4".parse().unwrap()));

    // Taken away, and there again when that is said; a late change of its level does not do it.
    app.delete(&format!("{path}/music")).await;
    assert_eq!(app.get(&path).await.ok()["music"], Value::Null);
    app.delete(&format!("{path}/music")).await.refused(404, "not_found");
    app.put(&settings, json!({"level": "soft"})).await.refused(404, "not_found");
    app.put(&settings, json!({"level": "soft", "restore": true})).await.ok();
    assert_eq!(app.get(&path).await.ok()["music"]["name"], "An anthem.mp3");

    // Another one instead of it; how loud it was chosen stays.
    let other = add(&app, &reel, "b.wav", song("wav", 500, 3)).await.ok();
    assert_eq!((&other["level"], other["id"] == added["id"]), (&json!("soft"), false));
    let songs = async || {
        let all = app.state().store.list("o/").await.expect("a list");
        all.into_iter().filter(|object| object.key.as_str().contains("/m/")).count()
    };
    assert!(songs().await >= 1);
    eventually("the first song is swept", async || (songs().await == 1).then_some(())).await;
    app.destroy("reel", &reel["id"]).await;
    let left = sqlx::query("SELECT 1 FROM reel_music").fetch_all(app.db.pool()).await.unwrap();
    assert!(left.is_empty());
    eventually("the second one goes with its reel", async || (songs().await == 0).then_some(())).await;
});

on_both!(what_is_no_song_is_refused_and_nothing_is_left, |app: TestApp| async move {
    let (_, upload) = app.game_with_recording().await;
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    let reel = app.reel("9:16", &[&clip]).await;
    let before = app.rows().await;
    for (name, bytes, status, code) in [
        ("a.mp3", b"#EXTM3U\nhttp://127.0.0.1:1/a.mp3\n".to_vec(), 415, "unsupported_type"),
        ("a.mp3", Vec::new(), 415, "unsupported_type"),
        ("a.mp3", b"ID3\x04 nothing".to_vec(), 415, "unsupported_type"),
        ("%20", song("mp3", 500, 2), 422, "invalid"),
        ("a.mp3", vec![0xFF; (100 << 20) + 1], 413, "too_large"),
    ] {
        add(&app, &reel, name, bytes).await.refused(status, code);
    }
    add(&app, &json!({"id": NOBODY}), "a.mp3", song("mp3", 500, 2)).await.refused(404, "not_found");
    let settings = format!("/api/reels/{}/music/settings", id(&reel["id"]));
    app.put(&settings, json!({"level": "loud"})).await.refused(404, "not_found");
    app.put(&settings, json!({"level": "deafening"})).await.refused(400, "malformed");
    assert_eq!(app.rows().await, before);
    let left = fs::read_dir(app.data().join("work")).expect("a folder").flatten();
    assert_eq!(left.filter(|entry| entry.file_name().to_string_lossy().starts_with("music-")).count(), 0);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_song_counts_like_a_recording() {
    let app = TestApp::start_with(Database::Sqlite, |config| {
        config.uploads.quota = i64::try_from(MATCH.len()).expect("small") + 60_000;
    })
    .await;
    let (_, upload) = app.game_with_recording().await;
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    let reel = app.reel("9:16", &[&clip]).await;
    let before = app.rows().await;
    add(&app, &reel, "long.mp3", song("mp3", 500, 30)).await.refused(413, "quota_exceeded");
    let rows = app.rows().await;
    let of = |rows: &[(&str, i64)], table: &str| rows.iter().find(|(name, _)| *name == table).map(|(_, count)| *count);
    assert_eq!(of(&rows, "reel_music"), Some(0));
    assert_eq!(of(&rows, "reels"), of(&before, "reels"));
    add(&app, &reel, "short.mp3", song("mp3", 500, 1)).await.ok();
}
