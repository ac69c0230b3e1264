//! A real recording: read, shown, refused when it is none.

use crate::{
    database::Database,
    footage::{MATCH, probe},
    on_both,
    support::{NOBODY, TestApp, eventually, id},
};
use reqwest::{Method, header};
use serde_json::{Value, json};

/// Where one of our paths leads, followed once.
async fn follow(app: &TestApp, path: &str) -> reqwest::Response {
    let see = app.request(Method::GET, path).send().await.unwrap();
    assert_eq!(see.status().as_u16(), 307, "{path}");
    let url = see.headers()[header::LOCATION].to_str().unwrap().to_owned();
    app.request(Method::GET, &url).send().await.unwrap()
}

on_both!(a_recording_is_read_and_can_be_played, |app: TestApp| async move {
    let (game, upload) = app.game_with_recording().await;
    let video = app.read_video(&game).await;
    assert_eq!(
        (&video["id"], &video["bytes"], &video["upload"]),
        (&upload["video"], &json!(MATCH.len()), &Value::Null)
    );
    let facts = &video["facts"];
    assert_eq!((&facts["width"], &facts["height"], &facts["frames"]), (&json!(320), &json!(180), &json!(75)));
    assert_eq!((&facts["rate"], &facts["duration"]), (&json!({"num": 25, "den": 1}), &json!(3_000_000)));
    assert_eq!(
        (&facts["has_sound"], &facts["codec"], &facts["sound_codec"]),
        (&json!(true), &json!("h264"), &json!("aac"))
    );
    let poster = follow(&app, id(&video["poster_url"])).await;
    assert_eq!(
        (poster.status().as_u16(), &poster.headers()[header::CONTENT_TYPE]),
        (200, &"image/jpeg".parse().unwrap())
    );
    assert!(poster.bytes().await.unwrap().starts_with(&[0xff, 0xd8, 0xff]), "a JPEG");
    let ranged =
        app.request(Method::GET, id(&video["url"])).header(header::RANGE, "bytes=100-199").send().await.unwrap();
    assert_eq!(ranged.status().as_u16(), 206);
    assert_eq!(ranged.headers()[header::CONTENT_RANGE], format!("bytes 100-199/{}", MATCH.len()));
    assert_eq!(ranged.bytes().await.unwrap(), MATCH[100..200], "byte for byte the user's file");
    let whole = follow(&app, &format!("/media/videos/{}", id(&video["id"]))).await.bytes().await.unwrap();
    assert_eq!(whole, MATCH[..]);
    let card = app.get("/api/games").await.ok()[0].clone();
    assert_eq!((&card["video"], &card["duration"]), (&json!("ready"), &json!(3_000_000)));
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    let found = app.post("/api/clips/search", json!({})).await.ok()[0].clone();
    assert_eq!((&found["clip"], &found["poster_url"]), (&clip, &video["poster_url"]));
});

// What a timeline is drawn with comes after the recording can be played, and goes with it.
on_both!(a_recording_is_drawn, |app: TestApp| async move {
    let (game, _) = app.game_with_recording().await;
    let video = app.read_video(&game).await;
    let expected = json!({"interval": 1_000_000, "count": 3, "columns": 3, "width": 128, "height": 72});
    assert_eq!(video["sprites"], expected);
    let sheet = follow(&app, id(&video["sprites_url"])).await;
    assert_eq!(sheet.headers()[header::CONTENT_TYPE], "image/jpeg");
    let probed = probe(&sheet.bytes().await.unwrap());
    assert_eq!((&probed["streams"][0]["width"], &probed["streams"][0]["height"]), (&json!(384), &json!(72)));
    let peaks = follow(&app, id(&video["waveform_url"])).await.bytes().await.unwrap();
    assert!((58..=61).contains(&peaks.len()) && peaks[1..57].iter().all(|peak| *peak > 20), "{peaks:?}");
    let track = format!("/media/videos/{}/sprites.vtt", id(&video["id"]));
    let track = app.request(Method::GET, &track).send().await.unwrap();
    assert_eq!(track.headers()[header::CONTENT_TYPE], "text/vtt; charset=utf-8");
    let track = track.text().await.unwrap();
    assert!(track.starts_with("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n/media/videos/"), "{track}");
    assert!(track.trim_end().ends_with("/sprites#xywh=256,0,128,72"), "{track}");
    for part in ["sprites", "sprites.vtt", "waveform"] {
        let path = format!("/media/videos/{}/{part}", id(&video["id"]));
        app.as_other(Method::GET, &path, None).await.refused(404, "not_found");
        app.get(&format!("/media/videos/{NOBODY}/{part}")).await.refused(404, "not_found");
    }
    let before = app.state().store.list("").await.expect("a list").len();
    assert_eq!(before, 4, "the recording, its poster, its pictures, its peaks");
    app.destroy("game", &game["id"]).await;
    eventually("its objects are gone", async || {
        app.state().store.list("").await.expect("a list").is_empty().then_some(())
    })
    .await;
});

/// Recordings from before there were sheets get theirs when the server starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn older_recordings_are_drawn_too() {
    let mut app = TestApp::start(Database::Sqlite).await;
    let (game, _) = app.game_with_recording().await;
    let old = "UPDATE videos SET sprites = NULL, sprites_key = NULL, waveform_key = NULL";
    sqlx::query(old).execute(app.state().db.pool()).await.expect("as it was");
    sqlx::query("DELETE FROM jobs WHERE kind <> 'probe'").execute(app.state().db.pool()).await.expect("as it was");
    assert!(app.get(&format!("/api/games/{}", id(&game["id"]))).await.ok()["videos"][0]["sprites_url"].is_null());
    app.restart().await;
    assert!(!app.read_video(&game).await["sprites_url"].is_null());
    // Only the sheet is missing: the job that measured the sound is there, and stays.
    let old = "UPDATE videos SET sprites = NULL, sprites_key = NULL";
    sqlx::query(old).execute(app.state().db.pool()).await.expect("as it was");
    sqlx::query("DELETE FROM jobs WHERE kind = 'sprites'").execute(app.state().db.pool()).await.expect("as it was");
    app.restart().await;
    assert!(!app.read_video(&game).await["sprites_url"].is_null());
}

on_both!(a_file_that_is_no_video_says_so, |app: TestApp| async move {
    let game = app.game().await;
    app.send_file(&game, "notes.mp4", b"Dear diary, we won again.\n".repeat(100)).await;
    let video = app.read_video(&game).await;
    assert_eq!((&video["state"], &video["error_code"]), (&json!("error"), &json!("unsupported_video")));
    assert_eq!((&video["facts"], &video["poster_url"]), (&Value::Null, &Value::Null));
    let poster = format!("/media/videos/{}/poster", id(&video["id"]));
    app.get(&poster).await.refused(404, "not_found");
    let half = app.game().await;
    app.send_file(&half, "half.mp4", MATCH[..MATCH.len() / 2].to_vec()).await;
    assert_eq!(app.read_video(&half).await["state"], "error");
});
