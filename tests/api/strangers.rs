//! Every call that names something, with another owner's, an unknown and a malformed identifier, through both doors.

use crate::{
    on_both,
    support::{NOBODY, TestApp, id},
};
use reqwest::{Method, header};
use serde_json::{Value, json};
use touchline::{
    domain::{
        ids::{MusicId, RenditionId},
        music::{Music, MusicSettings},
        time::Micros,
    },
    exports::store::{NewRendition, insert_rendition},
    music,
};

/// One of everything.
struct Ids {
    game: String,
    video: String,
    clip: String,
    reel: String,
    place: String,
    upload: String,
    export: String,
    rendition: String,
}

impl Ids {
    fn all(id: &str) -> Self {
        let id = || id.to_owned();
        Self {
            game: id(),
            video: id(),
            clip: id(),
            reel: id(),
            place: id(),
            upload: id(),
            export: id(),
            rendition: id(),
        }
    }
}

struct Call {
    /// The server function and its arguments; none where there is no such function.
    function: Option<(&'static str, Value)>,
    /// The REST call; none where there is no such call.
    rest: Option<(Method, String, Value)>,
    /// The identifier stands in the REST body, not in the path.
    in_body: bool,
}

/// Every call that names something of `ids`. Bodies that repeat the path's identifier hold a valid one.
#[allow(clippy::too_many_lines)] // It is a list.
fn calls(ids: &Ids) -> Vec<Call> {
    let Ids { game, video, clip, reel, place, upload, export, rendition } = ids;
    let mut calls = Vec::new();
    let mut both = |function: &'static str, arguments: Value, method: Method, path: String, body: Value| {
        let rest = Some((method, path, body));
        calls.push(Call { function: Some((function, arguments)), rest, in_body: false });
    };
    let (get, put, post, delete) = (Method::GET, Method::PUT, Method::POST, Method::DELETE);
    let with = |id: &str, more: &Value| {
        let mut body = json!({"id": id, "version": 1});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let details = json!({"details": {"opponent": "City", "played_on": "2026-12-06", "venue": "home"}});
    let range = json!({"start": 0, "end": 1_000_000});
    let (name, framing) = (json!({"name": "Mine"}), json!({"framing": {}}));
    let one = |id: &str| json!({ "id": id });
    let item = |kind: &str, id: &str| json!({"item": {"kind": kind, "id": id}});
    both("games/get", one(game), get.clone(), format!("/api/games/{game}"), Value::Null);
    both(
        "games/update",
        json!({"update": with(game, &details)}),
        put.clone(),
        format!("/api/games/{game}"),
        with(NOBODY, &details),
    );
    let order = json!({"videos": [{"id": video, "gap": 0}]});
    both(
        "videos/arrange",
        json!({"arrangement": with(game, &order)}),
        put.clone(),
        format!("/api/games/{game}/videos"),
        with(NOBODY, &order),
    );
    both("videos/delete", one(video), delete.clone(), format!("/api/videos/{video}"), Value::Null);
    both("trash/put", item("game", game), delete.clone(), format!("/api/games/{game}"), Value::Null);
    for (kind, id) in [("game", game), ("reel", reel), ("rendition", rendition)] {
        let path = format!("/api/trash/{kind}/{id}");
        both("trash/restore", item(kind, id), post.clone(), format!("{path}/restore"), Value::Null);
        both("trash/purge", item(kind, id), delete.clone(), path, Value::Null);
    }
    both("clips/of-game", json!({"game": game}), get.clone(), format!("/api/games/{game}/clips"), Value::Null);
    let text = json!({"text": "0,1,a"});
    both(
        "clips/import",
        json!({"import": with(game, &text)}),
        post.clone(),
        format!("/api/games/{game}/clips/import"),
        with(NOBODY, &text),
    );
    both(
        "clips/update",
        json!({"update": with(clip, &range)}),
        put.clone(),
        format!("/api/clips/{clip}"),
        with(NOBODY, &range),
    );
    both("clips/delete", one(clip), delete.clone(), format!("/api/clips/{clip}"), Value::Null);
    both("clips/restore", one(clip), post.clone(), format!("/api/clips/{clip}/restore"), Value::Null);
    both("reels/get", one(reel), get.clone(), format!("/api/reels/{reel}"), Value::Null);
    both(
        "reels/update",
        json!({"update": with(reel, &name)}),
        put.clone(),
        format!("/api/reels/{reel}"),
        with(NOBODY, &name),
    );
    let follow = json!({"at": 0, "until": 1_000_000, "x": 0, "y": 0, "rx": 9_000, "ry": 9_000});
    both(
        "reels/follow",
        json!({"wanted": with(place, &follow)}),
        post.clone(),
        format!("/api/reel-clips/{place}/follow"),
        with(NOBODY, &follow),
    );
    both(
        "reels/framing",
        json!({"update": with(place, &framing)}),
        put.clone(),
        format!("/api/reel-clips/{place}/framing"),
        with(NOBODY, &framing),
    );
    let settings = json!({"level": "loud", "ducks": false});
    both(
        "music/update",
        json!({"update": with(reel, &settings)}),
        put,
        format!("/api/reels/{reel}/music/settings"),
        with(NOBODY, &settings),
    );
    let of = json!({"reel": reel});
    both("music/delete", of, delete.clone(), format!("/api/reels/{reel}/music"), Value::Null);
    both("trash/put", item("reel", reel), delete.clone(), format!("/api/reels/{reel}"), Value::Null);
    let parts = json!({"parts": {"upload": upload, "parts": [{"number": 1}]}});
    both("uploads/sign", parts, post.clone(), format!("/api/uploads/{upload}/sign"), json!({"parts": [{"number": 1}]}));
    both("uploads/get", one(upload), get.clone(), format!("/api/uploads/{upload}"), Value::Null);
    both("uploads/complete", one(upload), post.clone(), format!("/api/uploads/{upload}/complete"), Value::Null);
    both("uploads/abort", one(upload), delete.clone(), format!("/api/uploads/{upload}"), Value::Null);
    both("exports/get", one(export), get.clone(), format!("/api/exports/{export}"), Value::Null);
    both("exports/cancel", one(export), delete.clone(), format!("/api/exports/{export}"), Value::Null);
    both("exports/retry", one(export), post.clone(), format!("/api/exports/{export}/retry"), Value::Null);
    both("gallery/get", one(rendition), get.clone(), format!("/api/renditions/{rendition}"), Value::Null);
    both("trash/put", item("rendition", rendition), delete, format!("/api/renditions/{rendition}"), Value::Null);
    // In the body of both doors.
    for (function, argument, path, body) in [
        ("clips/create", "clip", "/api/clips", json!({"video": video, "start": 0, "end": 1_000_000, "rating": 5})),
        ("reels/create", "reel", "/api/reels", json!({"aspect": "9:16", "clips": [clip]})),
        (
            "uploads/create",
            "upload",
            "/api/uploads",
            json!({"game": game, "name": "a.mp4", "size": 9, "fingerprint": "f"}),
        ),
        ("exports/create", "export", "/api/exports", json!({"reel": reel})),
        ("exports/batch", "batch", "/api/exports/batch", json!({"of": {"reel": reel}, "make": ["reel"]})),
        ("exports/batch", "batch", "/api/exports/batch", json!({"of": {"game": game}, "make": ["clip"]})),
    ] {
        let rest = Some((post.clone(), path.to_owned(), body.clone()));
        calls.push(Call { function: Some((function, json!({argument: body}))), rest, in_body: true });
    }
    calls.extend(one_door(ids));
    calls
}

/// Behind one door only.
fn one_door(ids: &Ids) -> Vec<Call> {
    let Ids { game, video, clip, reel, rendition, .. } = ids;
    let (get, post) = (Method::GET, Method::POST);
    let mut calls = Vec::new();
    let position = json!({"id": game, "position": 5});
    calls.push(Call { function: Some(("games/position", position)), rest: None, in_body: false });
    for (method, path) in [
        (get.clone(), format!("/api/clips/{clip}")),
        (get.clone(), format!("/api/games/{game}/clips/export?format=csv")),
        (get.clone(), format!("/api/games/{game}/upload-url?name=a.mp4&size=9")),
        (post, format!("/api/games/{game}/confirm-video")),
        (Method::PUT, format!("/api/reels/{reel}/music?name=a.mp3")),
        (get.clone(), format!("/media/reels/{reel}/music")),
        (get.clone(), format!("/media/videos/{video}")),
        (get.clone(), format!("/media/videos/{video}/poster")),
        (get.clone(), format!("/media/renditions/{rendition}")),
        (get.clone(), format!("/media/renditions/{rendition}/download")),
        (get, format!("/media/renditions/{rendition}/poster")),
    ] {
        calls.push(Call { function: None, rest: Some((method, path, Value::Null)), in_body: false });
    }
    calls
}

/// One of everything, owned by the second account.
async fn theirs(app: &TestApp) -> Ids {
    let make = async |path: &str, body: Value| app.as_other(Method::POST, path, Some(body)).await.ok();
    let game = make("/api/games", json!({"opponent": "Theirs", "played_on": "2026-12-06", "venue": "home"})).await;
    let file = |name: &str| json!({"game": game["id"], "name": name, "size": 9, "fingerprint": name});
    let upload = make("/api/uploads", file("a.mp4")).await;
    app.pretend_ready(&upload).await;
    let clip = make("/api/clips", json!({"video": upload["video"], "start": 0, "end": 1_000_000})).await;
    let reel = make("/api/reels", json!({"aspect": "9:16", "clips": [clip["id"]]})).await;
    let export = make("/api/exports", json!({"reel": reel["id"]})).await;
    let owner = sqlx::query_scalar::<_, String>("SELECT owner FROM games WHERE id = $1").bind(id(&game["id"]));
    let owner = owner.fetch_one(app.db.pool()).await.unwrap().parse().unwrap();
    let rendition = RenditionId::generate();
    let new = NewRendition {
        id: &rendition,
        export: &id(&export["id"]).parse().unwrap(),
        reel: None,
        name: "Theirs",
        object_key: "o/x/r/y",
        poster_key: Some("o/x/r/z"),
        bytes: 1,
        size: (2, 2),
        frames: 1,
        duration_us: 1,
    };
    let song = Music {
        id: MusicId::generate(),
        name: "Theirs".to_owned(),
        length: Micros::SECOND,
        loudness: None,
        settings: MusicSettings::default(),
    };
    let lies_at = ("o/x/m/y".parse().unwrap(), 1);
    let mut tx = app.db.begin_write().await.unwrap();
    insert_rendition(&mut tx, &owner, &new).await.unwrap();
    music::store::insert(&mut tx, &owner, &id(&reel["id"]).parse().unwrap(), &song, (&lies_at.0, lies_at.1))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let text = |value: &Value| id(value).to_owned();
    Ids {
        game: text(&game["id"]),
        video: text(&upload["video"]),
        clip: text(&clip["id"]),
        reel: text(&reel["id"]),
        place: text(&reel["clips"][0]["id"]),
        upload: text(&upload["id"]),
        export: text(&export["id"]),
        rendition: rendition.to_string(),
    }
}

async fn all_refused(app: &TestApp, ids: &Ids, malformed: bool) {
    for Call { function, rest, in_body } in calls(ids) {
        if let Some((name, arguments)) = function {
            println!("/_fn/{name} {arguments}");
            let (status, code) = if malformed { (400, "malformed") } else { (404, "not_found") };
            app.call(name, arguments).await.refused(status, code);
        }
        if let Some((method, path, body)) = rest {
            println!("{method} {path} {body}");
            let request = app.request(method, &path);
            let answer = app.send(if body.is_null() { request } else { request.json(&body) }).await;
            let (status, code) = if malformed && in_body { (400, "malformed") } else { (404, "not_found") };
            answer.refused(status, code);
        }
    }
    let part = format!("/api/uploads/{}/parts/1", ids.upload);
    let bytes =
        app.request(Method::PUT, &part).header(header::CONTENT_TYPE, "application/octet-stream").body("123456789");
    app.send(bytes).await.refused(404, "not_found");
}

// No job runs in this process: rows stay as they are.
on_both!(another_owners_things_are_not_found, |config| config.jobs.run = false, |app: TestApp| async move {
    let ids = theirs(&app).await;
    let before = app.rows().await;
    all_refused(&app, &ids, false).await;
    assert_eq!(app.rows().await, before);
    let game = app.as_other(Method::GET, &format!("/api/games/{}", ids.game), None).await.ok();
    assert_eq!((&game["version"], &game["last_position"]), (&json!(1), &json!(0)));
    for list in ["/api/games", "/api/reels", "/api/renditions", "/api/exports/active", "/api/exports/recent"] {
        assert_eq!(app.get(list).await.ok(), json!([]), "{list}");
    }
    assert_eq!(app.post("/api/clips/search", json!({"games": [ids.game]})).await.ok(), json!([]));
    // Nor can theirs be drawn into ours.
    let (_, upload) = app.game_with_upload(9).await;
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    let reel = app.reel("1:1", &[&clip]).await;
    let path = format!("/api/reels/{}", id(&reel["id"]));
    app.put(&path, json!({"id": reel["id"], "version": 1, "add": [ids.clip]})).await.refused(404, "not_found");
    app.put(&path, json!({"id": reel["id"], "version": 1, "order": [ids.place]})).await.refused(422, "invalid");
    assert_eq!(app.get(&path).await.ok(), reel);
});

on_both!(what_nobody_has_is_not_found, |app: TestApp| async move {
    let before = app.rows().await;
    all_refused(&app, &Ids::all(NOBODY), false).await;
    for malformed in ["nonsense", &NOBODY.to_uppercase(), "0192f0c1-2345-7abc-8def-0123456789ab'"] {
        all_refused(&app, &Ids::all(malformed), true).await;
    }
    assert_eq!(app.rows().await, before);
});
