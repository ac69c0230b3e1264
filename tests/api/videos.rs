//! Several videos in one game: their order, the gaps between them, and what goes with one that is removed.

use crate::{
    on_both,
    support::{NOBODY, TestApp, id},
};
use serde_json::{Value, json};

/// A game with a file for each name, in this order; each counts as read and is a minute long.
async fn game_with(app: &TestApp, files: &[&str]) -> (Value, Vec<Value>) {
    let game = app.game().await;
    let mut uploads = Vec::new();
    for name in files {
        let file = json!({"game": game["id"], "name": name, "size": 1000, "fingerprint": name});
        let upload = app.post("/api/uploads", file).await.ok();
        app.pretend_ready(&upload).await;
        uploads.push(upload);
    }
    (game, uploads)
}

fn names(game: &Value) -> Vec<&str> {
    game["videos"].as_array().unwrap().iter().map(|video| video["file_name"].as_str().unwrap()).collect()
}

async fn card(app: &TestApp) -> Value {
    app.get("/api/games").await.ok()[0].clone()
}

on_both!(videos_stand_on_one_clock_in_the_order_that_is_wanted, |app: TestApp| async move {
    let (game, uploads) = game_with(&app, &["1.mp4", "2.mp4", "3.mp4"]).await;
    let path = format!("/api/games/{}", id(&game["id"]));
    assert_eq!(names(&app.get(&path).await.ok()), ["1.mp4", "2.mp4", "3.mp4"], "as they came");
    assert_eq!(card(&app).await["duration"], 180_000_000);

    let place = |index: usize, gap: i64| json!({"id": uploads[index]["video"], "gap": gap});
    let wanted = json!({"version": 1, "videos": [place(2, 5), place(0, 15_000_000), place(1, -1_500_000)]});
    let arranged = app.put(&format!("{path}/videos"), wanted.clone()).await.ok();
    assert_eq!(names(&arranged), ["3.mp4", "1.mp4", "2.mp4"]);
    assert_eq!(arranged["videos"][2]["gap"], -1_500_000);
    assert_eq!(arranged["version"], 2);
    assert_eq!(app.get(&path).await.ok()["videos"].as_array().unwrap().len(), 3);
    assert_eq!(
        card(&app).await["duration"],
        180_000_000 + 15_000_000 - 1_500_000,
        "what the first says does not count"
    );

    app.put(&format!("{path}/videos"), wanted).await.refused(409, "conflict");
    let again = json!({"id": game["id"], "version": 2, "videos": [place(0, 0), place(1, 0), place(2, 0)]});
    let arranged = app.call("videos/arrange", json!({ "arrangement": again })).await.ok();
    assert_eq!(names(&arranged), ["1.mp4", "2.mp4", "3.mp4"]);
});

on_both!(an_arrangement_names_every_video_once, |app: TestApp| async move {
    let (game, uploads) = game_with(&app, &["1.mp4", "2.mp4"]).await;
    let other = app.game_against("City", "2026-12-07").await;
    let foreign = app.upload_to(&other, 9).await;
    let path = format!("/api/games/{}/videos", id(&game["id"]));
    let (one, two) = (json!({"id": uploads[0]["video"]}), json!({"id": uploads[1]["video"]}));
    for (videos, status, code) in [
        (json!([]), 409, "conflict"),
        (json!([one]), 409, "conflict"),
        (json!([one, one]), 409, "conflict"),
        (json!([one, two, two]), 409, "conflict"),
        (json!([one, {"id": foreign["video"]}]), 409, "conflict"),
        (json!([one, {"id": NOBODY}]), 409, "conflict"),
        (json!([one, {"id": two["id"], "gap": 21_600_000_001_i64}]), 422, "invalid"),
        (json!([one, {"id": two["id"], "gap": i64::MIN}]), 422, "invalid"),
        (json!([one, {"id": two["id"], "gap": 1.5}]), 400, "malformed"),
        (json!([one, {"id": "x"}]), 400, "malformed"),
        (json!({}), 400, "malformed"),
    ] {
        println!("{videos}");
        app.put(&path, json!({"version": 1, "videos": videos})).await.refused(status, code);
    }
    let game = app.get(&format!("/api/games/{}", id(&game["id"]))).await.ok();
    assert_eq!((names(&game), &game["version"]), (vec!["1.mp4", "2.mp4"], &json!(1)), "nothing was written");
});

on_both!(a_video_takes_its_clips_along_and_leaves_the_others, |app: TestApp| async move {
    let (game, uploads) = game_with(&app, &["1.mp4", "2.mp4"]).await;
    let kept = app.clip(&uploads[0], (0, 1_000), json!({"rating": 5})).await;
    let gone = app.clip(&uploads[1], (0, 1_000), json!({"rating": 5})).await;
    let reel = app.reel("9:16", &[&kept, &gone]).await;
    assert_eq!(app.count("reels").await, 3);
    app.delete(&format!("/api/videos/{}", id(&uploads[1]["video"]))).await.ok();
    let game = app.get(&format!("/api/games/{}", id(&game["id"]))).await.ok();
    assert_eq!(names(&game), ["1.mp4"]);
    let clips = app.get(&format!("/api/games/{}/clips", id(&game["id"]))).await.ok();
    assert_eq!(clips.as_array().unwrap().iter().map(|clip| &clip["id"]).collect::<Vec<_>>(), [&kept["id"]]);
    let reel = app.get(&format!("/api/reels/{}", id(&reel["id"]))).await.ok();
    assert_eq!(reel["clips"].as_array().unwrap().len(), 1, "a reel that somebody made stays with what is left");
    assert_eq!(app.count("reels").await, 2, "the reel that the clip made by itself went with it");
    let open = app.get("/api/uploads").await.ok();
    assert_eq!(open.as_array().unwrap().len(), 1, "its upload has ended");
    app.call("videos/delete", json!({"id": uploads[1]["video"]})).await.refused(404, "not_found");
});

on_both!(a_game_is_ready_when_all_of_it_is, |app: TestApp| async move {
    let (game, _) = game_with(&app, &["1.mp4"]).await;
    assert_eq!(card(&app).await["video"], "ready");
    app.upload_to(&game, 1000).await;
    let card = card(&app).await;
    assert_eq!((&card["video"], &card["duration"]), (&json!("waiting"), &Value::Null));
});
