//! Clips to other programs, and from them.

use crate::{
    on_both,
    support::{NOBODY, TestApp, id},
};
use reqwest::{Method, header};
use serde_json::{Value, json};

async fn saved(app: &TestApp, game: &Value, format: &str) -> (String, String) {
    let path = format!("/api/games/{}/clips/export?format={format}", id(&game["id"]));
    let answer = app.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{format}");
    let name = answer.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().to_owned();
    (name, answer.text().await.unwrap())
}

on_both!(what_one_game_saves_another_reads, |app: TestApp| async move {
    let (game, upload) = app.game_with_recording().await;
    let details = json!({"name": "=Volley, \"far\" post", "tags": ["Goal", "1v1; Save"], "rating": 4, "notes": "First\nsecond", "players": "9"});
    app.clip(&upload, (500, 1_500), details).await;
    app.clip(&upload, (1_000, 2_040), json!({})).await;
    let (other, _) = app.game_with_recording().await;
    let import = format!("/api/games/{}/clips/import", id(&other["id"]));
    let of_other = format!("/api/games/{}/clips", id(&other["id"]));
    for format in ["csv", "tsv", "json", "lossless_cut", "sportscode"] {
        let (name, text) = saved(&app, &game, format).await;
        assert!(name.starts_with("attachment"), "{name}");
        let looked = app.post(&import, json!({"text": text})).await.ok();
        assert_eq!((looked["clips"].as_array().map(Vec::len), &looked["errors"]), (Some(2), &json!([])), "{text}");
        assert_eq!(app.get(&of_other).await.ok(), json!([]), "looking makes nothing");
        let made = app.post(&import, json!({"text": text, "apply": true})).await.ok();
        assert_eq!(made["made"].as_array().map(Vec::len), Some(2), "{made}");
        let again = app.post(&import, json!({"text": text, "apply": true})).await.ok();
        assert_eq!((&again["known"], &again["made"]), (&json!(2), &json!([])), "not a second time");
        let (one, two) =
            (app.get(&format!("/api/games/{}/clips", id(&game["id"]))).await.ok(), app.get(&of_other).await.ok());
        for (one, two) in one.as_array().unwrap().iter().zip(two.as_array().unwrap()) {
            for field in ["start", "end", "rating", "tags", "name", "notes", "players"] {
                assert_eq!(one[field], two[field], "{format} {field}");
            }
            app.delete(&format!("/api/clips/{}", id(&two["id"]))).await;
        }
    }
    let back = format!("/api/games/{}/clips/import", id(&game["id"]));
    for (format, start) in [("web_vtt", "WEBVTT\n"), ("chapters", "0:00 ")] {
        let text = saved(&app, &game, format).await.1;
        assert!(text.starts_with(start));
        let answer = app.post(&back, json!({"text": text, "apply": true})).await.ok();
        assert_eq!(answer["made"], json!([]), "{format}: {answer}");
    }
    app.get(&format!("/api/games/{}/clips/export?format=pdf", id(&game["id"]))).await.refused(400, "malformed");
});

on_both!(good_lines_become_clips_and_bad_ones_are_named, |app: TestApp| async move {
    let (game, _) = app.game_with_recording().await;
    let import = format!("/api/games/{}/clips/import", id(&game["id"]));
    // Three seconds long: the second line begins in it and ends with it, the third begins behind it.
    let text = format!(
        "start_time,clip_duration,rating,clip_name\n0,1,5,A\n2,90,3,B\n9,1,3,C\nx,1,3,D\n1,1,3,{}\n",
        "n".repeat(200)
    );
    let made = app.post(&import, json!({"text": text, "apply": true})).await.ok();
    let lines: Vec<i64> =
        made["errors"].as_array().unwrap().iter().map(|error| error["line"].as_i64().unwrap()).collect();
    assert_eq!(lines, [4, 5, 6], "{made}");
    let clips = app.get(&format!("/api/games/{}/clips", id(&game["id"]))).await.ok();
    assert_eq!(
        (&clips[0]["name"], &clips[1]["name"], clips.as_array().map(Vec::len)),
        (&json!("A"), &json!("B"), Some(2))
    );
    assert_eq!(clips[1]["end"], 3_000_000);
    assert_eq!(app.get("/api/reels").await.ok(), json!([]));
    let wrong = format!("start_time\n{}", "x\n".repeat(5_000));
    let answer = app.post(&import, json!({"text": wrong, "apply": true})).await.ok();
    assert_eq!((answer["errors"].as_array().map(Vec::len), &answer["unread"]), (Some(100), &json!(5_000)));
    for nothing in ["", "   ", "{", "<x>", "WEBVTT"] {
        let answer = app.post(&import, json!({"text": nothing, "apply": true})).await.ok();
        assert_eq!(answer["made"], json!([]), "{nothing}");
    }
    app.post(&format!("/api/games/{NOBODY}/clips/import"), json!({"text": "0,1,a"})).await.refused(404, "not_found");
});
