//! Uploads: straight to the store, through the server, and everything that must be refused.

use crate::{
    on_both,
    support::{NOBODY, TestApp, eventually, id},
};
use reqwest::{Body, Method};
use serde_json::{Value, json};

const PART: i64 = 16 << 20;

fn path(upload: &Value) -> String {
    format!("/api/uploads/{}", id(&upload["id"]))
}

fn new(game: &Value, name: &str, size: i64, fingerprint: &str) -> Value {
    json!({"game": game["id"], "name": name, "size": size, "type": "video/mp4", "fingerprint": fingerprint})
}

async fn sign(app: &TestApp, upload: &Value, part: i32) -> String {
    let signed = app.post(&format!("{}/sign", path(upload)), json!({"parts": [{"number": part}]})).await.ok();
    signed[0]["url"].as_str().unwrap().to_owned()
}

async fn complete(app: &TestApp, upload: &Value) -> crate::support::Answer {
    app.send(app.request(Method::POST, &format!("{}/complete", path(upload)))).await
}

async fn received(app: &TestApp, upload: &Value) -> Value {
    app.get(&path(upload)).await.ok()["received"].clone()
}

on_both!(the_same_file_is_the_same_upload, |app: TestApp| async move {
    let game = app.game().await;
    let first = app.post("/api/uploads", new(&game, "match.mp4", 2 * PART + 1, "f1")).await.ok();
    assert_eq!((&first["part_size"], &first["received"], &first["state"]), (&json!(PART), &json!([]), &json!("open")));
    assert!(first.get("store_upload").is_none(), "the store's own name of it stays on the server");
    let again = new(&game, "match.mp4", 2 * PART + 1, "f1");
    assert_eq!(app.call("uploads/create", json!({"upload": again})).await.ok(), first);
    assert_eq!((app.count("uploads").await, app.count("videos").await), (1, 1));
    let other = app.post("/api/uploads", new(&game, "second.mp4", 2 * PART + 1, "f2")).await.ok();
    assert_ne!(other["id"], first["id"]);
    let (one, two) = tokio::join!(
        app.post("/api/uploads", new(&game, "third.mp4", 9, "f3")),
        app.post("/api/uploads", new(&game, "third.mp4", 9, "f3")),
    );
    assert_eq!(one.ok()["id"], two.ok()["id"], "a double click is one upload");
    assert_eq!((app.count("uploads").await, app.count("videos").await), (3, 3));
});

on_both!(
    what_cannot_be_an_upload_is_refused,
    |config| (config.uploads.max_bytes, config.uploads.max_open) = (10 << 30, 2),
    |app: TestApp| async move {
        let game = app.game().await;
        let nobody = json!({"id": NOBODY});
        for (body, status, code) in [
            (new(&game, "a.mp4", 0, "f"), 422, "invalid"),
            (new(&game, "a.mp4", -1, "f"), 422, "invalid"),
            (new(&game, "a.mp4", i64::MIN, "f"), 422, "invalid"),
            (new(&game, "a.mp4", (10 << 30) + 1, "f"), 413, "too_large"),
            (new(&game, "a.mp4", i64::MAX, "f"), 413, "too_large"),
            (json!({"game": game["id"], "name": "a.pdf", "size": 9, "fingerprint": "f"}), 415, "unsupported_type"),
            (new(&game, "", 9, "f"), 422, "invalid"),
            (new(&game, &"x".repeat(256), 9, "f"), 422, "invalid"),
            (new(&game, "a.mp4", 9, ""), 422, "invalid"),
            (new(&game, "a.mp4", 9, &"f".repeat(129)), 422, "invalid"),
            (new(&nobody, "a.mp4", 9, "f"), 404, "not_found"),
        ] {
            app.post("/api/uploads", body.clone()).await.refused(status, code);
            app.call("uploads/create", json!({"upload": body})).await.refused(status, code);
        }
        assert_eq!(
            (app.count("uploads").await, app.count("videos").await, app.count("store_uploads").await),
            (0, 0, 0)
        );
        for file in ["a", "b"] {
            app.post("/api/uploads", new(&game, &format!("{file}.mp4"), 9, file)).await.ok();
        }
        app.post("/api/uploads", new(&game, "c.mp4", 9, "c")).await.refused(429, "too_many");
        app.post("/api/uploads", new(&game, "a.mp4", 9, "a")).await.ok();
    }
);

on_both!(parts_outside_of_the_file_are_not_signed, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(2 * PART + 5).await;
    let path = format!("{}/sign", path(&upload));
    let numbers: [&[i32]; 7] = [&[], &[1; 33], &[0], &[-1], &[4], &[1, 4], &[i32::MAX]];
    for numbers in numbers {
        let parts: Vec<Value> = numbers.iter().map(|number| json!({"number": number})).collect();
        app.post(&path, json!({"parts": parts})).await.refused(422, "invalid");
        let body = json!({"parts": {"upload": upload["id"], "parts": parts}});
        app.call("uploads/sign", body).await.refused(422, "invalid");
    }
    let signed = app.post(&path, json!({"parts": [{"number": 1}, {"number": 3}]})).await.ok();
    assert_eq!((&signed[0]["offset"], &signed[0]["length"]), (&json!(0), &json!(PART)));
    assert_eq!((&signed[1]["offset"], &signed[1]["length"]), (&json!(2 * PART), &json!(5)));
    assert!(signed[0]["url"].as_str().unwrap().starts_with(&app.base), "where this browser finds the store");
});

on_both!(a_file_goes_straight_to_the_store, |app: TestApp| async move {
    let (game, upload) = app.game_with_upload(11).await;
    let url = sign(&app, &upload, 1).await;
    for wrong in ["ten bytes!", "twelve bytes"] {
        assert_eq!(app.put_bytes(&url, wrong).await.status.as_u16(), 403);
        assert_eq!(received(&app, &upload).await, json!([]));
    }
    complete(&app, &upload).await.refused(409, "not_ready");
    assert_eq!(app.put_bytes(&url, "hello world").await.status.as_u16(), 200);
    assert_eq!(received(&app, &upload).await, json!([1]));
    let done = complete(&app, &upload).await.ok();
    assert_eq!((&done["state"], &done["received"]), (&json!("complete"), &json!([1])));
    assert_eq!(complete(&app, &upload).await.ok(), done, "a second call is a success");
    assert_eq!(app.call("uploads/complete", json!({"id": upload["id"]})).await.ok(), done);
    // Nothing can be replaced after it was confirmed.
    assert_eq!(app.put_bytes(&url, "HELLO WORLD").await.status.as_u16(), 404);
    app.post(&format!("{}/sign", path(&upload)), json!({"parts": [{"number": 1}]})).await.refused(409, "not_ready");
    app.put_bytes(&format!("{}/parts/1", path(&upload)), "HELLO WORLD").await.refused(409, "not_ready");
    let video = app.read_video(&game).await;
    let see = app.request(Method::GET, &format!("/media/videos/{}", id(&video["id"]))).send().await.unwrap();
    assert_eq!(see.status().as_u16(), 307);
    let url = see.headers()["location"].to_str().unwrap().to_owned();
    let stored = app.request(Method::GET, &url).send().await.unwrap().text().await.unwrap();
    assert_eq!(stored, "hello world");
    assert_eq!(app.count("jobs").await, 1, "read once, however often it was confirmed");
});

on_both!(missing_parts_are_missed, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(PART + 5).await;
    let url = sign(&app, &upload, 2).await;
    assert_eq!(app.put_bytes(&url, "fives").await.status.as_u16(), 200);
    assert_eq!(received(&app, &upload).await, json!([2]));
    complete(&app, &upload).await.refused(409, "not_ready");
    app.call("uploads/complete", json!({"id": upload["id"]})).await.refused(409, "not_ready");
    assert_eq!(app.get(&path(&upload)).await.ok()["state"], "open");
    assert_eq!((app.count("jobs").await, app.count("store_objects").await), (0, 0));
});

on_both!(parts_go_through_the_server_too, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(PART + 5).await;
    let part = format!("{}/parts/2", path(&upload));
    for wrong in ["four", "sixsix", ""] {
        app.put_bytes(&part, wrong).await.refused(422, "invalid");
        let pieces = futures::stream::iter(wrong.chars().map(|piece| Ok::<_, std::io::Error>(piece.to_string())));
        let unannounced = Body::wrap_stream(pieces);
        app.put_bytes(&part, unannounced).await.refused(422, "invalid");
    }
    assert_eq!(received(&app, &upload).await, json!([]));
    assert_eq!(app.put_bytes(&part, "fives").await.status.as_u16(), 204);
    assert_eq!(received(&app, &upload).await, json!([2]));
    for number in ["0", "3", "-1", "x", "99999999999"] {
        app.put_bytes(&format!("{}/parts/{number}", path(&upload)), "fives").await.refused(422, "invalid");
    }
    app.put_bytes("/api/uploads/nonsense/parts/1", "fives").await.refused(404, "not_found");
    assert_eq!(received(&app, &upload).await, json!([2]));
});

on_both!(an_aborted_upload_ends_and_its_clips_wait, |app: TestApp| async move {
    let (game, upload) = app.game_with_upload(11).await;
    let url = sign(&app, &upload, 1).await;
    assert_eq!(app.delete(&path(&upload)).await.status.as_u16(), 204);
    app.get(&path(&upload)).await.refused(404, "not_found");
    assert_eq!(app.put_bytes(&url, "hello world").await.status.as_u16(), 404);
    complete(&app, &upload).await.refused(404, "not_found");
    assert_eq!((app.count("store_uploads").await, app.count("videos").await), (0, 0));
    // A video with clips waits for the file to come again.
    let upload = app.upload_to(&game, 11).await;
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    app.delete(&path(&upload)).await.ok();
    assert_eq!(app.delete(&path(&upload)).await.status.as_u16(), 204, "twice is fine");
    assert_eq!(app.get(&path(&upload)).await.ok()["state"], "aborted");
    complete(&app, &upload).await.refused(404, "not_found");
    app.post(&format!("{}/sign", path(&upload)), json!({"parts": [{"number": 1}]})).await.refused(409, "not_ready");
    let again = app.upload_to(&game, 11).await;
    assert_eq!((&again["video"], again["id"] == upload["id"]), (&clip["video"], false));
    app.destroy("game", &game["id"]).await;
    assert_eq!((app.count("uploads").await, app.count("store_uploads").await, app.count("clips").await), (0, 0, 0));
});

on_both!(a_small_file_needs_two_calls, |app: TestApp| async move {
    let game = app.game().await;
    let base = format!("/api/games/{}", id(&game["id"]));
    app.send(app.request(Method::POST, &format!("{base}/confirm-video"))).await.refused(404, "not_found");
    let query = |name: &str, size: i64| format!("{base}/upload-url?name={name}&size={size}&type=video/mp4");
    app.get(&query("a.mp4", 0)).await.refused(422, "invalid");
    app.get(&query("a.mp4", PART + 1)).await.refused(422, "invalid");
    app.get(&query("a.mp4", i64::MAX)).await.refused(422, "invalid");
    app.get(&format!("{base}/upload-url?name=a.mp4")).await.refused(400, "malformed");
    app.get(&format!("/api/games/{NOBODY}/upload-url?name=a.mp4&size=1")).await.refused(404, "not_found");
    assert_eq!(app.count("uploads").await, 0);
    let told = app.get(&query("a.mp4", 11)).await.ok();
    app.send(app.request(Method::POST, &format!("{base}/confirm-video"))).await.refused(409, "not_ready");
    assert_eq!(app.put_bytes(id(&told["url"]), "hello world").await.status.as_u16(), 200);
    let done = app.send(app.request(Method::POST, &format!("{base}/confirm-video"))).await.ok();
    assert_eq!((&done["state"], &done["id"]), (&json!("complete"), &told["upload"]));
});

on_both!(a_deleted_game_takes_its_recording_along, |app: TestApp| async move {
    let game = app.game().await;
    app.send_file(&game, "match.mp4", b"not a video".to_vec()).await;
    let video = app.read_video(&game).await;
    let see = app.request(Method::GET, &format!("/media/videos/{}", id(&video["id"]))).send().await.unwrap();
    let url = see.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(app.get(&url).await.status.as_u16(), 200);
    app.destroy("game", &game["id"]).await;
    eventually("the object is gone", async || (app.get(&url).await.status.as_u16() == 404).then_some(())).await;
    assert_eq!((app.count("videos").await, app.count("uploads").await), (0, 0));
});

on_both!(many_at_once_are_no_more_than_the_bound, |config| config.uploads.max_open = 2, |app: TestApp| async move {
    let game = app.game().await;
    let names = ["a.mp4", "b.mp4", "c.mp4", "d.mp4", "e.mp4", "f.mp4"];
    let answers =
        futures::future::join_all(names.map(|name| app.post("/api/uploads", new(&game, name, 9, name)))).await;
    let begun = answers.iter().filter(|answer| answer.status.is_success()).count();
    assert_eq!((begun, app.count("uploads").await, app.count("store_uploads").await), (2, 2, 2));
    for refused in answers.iter().filter(|answer| !answer.status.is_success()) {
        refused.refused(429, "too_many");
    }
});

on_both!(a_part_has_the_checksum_that_was_promised, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(11).await;
    assert_eq!(upload["checksum"], "crc32");
    let (right, wrong) = ("DUoRhQ==", "AAAAAA==");
    let path = format!("{}/sign", path(&upload));
    for bad in ["", "x", "0d4a1185", "DUoRhQ==\r\nx: y", "sQqNsWTgdUEFt6mb5y4/5Q=="] {
        app.post(&path, json!({"parts": [{"number": 1, "checksum": bad}]})).await.refused(422, "invalid");
    }
    for (promised, status) in [(wrong, 400), (right, 200)] {
        let signed = app.post(&path, json!({"parts": [{"number": 1, "checksum": promised}]})).await.ok();
        let url = id(&signed[0]["url"]);
        assert_eq!(signed[0]["headers"], json!([["x-amz-checksum-crc32", promised]]));
        assert_eq!(
            app.put_bytes(url, "hello world").await.status.as_u16(),
            403,
            "the promise is signed: it cannot be left out"
        );
        let sent = app.request(Method::PUT, url).header("x-amz-checksum-crc32", promised).body("hello world");
        assert_eq!(app.send(sent).await.status.as_u16(), status);
        assert_eq!(received(&app, &upload).await, if status == 200 { json!([1]) } else { json!([]) });
    }
    let through = |promised: &str| {
        app.request(Method::PUT, &format!("/api/uploads/{}/parts/1", id(&upload["id"])))
            .header("x-amz-checksum-crc32", promised)
            .body("hello world")
    };
    app.send(through(wrong)).await.refused(422, "invalid");
    app.send(through("nonsense")).await.refused(422, "invalid");
    assert_eq!(app.send(through(right)).await.status.as_u16(), 204);
});

on_both!(open_uploads_are_listed_for_their_owner, |app: TestApp| async move {
    let (game, upload) = app.game_with_upload(PART + 5).await;
    let url = sign(&app, &upload, 2).await;
    assert_eq!(app.put_bytes(&url, "fives").await.status.as_u16(), 200);
    let open = app.get("/api/uploads").await.ok();
    assert_eq!(open.as_array().map(Vec::len), Some(1));
    assert_eq!((&open[0]["upload"]["id"], &open[0]["upload"]["received"]), (&upload["id"], &json!([2])));
    assert_eq!((&open[0]["game_name"], &open[0]["fingerprint"]), (&json!("Vs Rovers Dec 6"), &json!("f1")));
    assert_eq!(app.call("uploads/open", json!({})).await.ok(), open);
    assert_eq!(app.as_other(Method::GET, "/api/uploads", None).await.ok(), json!([]));
    app.delete(&format!("/api/games/{}", id(&game["id"]))).await.ok();
    assert_eq!(app.get("/api/uploads").await.ok(), json!([]));
});

on_both!(recordings_have_a_quota, |config| config.uploads.quota = 100, |app: TestApp| async move {
    let game = app.game().await;
    let first = app.post("/api/uploads", new(&game, "a.mp4", 60, "a")).await.ok();
    let before = app.rows().await;
    app.post("/api/uploads", new(&game, "b.mp4", 41, "b")).await.refused(413, "quota_exceeded");
    assert_eq!(app.rows().await, before);
    app.post("/api/uploads", new(&game, "a.mp4", 60, "a")).await.ok();
    app.delete(&path(&first)).await.ok();
    app.post("/api/uploads", new(&game, "b.mp4", 100, "b")).await.ok();
});

on_both!(an_upload_that_the_store_let_go_begins_anew, |app: TestApp| async move {
    let (game, upload) = app.game_with_upload(11).await;
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    for upload in app.state().store.list_multiparts("o/").await.expect("a list") {
        app.state().store.abort_multipart(&upload.key, &upload.upload).await.expect("gone");
    }
    assert_eq!(app.get("/api/uploads").await.ok()[0]["upload"]["received"], json!([]), "shown all the same");
    let again = app.upload_to(&game, 11).await;
    assert_ne!(again["id"], upload["id"]);
    assert_eq!((&again["video"], &again["state"]), (&clip["video"], &json!("open")), "clips keep their video");
    let url = sign(&app, &again, 1).await;
    assert_eq!(app.put_bytes(&url, "hello world").await.status.as_u16(), 200);
    complete(&app, &again).await.ok();
});

on_both!(a_trial_goes_to_the_store_and_leaves_nothing, |app: TestApp| async move {
    let trial = app.call("uploads/trial", json!({})).await.ok();
    let mut put = app.request(Method::PUT, id(&trial["put"]["url"]));
    for header in trial["put"]["headers"].as_array().unwrap() {
        put = put.header(id(&header[0]), id(&header[1]));
    }
    let sent = put.body(touchline::uploads::types::TRIAL_BYTES).send().await.unwrap();
    assert!(sent.status().is_success());
    let got = app.request(Method::GET, id(&trial["get"])).send().await.unwrap();
    assert_eq!(got.bytes().await.unwrap(), touchline::uploads::types::TRIAL_BYTES);
    assert_eq!(app.count("store_objects").await, 1);
    assert!(id(&trial["rule"]).contains("AllowedOrigins"));
    app.call("uploads/trial-over", json!({"sent": {"key": trial["key"]}})).await.ok();
    assert_eq!(app.count("store_objects").await, 0);
    // It deletes what a trial made, and nothing else.
    let upload = app.game_with_recording().await.1;
    let key: String = sqlx::query_scalar("SELECT object_key FROM videos WHERE id = $1")
        .bind(id(&upload["video"]))
        .fetch_one(app.db.pool())
        .await
        .unwrap();
    let before = app.rows().await;
    for foreign in [key.as_str(), "trial/x", "trial/../o", "", "trial/0123456789abcdef0123456789abcdef/x"] {
        app.call("uploads/trial-over", json!({"sent": {"key": foreign}})).await.refused(404, "not_found");
    }
    assert_eq!(app.rows().await, before);
});
