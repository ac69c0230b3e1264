//! A whole recording in one request, as a script sends it.

use crate::{
    on_both,
    support::{NOBODY, TestApp, id},
};
use reqwest::{
    Method, RequestBuilder,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

fn form(app: &TestApp, game: &str, name: &'static str, bytes: Vec<u8>) -> RequestBuilder {
    let part = Part::bytes(bytes).file_name(name).mime_str("video/mp4").expect("a type");
    app.request(Method::PUT, &format!("/api/games/{game}/video")).multipart(Form::new().part("video", part))
}

async fn stored(app: &TestApp, video: &Value) -> Vec<u8> {
    let see = app.request(Method::GET, &format!("/media/videos/{}", id(video))).send().await.expect("an answer");
    let url = see.headers()["location"].to_str().expect("an address").to_owned();
    app.request(Method::GET, &url).send().await.expect("an answer").bytes().await.expect("a body").to_vec()
}

on_both!(a_script_sends_a_whole_recording, |config| config.uploads.max_bytes = 40 << 20, |app: TestApp| async move {
    let game = app.game().await;
    // More than one part, and not a whole number of them.
    let bytes: Vec<u8> = (0..(33_u32 << 20) + 7).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let upload = app.send(form(&app, id(&game["id"]), "match.mp4", bytes.clone())).await.ok();
    assert_eq!((&upload["state"], &upload["bytes"]), (&json!("complete"), &json!(bytes.len())));
    assert!(stored(&app, &upload["video"]).await == bytes, "byte for byte");
    let before = app.rows().await;
    app.send(form(&app, id(&game["id"]), "large.mp4", vec![0; 41 << 20])).await.refused(413, "too_large");
    app.send(form(&app, id(&game["id"]), "empty.mp4", Vec::new())).await.refused(422, "invalid");
    app.send(form(&app, NOBODY, "match.mp4", vec![1])).await.refused(404, "not_found");
    let text = app.request(Method::PUT, &format!("/api/games/{}/video", id(&game["id"])));
    app.send(text.try_clone().expect("plain").multipart(Form::new().text("video", "no file")))
        .await
        .refused(422, "invalid");
    app.send(text.body("no form")).await.refused(400, "malformed");
    let document = Part::bytes(vec![1]).file_name("notes.txt").mime_str("text/plain").expect("a type");
    let document = app
        .request(Method::PUT, &format!("/api/games/{}/video", id(&game["id"])))
        .multipart(Form::new().part("video", document));
    app.send(document).await.refused(415, "unsupported_type");
    assert_eq!(app.rows().await, before, "nothing stored, nothing written");
});
