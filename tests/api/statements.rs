//! A list costs the same number of statements whether it is short or long.

use crate::database::Database;
use std::{
    fmt,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
};
use touchline::{
    clips,
    domain::{aspect::Aspect, time::Micros},
    exports, gallery, games, reels,
    server::{
        config::{Config, leptos_options},
        door::{Actor, Caller},
        start,
    },
    storage::PublicBase,
    videos,
};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt};

/// Collects what sqlx says it ran.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut summary = Summary(String::new());
            event.record(&mut summary);
            self.0.lock().expect("unbroken").push(summary.0);
        }
    }
}

struct Summary(String);

impl Visit for Summary {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "summary" {
            self.0 = format!("{value:?}");
        }
    }
}

impl Statements {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("unbroken"))
    }
}

/// Without the loops of a running server, so that nothing else asks the database. Not on the embedded one, whose thread
/// may tell of a statement after it was answered; the SQL is the same for both.
async fn caller(folder: &Path) -> Caller {
    let mut config = Config::load(Path::new("/no/such/file")).expect("defaults");
    config.data = folder.to_owned();
    config.database.url = Database::Postgres.fresh_url().await;
    let mut leptos = leptos_options(Path::new("Leptos.toml")).expect("our own file");
    leptos.site_addr = ([127, 0, 0, 1], 0).into();
    let app = start::open(config, leptos).await.expect("the server opens").app;
    let actor = Actor { owner: app.local_account.clone(), signed_in: false };
    Caller { app, actor, base: PublicBase::parse("http://localhost:3000").expect("an address"), tab: None }
}

/// Adds a game with a clip and a reel of it.
async fn add(caller: &Caller, reel_of_all: &mut Vec<touchline::domain::ids::ClipId>, n: usize) {
    let details = games::types::GameDetails {
        opponent: format!("Team {n}"),
        played_on: "2026-12-06".parse().expect("a day"),
        venue: touchline::domain::naming::Venue::Home,
        tournament: String::new(),
        sport: None,
    };
    let game = games::service::create(caller, details).await.expect("a game");
    let video = videos::store::VideoRow {
        id: touchline::domain::ids::VideoId::generate(),
        owner: caller.owner().clone(),
        game: game.id.clone(),
        file_name: "a.mp4".to_owned(),
        bytes: 9,
        state: videos::types::VideoState::Waiting,
        object_key: format!("o/{n}"),
        gap: Micros::ZERO,
        facts: None,
        poster_key: None,
        sprites: None,
        sprites_key: None,
        waveform_key: None,
        frames_key: None,
        loudness: None,
        proxy_key: None,
        proxy_failed: false,
        error_code: None,
        upload: None,
    };
    let mut tx = caller.app.db.begin_write().await.expect("a transaction");
    videos::store::insert(&mut tx, &video).await.expect("a video");
    tx.commit().await.expect("committed");
    let details = clips::types::ClipDetails {
        start: Micros::ZERO,
        end: Micros::SECOND,
        rating: touchline::domain::rating::Rating::Good,
        tags: vec!["Goal".to_owned(), "Pass".to_owned()],
        name: String::new(),
        players: String::new(),
        notes: String::new(),
    };
    let clip = clips::service::create(caller, clips::types::NewClip { id: None, video: video.id, details })
        .await
        .expect("a clip");
    reel_of_all.push(clip.id.clone());
    let reel =
        reels::types::NewReel { name: String::new(), aspect: Aspect::Portrait, clips: vec![clip.id], tags: Vec::new() };
    reels::service::create(caller, reel).await.expect("a reel");
}

/// In a process of its own: there is one listener for a whole process, and it must hear of this test only.
#[test]
fn lists_cost_as_many_statements_at_100_rows_as_at_10() {
    const ALONE: &str = "TOUCHLINE_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        return runtime.block_on(count());
    }
    let test = "statements::lists_cost_as_many_statements_at_100_rows_as_at_10";
    let program = std::env::current_exe().expect("this program");
    let alone = Command::new(program).args(["--exact", test]).env(ALONE, "1").output().expect("it runs");
    let told = String::from_utf8_lossy(&alone.stdout);
    assert!(alone.status.success() && told.contains("1 passed"), "{told}");
}

async fn count() {
    let folder = tempfile::tempdir().expect("a folder");
    let caller = caller(folder.path()).await;
    let (mut clips_made, mut costs) = (Vec::new(), Vec::new());
    let statements = Statements::default();
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(statements.clone())).expect("alone");
    for rows in [10, 100] {
        for n in clips_made.len()..rows {
            add(&caller, &mut clips_made, n).await;
        }
        let all = reels::types::NewReel {
            name: "All".to_owned(),
            aspect: Aspect::Wide,
            clips: clips_made.clone(),
            tags: Vec::new(),
        };
        let reel = reels::service::create(&caller, all).await.expect("a reel").id;
        statements.take();
        let mut cost = Vec::new();
        games::service::list(&caller, &games::types::GameQuery::default()).await.expect("games");
        cost.push(("games", statements.take()));
        clips::service::library(&caller, &clips::types::ClipFilter::default()).await.expect("clips");
        cost.push(("clips", statements.take()));
        reels::service::list(&caller).await.expect("reels");
        cost.push(("reels", statements.take()));
        reels::service::get(&caller, &reel).await.expect("a reel");
        cost.push(("a reel", statements.take()));
        gallery::service::list(&caller).await.expect("renditions");
        cost.push(("gallery", statements.take()));
        exports::service::recent(&caller, 24).await.expect("exports");
        cost.push(("exports", statements.take()));
        costs.push(cost);
    }
    for (few, many) in costs[0].iter().zip(&costs[1]) {
        assert!(!few.1.is_empty(), "{} was counted", few.0);
        assert_eq!(few, many, "{}", few.0);
    }
}
