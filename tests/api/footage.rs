//! A real recording, made once, and its way into a game.

use crate::support::{TestApp, eventually, id};
use serde_json::{Value, json};
use std::{path::Path, process::Command, sync::LazyLock};
use tempfile::TempDir;
use touchline::domain::{
    time::{FrameRate, Micros},
    video::{Container, VideoFacts},
};

/// Three seconds, 320 x 180, 25 frames a second, a tone.
pub static MATCH: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("match.mp4");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=3"])
        .args(["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=3"])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest"])
        .arg(&file)
        .output()
        .expect("ffmpeg runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::read(file).expect("a file")
});

/// What ffprobe says of a file's picture and sound.
pub fn probe(bytes: &[u8]) -> Value {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("file.mp4");
    std::fs::write(&file, bytes).expect("a file");
    let told = Command::new("ffprobe")
        .args(["-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json"])
        .arg(&file)
        .output()
        .expect("ffprobe runs");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).expect("JSON")
}

/// Living programs that work on files below `folder`.
pub fn programs_on(folder: &Path) -> usize {
    let folder = folder.display().to_string();
    let programs = std::fs::read_dir("/proc").expect("/proc").flatten();
    programs
        .filter_map(|program| std::fs::read(program.path().join("cmdline")).ok())
        .map(|line| String::from_utf8_lossy(&line).into_owned())
        .filter(|line| line.contains("ffmpeg") && line.contains(&folder))
        .count()
}

/// Whether nothing goes on with a video: it cannot be used, or is read and drawn.
pub fn is_settled(video: &Value) -> bool {
    let drawn =
        !video["sprites_url"].is_null() && (!video["waveform_url"].is_null() || video["facts"]["has_sound"] == false);
    video["state"] == "error" || (video["state"] == "ready" && drawn)
}

impl TestApp {
    /// Sends a file of one part as the browser does; answers the completed upload.
    pub async fn send_file(&self, game: &Value, name: &str, bytes: Vec<u8>) -> Value {
        let new = json!({"game": game["id"], "name": name, "size": bytes.len(), "fingerprint": name});
        let upload = self.post("/api/uploads", new).await.ok();
        let path = format!("/api/uploads/{}", id(&upload["id"]));
        let signed = self.post(&format!("{path}/sign"), json!({"parts": [{"number": 1}]})).await.ok();
        assert_eq!(self.put_bytes(id(&signed[0]["url"]), bytes).await.status.as_u16(), 200);
        self.send(self.request(reqwest::Method::POST, &format!("{path}/complete"))).await.ok()
    }

    /// The game's first video, once it is read and drawn.
    pub async fn read_video(&self, game: &Value) -> Value {
        let path = format!("/api/games/{}", id(&game["id"]));
        eventually("the video is read", async || {
            let video = self.get(&path).await.ok()["videos"][0].clone();
            is_settled(&video).then_some(video)
        })
        .await
    }

    /// A game whose recording is ready; the upload names its video.
    pub async fn game_with_recording(&self) -> (Value, Value) {
        let game = self.game().await;
        let upload = self.send_file(&game, "match.mp4", MATCH.clone()).await;
        assert_eq!(self.read_video(&game).await["state"], "ready");
        (game, upload)
    }

    /// The upload's video counts as read, though no byte of it was sent: a minute of 1080p at 25 frames a second.
    pub async fn pretend_ready(&self, upload: &Value) {
        let facts = VideoFacts {
            width: 1920,
            height: 1080,
            rate: FrameRate { num: 25, den: 1 },
            duration: Micros::from_seconds(60),
            frames: 1_500,
            first_frame: Micros::ZERO,
            stream_start: Micros::ZERO,
            has_sound: false,
            codec: "h264".to_owned(),
            sound_codec: None,
            container: Container::Mp4,
            rotation: 0,
            video_stream: 0,
            sound_stream: None,
            pixels: touchline::domain::video::PixelFacts::default(),
        };
        let video = id(&upload["video"]).parse().expect("an id");
        touchline::videos::store::set_ready(self.db.pool(), &video, &facts, None).await.expect("facts");
    }

    /// The export, once it has ended.
    pub async fn ended(&self, export: &Value) -> Value {
        let path = format!("/api/exports/{}", id(&export["id"]));
        eventually("the export ends", async || {
            let export = self.get(&path).await.ok();
            (!matches!(export["state"].as_str(), Some("pending" | "processing"))).then_some(export)
        })
        .await
    }
}
