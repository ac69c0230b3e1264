//! Bad input through both doors: the same status and code, and nothing is written.

use crate::{
    on_both,
    support::{NOBODY, TestApp},
};
use reqwest::{Method, header};
use serde_json::{Value, json};

/// Calls that make something: the function, its argument, the path, and a body that would do.
struct Maker {
    function: &'static str,
    argument: &'static str,
    path: &'static str,
    body: Value,
}

/// One for each slice, against rows that are there.
async fn makers(app: &TestApp) -> [Maker; 6] {
    let (game, upload) = app.game_with_upload(1000).await;
    let clip = app.clip(&upload, (0, 1_000), json!({})).await;
    let reel = app.reel("9:16", &[&clip]).await;
    let maker = |function, argument, path, body| Maker { function, argument, path, body };
    [
        maker(
            "games/create",
            "details",
            "/api/games",
            json!({"opponent": "R", "played_on": "2026-12-06", "venue": "home"}),
        ),
        maker("clips/create", "clip", "/api/clips", json!({"video": upload["video"], "start": 0, "end": 1_000_000})),
        maker("reels/create", "reel", "/api/reels", json!({"aspect": "9:16", "clips": [clip["id"]]})),
        maker(
            "uploads/create",
            "upload",
            "/api/uploads",
            json!({"game": game["id"], "name": "b.mp4", "size": 9, "fingerprint": "f2"}),
        ),
        maker("exports/create", "export", "/api/exports", json!({"reel": reel["id"]})),
        maker("exports/batch", "batch", "/api/exports/batch", json!({"of": {"reel": reel["id"]}, "make": ["reel"]})),
    ]
}

const MALFORMED: (u16, &str) = (400, "malformed");
const INVALID: (u16, &str) = (422, "invalid");

/// Which field of which call holds what, and the answer.
fn cases() -> Vec<(usize, &'static str, Value, (u16, &'static str))> {
    let long = |length: usize| json!("ä".repeat(length));
    let (games, clips, reels, uploads, exports, batches) = (0, 1, 2, 3, 4, 5);
    let mut cases = vec![
        (games, "opponent", json!("   "), INVALID),
        (games, "opponent", long(81), INVALID),
        (games, "tournament", long(81), INVALID),
        (games, "played_on", json!("2026-13-01"), MALFORMED),
        (games, "played_on", json!("yesterday"), MALFORMED),
        (games, "venue", json!("Home"), MALFORMED),
        (clips, "start", json!(-1), INVALID),
        (clips, "start", json!(i64::MIN), INVALID),
        (clips, "start", json!(1.5), MALFORMED),
        (clips, "start", json!("0"), MALFORMED),
        (clips, "start", json!(1e300), MALFORMED),
        (clips, "end", json!(0), INVALID),
        (clips, "end", json!(3_600_000_001_i64), INVALID),
        (clips, "end", json!(i64::MAX), INVALID),
        (clips, "rating", json!(0), MALFORMED),
        (clips, "rating", json!(6), MALFORMED),
        (clips, "rating", json!("5"), MALFORMED),
        (clips, "tags", json!((0..17).map(|n| n.to_string()).collect::<Vec<_>>()), INVALID),
        (clips, "tags", json!(["x".repeat(41)]), INVALID),
        (clips, "tags", json!("Goal"), MALFORMED),
        (clips, "name", long(81), INVALID),
        (clips, "players", long(121), INVALID),
        (clips, "notes", long(281), INVALID),
        (clips, "notes", json!({}), MALFORMED),
        (reels, "aspect", json!("9x16"), MALFORMED),
        (reels, "clips", json!([]), INVALID),
        (reels, "clips", json!([5]), MALFORMED),
        (reels, "name", long(121), INVALID),
        (uploads, "size", json!(0), INVALID),
        (uploads, "size", json!("9"), MALFORMED),
        (uploads, "name", json!("\u{7}"), INVALID),
        (uploads, "fingerprint", long(129), INVALID),
        (uploads, "type", json!(5), MALFORMED),
    ];
    // What must be there, and of its type.
    for (call, field) in [
        (games, "opponent"),
        (games, "played_on"),
        (games, "venue"),
        (clips, "video"),
        (clips, "start"),
        (clips, "end"),
        (reels, "aspect"),
        (reels, "clips"),
        (uploads, "game"),
        (uploads, "size"),
        (uploads, "name"),
        (uploads, "fingerprint"),
        (exports, "reel"),
        (batches, "of"),
        (batches, "make"),
    ] {
        cases.extend([json!(null), json!(true), json!({"a": 1})].map(|value| (call, field, value, MALFORMED)));
    }
    cases
}

on_both!(bad_values_are_refused_at_both_doors, |app: TestApp| async move {
    let makers = makers(&app).await;
    let before = app.rows().await;
    for (call, field, value, (status, code)) in cases() {
        let maker = &makers[call];
        let mut body = maker.body.clone();
        body[field] = value.clone();
        println!("{} {field}: {value}", maker.path);
        let rest = app.post(maker.path, body.clone()).await;
        let function = app.call(maker.function, json!({maker.argument: body})).await;
        rest.refused(status, code);
        function.refused(status, code);
        if code == "invalid" {
            assert_eq!(rest.json, function.json, "one sentence, one field");
            assert_eq!(rest.json["field"], field);
        }
    }
    assert_eq!(app.rows().await, before);
});

/// Every call that takes a body.
const BODIES: [(&str, &str); 42] = [
    ("POST", "/api/games"),
    ("PUT", "/api/games/{id}"),
    ("PUT", "/api/games/{id}/videos"),
    ("POST", "/api/games/{id}/clips/import"),
    ("POST", "/api/clips"),
    ("POST", "/api/clips/search"),
    ("PUT", "/api/clips/{id}"),
    ("POST", "/api/reels"),
    ("PUT", "/api/reels/{id}"),
    ("PUT", "/api/reel-clips/{id}/framing"),
    ("PUT", "/api/reels/{id}/music/settings"),
    ("POST", "/api/reel-clips/{id}/follow"),
    ("POST", "/_fn/reels/follow"),
    ("POST", "/api/uploads"),
    ("POST", "/api/uploads/{id}/sign"),
    ("POST", "/api/exports"),
    ("POST", "/api/exports/batch"),
    ("POST", "/api/exports/dismiss"),
    ("POST", "/api/uploads/dismiss"),
    ("POST", "/_fn/games/library"),
    ("POST", "/_fn/games/create"),
    ("POST", "/_fn/games/position"),
    ("POST", "/_fn/videos/arrange"),
    ("POST", "/_fn/clips/library"),
    ("POST", "/_fn/clips/create"),
    ("POST", "/_fn/clips/import"),
    ("POST", "/_fn/reels/create"),
    ("POST", "/_fn/reels/framing"),
    ("POST", "/_fn/music/update"),
    ("POST", "/_fn/uploads/create"),
    ("POST", "/_fn/uploads/sign"),
    ("POST", "/_fn/uploads/trial-over"),
    ("POST", "/_fn/exports/create"),
    ("POST", "/_fn/exports/recent"),
    ("POST", "/_fn/exports/batch"),
    ("POST", "/_fn/exports/dismiss"),
    ("POST", "/_fn/uploads/finished"),
    ("POST", "/_fn/trash/put"),
    ("POST", "/_fn/trash/restore"),
    ("POST", "/_fn/trash/purge"),
    ("PUT", "/api/preferences"),
    ("POST", "/_fn/preferences/put"),
];

on_both!(bodies_that_are_none_are_refused, |app: TestApp| async move {
    let makers = makers(&app).await;
    let before = app.rows().await;
    let deep = "[".repeat(100_000);
    let huge = format!("{{\"x\": \"{}\"}}", "x".repeat(2 * 1024 * 1024));
    for (method, path) in BODIES {
        let send = async |kind: Option<&'static str>, body: &[u8]| {
            let request = app.request(Method::from_bytes(method.as_bytes()).unwrap(), &path.replace("{id}", NOBODY));
            let request = request.body(body.to_vec());
            app.send(if let Some(kind) = kind { request.header(header::CONTENT_TYPE, kind) } else { request }).await
        };
        println!("{method} {path}");
        for malformed in ["{", "", "nonsense", "[]", "5", "{\"a\": 1} trailing", deep.as_str()] {
            // An object of defaults only: every field of a search may be left out.
            if path == "/api/clips/search" && malformed == "[]" {
                continue;
            }
            send(Some("application/json"), malformed.as_bytes()).await.refused(400, "malformed");
        }
        send(Some("application/json"), b"{\"name\xff\": 5}").await.refused(400, "malformed");
        for kind in [
            None,
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("multipart/form-data; boundary=x"),
        ] {
            send(kind, b"{}").await.refused(415, "unsupported_type");
        }
        send(Some("application/json"), huge.as_bytes()).await.refused(413, "too_large");
    }
    for maker in &makers {
        let body = serde_json::to_vec(&maker.body).unwrap();
        let plain = app.request(Method::POST, maker.path).header(header::CONTENT_TYPE, "text/plain").body(body);
        app.send(plain).await.refused(415, "unsupported_type");
    }
    assert_eq!(app.rows().await, before);
});

on_both!(unknown_calls_are_not_found, |app: TestApp| async move {
    for path in ["/_fn/games/destroy", "/_fn/games", "/_fn/x", "/api/x", "/api/games/x/y/z", "/api/openapi"] {
        app.post(path, json!({})).await.refused(404, "not_found");
        app.get(path).await.refused(404, "not_found");
    }
    for query in ["text=%00", "text=%25", "text=_", "text=%5C", "offset=-1", "limit=-9223372036854775808"] {
        assert_eq!(app.get(&format!("/api/games?{query}")).await.ok(), json!([]), "{query}");
    }
    app.get("/api/games?limit=many").await.refused(400, "malformed");
    let page = app.request(Method::GET, "/no/such/page").send().await.unwrap();
    assert_eq!(page.status().as_u16(), 404);
});
