//! What unfinished uploads hold is freed; what arrived, and what is still being sent, is not.

use crate::{
    on_both,
    support::{TestApp, id},
};
use serde_json::{Value, json};
use touchline::{
    domain::ids::{AccountId, RenditionId, VideoId},
    server::db::now_ms,
    storage::keys,
    uploads::reaper::{Reaped, round},
};

const DAY: i64 = 24 * 3_600_000;

async fn upload(app: &TestApp, game: &Value, name: &str) -> Value {
    let new = json!({"game": game["id"], "name": name, "size": 11, "type": "video/mp4", "fingerprint": name});
    app.post("/api/uploads", new).await.ok()
}

on_both!(uploads_that_nobody_goes_on_with_end, |app: TestApp| async move {
    let game = app.game().await;
    let (bare, marked, alive) =
        (upload(&app, &game, "a.mp4").await, upload(&app, &game, "b.mp4").await, upload(&app, &game, "c.mp4").await);
    app.clip(&marked, (0, 1_000), json!({})).await;
    for (upload, days) in [(&bare, 8), (&marked, 8), (&alive, 8)] {
        sqlx::query("UPDATE uploads SET updated_at = $1 WHERE id = $2")
            .bind(now_ms() - days * DAY)
            .bind(id(&upload["id"]))
            .execute(app.db.pool())
            .await
            .expect("aged");
    }
    // Who asks for an address sends something.
    app.post(&format!("/api/uploads/{}/sign", id(&alive["id"])), json!({"parts": [{"number": 1}]})).await.ok();
    let reaped = round(app.state(), now_ms()).await.expect("a round");
    assert_eq!(reaped, Reaped { expired: 2, ..Reaped::default() });
    assert_eq!((app.count("store_uploads").await, app.count("videos").await, app.count("clips").await), (1, 2, 1));
    assert_eq!(app.get("/api/uploads").await.ok()[0]["upload"]["id"], alive["id"]);
    assert_eq!(round(app.state(), now_ms()).await.expect("a round"), Reaped::default());
});

on_both!(leftovers_of_a_crash_are_swept_after_a_day, |app: TestApp| async move {
    let game = app.game().await;
    let open = upload(&app, &game, "a.mp4").await;
    let (store, owner) = (&app.state().store, AccountId::generate());
    let lost = keys::video(&owner, &VideoId::generate());
    store.create_multipart(&lost, "video/mp4", 5 << 20).await.expect("begun");
    let recording = keys::video(&owner, &VideoId::generate());
    let (still, reel) = (keys::poster(&owner, &VideoId::generate()), keys::rendition(&owner, &RenditionId::generate()));
    for key in [&recording, &still, &reel] {
        store.put_bytes(key, "content".into(), "video/mp4").await.expect("stored");
    }
    assert_eq!(round(app.state(), now_ms() + DAY / 2).await.expect("a round"), Reaped::default(), "too young");
    let reaped = round(app.state(), now_ms() + 2 * DAY).await.expect("a round");
    assert_eq!(reaped, Reaped { expired: 0, orphaned_uploads: 1, orphaned_objects: 2 });
    assert!(store.head(&recording).await.expect("an answer").is_some(), "a recording is never deleted by inference");
    assert_eq!(store.list_multiparts("o/").await.expect("a list").len(), 1);
    assert_eq!(app.get(&format!("/api/uploads/{}", id(&open["id"]))).await.ok()["state"], "open");
});
