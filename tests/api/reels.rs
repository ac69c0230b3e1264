//! Reels: names, order, shape, and the framing of each clip.

use crate::{
    on_both,
    support::{NOBODY, TestApp, id},
};
use serde_json::{Value, json};

fn clips_of(reel: &Value) -> Vec<&Value> {
    reel["clips"].as_array().unwrap().iter().map(|place| &place["clip"]["id"]).collect()
}

async fn change(app: &TestApp, reel: &Value, more: Value) -> crate::support::Answer {
    let mut body = json!({"id": reel["id"], "version": reel["version"]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    app.put(&format!("/api/reels/{}", id(&reel["id"])), body).await
}

async fn frame(app: &TestApp, place: &Value, framing: Value) -> crate::support::Answer {
    let body = json!({"id": place["id"], "version": place["version"], "framing": framing});
    app.put(&format!("/api/reel-clips/{}/framing", id(&place["id"])), body).await
}

on_both!(names_are_derived_and_unique, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let one = app.clip(&upload, (0, 1_000), json!({"rating": 4})).await;
    let city = app.game_against("City", "2026-10-01").await;
    let second = app.upload_to(&city, 1000).await;
    let two = app.clip(&second, (0, 2_000), json!({"rating": 4})).await;
    assert_eq!(app.reel("9:16", &[&one]).await["name"], "Vs Rovers Dec 6");
    assert_eq!(app.reel("1:1", &[&one]).await["name"], "Vs Rovers Dec 6 (2)");
    assert_eq!(app.reel("16:9", &[&one, &two]).await["name"], "Fall 2026");
    let named = json!({"name": " Fall 2026 ", "aspect": "4:5", "clips": [two["id"]]});
    assert_eq!(app.post("/api/reels", named).await.ok()["name"], "Fall 2026 (2)");
    let tagged = json!({"aspect": "4:5", "clips": [one["id"]], "tags": ["Goal", "Pass", "Save", "Tackle"]});
    assert_eq!(app.post("/api/reels", tagged).await.ok()["name"], "Vs Rovers Dec 6 Goal Pass Save");
    let hostile = json!({"aspect": "4:5", "clips": [one["id"]], "tags": ["\u{0}".repeat(3), "x".repeat(500)]});
    let name = app.post("/api/reels", hostile).await.ok()["name"].as_str().unwrap().to_owned();
    assert!(name.chars().count() <= 120 && !name.contains('\u{0}'), "{name}");
});

on_both!(clips_are_ordered_removed_and_added, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let a = app.clip(&upload, (0, 1_000), json!({"tags": ["Goal"]})).await;
    let b = app.clip(&upload, (2_000, 3_000), json!({})).await;
    let reel = app.reel("9:16", &[&a, &b, &a]).await;
    assert_eq!(clips_of(&reel), [&a["id"], &b["id"], &a["id"]]);
    assert_eq!(reel["clips"][2]["clip"], a, "with its tags, wherever it stands");
    let places: Vec<Value> = reel["clips"].as_array().unwrap().iter().map(|place| place["id"].clone()).collect();
    let order = json!({"order": [places[1], places[0]], "add": [b["id"]]});
    let changed = change(&app, &reel, order.clone()).await.ok();
    assert_eq!(clips_of(&changed), [&b["id"], &a["id"], &b["id"]]);
    assert_eq!((&changed["version"], &changed["name"]), (&json!(2), &reel["name"]));
    assert_eq!(app.call("reels/get", json!({"id": reel["id"]})).await.ok(), changed);
    change(&app, &reel, order).await.refused(409, "conflict");
    for bad in [json!([places[0], places[0]]), json!([places[2]]), json!([NOBODY])] {
        change(&app, &changed, json!({"order": bad})).await.refused(422, "invalid");
    }
    change(&app, &changed, json!({"add": [NOBODY]})).await.refused(404, "not_found");
    change(&app, &changed, json!({"name": "  "})).await.refused(422, "invalid");
    assert_eq!(app.get(&format!("/api/reels/{}", id(&reel["id"]))).await.ok(), changed);
    let card = app.get("/api/reels").await.ok()[0].clone();
    assert_eq!((&card["length"], &card["status"]), (&json!(3_000_000), &json!("not_started")));
});

on_both!(framing_is_saved_by_version, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let clip = app.clip(&upload, (0, 4_000), json!({})).await;
    let reel = app.reel("9:16", &[&clip, &clip]).await;
    let place = reel["clips"][0].clone();
    let framing = json!({
        "crop": [{"at": 0, "x": 960_000, "y": 540_000, "h": 800_000, "ease": "linear"}],
        "segments": [{"start": 0, "end": 1_000_000, "speed": 50}, {"start": 2_000_000, "end": 3_000_000, "speed": 100}],
    });
    let framed = frame(&app, &place, framing.clone()).await.ok();
    assert_eq!((&framed["framing"], &framed["version"]), (&framing, &json!(2)));
    assert_eq!(framed["clip"], clip);
    frame(&app, &place, framing.clone()).await.refused(409, "conflict");
    let same = json!({"update": {"id": place["id"], "version": 1, "framing": framing}});
    app.call("reels/framing", same).await.refused(409, "conflict");
    assert_eq!(app.get("/api/reels").await.ok()[0]["status"], "editing");
    frame(&app, &reel["clips"][1], framing).await.ok();
    let card = app.get("/api/reels").await.ok()[0].clone();
    assert_eq!((&card["status"], &card["framed"]), (&json!("framed"), &json!([true, true])));
});

on_both!(bad_framings_are_refused, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let clip = app.clip(&upload, (0, 4_000), json!({})).await;
    let reel = app.reel("9:16", &[&clip]).await;
    let place = &reel["clips"][0];
    let key = |at: i64, x: i64, h: i64| json!({"at": at, "x": x, "y": 0, "h": h});
    let part = |start: i64, end: i64| json!({"start": start, "end": end});
    for (framing, status, code) in [
        (json!({"crop": [key(2, 0, 1), key(1, 0, 1)]}), 422, "invalid"),
        (json!({"crop": [key(1, 0, 1), key(1, 0, 1)]}), 422, "invalid"),
        (json!({"crop": [key(1, 0, 0)]}), 422, "invalid"),
        (json!({"crop": [key(1, i64::MAX, 1)]}), 422, "invalid"),
        (json!({"crop": [key(i64::MIN, 0, 1)]}), 422, "invalid"),
        (json!({"crop": vec![key(1, 0, 1); 2001]}), 422, "invalid"),
        (json!({"segments": [part(0, 10), part(9, 20)]}), 422, "invalid"),
        (json!({"segments": [part(10, 10)]}), 422, "invalid"),
        (json!({"segments": [part(i64::MIN, i64::MAX)]}), 422, "invalid"),
        (json!({"segments": [{"start": 0, "end": 9, "speed": 24}]}), 400, "malformed"),
        (json!({"segments": [{"start": 0, "end": 9, "speed": 201}]}), 400, "malformed"),
        (json!({"crop": [{"at": 1e30, "x": 0, "y": 0, "h": 1}]}), 400, "malformed"),
        (json!({"crop": [{"at": 1.5, "x": 0, "y": 0, "h": 1}]}), 400, "malformed"),
        (json!({"zoom": 3}), 400, "malformed"),
        (json!({"crop": [{"at": 1, "x": 0, "y": 0, "h": 1, "w": 2}]}), 400, "malformed"),
        (json!("largest"), 400, "malformed"),
    ] {
        frame(&app, place, framing.clone()).await.refused(status, code);
        let body = json!({"update": {"id": place["id"], "version": 1, "framing": framing}});
        app.call("reels/framing", body).await.refused(status, code);
    }
    assert_eq!(app.get(&format!("/api/reels/{}", id(&reel["id"]))).await.ok(), reel);
});

on_both!(another_shape_keeps_the_framing, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    app.pretend_ready(&upload).await;
    let clip = app.clip(&upload, (0, 4_000), json!({})).await;
    let reel = app.reel("9:16", &[&clip, &clip]).await;
    let segments = json!([{"start": 0, "end": 1_000_000, "speed": 50}]);
    let crop = json!([{"at": 0, "x": 960_000, "y": 540_000, "h": 800_000, "ease": "hold"}]);
    frame(&app, &reel["clips"][0], json!({"crop": crop, "segments": segments})).await.ok();
    let square = change(&app, &reel, json!({"aspect": "1:1"})).await.ok();
    assert_eq!(square["aspect"], "1:1");
    let framing = &square["clips"][0]["framing"];
    assert_eq!(framing["segments"], segments);
    let key = &framing["crop"][0];
    assert_eq!(
        (&key["at"], &key["x"], &key["y"], &key["ease"]),
        (&json!(0), &crop[0]["x"], &crop[0]["y"], &json!("hold"))
    );
    assert!((1..=1_080_000).contains(&key["h"].as_i64().unwrap()), "within the picture: {key}");
    assert_eq!(square["clips"][1], reel["clips"][1], "what was not framed stays so");
    assert_eq!(square["clips"][0]["version"], 3, "an editor that is open elsewhere hears of it");
    let again = change(&app, &square, json!({"aspect": "9:16"})).await.ok();
    let back = again["clips"][0]["framing"]["crop"][0]["h"].as_i64().unwrap();
    assert!((back - 800_000).abs() < 1_000, "there and back again: {back}");
});

on_both!(a_deleted_reel_leaves_its_clips, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let clip = app.clip(&upload, (0, 4_000), json!({})).await;
    let reel = app.reel("9:16", &[&clip]).await;
    let path = format!("/api/reels/{}", id(&reel["id"]));
    assert_eq!(app.delete(&path).await.status.as_u16(), 204);
    app.delete(&path).await.refused(404, "not_found");
    assert_eq!(app.delete(&format!("/api/trash/reel/{}", id(&reel["id"]))).await.status.as_u16(), 204);
    assert_eq!((app.count("reels").await, app.count("reel_clips").await, app.count("clips").await), (0, 0, 1));
    for (body, status, code) in [
        (json!({"aspect": "9:16", "clips": []}), 422, "invalid"),
        (json!({"aspect": "9:16", "clips": vec![&clip["id"]; 501]}), 422, "invalid"),
        (json!({"aspect": "9:16", "clips": [clip["id"], NOBODY]}), 404, "not_found"),
        (json!({"aspect": "3:2", "clips": [clip["id"]]}), 400, "malformed"),
        (json!({"aspect": "9:16", "clips": [clip["id"]], "name": "x".repeat(121)}), 422, "invalid"),
    ] {
        app.post("/api/reels", body.clone()).await.refused(status, code);
        app.call("reels/create", json!({"reel": body})).await.refused(status, code);
    }
    assert_eq!((app.count("reels").await, app.count("reel_clips").await), (0, 0));
});

on_both!(a_full_reel_swaps_clips, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    let reel = app.reel("9:16", &vec![&clip; 500]).await;
    let places: Vec<Value> = reel["clips"].as_array().unwrap().iter().map(|place| place["id"].clone()).collect();
    change(&app, &reel, json!({"add": [clip["id"]]})).await.refused(422, "invalid");
    let swapped = change(&app, &reel, json!({"order": places[1..], "add": [clip["id"]]})).await.ok();
    assert_eq!(clips_of(&swapped).len(), 500);
});

on_both!(clips_that_are_added_by_id_come_once, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let (a, b) = (app.clip(&upload, (0, 1_000), json!({})).await, app.clip(&upload, (2_000, 3_000), json!({})).await);
    let (reel, other) = (app.reel("9:16", &[&a]).await, app.reel("9:16", &[&a]).await);
    let chosen = "0192f0c1-2345-7abc-8def-0123456789ab";
    let add = json!({"add": [b["id"]], "add_ids": [chosen]});
    let changed = change(&app, &reel, add.clone()).await.ok();
    assert_eq!((clips_of(&changed), &changed["clips"][1]["id"]), (vec![&a["id"], &b["id"]], &json!(chosen)));
    // The answer was lost, and the call is made again.
    change(&app, &reel, add.clone()).await.refused(409, "conflict");
    // An id that is taken, in this reel or another, moves nothing; nor does a call that does not add up.
    for (reel, more) in [
        (&changed, add.clone()),
        (&other, add),
        (&other, json!({"add": [a["id"], b["id"]], "add_ids": [chosen]})),
        (&other, json!({"name": "Not this", "add": [b["id"]], "add_ids": [other["clips"][0]["id"]]})),
    ] {
        change(&app, reel, more).await.refused(422, "invalid");
    }
    assert_eq!(app.get(&format!("/api/reels/{}", id(&reel["id"]))).await.ok(), changed);
    assert_eq!(app.get(&format!("/api/reels/{}", id(&other["id"]))).await.ok(), other);
    // One that was removed may come back as itself.
    let removed = change(&app, &changed, json!({"order": [changed["clips"][0]["id"]]})).await.ok();
    let back = change(&app, &removed, json!({"add": [b["id"]], "add_ids": [chosen]})).await.ok();
    assert_eq!(back["clips"][1]["id"], chosen);
});

on_both!(an_order_from_before_a_clip_went_or_came_back_is_refused, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let (a, b) = (app.clip(&upload, (0, 1_000), json!({})).await, app.clip(&upload, (2_000, 3_000), json!({})).await);
    let reel = app.reel("9:16", &[&a, &b]).await;
    let of = async || app.get(&format!("/api/reels/{}", id(&reel["id"]))).await.ok();
    app.delete(&format!("/api/clips/{}", id(&a["id"]))).await.ok();
    let without = of().await;
    assert_eq!(clips_of(&without), [&b["id"]]);
    change(&app, &reel, json!({"order": [reel["clips"][1]["id"], reel["clips"][0]["id"]]}))
        .await
        .refused(409, "conflict");
    app.post(&format!("/api/clips/{}/restore", id(&a["id"])), Value::Null).await.ok();
    // It would remove what came back meanwhile.
    change(&app, &without, json!({"order": [without["clips"][0]["id"]]})).await.refused(409, "conflict");
    assert_eq!(clips_of(&of().await), [&a["id"], &b["id"]]);
});

on_both!(a_body_needs_no_id_beside_the_path, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    let (reel, other) = (app.reel("9:16", &[&clip]).await, app.reel("9:16", &[&clip]).await);
    let path = format!("/api/reels/{}", id(&reel["id"]));
    let named = app.put(&path, json!({"version": 1, "name": "A"})).await.ok();
    assert_eq!((&named["id"], &named["name"]), (&reel["id"], &json!("A")));
    // The path wins over what the body says.
    let named = app.put(&path, json!({"id": other["id"], "version": 2, "name": "B"})).await.ok();
    assert_eq!((&named["id"], &named["name"]), (&reel["id"], &json!("B")));
    for bad in [json!([]), json!({"name": "C"}), json!({"version": "2"})] {
        app.put(&path, bad).await.refused(400, "malformed");
    }
    app.put("/api/reels/none", json!({"version": 1})).await.refused(404, "not_found");
});

on_both!(a_card_says_how_long_the_reel_plays, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let clip = app.clip(&upload, (1_000, 8_000), json!({})).await;
    let reel = app.reel("9:16", &[&clip]).await;
    let length = async || app.get("/api/reels").await.ok()[0]["length"].clone();
    assert_eq!(length().await, 7_000_000);
    let place = &reel["clips"][0];
    let path = format!("/api/reel-clips/{}/framing", place["id"].as_str().unwrap());
    let slow = json!({"segments": [{"start": 2_000_000, "end": 6_000_000, "speed": 50}]});
    let framed = app.put(&path, json!({"version": place["version"], "framing": slow})).await.ok();
    assert_eq!(length().await, 8_000_000);
    let outside = json!({"segments": [{"start": 20_000_000, "end": 21_000_000}]});
    let refused = app.put(&path, json!({"version": framed["version"], "framing": outside})).await;
    refused.refused(422, "invalid");
    assert_eq!((&refused.json["field"], length().await), (&json!("framing"), json!(8_000_000)));
});

on_both!(a_card_is_drawn_as_an_export_has_it, |app: TestApp| async move {
    let card = |card: &Value, width: u32, height: u32| {
        let query = [("card", card.to_string()), ("width", width.to_string()), ("height", height.to_string())];
        app.request(reqwest::Method::GET, "/media/cards").query(&query)
    };
    let title = json!({"kind": "title", "text": "Fall 2026"});
    let picture = card(&title, 270, 480).send().await.unwrap();
    assert_eq!(picture.status().as_u16(), 200);
    assert_eq!(picture.headers()["content-type"], "image/png");
    let bytes = picture.bytes().await.unwrap();
    let mut png = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().expect("a PNG");
    let mut pixels = vec![0; png.output_buffer_size().expect("a size")];
    let drawn = png.next_frame(&mut pixels).expect("a picture");
    assert_eq!((drawn.width, drawn.height), (270, 480));
    let opaque = pixels.chunks_exact(4).filter(|pixel| pixel[3] > 200).count();
    assert!((300..20_000).contains(&opaque), "{opaque} samples of text");

    let long = json!({"kind": "title", "text": "x".repeat(121)});
    for (card_, width, (status, code)) in [
        (&title, 0, (422, "invalid")),
        (&title, 1921, (422, "invalid")),
        (&long, 270, (422, "invalid")),
        (&json!({"kind": "title"}), 270, (400, "malformed")),
        (&json!("<svg>"), 270, (400, "malformed")),
    ] {
        app.send(card(card_, width, 480)).await.refused(status, code);
    }
});

on_both!(only_a_part_of_a_recording_that_is_there_is_followed, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let clip = app.clip(&upload, (0, 3_000), json!({})).await;
    let reel = app.reel("9:16", &[&clip]).await;
    let path = format!("/api/reel-clips/{}/follow", id(&reel["clips"][0]["id"]));
    let wanted =
        |at: i64, until: i64, rx: i64| json!({"at": at, "until": until, "x": 0, "y": 0, "rx": rx, "ry": 9_000});
    app.post(&path, wanted(0, 1_000_000, 9_000)).await.refused(409, "not_ready");
    for bad in [wanted(0, 60_000_001, 9_000), wanted(5, 5, 9_000), wanted(-5, 5, 9_000), wanted(0, i64::MAX, 9_000)] {
        app.post(&path, bad).await.refused(422, "invalid");
    }
    app.post(&path, wanted(0, 1_000_000, 0)).await.refused(422, "invalid");
    app.post(&path, wanted(i64::MIN, i64::MAX, 9_000)).await.refused(422, "invalid");
});
