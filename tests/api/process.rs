//! The real program as a process of its own, which a test may kill and start again on the same data.

use crate::support::{Answer, eventually};
use reqwest::{Client, Method};
use serde_json::Value;
use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

pub struct Process {
    child: Child,
    port: u16,
    data: TempDir,
    arguments: Vec<&'static str>,
    client: Client,
}

impl Process {
    pub async fn start(arguments: &[&'static str]) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|probe| probe.local_addr()).expect("a free port").port();
        let client = Client::builder().redirect(reqwest::redirect::Policy::limited(3)).build().expect("a client");
        let arguments = arguments.to_vec();
        let child = spawn(port, data.path(), &arguments);
        let process = Self { child, port, data, arguments, client };
        process.is_ready().await;
        process
    }

    async fn is_ready(&self) {
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

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("http://127.0.0.1:{}{path}", self.port) }
    }

    /// Whether it has ended by itself or by somebody's hand.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child of ours").is_some()
    }

    /// As a power cut would end it, if it still runs; then starts it again.
    pub async fn restart(&mut self) {
        let _ = self.child.kill();
        self.child.wait().expect("it ends");
        self.child = spawn(self.port, self.data.path(), &self.arguments);
        self.is_ready().await;
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

fn spawn(port: u16, data: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_touchline"))
        .arg("serve")
        .args(arguments)
        .env("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}"))
        .env("LEPTOS_HASH_FILES", "false")
        .env("TOUCHLINE_DATA", data)
        .env("TOUCHLINE_LOG", "error")
        // One thread for each kind of work: the steps of a call come in one order.
        .env("TOKIO_WORKER_THREADS", "1")
        .env("TOUCHLINE_DATABASE__CONNECTIONS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts")
}
