//! An installation of several processes on PostgreSQL and S3, with workers that are killed, paused and cut off: what was
//! accepted finishes exactly once. The short form in `make test`, 200 jobs with `TOUCHLINE_LONG=1`.

use crate::{
    cluster::Cluster,
    footage::programs_on,
    process::{Bucket, Process},
    support::{eventually, id},
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::Value;
use sqlx::{AnyPool, Row, any::AnyPoolOptions};
use std::time::{Duration, Instant};
use touchline::{
    server::{
        config::{Config, Secret, leptos_options},
        db::now_ms,
        start,
    },
    storage::ObjectKey,
    uploads::{reaper, store::is_referenced},
};

/// A database and a bucket of their own, and the processes that share them.
struct Installation {
    env: Vec<(&'static str, String)>,
    server: Process,
    workers: Vec<Process>,
    config: Config,
    pool: AnyPool,
    /// Last: it outlives its clients.
    postgres: Cluster,
}

impl Installation {
    async fn start(workers: usize) -> Self {
        let postgres = Cluster::start();
        let database = postgres.fresh_url().await;
        let bucket = Bucket::new().await;
        let ours = [("TOUCHLINE_DATABASE__URL", database.clone()), ("TOUCHLINE_JOBS__SLOTS", "1".to_owned())];
        let env = [bucket.env(), ours.into()].concat();
        let mut config = Config::load(std::path::Path::new("/no/such/file")).expect("defaults");
        config.database.url = database;
        config.storage.endpoint = bucket.endpoint;
        config.storage.bucket = bucket.name;
        config.storage.region = "us-east-1".into();
        config.storage.access_key = Secret("anyone".to_owned());
        config.storage.secret_key = Secret("anything".to_owned());
        let server = Process::server(&["--no-worker"], &env).await;
        let pool = AnyPoolOptions::new().max_connections(1).connect(&config.database.url).await.expect("a connection");
        let workers = (0..workers).map(|_| Process::worker(&env)).collect();
        Self { env, server, workers, config, pool, postgres }
    }

    async fn states(&self) -> Vec<(String, i64)> {
        let exports = self.answer("/api/exports/recent?hours=1").await;
        let state = |export: &Value| (id(&export["state"]).to_owned(), export["attempt"].as_i64().unwrap_or_default());
        exports.as_array().expect("a list").iter().map(state).collect()
    }

    /// The database crashes, and comes back after a while.
    async fn outage(&self, how_long: Duration) {
        self.postgres.crash();
        tokio::time::sleep(how_long).await;
        self.postgres.begin_again();
    }

    /// What the server answers, as soon as it does: while its database is away it says so.
    async fn answer(&self, path: &str) -> Value {
        eventually("the server answers", async || {
            let answer = self.server.call(Method::GET, path, Value::Null).await?;
            answer.status.is_success().then_some(answer.json)
        })
        .await
    }

    /// Every object of the bucket, after a sweep, is one that a row names; answers how many there are, and how many of them
    /// are pieces.
    async fn objects(&self) -> (usize, usize) {
        let data = tempfile::tempdir().expect("a folder");
        let mut config = self.config.clone();
        config.data = data.path().to_owned();
        let mut leptos = leptos_options(std::path::Path::new("Leptos.toml")).expect("our own file");
        leptos.site_addr = ([127, 0, 0, 1], 0).into();
        let running = start::open(config, leptos).await.expect("it opens");
        reaper::round(&running.app, now_ms() + 3 * 24 * 3_600_000).await.expect("a sweep");
        let objects = running.app.store.list("").await.expect("a list");
        for object in &objects {
            let key: &ObjectKey = &object.key;
            assert!(is_referenced(&running.app.db, key).await.expect("an answer"), "nobody needs {key}");
        }
        let renditions = sqlx::query(
            "SELECT CAST(COUNT(DISTINCT export) AS BIGINT) AS exports, CAST(COUNT(*) AS BIGINT) AS files FROM renditions",
        );
        let row = renditions.fetch_one(running.app.db.pool()).await.expect("a count");
        assert_eq!(row.get::<i64, _>("exports"), row.get::<i64, _>("files"), "no export has two files");
        let segments = sqlx::query("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM segments");
        let segments: i64 = segments.fetch_one(running.app.db.pool()).await.expect("a count").get("n");
        (objects.len(), usize::try_from(segments).expect("a count"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accepted_jobs_finish_exactly_once_whatever_dies() {
    let is_long = std::env::var_os("TOUCHLINE_LONG").is_some();
    let (jobs, workers): (usize, usize) = if is_long { (200, 3) } else { (6, 2) };
    let mut all = Installation::start(workers).await;
    let video = all.server.recording("Chaos").await["video"].clone();
    for n in 0..jobs {
        let frames = |n: usize| i64::try_from(n).unwrap_or_default() * 40_000;
        let reel = all.server.reel(&video, frames(n % 60), frames(5 + n / 60)).await;
        all.server.export(&reel).await;
    }
    let mut chance = StdRng::seed_from_u64(7);
    let (mut kills, mut pauses, mut cuts) = (0_usize, 0_usize, 0_usize);
    let began = Instant::now();
    loop {
        let states = all.states().await;
        assert!(states.iter().all(|(state, _)| state != "error" && state != "cancelled"), "{states:?}");
        let done = states.iter().filter(|(state, _)| state == "complete").count();
        if done == jobs {
            break;
        }
        assert!(began.elapsed() < Duration::from_mins(if is_long { 40 } else { 5 }), "{done} of {jobs} are done");
        let which = chance.random_range(0..workers);
        // In the short form one of each, the longest last, then quiet.
        let dice = if is_long { chance.random_range(0..20) } else { [2, 0, 1, 3][(kills + pauses + cuts).min(3)] };
        match dice {
            0 if is_long || kills == 0 => {
                all.workers[which].restart().await;
                kills += 1;
            }
            1 if is_long || pauses == 0 => {
                // Longer than a lease: somebody else has its job when it wakes.
                all.workers[which].pause();
                tokio::time::sleep(Duration::from_secs(if is_long { 45 } else { 22 })).await;
                all.workers[which].go_on();
                pauses += 1;
            }
            2 if cuts < if is_long { 2 } else { 1 } => {
                all.outage(Duration::from_secs(if is_long && cuts == 1 { 45 } else { 3 })).await;
                cuts += 1;
            }
            _ => tokio::time::sleep(Duration::from_secs(1)).await,
        }
    }
    assert!(kills > 0 && pauses > 0 && cuts > 0, "something happened: {kills} kills, {pauses} pauses, {cuts} restarts");
    let attempts: i64 = all.states().await.iter().map(|(_, attempt)| attempt).sum();
    let (objects, pieces) = all.objects().await;
    println!(
        "| jobs | workers | kill -9 | pauses | database restarts | highest attempts, summed | seconds | objects | pieces |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    println!(
        "| {jobs} | {workers} | {kills} | {pauses} | {cuts} | {attempts} | {} | {objects} | {pieces} |",
        began.elapsed().as_secs()
    );
    // The recording and its still, two for each rendition, and of each its picture and its sound.
    assert_eq!((objects, pieces), (4 + 2 * jobs + pieces, 2 * jobs));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_goes_on_elsewhere_and_a_cancel_reaches_another_machine() {
    let mut all = Installation::start(1).await;
    let video = all.server.recording("Chaos").await["video"].clone();
    let export = all.server.export(&all.server.reel(&video, 0, 2_000_000).await).await;
    let path = format!("/api/exports/{export}");
    let claims = async || {
        let sql = "SELECT fence FROM jobs WHERE kind = 'segment'";
        sqlx::query(sql).fetch_optional(&all.pool).await.expect("an answer").map_or(0, |row| row.get::<i64, _>("fence"))
    };
    eventually("its picture is rendered", async || {
        (claims().await == 1 && programs_on(all.workers[0].data()) > 0).then_some(())
    })
    .await;
    // The only worker dies; another one takes over when its lease has run out.
    let died = Instant::now();
    let heir = Process::worker(&all.env);
    all.workers[0].kill();
    eventually("it is rendered elsewhere", async || {
        (claims().await == 2 && programs_on(heir.data()) > 0).then_some(())
    })
    .await;
    let took = died.elapsed();
    // Beside other tests everything takes its time; alone it is what we promise.
    let patience = if std::env::var_os("TOUCHLINE_LONG").is_some() { 1 } else { 3 };
    assert!(took < Duration::from_secs(25) * patience, "{took:?}");
    eventually("no program outlives its worker", async || (programs_on(all.workers[0].data()) == 0).then_some(()))
        .await;

    let asked = Instant::now();
    all.server.ok(Method::DELETE, &path, Value::Null).await;
    eventually("no program is left", async || (programs_on(heir.data()) == 0).then_some(())).await;
    let stopped = asked.elapsed();
    assert!(stopped < Duration::from_secs(2) * patience, "{stopped:?}");
    eventually("it is cancelled", async || {
        let export = all.server.ok(Method::GET, &path, Value::Null).await;
        (export["state"] == "cancelled").then_some(())
    })
    .await;
    println!("taken over after {took:?}, stopped after {stopped:?}");
}
