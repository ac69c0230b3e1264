//! Clips: marking, rating, tagging, the reel that five stars make, and the library's filters.

use crate::{
    on_both,
    support::{TestApp, id},
};
use reqwest::Method;
use serde_json::{Value, json};

fn change(clip: &Value, details: Value) -> Value {
    let mut body = clip.clone();
    body.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
    body
}

async fn reels(app: &TestApp) -> Vec<Value> {
    app.get("/api/reels").await.ok().as_array().unwrap().clone()
}

on_both!(a_clip_is_saved_before_its_video_has_arrived, |app: TestApp| async move {
    let (game, upload) = app.game_with_upload(1000).await;
    let late = app.clip(&upload, (9_000, 12_000), json!({})).await;
    let early = app.clip(&upload, (1_000, 4_000), json!({"rating": 1, "notes": "line one\nline two"})).await;
    assert_eq!((&late["version"], &late["rating"], &late["game"]), (&json!(1), &json!(3), &game["id"]));
    let path = format!("/api/games/{}/clips", id(&game["id"]));
    assert_eq!(app.get(&path).await.ok(), json!([early, late]), "in playing order");
    assert_eq!(app.call("clips/of-game", json!({"game": game["id"]})).await.ok(), json!([early, late]));
    assert_eq!(app.get(&format!("/api/clips/{}", id(&early["id"]))).await.ok(), early);
    let card = app.get("/api/games").await.ok();
    assert_eq!(card[0]["tally"], json!([1, 0, 1, 0, 0]));
});

on_both!(an_update_needs_the_latest_version, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let clip = app.clip(&upload, (0, 4_000), json!({"tags": ["Goal", "Dribble"]})).await;
    let path = format!("/api/clips/{}", id(&clip["id"]));
    let wanted = change(&clip, json!({"end": 5_000_000, "tags": ["Pass", "Goal"], "name": "Mine"}));
    let changed = app.put(&path, wanted.clone()).await.ok();
    assert_eq!(changed, change(&wanted, json!({"version": 2})));
    assert_eq!(app.get(&path).await.ok(), changed, "tags keep their order");
    app.put(&path, wanted.clone()).await.refused(409, "conflict");
    app.call("clips/update", json!({"update": wanted})).await.refused(409, "conflict");
    assert_eq!(app.get(&path).await.ok(), changed);
    assert_eq!(app.count("clip_tags").await, 2);
});

on_both!(five_stars_make_a_reel_that_goes_while_nobody_touched_it, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let clip = app.clip(&upload, (0, 4_000), json!({"rating": 5, "tags": ["Goal"]})).await;
    let made = reels(&app).await;
    assert_eq!(made.len(), 1);
    assert_eq!(made[0]["aspect"], "9:16");
    assert_eq!(made[0]["name"], "Vs Rovers Dec 6 Brilliant Goal");
    assert_eq!((&made[0]["length"], &made[0]["framed"]), (&json!(4_000_000), &json!([false])));
    let path = format!("/api/clips/{}", id(&clip["id"]));
    // The same stars again make no second one; fewer take it away.
    let clip = app.put(&path, change(&clip, json!({"notes": "again"}))).await.ok();
    assert_eq!(reels(&app).await, made);
    let clip = app.put(&path, change(&clip, json!({"rating": 4}))).await.ok();
    assert_eq!(reels(&app).await, Vec::<Value>::new());
    assert_eq!(app.count("reel_clips").await, 0);
    // Touched, it stays.
    let clip = app.put(&path, change(&clip, json!({"rating": 5}))).await.ok();
    let reel = reels(&app).await.remove(0);
    let renamed = json!({"id": reel["id"], "version": reel["version"], "name": "Kept"});
    app.put(&format!("/api/reels/{}", id(&reel["id"])), renamed).await.ok();
    app.put(&path, change(&clip, json!({"rating": 1}))).await.ok();
    assert_eq!(reels(&app).await[0]["name"], "Kept");
});

on_both!(a_framed_reel_of_five_stars_is_touched, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let clip = app.clip(&upload, (0, 4_000), json!({"rating": 5})).await;
    let card = reels(&app).await.remove(0);
    let reel = app.get(&format!("/api/reels/{}", id(&card["id"]))).await.ok();
    let place = &reel["clips"][0];
    let framing = json!({"segments": [{"start": 0, "end": 2_000_000, "speed": 50}]});
    let update = json!({"id": place["id"], "version": place["version"], "framing": framing});
    app.put(&format!("/api/reel-clips/{}/framing", id(&place["id"])), update).await.ok();
    app.put(&format!("/api/clips/{}", id(&clip["id"])), change(&clip, json!({"rating": 2}))).await.ok();
    assert_eq!(reels(&app).await.len(), 1);
});

on_both!(a_deleted_clip_leaves_its_reels, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let brilliant = app.clip(&upload, (0, 4_000), json!({"rating": 5, "tags": ["Goal"]})).await;
    let other = app.clip(&upload, (5_000, 6_000), json!({})).await;
    let reel = app.reel("16:9", &[&brilliant, &other, &brilliant]).await;
    assert_eq!(reels(&app).await.len(), 2);
    let gone = app.delete(&format!("/api/clips/{}", id(&brilliant["id"]))).await;
    assert_eq!(gone.status.as_u16(), 204);
    let left = app.get(&format!("/api/reels/{}", id(&reel["id"]))).await.ok();
    assert_eq!(left["clips"].as_array().unwrap().len(), 1);
    assert_eq!(left["clips"][0]["clip"], other);
    assert_eq!(reels(&app).await.len(), 1, "its own reel goes with it");
    app.delete(&format!("/api/clips/{}", id(&brilliant["id"]))).await.refused(404, "not_found");
    touchline::clips::store::purge(&app.db, i64::MAX).await.unwrap();
    assert_eq!((app.count("clips").await, app.count("clip_tags").await), (1, 0), "after its time it is gone for good");
});

on_both!(what_is_typed_is_made_clean, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let typed =
        json!({"name": "  A\u{0}B  ", "tags": ["Goal", " Goal ", ""], "players": "Ana\t7", "notes": " n\u{7} "});
    let clip = app.clip(&upload, (0, 1_000), typed).await;
    assert_eq!((&clip["name"], &clip["tags"]), (&json!("AB"), &json!(["Goal"])));
    assert_eq!((&clip["players"], &clip["notes"]), (&json!("Ana7"), &json!("n")));
});

on_both!(the_library_filters_by_game_rating_tags_and_players, |app: TestApp| async move {
    let (rovers, upload) = app.game_with_upload(1000).await;
    let city = app.game_against("City", "2026-12-07").await;
    let second = app.upload_to(&city, 1000).await;
    let goal = app.clip(&upload, (0, 1_000), json!({"rating": 5, "tags": ["Goal"], "players": "Ána 7"})).await;
    let pass = app.clip(&upload, (2_000, 3_000), json!({"rating": 4, "tags": ["Pass", "Assist"]})).await;
    let save = app.clip(&second, (0, 1_000), json!({"rating": 4, "tags": ["Save"], "players": "Ben"})).await;
    for (filter, found) in [
        (json!({}), vec![&save, &goal, &pass]),
        (json!({"games": [rovers["id"]]}), vec![&goal, &pass]),
        (json!({"games": [rovers["id"], city["id"]], "ratings": [4]}), vec![&save, &pass]),
        (json!({"ratings": [5, 1]}), vec![&goal]),
        (json!({"tags": ["Assist", "Save"]}), vec![&save, &pass]),
        (json!({"tags": ["Pass", "Assist"]}), vec![&pass]),
        (json!({"players": " ána"}), vec![&goal]),
        (json!({"games": [city["id"]], "tags": ["Goal"]}), vec![]),
        (json!({"tags": ["%"]}), vec![]),
    ] {
        let answer = app.post("/api/clips/search", filter.clone()).await.ok();
        let clips: Vec<&Value> = answer.as_array().unwrap().iter().map(|found| &found["clip"]).collect();
        assert_eq!(clips, found, "{filter}");
        assert_eq!(app.call("clips/library", json!({"filter": filter})).await.ok(), answer);
    }
    let first = app.post("/api/clips/search", json!({})).await.ok()[0].clone();
    assert_eq!((&first["game_name"], &first["video_url"]), (&json!("Vs City Dec 7"), &Value::Null));
    let strange = app.post("/api/clips/search", json!({"tags": ["\u{0}"], "players": "\u{0}"})).await;
    assert_eq!(strange.ok(), json!([]), "no database can hold that character, and no clip has it");
    let foreign = app.as_other(Method::POST, "/api/clips/search", Some(json!({"games": [rovers["id"]]}))).await;
    assert_eq!(foreign.ok(), json!([]));
});

on_both!(a_clip_lies_within_its_recording, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    // Before the file is read nobody knows how long it is.
    let early = app.clip(&upload, (80_000, 400_000), json!({})).await;
    app.pretend_ready(&upload).await;
    let before = app.rows().await;
    for (start, end, field) in [(80_000_000, 400_000_000, "start"), (59_000_000, 62_000_000, "end")] {
        let body = json!({"video": upload["video"], "start": start, "end": end});
        for answer in
            [app.post("/api/clips", body.clone()).await, app.call("clips/create", json!({ "clip": body })).await]
        {
            answer.refused(422, "invalid");
            assert_eq!(answer.json["field"], field);
            assert!(answer.json["message"].as_str().unwrap().contains("1:00"), "{}", answer.json);
        }
    }
    assert_eq!(app.rows().await, before);
    // A mark of before may hang over the end, and can still be named; it cannot be moved to where nothing is.
    let path = format!("/api/clips/{}", early["id"].as_str().unwrap());
    let mut change = early.clone();
    change["name"] = json!("Late");
    let named = app.put(&path, change.clone()).await.ok();
    assert_eq!(named["name"], "Late");
    change["version"] = named["version"].clone();
    change["end"] = json!(300_000_000);
    app.put(&path, change).await.refused(422, "invalid");
});

on_both!(a_deleted_clip_comes_back_with_all_that_hung_on_it, |app: TestApp| async move {
    let (game, upload) = app.game_with_upload(1000).await;
    let clip = app.clip(&upload, (1_000, 5_000), json!({"rating": 5, "tags": ["Goal"], "notes": "ö"})).await;
    let other = app.clip(&upload, (6_000, 7_000), json!({})).await;
    let reel = app.reel("9:16", &[&clip, &other]).await;
    let place = &reel["clips"][0];
    let framing = json!({"crop": [{"at": 1_000_000, "x": 900_000, "y": 500_000, "h": 700_000}], "segments": []});
    let framing_path = format!("/api/reel-clips/{}/framing", id(&place["id"]));
    let framed = app.put(&framing_path, json!({"version": place["version"], "framing": framing})).await.ok();
    let reel_path = format!("/api/reels/{}", id(&reel["id"]));
    let clips_path = format!("/api/games/{}/clips", id(&game["id"]));
    let reels = app.get("/api/reels").await.ok().as_array().unwrap().len();

    let path = format!("/api/clips/{}", id(&clip["id"]));
    app.delete(&path).await.ok();
    app.delete(&path).await.refused(404, "not_found");
    app.get(&path).await.refused(404, "not_found");
    assert_eq!(app.get(&clips_path).await.ok().as_array().unwrap().len(), 1);
    assert_eq!(app.get("/api/games").await.ok()[0]["tally"], json!([0, 0, 1, 0, 0]));
    assert_eq!(app.post("/api/clips/search", json!({})).await.ok().as_array().unwrap().len(), 1);
    let left = app.get(&reel_path).await.ok();
    assert_eq!(left["clips"].as_array().unwrap().len(), 1);
    assert_eq!(app.get("/api/reels").await.ok().as_array().unwrap().len(), reels - 1, "the reel that it made is gone");
    app.post("/api/reels", json!({"aspect": "9:16", "clips": [clip["id"]]})).await.refused(404, "not_found");
    // What is done to the reel meanwhile leaves its place alone.
    let order = json!({"version": left["version"], "order": [left["clips"][0]["id"]]});
    app.put(&reel_path, order).await.ok();
    let late = json!({"version": framed["version"], "framing": {"crop": [], "segments": []}});
    app.put(&framing_path, late).await.refused(404, "not_found");

    let back = app.call("clips/restore", json!({"id": clip["id"]})).await.ok();
    assert_eq!((&back["tags"], &back["notes"], &back["rating"]), (&json!(["Goal"]), &json!("ö"), &json!(5)));
    assert_eq!(app.post(&format!("{path}/restore"), Value::Null).await.ok(), back, "a second call is a success");
    let whole = app.get(&reel_path).await.ok();
    let places = whole["clips"].as_array().unwrap();
    let mine = places.iter().find(|place| place["clip"]["id"] == clip["id"]).unwrap();
    assert_eq!((places.len(), &mine["framing"]), (2, &framed["framing"]));
    assert_eq!(app.get("/api/reels").await.ok().as_array().unwrap().len(), reels);

    app.delete(&path).await.ok();
    touchline::clips::store::purge(&app.db, i64::MAX).await.unwrap();
    app.post(&format!("{path}/restore"), Value::Null).await.refused(404, "not_found");
});

on_both!(a_clip_that_is_made_again_is_made_once, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let chosen = "0192f0c1-2345-7abc-8def-0123456789ab";
    let new =
        json!({"id": chosen, "video": upload["video"], "start": 0, "end": 4_000_000, "rating": 5, "tags": ["Goal"]});
    let made = app.post("/api/clips", new.clone()).await.ok();
    assert_eq!(made["id"], chosen);
    // Its answer was lost: the same call says what became of it, whatever was done since.
    let changed = app.put(&format!("/api/clips/{chosen}"), change(&made, json!({"name": "Volley"}))).await.ok();
    assert_eq!(app.post("/api/clips", new.clone()).await.ok(), changed);
    assert_eq!((app.count("clips").await, app.count("clip_tags").await, reels(&app).await.len()), (1, 1, 1));
    // Not for another video, nor once it was deleted, nor with what is no id.
    let (_, other) = app.game_with_upload(1001).await;
    let mut elsewhere = new.clone();
    elsewhere["video"] = other["video"].clone();
    app.post("/api/clips", elsewhere).await.refused(409, "conflict");
    app.delete(&format!("/api/clips/{chosen}")).await.ok();
    app.post("/api/clips", new.clone()).await.refused(409, "conflict");
    let mut hostile = new;
    hostile["id"] = json!("../../etc/passwd");
    app.post("/api/clips", hostile).await.refused(400, "malformed");
    assert_eq!(app.count("clips").await, 1);
});

on_both!(words_find_clips_by_what_was_said_of_them, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let said = json!({"tags": ["Tackle"], "players": "#11 Zo\u{eb} Quince", "notes": "Slides in"});
    let clip = app.clip(&upload, (1_000, 4_000), said).await;
    app.clip(&upload, (5_000, 9_000), json!({"name": "100 % luck"})).await;
    let found = async |text: &str| {
        let filter = json!({"text": text, "limit": 10});
        let found = app.call("clips/library", json!({"filter": filter})).await.ok();
        found.as_array().unwrap().iter().map(|it| it["clip"]["id"].clone()).collect::<Vec<_>>()
    };
    for words in ["zoe", "QUINCE tackle", "slides rovers", "interesting tackle"] {
        assert_eq!(found(words).await, [clip["id"].clone()], "{words}");
    }
    assert_eq!(found("100 %").await.len(), 1);
    // The game's name alone is no word of a clip.
    assert_eq!(found("rovers").await.len(), 0);
    assert_eq!(found("zoe nobody").await.len(), 0);
    assert_eq!(found("").await.len(), 2);
    app.call("clips/library", json!({"filter": {"text": "x".repeat(401)}})).await.refused(422, "invalid");
});
