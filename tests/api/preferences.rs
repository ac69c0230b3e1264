//! Own tags and the roster, how much room files take, and all of it as one file.

use crate::{on_both, support::TestApp};
use reqwest::Method;
use serde_json::{Value, json};

fn own(tags: &Value) -> Value {
    json!({"version": 0, "palettes": [{"sport": "hockey", "palette": {"groups": [{"name": "Mine", "tags": tags}]}}], "roster": ["10 Ilse", "#7 Bo"]})
}

on_both!(preferences_are_kept_whole_and_by_version, |app: TestApp| async move {
    let none = json!({"version": 0, "palettes": [], "roster": []});
    assert_eq!(app.get("/api/preferences").await.ok(), none);
    let put =
        app.put("/api/preferences", own(&json!([{"name": " Forecheck ", "key": "G", "colour": "teal"}]))).await.ok();
    let tag = json!({"name": "Forecheck", "key": "G", "lead": 8, "lag": 2, "colour": "teal"});
    assert_eq!(put["palettes"][0]["palette"]["groups"], json!([{"name": "Mine", "tags": [tag]}]));
    assert_eq!((&put["version"], &put["roster"]), (&json!(1), &json!(["#10 Ilse", "#7 Bo"])));
    assert_eq!(app.get("/api/preferences").await.ok(), put);
    assert_eq!(app.call("preferences/get", json!({})).await.ok(), put);

    // A change that is based on what is no longer there is refused, the first one, too.
    app.put("/api/preferences", own(&json!([{"name": "Late"}]))).await.refused(409, "conflict");
    let second = app.call("preferences/put", json!({"preferences": put})).await.ok();
    assert_eq!(second["version"], 2);
    app.put("/api/preferences", put).await.refused(409, "conflict");

    // A palette that is the one that comes with it is not kept.
    let usual = json!({"version": 2, "palettes": [], "roster": []});
    assert_eq!(app.put("/api/preferences", usual).await.ok()["palettes"], json!([]));
});

on_both!(preferences_that_cannot_be_are_refused, |app: TestApp| async move {
    let many: Vec<Value> = (0..61).map(|n| json!({"name": format!("Tag {n}")})).collect();
    let tags = [
        json!([]),
        json!([{"name": ""}]),
        json!([{"name": "x".repeat(41)}]),
        json!([{"name": "A"}, {"name": "a"}]),
        json!([{"name": "A", "key": "N"}]),
        json!([{"name": "A", "key": "g"}]),
        json!([{"name": "A", "key": "G"}, {"name": "B", "key": "G"}]),
        json!([{"name": "A", "lead": 121}]),
        json!([{"name": "A", "lead": -1}]),
        json!([{"name": "A", "lead": 0, "lag": 0}]),
        json!(many),
    ];
    for tags in tags {
        let answer = app.put("/api/preferences", own(&tags)).await;
        answer.refused(422, "invalid");
        assert_eq!(answer.json["field"], "palettes", "{tags}");
    }
    for (field, value) in [("roster", json!(vec!["A"; 201])), ("version", json!(-1)), ("version", json!(i64::MAX))] {
        let mut body = own(&json!([{"name": "A"}]));
        body[field] = value;
        let answer = app.put("/api/preferences", body).await;
        answer.refused(422, "invalid");
        assert_eq!(answer.json["field"], field);
    }
    let twice = own(&json!([{"name": "A"}]))["palettes"][0].clone();
    let body = json!({"version": 0, "palettes": [twice, twice], "roster": []});
    app.put("/api/preferences", body).await.refused(422, "invalid");
    for malformed in [json!([{"name": "A", "key": "GG"}]), json!([{"name": "A", "colour": "mauve"}]), json!([{}])] {
        app.put("/api/preferences", own(&malformed)).await.refused(400, "malformed");
    }
    assert_eq!(app.count("preferences").await, 0);
});

on_both!(an_account_sees_its_room_and_takes_its_data_along, |app: TestApp| async move {
    let (game, upload) = app.game_with_upload(1_000_000).await;
    let clip = app.clip(&upload, (0, 2_000), json!({"rating": 5, "tags": ["Goal"]})).await;
    app.put("/api/preferences", own(&json!([{"name": "Forecheck"}]))).await.ok();
    let usage = app.get("/api/usage").await.ok();
    assert_eq!(usage["recordings"], json!({"count": 0, "bytes": 0}), "what has not arrived takes no room");
    assert_eq!(app.call("accounts/usage", json!({})).await.ok(), usage);

    let data = app.get("/api/data").await.ok();
    assert_eq!(data["games"][0]["game"]["id"], game["id"]);
    assert_eq!(data["games"][0]["clips"], json!([clip]));
    assert_eq!(data["reels"][0]["clips"][0]["clip"]["id"], clip["id"], "the reel that five stars made");
    assert_eq!(data["preferences"]["roster"], json!(["#10 Ilse", "#7 Bo"]));

    // Nobody sees another's.
    let other = app.as_other(Method::GET, "/api/data", None).await.ok();
    assert_eq!(
        (&other["games"], &other["reels"], &other["preferences"]["version"]),
        (&json!([]), &json!([]), &json!(0))
    );
    app.as_other(Method::PUT, "/api/preferences", Some(own(&json!([{"name": "Theirs"}])))).await.ok();
    assert_eq!(app.get("/api/preferences").await.ok(), data["preferences"]);
});
