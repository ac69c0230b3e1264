//! Exports of real video: the file that comes out, cancel, retry, restart, and what is refused.

use crate::{
    database::Database,
    footage::{MATCH, probe, programs_on},
    on_both,
    support::{TestApp, eventually, id},
};
use reqwest::{Method, header};
use serde_json::{Value, json};
use sqlx::Row;
use touchline::exports::segments;

fn path(export: &Value) -> String {
    format!("/api/exports/{}", id(&export["id"]))
}

async fn export(app: &TestApp, reel: &Value) -> Value {
    app.post("/api/exports", json!({"reel": reel["id"]})).await.ok()
}

async fn location(app: &TestApp, path: &str) -> String {
    let see = app.request(Method::GET, path).send().await.unwrap();
    assert_eq!(see.status().as_u16(), 307, "{path}");
    see.headers()[header::LOCATION].to_str().unwrap().to_owned()
}

/// A smaller picture at another pace, in fewer bytes; and what is no choice is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_made_as_it_is_wanted() {
    let app = TestApp::start(Database::Sqlite).await;
    let (_, upload) = app.game_with_recording().await;
    let reel = app.reel("4:5", &[&app.clip(&upload, (0, 1_000), json!({})).await]).await;
    let file = async |settings: Value| {
        let export = app.post("/api/exports", json!({"reel": reel["id"], "settings": settings})).await.ok();
        let done = app.ended(&export).await;
        assert_eq!(done["state"], "complete", "{done}");
        let path = location(&app, &format!("/media/renditions/{}", id(&done["rendition"]))).await;
        let bytes = app.request(Method::GET, &path).send().await.unwrap().bytes().await.unwrap();
        (done["settings"].clone(), probe(&bytes)["streams"][0].clone(), bytes.len())
    };
    let (told, picture, small) = file(json!({"size": "small", "pace": "thirty", "quality": "compact"})).await;
    assert_eq!(told, json!({"size": "small", "pace": "thirty", "quality": "compact", "sound": "even"}));
    assert_eq!((&picture["width"], &picture["height"]), (&json!(720), &json!(900)));
    assert_eq!((&picture["nb_read_frames"], &picture["r_frame_rate"]), (&json!("30"), &json!("30/1")));
    let (told, picture, best) = file(json!({"size": "small", "quality": "best"})).await;
    assert_eq!(told["pace"], "source", "what is not said is as usual");
    assert_eq!((&picture["nb_read_frames"], &picture["r_frame_rate"]), (&json!("25"), &json!("25/1")));
    assert!(small * 3 < best * 2, "{small} and {best} bytes");
    for wrong in [json!({"size": "huge"}), json!({"quality": 3}), json!("small")] {
        let answer = app.post("/api/exports", json!({"reel": reel["id"], "settings": wrong})).await;
        assert!((400..=422).contains(&answer.status.as_u16()), "{wrong}: {}", answer.json);
    }
}

on_both!(a_reel_becomes_a_file, |app: TestApp| async move {
    let (_, upload) = app.game_with_recording().await;
    let (one, two) =
        (app.clip(&upload, (200, 320), json!({})).await, app.clip(&upload, (1_000, 1_080), json!({})).await);
    let reel = app.reel("9:16", &[&one, &two]).await;
    // Half speed: the second clip plays twice as long. 3 and 4 frames.
    let place = &reel["clips"][1];
    let slow = json!({"id": place["id"], "version": 1, "framing": {"segments": [{"start": 1_000_000, "end": 1_080_000, "speed": 50}]}});
    app.put(&format!("/api/reel-clips/{}/framing", id(&place["id"])), slow).await.ok();
    let first = export(&app, &reel).await;
    let done = app.ended(&first).await;
    assert_eq!(
        (&done["state"], &done["done"], &done["total"], &done["error"]),
        (&json!("complete"), &json!(7), &json!(7), &Value::Null)
    );
    assert_eq!((&done["attempt"], &done["name"], &done["reel"]), (&json!(1), &reel["name"], &reel["id"]));
    assert_eq!(app.get("/api/exports/active").await.ok(), json!([]));
    assert_eq!(app.get("/api/exports/recent?hours=1").await.ok(), json!([done]));
    assert_eq!(app.call("exports/recent", json!({"hours": 1})).await.ok(), json!([done]));
    let listed = app.get("/api/renditions").await.ok();
    let rendition = &listed[0];
    assert_eq!((&rendition["id"], &rendition["name"]), (&done["rendition"], &reel["name"]));
    assert_eq!(
        (&rendition["width"], &rendition["height"], &rendition["duration"]),
        (&json!(1080), &json!(1920), &json!(280_000))
    );
    let play = location(&app, id(&rendition["url"])).await;
    let file = app.request(Method::GET, &play).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(json!(file.len()), rendition["bytes"]);
    let told = probe(&file);
    let of = |kind: &str| {
        told["streams"].as_array().unwrap().iter().filter(|stream| stream["codec_type"] == kind).collect::<Vec<_>>()
    };
    let (pictures, sounds) = (of("video"), of("audio"));
    assert_eq!((pictures.len(), sounds.len()), (1, 1));
    assert_eq!((&pictures[0]["width"], &pictures[0]["height"]), (&json!(1080), &json!(1920)));
    assert_eq!((&pictures[0]["nb_read_frames"], &pictures[0]["r_frame_rate"]), (&json!("7"), &json!("25/1")));
    let seconds: f64 = told["format"]["duration"].as_str().unwrap().parse().unwrap();
    assert!((seconds - 0.28).abs() < 0.05, "{seconds}");
    let save = location(&app, id(&rendition["download_url"])).await;
    let saved = app.request(Method::GET, &save).send().await.unwrap();
    let told = saved.headers()[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(told.starts_with("attachment") && told.contains("Vs Rovers Dec 6.mp4"), "{told}");
    let poster = location(&app, id(&rendition["poster_url"])).await;
    assert!(app.request(Method::GET, &poster).send().await.unwrap().bytes().await.unwrap().starts_with(&[0xff, 0xd8]));
    assert_eq!(app.get("/api/reels").await.ok()[0]["status"], "complete");
    // Deleting for good takes row and object.
    app.destroy("rendition", &rendition["id"]).await;
    assert_eq!(app.get("/api/renditions").await.ok(), json!([]));
    app.get(id(&rendition["url"])).await.refused(404, "not_found");
    eventually("the object is gone", async || (app.get(&play).await.status.as_u16() == 404).then_some(())).await;
    assert_eq!(programs_on(app.data()), 0);
});

// No job runs in this process: what is submitted waits.
on_both!(a_double_click_is_one_export, |config| config.jobs.run = false, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    app.pretend_ready(&upload).await;
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    let (reel, other) = (app.reel("9:16", &[&clip]).await, app.reel("1:1", &[&clip]).await);
    let (one, two) =
        tokio::join!(export(&app, &reel), app.call("exports/create", json!({"export": {"reel": reel["id"]}})));
    assert_eq!((one["id"] == two.ok()["id"], app.count("exports").await, app.count("jobs").await), (true, 1, 1));
    assert_ne!(export(&app, &other).await["id"], one["id"]);
    assert_eq!(app.get("/api/exports/active").await.ok().as_array().unwrap().len(), 2);
    // What waits is cancelled at once; then it can be tried again, once.
    let cancelled = app.delete(&path(&one)).await.ok();
    assert_eq!(cancelled["state"], "cancelled");
    assert_eq!(app.delete(&path(&one)).await.ok(), cancelled, "what has ended stays as it is");
    let again = app.send(app.request(Method::POST, &format!("{}/retry", path(&one)))).await.ok();
    assert_eq!((&again["state"], &again["id"]), (&json!("pending"), &one["id"]));
    app.send(app.request(Method::POST, &format!("{}/retry", path(&one)))).await.refused(409, "not_ready");
    app.call("exports/retry", json!({"id": one["id"]})).await.refused(409, "not_ready");
});

on_both!(what_cannot_be_rendered_is_refused, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    let clip = app.clip(&upload, (0, 1_000), json!({"tags": ["Goal"]})).await;
    let reel = app.reel("9:16", &[&clip]).await;
    let body = json!({"reel": reel["id"]});
    app.post("/api/exports", body.clone()).await.refused(409, "not_ready");
    app.call("exports/create", json!({"export": body})).await.refused(409, "not_ready");
    let empty = json!({"id": reel["id"], "version": 1, "order": []});
    app.put(&format!("/api/reels/{}", id(&reel["id"])), empty).await.ok();
    app.post("/api/exports", body.clone()).await.refused(422, "invalid");
    app.call("exports/create", json!({"export": body})).await.refused(422, "invalid");
    // Marked before anybody knew how long the recording is.
    let late = app.clip(&upload, (70_000, 71_000), json!({})).await;
    app.pretend_ready(&upload).await;
    let outside = app.reel("9:16", &[&late]).await;
    app.post("/api/exports", json!({"reel": outside["id"]})).await.refused(422, "invalid");
    for hours in ["0", "169", "-1", "9223372036854775807"] {
        app.get(&format!("/api/exports/recent?hours={hours}")).await.refused(422, "invalid");
    }
    app.get("/api/exports/recent?hours=soon").await.refused(400, "malformed");
    assert_eq!((app.count("exports").await, app.count("jobs").await), (0, 0));
});

/// A reel that takes a while, its export running with programs at work.
async fn running(app: &TestApp) -> Value {
    let (_, upload) = app.game_with_recording().await;
    let clip = app.clip(&upload, (0, 320), json!({})).await;
    let reel = app.reel("1:1", &[&clip]).await;
    let export = export(app, &reel).await;
    eventually("ffmpeg is at work", async || (programs_on(app.data()) > 0).then_some(())).await;
    export
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_export_stops_at_once_and_can_be_tried_again() {
    let app = TestApp::start(Database::Sqlite).await;
    let export = running(&app).await;
    app.delete(&path(&export)).await.ok();
    let ended = app.ended(&export).await;
    assert_eq!((&ended["state"], &ended["rendition"]), (&json!("cancelled"), &Value::Null));
    eventually("no ffmpeg is left", async || (programs_on(app.data()) == 0).then_some(())).await;
    assert_eq!(app.count("renditions").await, 0);
    app.call("exports/retry", json!({"id": export["id"]})).await.ok();
    let ended = app.ended(&export).await;
    assert_eq!((&ended["state"], &ended["done"], &ended["attempt"]), (&json!("complete"), &json!(8), &json!(1)));
    assert_eq!(app.count("renditions").await, 1);
}

on_both!(an_export_goes_on_after_a_restart, |mut app: TestApp| async move {
    let export = running(&app).await;
    app.restart().await;
    let ended = app.ended(&export).await;
    assert_eq!((&ended["state"], &ended["done"]), (&json!("complete"), &json!(8)));
    assert_eq!(ended["attempt"], 1, "a stop is nobody's failure: the attempt is not charged");
    assert_eq!(app.count("renditions").await, 1);
});

impl TestApp {
    /// Object keys of the finished pieces, in the order of their making.
    async fn segments(&self) -> Vec<String> {
        let rows = sqlx::query("SELECT object_key FROM segments ORDER BY frames, id").fetch_all(self.state().db.pool());
        rows.await.unwrap().iter().map(|row| row.get("object_key")).collect()
    }

    async fn pieces_rendered(&self) -> i64 {
        let sql = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM jobs WHERE kind = 'segment' AND state = 'complete'";
        sqlx::query(sql).fetch_one(self.state().db.pool()).await.unwrap().get("n")
    }

    /// Exports the reel; how many pieces had to be rendered for it.
    async fn rendered_for(&self, reel: &Value) -> (i64, Value) {
        let before = self.pieces_rendered().await;
        let done = self.ended(&export(self, reel).await).await;
        assert_eq!((&done["state"], &done["done"]), (&json!("complete"), &done["total"]), "{done}");
        (self.pieces_rendered().await - before, done)
    }
}

on_both!(what_was_rendered_once_is_not_rendered_again, |app: TestApp| async move {
    let (_, upload) = app.game_with_recording().await;
    let (one, two) =
        (app.clip(&upload, (200, 320), json!({})).await, app.clip(&upload, (1_000, 1_120), json!({})).await);
    let reel = app.reel("1:1", &[&one, &two, &one]).await;
    assert_eq!(app.rendered_for(&reel).await.0, 2, "a clip that stands there twice is rendered once");
    assert_eq!(app.segments().await.len(), 3, "two pictures and a sound");
    assert_eq!(app.rendered_for(&reel).await.0, 0);
    // A change renders what it changes.
    let place = &reel["clips"][1];
    let crop = json!({"version": 1, "framing": {"crop": [{"at": 1_000_000, "x": 100_000, "y": 90_000, "h": 120_000}]}});
    app.put(&format!("/api/reel-clips/{}/framing", id(&place["id"])), crop).await.ok();
    assert_eq!(app.rendered_for(&reel).await.0, 1);
    // A piece that the store lost, and one that was damaged there, are made again.
    let store = &app.state().store;
    let lost = app.segments().await[1].parse().unwrap();
    store.delete(&lost).await.unwrap();
    assert_eq!(app.rendered_for(&app.reel("1:1", &[&one, &two]).await).await.0, 1);
    for key in app.segments().await {
        store.put_bytes(&key.parse().unwrap(), "damaged".into(), "video/mp4").await.unwrap();
    }
    let (rendered, done) = app.rendered_for(&reel).await;
    assert_eq!((rendered, &done["error"]), (2, &Value::Null));
    // Too many: what is unused for longest goes, object and row.
    let kept = app.segments().await;
    segments::trim(&app.state().db, i64::MAX, i64::MAX).await.unwrap();
    segments::trim(&app.state().db, 0, 0).await.unwrap();
    assert_eq!(app.segments().await, kept, "there is room, or they are in use");
    assert_eq!(segments::trim(&app.state().db, 0, i64::MAX).await.unwrap(), kept.len());
    eventually("the objects are gone", async || {
        let there = store.list("o/").await.unwrap();
        there.iter().all(|object| !kept.contains(&object.key.to_string())).then_some(())
    })
    .await;
    assert_eq!(app.rendered_for(&reel).await.0, 2);
});

on_both!(what_is_over_can_be_put_away, |config| config.jobs.run = false, |app: TestApp| async move {
    let (_, upload) = app.game_with_upload(1000).await;
    app.pretend_ready(&upload).await;
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    let (one, two) =
        (export(&app, &app.reel("9:16", &[&clip]).await).await, export(&app, &app.reel("1:1", &[&clip]).await).await);
    app.delete(&path(&one)).await.ok();
    let both = json!({"ids": [one["id"], two["id"]]});
    let listed = async || app.get("/api/exports/recent").await.ok().as_array().unwrap().clone();
    assert_eq!(app.as_other(Method::POST, "/api/exports/dismiss", Some(both.clone())).await.status.as_u16(), 204);
    assert_eq!(listed().await.len(), 2, "a stranger puts nothing away");
    assert_eq!(app.post("/api/exports/dismiss", both.clone()).await.status.as_u16(), 204);
    let left = listed().await;
    assert_eq!((left.len(), &left[0]["id"]), (1, &two["id"]), "what waits stays");
    assert_eq!(app.get(&path(&one)).await.ok()["state"], "cancelled", "it is only off the list");
    app.call("exports/dismiss", both).await.ok();
    app.send(app.request(Method::POST, &format!("{}/retry", path(&one)))).await.ok();
    assert_eq!(listed().await.len(), 2, "what runs again is back");
    for ids in [json!([]), json!(vec![one["id"].clone(); 501])] {
        app.post("/api/exports/dismiss", json!({"ids": ids})).await.refused(422, "invalid");
        app.call("uploads/dismiss", json!({"ids": ids})).await.refused(422, "invalid");
    }
    app.post("/api/uploads/dismiss", json!({"ids": ["x"]})).await.refused(400, "malformed");
});

// No job runs in this process: what has arrived waits to be read.
on_both!(an_upload_that_is_being_read_is_not_finished, |config| config.jobs.run = false, |app: TestApp| async move {
    let game = app.game().await;
    let upload = app.send_file(&game, "match.mp4", MATCH.clone()).await;
    assert_eq!(app.get("/api/uploads/finished").await.ok(), json!([]));
    app.pretend_ready(&upload).await;
    assert_eq!(app.get("/api/uploads/finished").await.ok()[0]["id"], upload["id"]);
});

on_both!(finished_uploads_are_listed, |app: TestApp| async move {
    let (game, upload) = app.game_with_recording().await;
    let open = app.upload_to(&game, 1000).await;
    let listed = app.get("/api/uploads/finished?hours=1").await.ok();
    assert_eq!(app.call("uploads/finished", json!({"hours": 1})).await.ok(), listed);
    let (one, all) = (&listed[0], listed.as_array().unwrap());
    assert_eq!((all.len(), &one["id"], &one["game"], &one["video"]), (1, &upload["id"], &game["id"], &json!("ready")));
    assert!(one["finished_at"].as_i64() >= one["started_at"].as_i64());
    assert_eq!(app.as_other(Method::GET, "/api/uploads/finished", None).await.ok(), json!([]));
    app.get("/api/uploads/finished?hours=0").await.refused(422, "invalid");
    let ids = json!({"ids": [upload["id"], open["id"]]});
    assert_eq!(app.as_other(Method::POST, "/api/uploads/dismiss", Some(ids.clone())).await.status.as_u16(), 204);
    assert_eq!(app.get("/api/uploads/finished").await.ok(), listed);
    assert_eq!(app.post("/api/uploads/dismiss", ids).await.status.as_u16(), 204);
    assert_eq!(app.get("/api/uploads/finished").await.ok(), json!([]));
    assert_eq!(app.get("/api/uploads").await.ok()[0]["upload"]["id"], open["id"], "what is open stays");
});
