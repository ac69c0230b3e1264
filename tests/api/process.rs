//! The real program as a process of its own, which a test may kill and start again on the same data.

use crate::{
    footage::{MATCH, is_settled},
    support::{Answer, eventually, id},
};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// A bucket of its own at the test run's S3 server.
pub struct Bucket {
    pub endpoint: String,
    pub name: String,
}

impl Bucket {
    pub async fn new() -> Self {
        let endpoint = std::env::var("TOUCHLINE_TEST_S3_URL").expect("`make test` starts an S3 server");
        let name = format!("b{}", hex::encode(rand::random::<[u8; 8]>()));
        let made = client().put(format!("{endpoint}/{name}")).header("authorization", "AWS anyone:x").send().await;
        assert!(made.expect("an S3 server answers").status().is_success());
        Self { endpoint, name }
    }

    pub fn env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("TOUCHLINE_STORAGE__ENDPOINT", self.endpoint.clone()),
            ("TOUCHLINE_STORAGE__BUCKET", self.name.clone()),
            ("TOUCHLINE_STORAGE__REGION", "us-east-1".to_owned()),
            ("TOUCHLINE_STORAGE__ACCESS_KEY", "anyone".to_owned()),
            ("TOUCHLINE_STORAGE__SECRET_KEY", "anything".to_owned()),
        ]
    }
}

pub struct Process {
    child: Child,
    /// Where a server listens; a worker does not.
    port: Option<u16>,
    data: TempDir,
    arguments: Vec<&'static str>,
    /// Its configuration beside what every process has; `{port}` is where it listens.
    env: Vec<(&'static str, String)>,
    client: Client,
}

impl Process {
    /// A server: `serve` with these arguments.
    pub async fn server(arguments: &[&'static str], env: &[(&'static str, String)]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|probe| probe.local_addr()).expect("a free port").port();
        let process = Self::spawn(Some(port), [&["serve"], arguments].concat(), env.to_vec(), new_folder());
        process.is_ready().await;
        process
    }

    /// A server on a folder that holds data already.
    pub async fn server_on(data: TempDir, env: &[(&'static str, String)]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|probe| probe.local_addr()).expect("a free port").port();
        let process = Self::spawn(Some(port), vec!["serve"], env.to_vec(), data);
        process.is_ready().await;
        process
    }

    /// A server whose data folder is a disk of its own with so many bytes.
    pub async fn server_on_disk_of(bytes: u64) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|probe| probe.local_addr()).expect("a free port").port();
        let (data, env) = (new_folder(), Vec::new());
        let inner = command(Some(port), data.path(), &["serve"], &env);
        // A mount that only this process sees.
        let script = format!("mount -t tmpfs -o size={bytes} tmpfs \"$TOUCHLINE_DATA\" && exec \"$0\" serve");
        let mut outer = Command::new("unshare");
        if !rustix::process::geteuid().is_root() {
            outer.args(["--user", "--map-root-user"]);
        }
        outer.args(["--mount", "sh", "-c", &script]).arg(inner.get_program());
        outer.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let child = outer.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the program starts");
        let process = Self { child, port: Some(port), data, arguments: vec!["serve"], env, client: client() };
        process.is_ready().await;
        process
    }

    /// The data folder as the process itself sees it.
    pub fn disk(&self) -> std::path::PathBuf {
        let data = self.data.path().strip_prefix("/").expect("a whole path");
        Path::new("/proc").join(self.child.id().to_string()).join("root").join(data)
    }

    /// A worker of the installation that `env` describes.
    pub fn worker(env: &[(&'static str, String)]) -> Self {
        Self::spawn(None, vec!["worker"], env.to_vec(), new_folder())
    }

    fn spawn(port: Option<u16>, arguments: Vec<&'static str>, env: Vec<(&'static str, String)>, data: TempDir) -> Self {
        let child = spawn(port, data.path(), &arguments, &env);
        Self { child, port, data, arguments, env, client: client() }
    }

    async fn is_ready(&self) {
        if self.port.is_none() {
            return;
        }
        eventually("the server answers", async || {
            let answer = self.client.get(self.url("/healthz")).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// `http://127.0.0.1:PORT`
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port.expect("a server"))
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base()) }
    }

    /// Stops it for a while (SIGSTOP), as a machine that was put to sleep.
    pub fn pause(&self) {
        self.signal(rustix::process::Signal::STOP);
    }

    pub fn go_on(&self) {
        self.signal(rustix::process::Signal::CONT);
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw).expect("a process");
        rustix::process::kill_process(id, signal).expect("a child of ours");
    }

    /// Whether it has ended by itself or by somebody's hand.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child of ours").is_some()
    }

    /// As a power cut would end it.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().expect("it ends");
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(&mut self) {
        self.signal(rustix::process::Signal::TERM);
        self.child.wait().expect("it ends");
    }

    /// As a power cut would end it, if it still runs; then starts it again.
    pub async fn restart(&mut self) {
        self.kill();
        self.start_again().await;
    }

    /// Starts what has ended.
    pub async fn start_again(&mut self) {
        self.child = spawn(self.port, self.data.path(), &self.arguments, &self.env);
        self.is_ready().await;
    }

    /// Signs this client in.
    pub async fn sign_in(&self, password: &str) {
        let form = self.client.post(self.url("/login")).form(&[("password", password)]);
        let answer = form.send().await.expect("an answer");
        assert!(answer.status().is_success() && !answer.url().path().starts_with("/login"), "{}", answer.url());
    }

    /// A call; none when the server died of it.
    pub async fn call(&self, method: Method, path: &str, body: Value) -> Option<Answer> {
        let request = self.client.request(method, self.url(path));
        let request = if body.is_null() { request } else { request.json(&body) };
        let response = request.send().await.ok()?;
        let status = response.status();
        let text = response.text().await.ok()?;
        Some(Answer { status, json: serde_json::from_str(&text).unwrap_or(Value::Null) })
    }

    pub async fn ok(&self, method: Method, path: &str, body: Value) -> Value {
        self.call(method, path, body).await.expect("an answer").ok()
    }

    /// A game with a recording that was read; answers its upload.
    pub async fn recording(&self, opponent: &str) -> Value {
        let game = json!({"opponent": opponent, "played_on": "2026-12-06", "venue": "home"});
        let game = self.ok(Method::POST, "/api/games", game).await;
        let upload = self.begin_upload(&game["id"], MATCH.len(), "f").await;
        assert!(self.send_part(&upload, 1, MATCH.clone()).await);
        self.finish_upload(&upload).await;
        upload
    }

    pub async fn begin_upload(&self, game: &Value, bytes: usize, fingerprint: &str) -> Value {
        let new = json!({"game": game, "name": "match.mp4", "size": bytes, "fingerprint": fingerprint});
        self.ok(Method::POST, "/api/uploads", new).await
    }

    /// Whether the part was taken.
    pub async fn send_part(&self, upload: &Value, number: i32, bytes: Vec<u8>) -> bool {
        let path = format!("/api/uploads/{}/sign", id(&upload["id"]));
        let signed = self.ok(Method::POST, &path, json!({"parts": [{"number": number}]})).await;
        self.put(id(&signed[0]["url"]), bytes).await
    }

    /// Confirms it, and waits until the recording is read.
    pub async fn finish_upload(&self, upload: &Value) {
        let path = format!("/api/uploads/{}/complete", id(&upload["id"]));
        self.ok(Method::POST, &path, Value::Null).await;
        let path = format!("/api/games/{}", id(&upload["game"]));
        eventually("the recording is read", async || {
            let game = self.ok(Method::GET, &path, Value::Null).await;
            let mut videos = game["videos"].as_array().unwrap().iter();
            videos.any(|video| video["id"] == upload["video"] && is_settled(video)).then_some(())
        })
        .await;
    }

    /// A reel of one new clip of the video, in microseconds.
    pub async fn reel(&self, video: &Value, start: i64, length: i64) -> Value {
        let clip = json!({"video": video, "start": start, "end": start + length});
        let clip = self.ok(Method::POST, "/api/clips", clip).await;
        self.ok(Method::POST, "/api/reels", json!({"aspect": "1:1", "clips": [clip["id"]]})).await
    }

    /// Submits its export; answers its id.
    pub async fn export(&self, reel: &Value) -> String {
        let export = self.ok(Method::POST, "/api/exports", json!({"reel": reel["id"]})).await;
        id(&export["id"]).to_owned()
    }

    /// PUTs plain bytes; whether they were taken.
    pub async fn put(&self, url: &str, bytes: Vec<u8>) -> bool {
        self.client.put(self.url(url)).body(bytes).send().await.is_ok_and(|answer| answer.status().is_success())
    }

    /// The bytes that are served at this path, over redirects.
    pub async fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        let answer = self.client.get(self.url(path)).send().await.ok()?;
        if !answer.status().is_success() {
            return None;
        }
        answer.bytes().await.ok().map(Into::into)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn client() -> Client {
    Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::limited(3)).build().expect("a client")
}

fn new_folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Runs the program to its end: whether all went well, and what it said.
pub async fn touchline(data: &Path, arguments: &[&str], env: &[(&'static str, String)]) -> (bool, String) {
    let (data, env) = (data.to_owned(), env.to_vec());
    let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let run = move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        command(None, &data, &arguments, &env).output().expect("the program runs")
    };
    let output = tokio::task::spawn_blocking(run).await.expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn spawn(port: Option<u16>, data: &Path, arguments: &[&str], env: &[(&str, String)]) -> Child {
    command(port, data, arguments, env).stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the program starts")
}

fn command(port: Option<u16>, data: &Path, arguments: &[&str], env: &[(&str, String)]) -> Command {
    // A program that was built otherwise, for long runs.
    let program = std::env::var_os("TOUCHLINE_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_touchline").into());
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("LEPTOS_SITE_ADDR", format!("127.0.0.1:{}", port.unwrap_or_default()))
        .env("LEPTOS_HASH_FILES", "false")
        .env("TOUCHLINE_DATA", data)
        .env("TOUCHLINE_LOG", "error")
        .envs(env.iter().map(|(name, value)| (*name, value.replace("{port}", &port.unwrap_or_default().to_string()))));
    command
}
