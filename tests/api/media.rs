//! A real recording: read, shown, refused when it is none.

use crate::{
    footage::MATCH,
    on_both,
    support::{TestApp, id},
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
