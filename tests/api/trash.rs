//! What is deleted comes back as it was, until it is gone for good; then nothing of it is left.

use crate::{
    on_both,
    support::{TestApp, eventually, id},
};
use reqwest::Method;
use serde_json::{Value, json};
use touchline::{server::db::now_ms, uploads::reaper};

const DAY: i64 = 24 * 3_600_000;

async fn restore(app: &TestApp, kind: &str, of: &Value) -> u16 {
    let path = format!("/api/trash/{kind}/{}/restore", id(&of["id"]));
    app.send(app.request(Method::POST, &path)).await.status.as_u16()
}

async fn trash(app: &TestApp) -> Vec<(String, String)> {
    let list = app.get("/api/trash").await.ok();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    list.as_array().expect("a list").iter().map(|it| (text(&it["kind"]), text(&it["name"]))).collect()
}

async fn library(app: &TestApp) -> Value {
    let shelves = app.call("games/library", json!({"text": ""})).await.ok();
    let clips = app.post("/api/clips/search", json!({})).await.ok();
    json!([shelves["games"], shelves["reels"], clips, app.get("/api/renditions").await.ok()])
}

/// Versions rise, so that a tab which still shows it hears of it.
fn without_versions(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            fields.remove("version");
            fields.values_mut().for_each(|field| *field = without_versions(field.take()));
        }
        Value::Array(all) => all.iter_mut().for_each(|one| *one = without_versions(one.take())),
        _ => {}
    }
    value
}

on_both!(a_game_comes_back_with_all_that_went_with_it, |app: TestApp| async move {
    let (game, upload) = app.game_with_recording().await;
    let other = app.game_against("City", "2026-12-07").await;
    let (one, two) =
        (app.clip(&upload, (0, 400), json!({"rating": 5})).await, app.clip(&upload, (500, 900), json!({})).await);
    let long_gone = app.clip(&upload, (1_000, 1_400), json!({"name": "Deleted before"})).await;
    let reel = app.reel("1:1", &[&two, &one]).await;
    app.delete(&format!("/api/clips/{}", id(&long_gone["id"]))).await;
    let before = library(&app).await;
    let recorded = app.get("/api/usage").await.ok();

    let at = format!("/api/games/{}", id(&game["id"]));
    assert_eq!(app.delete(&at).await.status.as_u16(), 204);
    for path in [at.clone(), format!("{at}/clips"), format!("/api/clips/{}", id(&one["id"]))] {
        app.get(&path).await.refused(404, "not_found");
    }
    app.delete(&at).await.refused(404, "not_found");
    app.post("/api/clips", json!({"video": upload["video"], "start": 0, "end": 1_000_000}))
        .await
        .refused(404, "not_found");
    // No clip comes back alone while its game is away.
    let alone = format!("/api/clips/{}/restore", id(&one["id"]));
    app.send(app.request(Method::POST, &alone)).await.refused(404, "not_found");
    let left = library(&app).await;
    assert_eq!((left[0].as_array().unwrap().len(), &left[0][0]["id"]), (1, &other["id"]));
    assert_eq!(
        (left[1].as_array().unwrap().len(), &left[2]),
        (1, &json!([])),
        "the reel that somebody made, without its clips"
    );
    assert_eq!(app.get(&format!("/api/reels/{}", id(&reel["id"]))).await.ok()["clips"], json!([]));
    // One entry: what five stars made goes and comes with it.
    assert_eq!(trash(&app).await, [("game".to_owned(), "Vs Rovers Dec 6".to_owned())]);
    let usage = app.get("/api/usage").await.ok();
    assert_eq!((&usage["trash"], &usage["recordings"]["count"]), (&recorded["recordings"], &json!(0)));

    assert_eq!(restore(&app, "game", &game).await, 204);
    assert_eq!(restore(&app, "game", &game).await, 204, "back already");
    assert_eq!(without_versions(library(&app).await), without_versions(before));
    let clips = app.get(&format!("/api/reels/{}", id(&reel["id"]))).await.ok()["clips"].clone();
    assert_eq!((&clips[0]["clip"]["id"], &clips[1]["clip"]["id"]), (&two["id"], &one["id"]), "in their order");
    assert!(trash(&app).await.is_empty());
    let played = app.request(Method::GET, &format!("/media/videos/{}", id(&upload["video"]))).send().await.unwrap();
    assert_eq!(played.status().as_u16(), 307);
});

on_both!(an_upload_goes_on_after_its_game_came_back, |app: TestApp| async move {
    let (game, upload) = app.game_with_upload(1_000).await;
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    let at = format!("/api/uploads/{}", id(&upload["id"]));
    app.delete(&format!("/api/games/{}", id(&game["id"]))).await;
    assert_eq!(app.get("/api/uploads").await.ok(), json!([]));
    app.get(&at).await.refused(404, "not_found");
    assert_eq!(restore(&app, "game", &game).await, 204);
    let signed = app.post(&format!("{at}/sign"), json!({"parts": [{"number": 1}]})).await.ok();
    let sent = reqwest::Client::new().put(id(&signed[0]["url"])).body(vec![7_u8; 1_000]).send().await.unwrap();
    assert!(sent.status().is_success(), "{sent:?}");
    assert_eq!(app.get(&at).await.ok()["received"], json!([1]));

    // Given up for want of bytes while its game is away: the marks stay.
    app.delete(&format!("/api/games/{}", id(&game["id"]))).await;
    assert_eq!(reaper::round(app.state(), now_ms() + 8 * DAY).await.expect("a round").expired, 1);
    assert_eq!(restore(&app, "game", &game).await, 204);
    let clips = app.get(&format!("/api/games/{}/clips", id(&game["id"]))).await.ok();
    assert_eq!(clips[0]["id"], clip["id"]);
});

on_both!(reels_and_files_come_back, |app: TestApp| async move {
    let (_, upload) = app.game_with_recording().await;
    let reel = app.reel("1:1", &[&app.clip(&upload, (0, 400), json!({})).await]).await;
    let done = app.ended(&app.post("/api/exports", json!({"reel": reel["id"]})).await.ok()).await;
    let file = json!({"id": done["rendition"]});
    let (at, before) = (format!("/api/reels/{}", id(&reel["id"])), library(&app).await);
    assert_eq!(app.delete(&at).await.status.as_u16(), 204);
    app.get(&at).await.refused(404, "not_found");
    let place = &reel["clips"][0];
    let framing = json!({"id": place["id"], "version": 1, "framing": {}});
    app.put(&format!("/api/reel-clips/{}/framing", id(&place["id"])), framing).await.refused(404, "not_found");
    app.post("/api/exports", json!({"reel": reel["id"]})).await.refused(404, "not_found");
    let rendition = format!("/api/renditions/{}", id(&file["id"]));
    assert_eq!(app.delete(&rendition).await.status.as_u16(), 204);
    app.get(&rendition).await.refused(404, "not_found");
    app.get(&format!("/media/renditions/{}", id(&file["id"]))).await.refused(404, "not_found");
    let names: Vec<String> = trash(&app).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(names, ["rendition", "reel"], "the last one first");
    assert_eq!((restore(&app, "reel", &reel).await, restore(&app, "rendition", &file).await), (204, 204));
    let (now, before) = (without_versions(library(&app).await), without_versions(before));
    assert_eq!((&now[1], &now[3]), (&before[1], &before[3]));
});

on_both!(what_is_gone_for_good_is_gone, |app: TestApp| async move {
    let (game, upload) = app.game_with_recording().await;
    let (reel, kept) = (app.reel("1:1", &[&app.clip(&upload, (0, 400), json!({})).await]).await, app.game().await);
    let done = app.ended(&app.post("/api/exports", json!({"reel": reel["id"]})).await.ok()).await;
    let file = json!({"id": done["rendition"]});
    let objects = async || app.state().store.list("").await.expect("a list").len();
    // Nothing is destroyed that is not in the trash.
    for (kind, of) in [("game", &game), ("reel", &reel), ("rendition", &file), ("clip", &game)] {
        app.delete(&format!("/api/trash/{kind}/{}", id(&of["id"]))).await.refused(404, "not_found");
    }
    for path in ["game/nonsense", "game/%ff", "%ff/x"] {
        app.delete(&format!("/api/trash/{path}")).await.refused(404, "not_found");
    }
    app.delete("/api/trash").await;
    assert_eq!(app.count("games").await, 2);

    // The pieces of exports are let go, and made again when they are needed.
    let (before, pieces) = (objects().await, usize::try_from(app.count("segments").await).unwrap());
    assert_eq!(app.delete("/api/pieces").await.status.as_u16(), 204);
    assert_eq!(app.count("segments").await, 0);
    eventually("its pieces are gone", async || (objects().await == before - pieces).then_some(())).await;
    let again = app.ended(&app.post("/api/exports", json!({"reel": reel["id"]})).await.ok()).await;
    assert_eq!(again["state"], "complete", "{again}");

    app.destroy("rendition", &again["rendition"]).await;
    for path in [
        format!("renditions/{}", id(&file["id"])),
        format!("reels/{}", id(&reel["id"])),
        format!("games/{}", id(&game["id"])),
    ] {
        assert_eq!(app.delete(&format!("/api/{path}")).await.status.as_u16(), 204);
    }
    assert_eq!(trash(&app).await.len(), 3);
    assert_eq!(app.delete("/api/trash").await.status.as_u16(), 204);
    app.delete("/api/pieces").await;
    for (kind, of) in [("game", &game), ("reel", &reel), ("rendition", &file)] {
        assert_eq!(restore(&app, kind, of).await, 404, "{kind}");
    }
    let rows =
        [app.count("games").await, app.count("clips").await, app.count("reels").await, app.count("renditions").await];
    assert_eq!(rows, [1, 0, 0, 0]);
    app.get(&format!("/api/games/{}", id(&kept["id"]))).await.ok();
    eventually("no object is left", async || (objects().await == 0).then_some(())).await;
});

on_both!(the_trash_empties_itself_after_thirty_days, |app: TestApp| async move {
    let (old, new) = (app.game_against("Old", "2026-01-01").await, app.game_against("New", "2026-01-02").await);
    let upload = app.upload_to(&old, 9).await;
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    let (old_reel, new_reel) = (app.reel("1:1", &[&clip]).await, app.reel("9:16", &[&clip]).await);
    for (kind, of, days) in [("game", &old, 31), ("game", &new, 29), ("reel", &old_reel, 31), ("reel", &new_reel, 29)] {
        let path = format!("/api/{kind}s/{}", id(&of["id"]));
        assert_eq!(app.delete(&path).await.status.as_u16(), 204, "{path}");
        let sql = format!("UPDATE {kind}s SET deleted_at = $1 WHERE id = $2");
        let aged = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now_ms() - days * DAY).bind(id(&of["id"]));
        aged.execute(app.db.pool()).await.expect("aged");
    }
    app.state().wake.sweep();
    eventually("what is old is gone", async || {
        (app.count("games").await == 1 && app.count("reels").await == 1).then_some(())
    })
    .await;
    assert_eq!((restore(&app, "game", &new).await, restore(&app, "reel", &new_reel).await), (204, 204));
});
