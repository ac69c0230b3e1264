//! `make bench-uploads`: recordings through the whole protocol, against a server of its own process. The floor is one
//! plain PUT of the same bytes to the same listener, with the store's checksum and sync on.
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)] // Figures are for people.

mod support;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};
use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use support::{Report, median};
use touchline::{
    domain::{
        checksum::Checksum,
        ids::{AccountId, VideoId},
    },
    storage::{CacheConfig, ObjectStore, PublicBase, keys, local},
};

const MIB: u64 = 1 << 20;
const PART: u64 = 16 * MIB;
/// One recording; there are as many rounds as make more than 5 GB in all.
const BYTES: u64 = 768 * MIB;
const ROUNDS: usize = 3;
/// As many parts at once as a browser sends to its page's own host.
const AT_ONCE: usize = 3;

#[tokio::main]
async fn main() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path()).await;
    let client = Client { base: server.base.clone(), http: reqwest::Client::new(), part: content() };
    let store = plain_store(data.path(), &server.base);

    let idle = server.status("VmRSS");
    let (mut floor, mut direct, mut through) = (Vec::new(), Vec::new(), Vec::new());
    let cpu = server.cpu();
    for _ in 0..ROUNDS {
        floor.push(client.plain(&store).await);
    }
    let cpu_floor = server.cpu() - cpu;
    let cpu = server.cpu();
    for _ in 0..ROUNDS {
        direct.push(client.upload(false).await);
    }
    let cpu_direct = server.cpu() - cpu;
    let cpu = server.cpu();
    for _ in 0..ROUNDS {
        through.push(client.upload(true).await);
    }
    let cpu_through = server.cpu() - cpu;
    let most = server.status("VmHWM");

    let mut report = Report::new("uploads");
    let speed = |times: &mut Vec<Duration>| (BYTES as f64 / 1e6) / median(times).as_secs_f64();
    let floor = speed(&mut floor);
    let gigabytes = (BYTES * ROUNDS as u64) as f64 / 1e9;
    report.at_least("direct, against one plain PUT", speed(&mut direct), "MB/s", floor, 0.8);
    report.at_least("through the server, against one plain PUT", speed(&mut through), "MB/s", floor, 0.6);
    let cpu_floor = cpu_floor / gigabytes;
    report.against("server CPU, direct", cpu_direct / gigabytes, "s/GB", cpu_floor, None);
    report.against("server CPU, through the server", cpu_through / gigabytes, "s/GB", cpu_floor, None);
    report.at_most("server memory, growth over all of it", most - idle, "MB", 64.0);
    report.finish();
}

/// Noise, so that nothing on the way can make it smaller.
fn content() -> Bytes {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut bytes = Vec::with_capacity(usize::try_from(PART).unwrap());
    while bytes.len() < bytes.capacity() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.into()
}

/// The server's own store, by a client that signs plain PUTs.
fn plain_store(data: &Path, base: &str) -> ObjectStore {
    let config = local::store_config(data, base, None).unwrap();
    ObjectStore::remote(config, CacheConfig { folder: data.join("cache-of-bench"), max_bytes: 0 }).unwrap()
}

struct Client {
    base: String,
    http: reqwest::Client,
    part: Bytes,
}

impl Client {
    async fn json(&self, request: reqwest::RequestBuilder) -> Value {
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        self.json(self.http.post(format!("{}{path}", self.base)).json(body)).await
    }

    fn body(&self, bytes: u64) -> reqwest::Body {
        let pieces = (0..bytes / PART).map(|_| Ok::<_, std::io::Error>(self.part.clone())).collect::<Vec<_>>();
        reqwest::Body::wrap_stream(stream::iter(pieces))
    }

    async fn plain(&self, store: &ObjectStore) -> Duration {
        let mut sum = Checksum::Crc32.sum();
        for _ in 0..BYTES / PART {
            sum.add(&self.part);
        }
        let key = keys::video(&AccountId::generate(), &VideoId::generate());
        let base = PublicBase::parse(&self.base).unwrap();
        let signed =
            store.presign_put(&key, BYTES, sum.finish().as_deref(), Duration::from_hours(1), &base).await.unwrap();
        let mut request = self.http.put(&signed.url).header("content-length", BYTES).body(self.body(BYTES));
        for (name, value) in &signed.headers {
            request = request.header(name, value);
        }
        let since = Instant::now();
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        let took = since.elapsed();
        store.delete(&key).await.unwrap();
        took
    }

    /// From the call that begins it to the one that confirms it, as the browser does it.
    async fn upload(&self, through_server: bool) -> Duration {
        let game = json!({"opponent": "Rovers", "played_on": "2026-11-14", "venue": "home"});
        let game = self.post("/api/games", &game).await;
        let checksum = Checksum::Crc32.of(&self.part).unwrap();
        let since = Instant::now();
        let new =
            json!({"game": game["id"], "name": "game.mp4", "size": BYTES, "type": "video/mp4", "fingerprint": "f"});
        let upload = self.post("/api/uploads", &new).await;
        assert_eq!(upload["part_size"], PART);
        let path = format!("/api/uploads/{}", upload["id"].as_str().unwrap());
        stream::iter(1..=BYTES / PART)
            .map(|number| {
                let (path, checksum) = (&path, &checksum);
                async move {
                    let request = if through_server {
                        let url = format!("{}{path}/parts/{number}", self.base);
                        self.http.put(url).header("x-amz-checksum-crc32", checksum)
                    } else {
                        let parts = json!({"parts": [{"number": number, "checksum": checksum}]});
                        let signed = self.post(&format!("{path}/sign"), &parts).await;
                        let put = self.http.put(signed[0]["url"].as_str().unwrap());
                        signed[0]["headers"].as_array().unwrap().iter().fold(put, |put, header| {
                            put.header(header[0].as_str().unwrap(), header[1].as_str().unwrap())
                        })
                    };
                    self.json(request.body(self.part.clone())).await;
                    Ok::<_, std::convert::Infallible>(())
                }
            })
            .buffer_unordered(AT_ONCE)
            .try_collect::<Vec<()>>()
            .await
            .unwrap();
        self.post(&format!("{path}/complete"), &json!({})).await;
        let took = since.elapsed();
        let game = format!("{}/api/games/{}", self.base, game["id"].as_str().unwrap());
        self.json(self.http.delete(game)).await;
        took
    }
}

/// A server of its own process, so that its memory and time are its own.
struct Server {
    child: Child,
    base: String,
}

impl Server {
    async fn start(data: &Path) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(env!("CARGO_BIN_EXE_touchline"))
            .arg("serve")
            .env("TOUCHLINE_DATA", data)
            .env("TOUCHLINE_LOG", "error")
            .env("LEPTOS_SITE_ADDR", format!("127.0.0.1:{port}"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let base = format!("http://127.0.0.1:{port}");
        let until = Instant::now() + Duration::from_secs(20);
        while reqwest::get(format!("{base}/healthz")).await.is_err() {
            assert!(Instant::now() < until, "the server does not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { child, base }
    }

    /// Megabytes.
    fn status(&self, key: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(key)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1000.0
    }

    /// Seconds of processor time so far.
    fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        // utime and stime, in hundredths of a second.
        (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
