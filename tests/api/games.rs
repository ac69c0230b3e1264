//! Games through both doors.

use crate::{
    on_both,
    support::{TestApp, id},
};
use reqwest::Method;
use serde_json::{Value, json};

fn details(opponent: &str) -> Value {
    json!({"opponent": opponent, "played_on": "2026-12-06", "venue": "home"})
}

on_both!(both_doors_serve_the_same_game, |app: TestApp| async move {
    let made = app.call("games/create", json!({"details": details("Rovers")})).await.ok();
    let id = made["id"].as_str().expect("an id");
    assert_eq!(app.get(&format!("/api/games/{id}")).await.ok(), made);
    assert_eq!(app.call("games/get", json!({ "id": id })).await.ok(), made);
    let listed = app.get("/api/games").await.ok();
    assert_eq!(listed, app.call("games/library", json!({"text": ""})).await.ok()["games"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
});

on_both!(a_change_needs_the_latest_version, |app: TestApp| async move {
    let game = app.game().await;
    let path = format!("/api/games/{}", game["id"].as_str().expect("an id"));
    let change = json!({"id": game["id"], "version": game["version"], "details": details("City")});
    let changed = app.put(&path, change.clone()).await.ok();
    assert_eq!(changed["details"]["opponent"], "City");
    app.put(&path, change.clone()).await.refused(409, "conflict");
    app.call("games/update", json!({ "update": change })).await.refused(409, "conflict");
});

on_both!(another_owner_finds_nothing, |app: TestApp| async move {
    let game = app.game().await;
    let path = format!("/api/games/{}", game["id"].as_str().expect("an id"));
    app.as_other(Method::GET, &path, None).await.refused(404, "not_found");
    app.as_other(Method::DELETE, &path, None).await.refused(404, "not_found");
    let change = json!({"id": game["id"], "version": 1, "details": details("City")});
    app.as_other(Method::PUT, &path, Some(change)).await.refused(404, "not_found");
    assert_eq!(app.as_other(Method::GET, "/api/games", None).await.ok(), json!([]));
    assert_eq!(app.get(&path).await.ok(), game);
});

on_both!(bad_details_are_refused_and_nothing_is_written, |app: TestApp| async move {
    for (body, status, code) in [
        (details(""), 422, "invalid"),
        (details(&"x".repeat(81)), 422, "invalid"),
        (json!({"opponent": "Rovers", "played_on": "2026-02-30", "venue": "home"}), 400, "malformed"),
        (json!({"opponent": "Rovers", "played_on": "2026-12-06", "venue": "moon"}), 400, "malformed"),
        (json!({"opponent": 5, "played_on": "2026-12-06", "venue": "home"}), 400, "malformed"),
        (json!([]), 400, "malformed"),
    ] {
        app.post("/api/games", body.clone()).await.refused(status, code);
        app.call("games/create", json!({ "details": body })).await.refused(status, code);
    }
    assert_eq!(app.count("games").await, 0);
});

on_both!(a_game_takes_along_only_what_it_made_by_itself, |app: TestApp| async move {
    let (game, upload) = app.game_with_upload(1000).await;
    for at in [0, 5_000] {
        app.clip(&upload, (at, at + 1_000), json!({"rating": 5})).await;
    }
    let clip = app.clip(&upload, (9_000, 9_500), json!({})).await;
    app.reel("9:16", &[&clip]).await;
    let reels = app.get("/api/reels").await.ok();
    assert_eq!(reels.as_array().map(Vec::len), Some(3), "two by five stars, one by hand");
    let touched =
        reels.as_array().unwrap().iter().find(|reel| reel["name"].as_str().unwrap().contains("Brilliant")).unwrap();
    let path = format!("/api/reels/{}", touched["id"].as_str().unwrap());
    app.put(&path, json!({"version": touched["version"], "name": "Mine"})).await.ok();
    app.delete(&format!("/api/games/{}", game["id"].as_str().unwrap())).await.ok();
    let left = app.get("/api/reels").await.ok();
    let mut names: Vec<&str> = left.as_array().unwrap().iter().map(|reel| reel["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Mine", "Vs Rovers Dec 6"], "what somebody made or named stays");
});

on_both!(a_sample_game_has_all_that_one_can_try, |app: TestApp| async move {
    let game = app.post("/api/games/sample", json!({})).await.ok();
    assert_eq!(game["details"]["opponent"], "Sample Rovers");
    assert_eq!(game["videos"][0]["file_name"], "Sample game.mp4");
    let clips = app.get(&format!("/api/games/{}/clips", id(&game["id"]))).await.ok();
    assert_eq!(clips.as_array().unwrap().len(), 4);
    assert_eq!(app.get("/api/reels").await.ok().as_array().unwrap().len(), 1, "its brilliant clip");
});

on_both!(games_of_an_older_server_are_found_without_accents, |app: TestApp| async move {
    let game = app.post("/api/games", details("Z\u{fc}rich")).await.ok();
    let db = &app.state().db;
    // As it was written before accents were folded.
    let older = sqlx::query("UPDATE games SET search = $1 WHERE id = $2").bind("z\u{fc}rich ").bind(id(&game["id"]));
    older.execute(db.pool()).await.expect("a write");
    let found = async || app.get("/api/games?text=zurich").await.ok().as_array().unwrap().len();
    assert_eq!(found().await, 0);
    touchline::games::store::refold(db).await.expect("folded again");
    assert_eq!(found().await, 1);
});
