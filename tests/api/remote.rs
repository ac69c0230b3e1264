//! Pieces that are rendered elsewhere: a runner of our own that does what Modal does, spawn and answer, with the real program.

use crate::{
    process::Process,
    support::{eventually, id},
};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    process::Stdio,
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
    sync::Semaphore,
};
use touchline::jobs::remote::message::{Order, SIGNATURE, Stage, TIMESTAMP, Word, sign};

/// What the runner does with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Renders,
    /// Takes none.
    Refuses,
    /// Takes it, and its program ends without a word.
    Loses,
}

#[derive(Clone)]
struct Runner {
    manner: Manner,
    /// Orders begin as permits come.
    gate: Arc<Semaphore>,
    orders: Arc<Mutex<Vec<Order>>>,
    /// How calls ended; none while they run.
    calls: Arc<Mutex<HashMap<String, Option<Value>>>>,
    cancelled: Arc<Mutex<Vec<String>>>,
}

impl Runner {
    /// Where it listens, and what it sees.
    async fn start(manner: Manner, begin_at_once: usize) -> (String, Self) {
        let runner = Self {
            manner,
            gate: Arc::new(Semaphore::new(begin_at_once)),
            orders: Arc::default(),
            calls: Arc::default(),
            cancelled: Arc::default(),
        };
        let router = Router::new()
            .route("/calls", post(spawn))
            .route("/calls/{id}", get(ask).delete(cancel))
            .with_state(runner.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        tokio::spawn(async move { axum::serve(listener, router).await });
        (format!("http://{address}"), runner)
    }

    fn orders(&self) -> Vec<Order> {
        self.orders.lock().unwrap().clone()
    }
}

async fn spawn(
    State(runner): State<Runner>,
    headers: HeaderMap,
    Json(order): Json<Order>,
) -> Result<Json<Value>, StatusCode> {
    assert_eq!(headers.get("modal-key").map(|key| key.to_str().unwrap()), Some("wk-1"));
    assert_eq!(headers.get("modal-secret").map(|key| key.to_str().unwrap()), Some("ws-2"));
    if runner.manner == Manner::Refuses {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let call = format!("fc-{}", runner.orders().len());
    runner.orders.lock().unwrap().push(order.clone());
    let end = (runner.manner == Manner::Loses).then(|| json!({"state": "failed"}));
    let waits = end.is_none();
    runner.calls.lock().unwrap().insert(call.clone(), end);
    if waits {
        let (runner, call) = (runner.clone(), call.clone());
        tokio::spawn(async move {
            runner.gate.acquire().await.expect("open").forget();
            if runner.cancelled.lock().unwrap().contains(&call) {
                return;
            }
            let output = render(&order).await.wait_with_output().await.expect("it ends");
            let result: Value = serde_json::from_slice(&output.stdout).expect("its last word");
            let ended = json!({"state": "ended", "result": result});
            runner.calls.lock().unwrap().insert(call, Some(ended));
        });
    }
    Ok(Json(json!({ "call": call })))
}

async fn render(order: &Order) -> Child {
    let folder = std::env::temp_dir();
    let mut command = Command::new(env!("CARGO_BIN_EXE_touchline"));
    command.arg("render-segment").current_dir(folder).env("TOUCHLINE_LOG", "error").kill_on_drop(true);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("an input");
    stdin.write_all(&serde_json::to_vec(order).unwrap()).await.expect("it reads");
    child
}

async fn ask(State(runner): State<Runner>, Path(call): Path<String>) -> Result<Json<Value>, StatusCode> {
    let calls = runner.calls.lock().unwrap();
    let known = calls.get(&call).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(known.clone().unwrap_or_else(|| json!({"state": "running"}))))
}

async fn cancel(State(runner): State<Runner>, Path(call): Path<String>) {
    runner.cancelled.lock().unwrap().push(call);
}

fn env(url: &str) -> Vec<(&'static str, String)> {
    vec![
        ("MODAL_ENABLED", "true".to_owned()),
        ("TOUCHLINE_MODAL__URL", url.to_owned()),
        ("TOUCHLINE_MODAL__KEY", "wk-1".to_owned()),
        ("TOUCHLINE_MODAL__SECRET", "ws-2".to_owned()),
        ("TOUCHLINE_SERVER__PUBLIC_URL", "http://127.0.0.1:{port}".to_owned()),
    ]
}

async fn exported(server: &Process) -> Vec<u8> {
    let video = server.recording("One").await["video"].clone();
    let reel = server.reel(&video, 200_000, 2_000_000).await;
    let export = server.export(&reel).await;
    finished(server, &export).await
}

async fn of(server: &Process, export: &str) -> Option<Value> {
    let answer = server.call(Method::GET, &format!("/api/exports/{export}"), Value::Null).await?;
    answer.status.is_success().then_some(answer.json)
}

async fn finished(server: &Process, export: &str) -> Vec<u8> {
    let done = eventually("the export is complete", async || {
        let export = of(server, export).await?;
        assert!(export["state"] != "error" && export["state"] != "cancelled", "{export}");
        (export["state"] == "complete").then_some(export)
    })
    .await;
    assert_eq!(done["done"], done["total"]);
    let path = format!("/media/renditions/{}/download", id(&done["rendition"]));
    server.bytes(&path).await.expect("a file")
}

/// The log of an export while it goes on.
async fn log_says(server: &Process, export: &str, words: &str) {
    eventually("its log tells", async || {
        let log = of(server, export).await?["log"].as_str()?.to_owned();
        log.contains(words).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_rendered_elsewhere_is_the_same_file() {
    let (url, runner) = Runner::start(Manner::Renders, 100).await;
    let (there, here) = (Process::server(&[], &env(&url)).await, Process::server(&[], &[]).await);
    let (remote, local) = (exported(&there).await, exported(&here).await);
    assert_eq!(runner.orders().len(), 1);
    assert!(runner.cancelled.lock().unwrap().is_empty());
    assert!(remote == local, "every byte");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_that_refuses_or_loses_it_costs_time_only() {
    for manner in [Manner::Refuses, Manner::Loses] {
        let (url, runner) = Runner::start(manner, 0).await;
        let server = Process::server(&[], &env(&url)).await;
        assert!(!exported(&server).await.is_empty());
        assert_eq!(runner.orders().len(), usize::from(manner == Manner::Loses));
    }
}

/// The server dies while others render for it: the call is taken up again, nothing is ordered twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_outlives_the_server() {
    let (url, runner) = Runner::start(Manner::Renders, 0).await;
    let mut server = Process::server(&[], &env(&url)).await;
    let video = server.recording("One").await["video"].clone();
    let export = server.export(&server.reel(&video, 0, 2_000_000).await).await;
    log_says(&server, &export, "Part 1: ordered elsewhere").await;
    server.restart().await;
    server.stop();
    server.start_again().await;
    runner.gate.add_permits(100);
    assert!(!finished(&server, &export).await.is_empty());
    assert_eq!(runner.orders().len(), 1, "ordered once");
    assert!(runner.cancelled.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_reaches_the_runner() {
    let (url, runner) = Runner::start(Manner::Renders, 0).await;
    let server = Process::server(&[], &env(&url)).await;
    let video = server.recording("One").await["video"].clone();
    let export = server.export(&server.reel(&video, 0, 2_000_000).await).await;
    log_says(&server, &export, "Part 1: ordered elsewhere").await;
    server.ok(Method::DELETE, &format!("/api/exports/{export}"), Value::Null).await;
    eventually("it is told", async || (*runner.cancelled.lock().unwrap() == ["fc-0"]).then_some(())).await;
    // One that renders on all the same is told by the answer to its next word, and ends by itself.
    let mut program = render(&runner.orders()[0]).await;
    assert!(!program.wait().await.expect("it ends").success());
    assert_eq!(of(&server, &export).await.unwrap()["state"], "cancelled");
}

/// The door for the runner's words is open to the whole internet.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_runner_is_heard() {
    let (url, runner) = Runner::start(Manner::Renders, 0).await;
    // Whoever can be reached by a runner has a password.
    let password = [("TOUCHLINE_PASSWORD", "correct horse battery".to_owned())];
    let server = Process::server(&[], &[&env(&url)[..], &password].concat()).await;
    server.sign_in("correct horse battery").await;
    let video = server.recording("One").await["video"].clone();
    let export = server.export(&server.reel(&video, 0, 2_000_000).await).await;
    log_says(&server, &export, "Part 1: ordered elsewhere").await;
    let order = runner.orders()[0].clone();
    let word = |seq, done| Word {
        call: order.call.clone(),
        seq,
        stage: Stage::Render,
        done,
        total: 50,
        bytes: 0,
        error_code: None,
    };
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let client = Client::new();
    let say = async |url: &str, word: &Word, at: i64, secret: &str| {
        let body = serde_json::to_vec(word).unwrap();
        let signature = sign(secret, at, &order.job, word, &body).unwrap();
        let request = client.post(url).header(TIMESTAMP, at).header(SIGNATURE, signature);
        let answer = request.header("content-type", "application/json").body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let done = async || of(&server, &export).await.unwrap()["done"].clone();
    let stranger = "ab".repeat(32);
    assert_eq!(say(&order.callback, &word(9, 40), now, &stranger).await.0, 401);
    assert_eq!(say(&order.callback, &word(9, 40), now - 301, &order.secret).await.0, 401);
    let other = Word { call: "another".to_owned(), ..word(9, 40) };
    assert_eq!(say(&order.callback, &other, now, &order.secret).await.0, 404);
    let nowhere = format!("{}/remote/calls/{}", server.base(), touchline::domain::ids::JobId::generate());
    assert_eq!(say(&nowhere, &word(9, 40), now, &order.secret).await.0, 404);
    let plain = client.post(&order.callback).json(&word(9, 40)).send().await.unwrap();
    assert_eq!(plain.status().as_u16(), 401);
    let nonsense = client.post(&order.callback).body("{").header("content-type", "application/json").send().await;
    assert_eq!(nonsense.unwrap().status().as_u16(), 400);
    let huge = client.post(&order.callback).json(&json!({"call": "x".repeat(10_000)})).send().await.unwrap();
    assert_eq!(huge.status().as_u16(), 413);

    assert_eq!(say(&order.callback, &word(5, 20), now, &order.secret).await, (200, json!({"cancel": false})));
    eventually("its progress is the export's", async || (done().await == json!(20)).then_some(())).await;
    // Said before, heard later; said twice.
    assert_eq!(say(&order.callback, &word(4, 30), now, &order.secret).await.0, 200);
    assert_eq!(say(&order.callback, &word(5, 30), now, &order.secret).await.0, 200);
    // A runner that says it is done has to have sent it: otherwise the piece is rendered here.
    assert_eq!(done().await, json!(20));
    let liar = Word { stage: Stage::Done, bytes: 1_000, ..word(6, 50) };
    assert_eq!(say(&order.callback, &liar, now, &order.secret).await.0, 200);
    assert!(!finished(&server, &export).await.is_empty());
}
