//! `make bench-engine`: an export from its submit to its end, against the least that ffmpeg needs for decoding and encoding the
//! same frames, and against ffmpeg doing the job with filters of its own. Medians of five; the server runs in this process.
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)] // Figures are for people.

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row;
use std::{
    fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use support::{Report, median};
use tokio_util::sync::CancellationToken;
use touchline::{
    domain::{
        framing::Ease,
        geometry::Rect,
        overlay::{Colour, SpotKey, SpotStyle, Spotlight},
        plan::{CopyPlan, ExportPlan},
        preset::Quality,
        time::{FrameRate, Micros},
        video::VideoFacts,
    },
    media::{
        chunk::chunk_file,
        compose::Compositor,
        copy::copy_clip,
        decode::{Decoder, frame_bytes, stretches},
        encode::{encoder_arguments, plain_mp4},
        finish::finish,
        index::{Finder, Span, Stream},
        paint,
        track::{Grey, Place, Tracker},
        window::Window,
    },
    server::{
        config::{Config, leptos_options},
        start,
        state::AppState,
    },
    storage::{CacheConfig, LocalStore, ObjectKey, ObjectStore, ranges::Opened},
    videos::fetch::{Need, fill},
};

const ROUNDS: usize = 5;
/// The clip, in seconds of the recording.
const FROM: usize = 7;
const SECONDS: usize = 20;
const RATE: FrameRate = FrameRate { num: 30, den: 1 };
const OUTPUT: (u32, u32) = (1080, 1920);

#[tokio::main]
async fn main() {
    let data = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::load(Path::new("/no/such/file")).unwrap();
    config.data = data.path().to_owned();
    let mut leptos = leptos_options(Path::new("Leptos.toml")).unwrap();
    leptos.site_addr = ([127, 0, 0, 1], 0).into();
    let running = start::open(config, leptos).await.unwrap();
    let client = Client { base: format!("http://{}", running.address().unwrap()), http: reqwest::Client::new() };
    let app = running.app.clone();
    let local = running.store.clone().unwrap();
    let server = tokio::spawn(start::run(running));
    let (measuring, measured) = (CancellationToken::new(), data.path().to_owned());
    let memory = tokio::spawn(most_memory(measured, measuring.clone()));
    let ground = Ground::make(folder.path(), app.tools.threads());
    let reel = client.reel(&ground.recording).await;

    let (mut whole, mut decode, mut encode, mut plain) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut last = Value::Null;
    for round in 0..ROUNDS {
        // Each round is another picture, so nothing is found rendered.
        client.frame(&reel, round).await;
        let (took, export) = client.export(&reel).await;
        if round == 0 {
            ground.keep_pictures(&app, &export).await;
        }
        last = export;
        whole.push(took);
        decode.push(ground.decode());
        encode.push(ground.encode());
        plain.push(ground.plain());
    }
    let floor = seconds(&mut decode) + seconds(&mut encode);
    let mut report = Report::new("engine");
    let whole = seconds(&mut whole);
    report.against("export, against decoding + encoding alone", whole, "s", floor, Some(1.35));
    report.against("export, against ffmpeg's crop and scale, still", whole, "s", seconds(&mut plain), None);
    report.at_most("compositor with spotlight, 1080p to 1080x1920", composing(), "ms/frame", 10.0);
    report.at_most("tracker, a picture of 640x360", tracking(), "ms/frame", 1.0);
    let (copied, plain_copy) = untouched(&app, &ground, folder.path()).await;
    report.against("untouched clip, against ffmpeg -c copy", copied, "ms", plain_copy, Some(1.2));
    let (finishing, copying) = finish_against_copy(&app, &last, folder.path()).await;
    report.against("finish, against cp of the output", finishing, "ms", copying, Some(2.5));
    let (came, needed) = fetched(&app, &local, &client.base, &ground.recording).await;
    report.against("fetched for 5 s, against index + covered GOPs", came, "kB", needed, Some(1.2));
    report.at_most("sandbox, a process", sandbox(&app).await, "ms", 60.0);
    report.at_most("cancel to no process", client.cancel(&reel, data.path()).await, "s", 1.0);
    measuring.cancel();
    let (ours, theirs) = memory.await.unwrap();
    report.at_most("most memory, server with bench and stored files", ours, "MB", 512.0);
    report.at_most("most memory, an ffmpeg", theirs, "MB", 2_048.0);
    report.finish();
    app.stop.cancel();
    let _ = server.await;
}

fn seconds(times: &mut [Duration]) -> f64 {
    median(times).as_secs_f64()
}

struct Client {
    base: String,
    http: reqwest::Client,
}

impl Client {
    async fn call(&self, method: Method, path: &str, body: Value) -> Value {
        let request = self.http.request(method, format!("{}{path}", self.base));
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// A reel of one clip of the recording.
    async fn reel(&self, recording: &Path) -> String {
        let game = json!({"opponent": "Bench", "played_on": "2026-12-06", "venue": "home"});
        let game = self.call(Method::POST, "/api/games", game).await;
        let bytes = fs::read(recording).unwrap();
        let new = json!({"game": game["id"], "name": "game.mp4", "size": bytes.len(), "fingerprint": "f"});
        let upload = self.call(Method::POST, "/api/uploads", new).await;
        let (id, part) = (text(&upload["id"]), usize::try_from(upload["part_size"].as_u64().unwrap()).unwrap());
        for (number, part) in (1..).zip(bytes.chunks(part)) {
            let signed = json!({"parts": [{"number": number}]});
            let signed = self.call(Method::POST, &format!("/api/uploads/{id}/sign"), signed).await;
            let sent = self.http.put(text(&signed[0]["url"])).body(part.to_vec()).send().await.unwrap();
            assert!(sent.status().is_success());
        }
        self.call(Method::POST, &format!("/api/uploads/{id}/complete"), Value::Null).await;
        let path = format!("/api/games/{}", text(&game["id"]));
        while self.call(Method::GET, &path, Value::Null).await["videos"][0]["state"] != "ready" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let clip = json!({"video": upload["video"], "start": FROM * 1_000_000, "end": (FROM + SECONDS) * 1_000_000});
        let clip = self.call(Method::POST, "/api/clips", clip).await;
        let reel = json!({"aspect": "9:16", "clips": [clip["id"]]});
        text(&self.call(Method::POST, "/api/reels", reel).await["id"])
    }

    /// A crop that moves over the whole clip, and a beginning a frame later: neither picture nor sound is there already.
    async fn frame(&self, reel: &str, round: usize) {
        let reel = self.call(Method::GET, &format!("/api/reels/{reel}"), Value::Null).await;
        let place = &reel["clips"][0];
        let key = |second: usize, x: usize| json!({"at": second * 1_000_000, "x": x, "y": 540_000, "h": 900_000});
        let crop = [key(FROM, 500_000 + round * 1_000), key(FROM + SECONDS, 1_300_000)];
        let kept =
            json!({"start": FROM * 1_000_000 + round * 33_334, "end": (FROM + SECONDS) * 1_000_000, "speed": 100});
        let framing = json!({"version": place["version"], "framing": {"crop": crop, "segments": [kept]}});
        self.call(Method::PUT, &format!("/api/reel-clips/{}/framing", text(&place["id"])), framing).await;
    }

    async fn export(&self, reel: &str) -> (Duration, Value) {
        let since = Instant::now();
        let export = self.call(Method::POST, "/api/exports", json!({"reel": reel})).await;
        let path = format!("/api/exports/{}", text(&export["id"]));
        loop {
            let export = self.call(Method::GET, &path, Value::Null).await;
            match export["state"].as_str() {
                Some("complete") => return (since.elapsed(), export),
                Some("pending" | "processing") => tokio::time::sleep(Duration::from_millis(20)).await,
                _ => panic!("{export}"),
            }
        }
    }

    /// Seconds from the call to the last process's end.
    async fn cancel(&self, reel: &str, data: &Path) -> f64 {
        let mut times = Vec::new();
        for round in 0..ROUNDS {
            self.frame(reel, 100 + round).await;
            let export = self.call(Method::POST, "/api/exports", json!({"reel": reel})).await;
            let path = format!("/api/exports/{}", text(&export["id"]));
            while self.call(Method::GET, &path, Value::Null).await["done"].as_i64() < Some(30) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            assert!(programs_on(data) > 0);
            let since = Instant::now();
            self.call(Method::DELETE, &path, Value::Null).await;
            while programs_on(data) > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            times.push(since.elapsed());
        }
        seconds(&mut times)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Running processes that name a file below the folder.
fn programs_on(folder: &Path) -> usize {
    let folder = folder.to_string_lossy().into_owned();
    let lines =
        fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(&folder)).count()
}

/// What the exports are measured against.
struct Ground {
    /// 1080p at 30 frames a second, about 10 Mbit/s.
    recording: PathBuf,
    /// The pictures of an export, uncompressed.
    pictures: PathBuf,
    output: PathBuf,
    threads: String,
}

impl Ground {
    fn make(folder: &Path, threads: usize) -> Self {
        let ground = Self {
            recording: folder.join("game.mp4"),
            pictures: folder.join("pictures.yuv"),
            output: folder.join("output.mp4"),
            threads: threads.to_string(),
        };
        let length = (FROM + SECONDS + 3).to_string();
        let source = "testsrc2=s=1920x1080:r=30,noise=alls=6:allf=t";
        let game = ground.recording.to_string_lossy().into_owned();
        ffmpeg(&[
            "-f",
            "lavfi",
            "-i",
            source,
            "-f",
            "lavfi",
            "-i",
            "sine=r=48000",
            "-t",
            &length,
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-b:v",
            "10M",
            "-g",
            "60",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
            &game,
        ]);
        ground
    }

    /// The very pictures that an export encodes: others, of a crop that stands still, would be encoded in half the time.
    async fn keep_pictures(&self, app: &AppState, export: &Value) {
        let plan = plan_of(app, export).await;
        let (tools, recording, to) = (app.tools.clone(), self.recording.clone(), self.pictures.clone());
        let keep = move || {
            let mut file = BufWriter::new(fs::File::create(to).unwrap());
            for chunk in &plan.chunks {
                let (spec, cancel) = (&chunk.spec, CancellationToken::new());
                let shot = &spec.shot;
                let window = Window::of(shot, spec);
                let mut picture = vec![0; window.bytes()];
                let mut composed = vec![0; frame_bytes(spec.width, spec.height)];
                let mut compositor = Compositor::new((window.width, window.height), (spec.width, spec.height));
                for stretch in stretches(shot, spec.rate) {
                    let mut decoder =
                        Decoder::start(&tools, &recording, &shot.facts, stretch, window, &cancel).unwrap();
                    while let Some(frame) = decoder.read(&mut picture).unwrap() {
                        let crop = shot.space(spec.aspect).rect_at(&shot.crop, shot.facts.rate.frame_start(frame));
                        compositor.compose(&picture, window.inside(crop), &mut composed).unwrap();
                        file.write_all(&composed).unwrap();
                    }
                }
            }
            file.flush().unwrap();
        };
        tokio::task::spawn_blocking(keep).await.unwrap();
    }

    fn source(&self) -> Vec<String> {
        [
            "-threads",
            &self.threads,
            "-ss",
            &FROM.to_string(),
            "-t",
            &SECONDS.to_string(),
            "-i",
            &self.recording.to_string_lossy(),
        ]
        .map(str::to_owned)
        .to_vec()
    }

    /// The clip's frames, and nothing done with them.
    fn decode(&self) -> Duration {
        ffmpeg(&[&strs(&self.source())[..], &["-map", "0:v", "-f", "null", "-"]].concat())
    }

    /// The export's pictures with the export's encoder.
    fn encode(&self) -> Duration {
        let size = format!("{}x{}", OUTPUT.0, OUTPUT.1);
        let pictures = self.pictures.to_string_lossy();
        let from = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", &size, "-framerate", "30", "-i", &pictures];
        let encoder = self.encoder();
        ffmpeg(&[&from[..], &strs(&encoder)].concat())
    }

    /// The whole job, by filters; its crop stands still and is whole pixels.
    fn plain(&self) -> Duration {
        let source = self.source();
        let encoder = self.encoder();
        ffmpeg(&[&strs(&source)[..], &["-vf", CROP, "-c:a", "aac", "-b:a", "160k"], &strs(&encoder)].concat())
    }

    fn encoder(&self) -> Vec<String> {
        let threads = self.threads.parse().unwrap();
        let args = encoder_arguments(RATE, Quality::Standard, threads, None).into_iter().chain(plain_mp4(RATE));
        args.map(|arg| arg.to_string_lossy().into_owned()).chain([self.output.to_string_lossy().into_owned()]).collect()
    }
}

const CROP: &str = "crop=506:900:640:90,scale=1080:1920:flags=bicubic";

fn strs(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

fn ffmpeg(args: &[&str]) -> Duration {
    let since = Instant::now();
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-nostdin", "-loglevel", "error", "-y"]).args(args).stdin(Stdio::null());
    assert!(command.status().unwrap().success(), "{args:?}");
    since.elapsed()
}

/// Milliseconds a frame.
fn composing() -> f64 {
    let source: Vec<u8> = (0..1920_usize * 1080 * 3 / 2).map(|at| u8::try_from(at * 31 % 251).unwrap()).collect();
    let mut output = vec![0; OUTPUT.0 as usize * OUTPUT.1 as usize * 3 / 2];
    let mut compositor = Compositor::new((1920, 1080), OUTPUT);
    let key = SpotKey { at: Micros(0), x: 850_000, y: 500_000, rx: 60_000, ry: 90_000, angle: 0, ease: Ease::Linear };
    let spot = [SpotStyle::Dim, SpotStyle::Ring].map(|style| Spotlight {
        start: Micros(0),
        end: Micros(9_000_000),
        style,
        colour: Colour([255, 220, 0]),
        opacity: 60,
        fade: Micros(200_000),
        keys: vec![key],
    });
    let mut times = Vec::new();
    for n in 0..60_u32 {
        let crop = Rect { x: 600.25 + f64::from(n) * 0.37, y: 90.5, w: 506.25, h: 900.0 };
        let since = Instant::now();
        compositor.compose(&source, crop, &mut output).unwrap();
        paint::spotlights(&mut output, OUTPUT, crop, Micros(i64::from(n) * 33_333), &spot);
        times.push(since.elapsed());
    }
    seconds(&mut times) * 1000.0
}

/// Milliseconds a picture: a patch of noise that goes over a shaded ground.
fn tracking() -> f64 {
    const SIZE: (usize, usize) = (640, 360);
    const SHIRT: (usize, usize) = (16, 34);
    fn grey(samples: &[u8]) -> Grey<'_> {
        Grey { width: SIZE.0, height: SIZE.1, samples }
    }
    let shirt: Vec<u8> = (0..SHIRT.0 * SHIRT.1).map(|at| u8::try_from(at * at * 37 % 251).unwrap()).collect();
    let picture = |left: usize, top: usize| {
        let mut samples: Vec<u8> = (0..SIZE.0 * SIZE.1).map(|at| u8::try_from(60 + at % SIZE.0 / 8).unwrap()).collect();
        for (row, line) in shirt.chunks(SHIRT.0).enumerate() {
            samples[(top + row) * SIZE.0 + left..][..SHIRT.0].copy_from_slice(line);
        }
        samples
    };
    let place = |n: usize| (40 + n * 3, 100 + n);
    let first = picture(place(0).0, place(0).1);
    let mut tracker = Tracker::new(grey(&first), Place { x: 48.0, y: 117.0 }, (8.0, 17.0)).unwrap();
    let mut times = Vec::new();
    for n in 1..120 {
        let samples = picture(place(n).0, place(n).1);
        let since = Instant::now();
        let found = tracker.step(grey(&samples));
        times.push(since.elapsed());
        assert!(found.is_seen, "lost at {n}");
    }
    seconds(&mut times) * 1000.0
}

/// The most that this process, with the server in it, and any of its programs have used, in megabytes.
async fn most_memory(data: PathBuf, stop: CancellationToken) -> (f64, f64) {
    let peak = |process: &Path| {
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:").map(str::to_owned));
        line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    };
    let data = data.to_string_lossy().into_owned();
    let mut theirs = 0.0_f64;
    while !stop.is_cancelled() {
        for process in fs::read_dir("/proc").unwrap().flatten() {
            let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line);
            if line.contains("ffmpeg") && line.contains(&data) {
                theirs = theirs.max(peak(&process.path()));
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    (peak(Path::new("/proc/self")), theirs)
}

/// Milliseconds: an untouched clip of 20 s as it is copied, and what ffmpeg needs for the same.
async fn untouched(app: &AppState, ground: &Ground, folder: &Path) -> (f64, f64) {
    let row = sqlx::query("SELECT facts FROM videos").fetch_one(app.db.pool()).await.unwrap();
    let facts: VideoFacts = serde_json::from_str(&row.get::<String, _>("facts")).unwrap();
    let frame = |second: usize| facts.rate.frame_at(Micros(i64::try_from(second).unwrap() * 1_000_000));
    let plan = CopyPlan {
        video: "0192f0c1-2345-7abc-8def-0123456789ab".parse().unwrap(),
        first: frame(FROM),
        frames: frame(FROM + SECONDS) - frame(FROM),
        facts,
    };
    let (work, cancel) = (folder.join("copies"), CancellationToken::new());
    fs::create_dir_all(&work).unwrap();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let output = work.join("plain.mp4").to_string_lossy().into_owned();
    for _ in 0..ROUNDS {
        let since = Instant::now();
        copy_clip(&app.tools, &plan, &ground.recording, &work, &cancel).await.unwrap();
        ours.push(since.elapsed());
        let source =
            [&ground.source()[2..], &["-c", "copy", "-movflags", "+faststart", &output].map(str::to_owned)].concat();
        let since = Instant::now();
        ffmpeg(&strs(&source));
        fs::File::open(&output).unwrap().sync_all().unwrap();
        theirs.push(since.elapsed());
    }
    (seconds(&mut ours) * 1000.0, seconds(&mut theirs) * 1000.0)
}

async fn plan_of(app: &AppState, export: &Value) -> ExportPlan {
    let row = sqlx::query("SELECT plan FROM exports WHERE id = $1").bind(text(&export["id"]));
    let plan: String = row.fetch_one(app.db.pool()).await.unwrap().get("plan");
    serde_json::from_str(&plan).unwrap()
}

/// Milliseconds: joining the pieces of the export, checked and on the disk; and copying what comes out of it, on the disk.
async fn finish_against_copy(app: &AppState, export: &Value, folder: &Path) -> (f64, f64) {
    let plan = plan_of(app, export).await;
    // The last export's: a picture and a sound.
    let rows = sqlx::query(
        "SELECT object_key, frames FROM segments WHERE id IN (SELECT MAX(id) FROM segments GROUP BY frames > 0)",
    );
    let work = folder.join("pieces");
    fs::create_dir_all(&work).unwrap();
    let mut names = Vec::new();
    for row in rows.fetch_all(app.db.pool()).await.unwrap() {
        let key: ObjectKey = row.get::<String, _>("object_key").parse().unwrap();
        let file = app.store.materialise(&key, &CancellationToken::new()).await.unwrap();
        let is_sound = row.get::<i64, _>("frames") == 0;
        let to = if is_sound { work.join("sound.m4a") } else { chunk_file(&work, "0") };
        fs::copy(file.path(), &to).unwrap();
        if !is_sound {
            names.push(to.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    let (mut finishing, mut copying) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let since = Instant::now();
        let done = finish(&plan, &names, "sound.m4a", &work, &CancellationToken::new()).await.unwrap();
        finishing.push(since.elapsed());
        let since = Instant::now();
        fs::copy(&done.path, work.join("copy.mp4")).unwrap();
        fs::File::open(work.join("copy.mp4")).unwrap().sync_all().unwrap();
        copying.push(since.elapsed());
    }
    (seconds(&mut finishing) * 1000.0, seconds(&mut copying) * 1000.0)
}

/// Kilobytes that come over the network for the picture of five seconds from a store elsewhere; and the index with the groups
/// of pictures that hold them, by ffprobe's count.
async fn fetched(app: &AppState, local: &LocalStore, base: &str, recording: &Path) -> (f64, f64) {
    let folder = tempfile::tempdir().unwrap();
    let cache = CacheConfig { folder: folder.path().to_owned(), max_bytes: 1 << 40 };
    let store = ObjectStore::remote(local.store_config(base, None), cache).unwrap();
    let row = sqlx::query("SELECT object_key, facts FROM videos").fetch_one(app.db.pool()).await.unwrap();
    let facts: VideoFacts = serde_json::from_str(&row.get::<String, _>("facts")).unwrap();
    let key: ObjectKey = row.get::<String, _>("object_key").parse().unwrap();
    let (from, to) = (12.4, 17.4);
    let span = [Span { from: Micros::from_seconds_f64(from), to: Micros::from_seconds_f64(to) }];
    let Opened::Parts(mut file) = store.open_parts(&key, &CancellationToken::new()).await.unwrap() else { panic!() };
    assert!(fill(&mut file, Need::Spans(&facts, &span, Stream::Picture)).await.unwrap());

    let args = ["-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time,size,flags", "-of", "csv=p=0"];
    let output = Command::new("ffprobe").args(args).arg(recording).stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let packets: Vec<(f64, f64, bool)> = text
        .lines()
        .map(|line| {
            let mut fields = line.split(',');
            let mut next = || fields.next().unwrap();
            let (at, size) = (next().parse().unwrap(), next().parse().unwrap());
            (at, size, next().starts_with('K'))
        })
        .collect();
    let first = packets.iter().rposition(|(at, _, key)| *key && *at <= from).unwrap();
    let end = packets.iter().position(|(at, _, key)| *key && *at >= to).unwrap();
    let pictures: f64 = packets[first..end].iter().map(|(_, size, _)| size).sum();
    let mut finder = Finder::new(file.length());
    while let Some(range) = finder.wants() {
        finder.feed(&file.read(range).await.unwrap()).unwrap();
    }
    let index = finder.index().unwrap();
    (file.fetched() as f64 / 1e3, (pictures + (index.end - index.start) as f64) / 1e3)
}

/// Milliseconds that a process costs more inside.
async fn sandbox(app: &AppState) -> f64 {
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        let since = Instant::now();
        let call = app.tools.ffprobe(vec!["-version".into()], &[]);
        app.tools.output(call, 1 << 20, &CancellationToken::new()).await.unwrap();
        inside.push(since.elapsed());
        let since = Instant::now();
        let plain = Command::new("ffprobe").arg("-version").stdin(Stdio::null()).output().unwrap();
        assert!(plain.status.success());
        outside.push(since.elapsed());
    }
    (seconds(&mut inside) - seconds(&mut outside)) * 1000.0
}
