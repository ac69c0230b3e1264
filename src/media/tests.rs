//! The whole engine on real footage, checked from outside: frame numbers and a marker are read from the exported pixels.

use super::{
    MediaError, MediaErrorKind as Kind, Rendered, Sources, Tools, ToolsConfig, audio, chunk, encode, finish,
    poster::poster,
    probe::probe,
    testing::{Footage, Picture, QUICK, pictures, processes_with, samples, tool},
};
use crate::domain::{
    aspect::Aspect,
    framing::{CropKey, Ease, Framing, Segment},
    geometry::{CropSpace, Rect},
    ids::{ReelClipId, VideoId},
    plan::{ClipForPlan, ExportPlan, ReelForPlan, Shot, plan},
    preset::ExportSettings,
    time::{FrameRate, Micros},
    time_map::TimeMap,
    video::{Container, VideoFacts},
};
use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

pub(super) async fn tools() -> &'static Tools {
    static TOOLS: OnceCell<Tools> = OnceCell::const_new();
    TOOLS.get_or_init(async || Tools::find(&ToolsConfig::default()).await.expect("ffmpeg")).await
}

/// A recording, its facts and what it was made from.
pub(super) struct Source {
    pub id: VideoId,
    pub path: PathBuf,
    pub facts: VideoFacts,
    pub footage: Footage,
}

pub(super) async fn source(folder: &Path, name: &str, footage: Footage) -> Source {
    let path = footage.make(folder, name);
    read(path, footage).await
}

pub(super) async fn read(path: PathBuf, footage: Footage) -> Source {
    let facts = probe(tools().await, &path, &CancellationToken::new()).await.expect("facts");
    Source { id: VideoId::generate(), path, facts, footage }
}

impl Source {
    pub fn clip(&self, first: i64, end: i64) -> ClipForPlan {
        let start = |n| self.facts.rate.frame_start(n);
        ClipForPlan {
            reel_clip: ReelClipId::generate(),
            title: String::new(),
            banner: None,
            gain: 0,
            whole: false,
            video: self.id.clone(),
            facts: self.facts.clone(),
            start: start(first),
            end: start(end),
            framing: Framing::default(),
        }
    }

    /// The number each picture shows.
    pub fn numbers(&self, path: &Path, aspect: Aspect) -> Vec<i64> {
        let crop = CropSpace::new(self.facts.width, self.facts.height, aspect);
        let crop = crop.rect(crop.largest());
        pictures(path, small(aspect)).iter().map(|picture| self.footage.number(picture, crop)).collect()
    }
}

/// A sixth of the real size: the same work, sooner done (scaling is slow without optimisation).
pub(super) fn small(aspect: Aspect) -> (u32, u32) {
    let (width, height) = aspect.size();
    (width / 6 / 2 * 2, height / 6 / 2 * 2)
}

pub(super) fn planned(aspect: Aspect, clips: Vec<ClipForPlan>) -> ExportPlan {
    let mut plan =
        plan(&ReelForPlan { aspect, settings: ExportSettings::default(), clips, music: None }).expect("a plan");
    (plan.width, plan.height) = small(aspect);
    for chunk in &mut plan.chunks {
        (chunk.spec.width, chunk.spec.height) = small(aspect);
    }
    plan
}

/// All pieces of a plan one after the other, then the file: what the jobs of an export do. `on_frames` hears of all frames
/// that are composed; pieces that lie in `work` are not made again.
pub(super) async fn render(
    plan: &ExportPlan,
    sources: &Sources,
    work: &Path,
    on_frames: impl Fn(i64) + Send + Sync,
    cancel: &CancellationToken,
) -> Result<Rendered, MediaError> {
    let tools = tools().await;
    let fingerprint = encode::fingerprint(tools);
    std::fs::create_dir_all(work)?;
    let (mut names, mut before) = (Vec::new(), 0);
    for planned in &plan.chunks {
        let file = chunk::chunk_file(work, &chunk::content_key(&fingerprint, &planned.spec));
        names.push(file.file_name().expect("a name").to_string_lossy().into_owned());
        if !file.exists() {
            let of = |shot: &Shot| sources.get(&shot.video).map(PathBuf::as_path).ok_or(Kind::SourceMissing);
            let recordings = planned.spec.shots().map(of).collect::<Result<Vec<_>, _>>()?;
            let told = |done| on_frames(before + done);
            chunk::render_chunk(tools, &planned.spec, &recordings, &file, told, cancel).await?;
            before += planned.spec.frames();
        }
    }
    let sound = format!("sound-{}.m4a", audio::content_key(&fingerprint, plan));
    audio::render_sound(tools, plan, sources, None, &work.join(&sound), cancel).await?;
    finish::finish(plan, &names, &sound, work, cancel).await
}

pub(super) async fn exported(plan: &ExportPlan, sources: &[&Source], work: &Path) -> Rendered {
    let sources: Sources = sources.iter().map(|source| (source.id.clone(), source.path.clone())).collect();
    render(plan, &sources, work, |_| (), &CancellationToken::new()).await.expect("an export")
}

pub(super) fn part(start: i64, end: i64, speed: u16) -> Segment {
    let speed = speed.try_into().expect("a speed");
    Segment { start: Micros(start), end: Micros(end), speed, ..Segment::default() }
}

const NTSC: FrameRate = FrameRate { num: 30_000, den: 1_001 };

#[tokio::test]
async fn a_cut_has_exactly_the_marked_frames() {
    let folder = TempDir::new().expect("a folder");
    for (name, footage) in [
        ("reordered", Footage { rate: NTSC, ..Footage::small() }),
        ("matroska", Footage { rate: NTSC, ending: "mkv", ..Footage::small() }),
    ] {
        let source = source(folder.path(), name, footage).await;
        assert_eq!((source.facts.frames, source.facts.rate), (200, source.footage.rate), "{name}");
        let clips = vec![source.clip(99, 124), source.clip(180, 200), source.clip(0, 3)];
        let plan = planned(Aspect::Portrait, clips);
        let rendered = exported(&plan, &[&source], &folder.path().join(name).join("work")).await;
        let expected: Vec<_> = (99..124).chain(180..200).chain(0..3).collect();
        assert_eq!(source.numbers(&rendered.path, Aspect::Portrait), expected, "{name}");
        assert_eq!(rendered.frames, 48);
    }
}

/// Cameras and cutters write files that do not start at zero.
#[tokio::test]
async fn where_a_file_starts_does_not_matter() {
    let folder = TempDir::new().expect("a folder");
    let footage = Footage { frames: 120, output: QUICK, ..Footage::small() };
    let whole = footage.make(folder.path(), "whole").to_string_lossy().into_owned();
    let copy = |name: &str, before: &[&str], after: &[&str]| {
        let path = folder.path().join(name);
        let target = path.to_string_lossy().into_owned();
        tool("ffmpeg", &[&["-v", "error"], before, &["-i", &whole], after, &["-c", "copy", &target]].concat());
        path
    };
    // An edit list that skips to the middle of a GOP: the picture starts with frame 30.
    let cut = read(copy("cut.mp4", &["-ss", "1.2"], &[]), footage.clone()).await;
    let plan = planned(Aspect::Portrait, vec![cut.clip(4, 30)]);
    let rendered = exported(&plan, &[&cut], &folder.path().join("cut")).await;
    let shown = cut.numbers(&rendered.path, Aspect::Portrait);
    let first = shown[0];
    assert_eq!(shown, (first..first + 26).collect::<Vec<_>>());
    let player = tool(
        "ffmpeg",
        &[
            "-v",
            "error",
            "-i",
            &cut.path.to_string_lossy(),
            "-frames:v",
            "5",
            "-f",
            "rawvideo",
            "-pix_fmt",
            "gray",
            "-",
        ],
    );
    let fifth = Picture { width: 320, pixels: player[4 * 320 * 180..].to_vec() };
    let all = Rect { x: 0.0, y: 0.0, w: 320.0, h: 180.0 };
    assert_eq!(footage.number(&fifth, all), first, "frame 4 of what a player shows");

    // A clock that starts late.
    let late = read(copy("late.mkv", &[], &["-output_ts_offset", "7.3"]), footage.clone()).await;
    assert_eq!(late.facts.container, Container::Matroska);
    assert!(late.facts.first_frame > Micros::from_seconds(7), "{:?}", late.facts.first_frame);
    let plan = planned(Aspect::Portrait, vec![late.clip(50, 60), late.clip(110, 120)]);
    let rendered = exported(&plan, &[&late], &folder.path().join("late")).await;
    assert_eq!(late.numbers(&rendered.path, Aspect::Portrait), (50..60).chain(110..120).collect::<Vec<_>>());
    let beep = first_sound(&samples(&rendered.path)[..19_200]);
    assert!(beep < 0.02, "frame 50 is second 2: a beep, found at {beep}");

    // A transport stream has neither index nor zero.
    let stream = read(copy("stream.ts", &[], &[]), footage).await;
    assert_eq!(stream.facts.container, Container::MpegTs);
    let plan = planned(Aspect::Portrait, vec![stream.clip(50, 60), stream.clip(110, 119)]);
    let rendered = exported(&plan, &[&stream], &folder.path().join("stream")).await;
    assert_eq!(stream.numbers(&rendered.path, Aspect::Portrait), (50..60).chain(110..119).collect::<Vec<_>>());
}

/// Seconds until the first loud sample.
#[allow(clippy::cast_precision_loss)]
pub(super) fn first_sound(samples: &[i16]) -> f64 {
    samples.iter().position(|sample| sample.unsigned_abs() > 3_000).map_or(f64::INFINITY, |n| n as f64 / 48_000.0)
}

#[tokio::test]
async fn the_crop_is_where_the_plan_says_while_it_moves() {
    let folder = TempDir::new().expect("a folder");
    let source = source(folder.path(), "a", Footage { output: QUICK, ..Footage::small() }).await;
    let space = CropSpace::new(320, 180, Aspect::Portrait);
    let key = |n, x, h| CropKey { at: source.facts.rate.frame_start(n), x, y: 90_000, h, ease: Ease::Smooth };
    let mut moving = source.clip(10, 50);
    moving.framing.crop = vec![key(10, 140_250, 180_000), key(30, 171_333, 150_500), key(49, 158_000, 178_125)];
    let mut still = source.clip(20, 25);
    still.framing.crop = vec![key(0, 150_777, 170_000)];
    let clips = [(moving, 10..50), (still, 20..25)];
    let plan = planned(Aspect::Portrait, clips.iter().map(|(clip, _)| clip.clone()).collect());
    let rendered = exported(&plan, &[&source], &folder.path().join("work")).await;
    let pictures = pictures(&rendered.path, small(Aspect::Portrait));
    let shown = clips.iter().flat_map(|(clip, frames)| frames.clone().map(move |n| (clip, n)));
    let mut sum = (0.0, 0.0);
    for (picture, (clip, n)) in pictures.iter().zip(shown) {
        let crop = space.rect_at(&clip.framing.crop, source.facts.rate.frame_start(n));
        let error = source.footage.blob_error(picture, crop, n);
        assert!(error.0.hypot(error.1) < 0.5, "frame {n}: the marker is off by {error:?} pixels");
        sum = (sum.0 + error.0, sum.1 + error.1);
    }
    assert!(sum.0.hypot(sum.1) / 45.0 < 0.05, "and not to one side: {sum:?}");
    assert_eq!(pictures.len(), 45);
}

#[tokio::test]
async fn half_speed_shows_each_frame_twice_and_sounds_twice_as_long() {
    let folder = TempDir::new().expect("a folder");
    let source = source(folder.path(), "a", Footage { output: QUICK, ..Footage::small() }).await;
    let mut clip = source.clip(0, 150);
    clip.framing.segments =
        vec![part(0, 1_000_000, 100), part(1_000_000, 2_000_000, 50), part(4_000_000, 5_000_000, 200)];
    let plan = planned(Aspect::Square, vec![clip.clone()]);
    let rendered = exported(&plan, &[&source], &folder.path().join("work")).await;
    let rate = source.facts.rate;
    let map = TimeMap::new(rate, rate, clip.start, clip.end, &clip.framing.segments).expect("a map");
    let expected: Vec<_> = (0..map.frames()).map(|n| map.source_frame(n)).collect();
    assert_eq!(&expected[24..29], [24, 25, 25, 26, 26]);
    assert_eq!(source.numbers(&rendered.path, Aspect::Square), expected);
    let sound = samples(&rendered.path);
    let planned = usize::try_from(plan.total_samples).expect("a count");
    assert!(sound.len().abs_diff(planned) <= 1_920, "{} of {planned}", sound.len());
    assert!(first_sound(&sound) < 0.02);
    let slow = first_sound(&sound[50_000..]) + 50_000.0 / 48_000.0;
    assert!(slow < 1.06, "the second beep starts at {slow}");
    let slow_beep = sound[48_000..62_000].iter().filter(|sample| sample.unsigned_abs() > 3_000).count();
    assert!(slow_beep > 5_500, "and lasts 200 ms: {slow_beep} loud samples");
}

#[tokio::test]
async fn different_recordings_join_and_missing_sound_is_silence() {
    let folder = TempDir::new().expect("a folder");
    let first = source(folder.path(), "a", Footage { output: QUICK, frames: 75, ..Footage::small() }).await;
    let silent = Footage {
        size: (181, 321),
        rate: FrameRate { num: 30, den: 1 },
        frames: 60,
        sound: false,
        output: &["-c:v", "ffv1"],
        ending: "mkv",
    };
    let second = source(folder.path(), "b", silent).await;
    assert_eq!((second.facts.has_sound, second.facts.width, second.facts.height), (false, 181, 321));
    let plan = planned(Aspect::Portrait, vec![second.clip(0, 30), first.clip(0, 70), second.clip(30, 60)]);
    assert_eq!((plan.rate, plan.total_frames), (first.facts.rate, 120));
    let rendered = exported(&plan, &[&first, &second], &folder.path().join("work")).await;
    let (of_first, of_second) =
        (first.numbers(&rendered.path, Aspect::Portrait), second.numbers(&rendered.path, Aspect::Portrait));
    let fewer = |from: i64| (0..25).map(move |n| from + n * 30 / 25).collect::<Vec<_>>();
    assert_eq!(of_second[..25], fewer(0));
    assert_eq!(of_first[25..95], (0..70).collect::<Vec<_>>());
    assert_eq!(of_second[95..], fewer(30));
    let sound = samples(&rendered.path);
    assert!(sound.len().abs_diff(230_400) <= 1_920, "{} samples for 4.8 s", sound.len());
    assert!(sound[..47_000].iter().all(|sample| sample.unsigned_abs() < 100), "silence");
    assert!((0.995..1.02).contains(&first_sound(&sound)), "then the beep: {}", first_sound(&sound));
    assert!(sound[185_000..].iter().all(|sample| sample.unsigned_abs() < 100), "silence");
}

#[tokio::test]
async fn phone_footage_is_turned() {
    let folder = TempDir::new().expect("a folder");
    let footage = Footage { output: QUICK, frames: 30, ..Footage::small() };
    let path = footage.make(folder.path(), "flat").to_string_lossy().into_owned();
    let turned = folder.path().join("turned.mp4");
    tool(
        "ffmpeg",
        &["-v", "error", "-i", &path, "-c", "copy", "-metadata:s:v", "rotate=90", &turned.to_string_lossy()],
    );
    let facts = probe(tools().await, &turned, &CancellationToken::new()).await.expect("facts");
    assert_eq!((facts.width, facts.height, facts.frames), (180, 320, 30));
    assert!([90, 270].contains(&facts.rotation));
    let jpeg =
        poster(tools().await, &turned, &facts, Micros(500_000), &CancellationToken::new()).await.expect("a poster");
    std::fs::write(folder.path().join("p.jpg"), jpeg).expect("a file");
    let size = tool(
        "ffprobe",
        &[
            "-v",
            "error",
            "-show_entries",
            "stream=width,height",
            "-of",
            "csv=p=0",
            &folder.path().join("p.jpg").to_string_lossy(),
        ],
    );
    assert_eq!(String::from_utf8_lossy(&size).trim(), "640,1138");
}

#[tokio::test]
async fn what_is_no_recording_is_refused() {
    let folder = TempDir::new().expect("a folder");
    let tools = tools().await;
    let code = async |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        probe(tools, &path, &CancellationToken::new()).await.map_err(|error| error.code())
    };
    assert_eq!(code("text.mp4", b"this is a long enough text to be read as something").await, Err("unsupported_video"));
    let playlist = b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:9,\n/etc/passwd\nhttp://127.0.0.1:9/\n#EXT-X-ENDLIST\n";
    assert_eq!(code("game.mp4", playlist).await, Err("unsupported_video"));
    assert_eq!(code("empty.mp4", b"").await, Err("truncated_video"));
    assert_eq!(code("head.mp4", b"\0\0\0\x18ftypisom\0\0\0\0isomiso2").await, Err("truncated_video"));
    assert_eq!(code("noise.mkv", &[&[0x1A, 0x45, 0xDF, 0xA3][..], &[7; 900]].concat()).await, Err("unsupported_video"));

    let footage = Footage {
        output: &["-movflags", "+faststart", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"],
        ..Footage::small()
    };
    let whole = std::fs::read(footage.make(folder.path(), "whole")).expect("a file");
    assert_eq!(code("half.mp4", &whole[..whole.len() / 2]).await, Err("truncated_video"));
    let sound = folder.path().join("sound.mp4");
    tool("ffmpeg", &["-v", "error", "-f", "lavfi", "-i", "sine=d=1", &sound.to_string_lossy()]);
    assert_eq!(code("sound2.mp4", &std::fs::read(&sound).expect("a file")).await, Err("no_video_track"));
    let missing = probe(tools, &folder.path().join("nowhere.mp4"), &CancellationToken::new()).await;
    assert_eq!(missing.expect_err("missing").code(), "source_missing");
}

/// Browsers record files that do not say how long they are.
#[tokio::test]
async fn a_recording_without_a_length_is_measured() {
    let folder = TempDir::new().expect("a folder");
    let footage = Footage {
        output: &[
            "-c:v",
            "libvpx",
            "-deadline",
            "realtime",
            "-cpu-used",
            "8",
            "-b:v",
            "1M",
            "-c:a",
            "libopus",
            "-live",
            "1",
        ],
        ending: "webm",
        frames: 60,
        ..Footage::small()
    };
    let source = source(folder.path(), "live", footage).await;
    assert_eq!((source.facts.frames, source.facts.codec.as_str()), (60, "vp8"));
    assert!((source.facts.duration.0 - 2_400_000).abs() < 2_000, "{:?}", source.facts.duration);
    let plan = planned(Aspect::Portrait, vec![source.clip(20, 60)]);
    let rendered = exported(&plan, &[&source], &folder.path().join("work")).await;
    assert_eq!(source.numbers(&rendered.path, Aspect::Portrait), (20..60).collect::<Vec<_>>());
}

#[tokio::test]
async fn progress_is_exact_and_pieces_are_the_same_each_time() {
    let folder = TempDir::new().expect("a folder");
    let source = source(folder.path(), "a", Footage { output: QUICK, ..Footage::small() }).await;
    let plan = planned(Aspect::Portrait, vec![source.clip(0, 20), source.clip(50, 70), source.clip(0, 20)]);
    let sources: Sources = [(source.id.clone(), source.path.clone())].into();
    let seen: Mutex<Vec<i64>> = Mutex::default();
    let note = |done| seen.lock().expect("a lock").push(done);
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let rendered = render(&plan, &sources, &one, note, &CancellationToken::new()).await.expect("an export");
    assert_eq!(rendered.frames, 60);
    let seen = seen.into_inner().expect("a list");
    assert!(seen.is_sorted(), "{seen:?}");
    assert_eq!((seen[0] < 20, seen.last()), (true, Some(&40)), "two equal clips are one chunk");

    let again = exported(&plan, &[&source], &two).await;
    let bytes = |rendered: &Rendered| std::fs::read(&rendered.path).expect("the file");
    assert_eq!(bytes(&again), bytes(&rendered), "the same bytes");

    // One clip edited: only that one has another name.
    let mut edited = source.clip(50, 70);
    edited.framing.crop = vec![CropKey { at: Micros::ZERO, x: 100_000, y: 90_000, h: 180_000, ease: Ease::Smooth }];
    let changed = planned(Aspect::Portrait, vec![source.clip(0, 20), edited]);
    let key = |plan: &ExportPlan, n: usize| chunk::content_key("this machine", &plan.chunks[n].spec);
    assert_eq!((key(&changed, 0) == key(&plan, 0), key(&changed, 1) == key(&plan, 1)), (true, false));
    assert_ne!(key(&plan, 0), chunk::content_key("another machine", &plan.chunks[0].spec));

    // A piece that was damaged is found out.
    let chunk = std::fs::read_dir(&one)
        .expect("a folder")
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with("chunk-"));
    std::fs::write(chunk.expect("a chunk").path(), b"").expect("damage");
    let error = render(&plan, &sources, &one, |_| (), &CancellationToken::new()).await.expect_err("damaged");
    assert!(matches!(error.kind(), Kind::WrongOutput | Kind::ToolFailed), "{error:?}");
}

#[tokio::test]
async fn cancelling_leaves_no_process() {
    let folder = TempDir::new().expect("a folder");
    let source = source(folder.path(), "a", Footage { output: QUICK, ..Footage::small() }).await;
    let mut slow = source.clip(0, 200);
    slow.framing.segments = vec![part(0, 8_000_000, 30)];
    let plan = planned(Aspect::Portrait, vec![slow]);
    let sources: Sources = [(source.id.clone(), source.path.clone())].into();
    let (cancel, work) = (CancellationToken::new(), folder.path().join("unmistakable-work"));
    let (trip, done) = (cancel.clone(), AtomicI64::new(0));
    let started = Mutex::new(None);
    let note = |frames: i64| {
        done.store(frames, Ordering::Relaxed);
        // What was composed already is still reported after the cancel; the processes are gone then.
        if frames > 5 && !trip.is_cancelled() {
            assert!(processes_with("unmistakable-work") > 0, "the encoder is there");
            started.lock().expect("a lock").get_or_insert_with(Instant::now);
            trip.cancel();
        }
    };
    let error = render(&plan, &sources, &work, note, &cancel).await.expect_err("cancelled");
    assert_eq!(error.kind(), Kind::Cancelled);
    let took = started.into_inner().expect("a lock").expect("it began").elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(processes_with(&folder.path().to_string_lossy()), 0);
    assert!(done.load(Ordering::Relaxed) < plan.total_frames);

    // A future that is dropped does the same.
    let progress = AtomicI64::new(0);
    let cancel = CancellationToken::new();
    {
        let export = render(&plan, &sources, &work, |now| progress.store(now, Ordering::Relaxed), &cancel);
        let _ = tokio::time::timeout(Duration::from_millis(700), export).await;
    }
    let until = Instant::now() + Duration::from_secs(1);
    while processes_with(&folder.path().to_string_lossy()) > 0 && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(processes_with(&folder.path().to_string_lossy()), 0);
}

#[tokio::test]
async fn a_source_that_is_gone_or_lies_about_its_length_is_named() {
    let folder = TempDir::new().expect("a folder");
    let mut source = source(folder.path(), "a", Footage { output: QUICK, frames: 40, ..Footage::small() }).await;
    let plan_of = |source: &Source, end| planned(Aspect::Wide, vec![source.clip(20, end)]);
    let run = async |plan: &ExportPlan, sources: &Sources, name: &str| {
        let answer = render(plan, sources, &folder.path().join(name), |_| (), &CancellationToken::new()).await;
        answer.map(|rendered| rendered.frames).map_err(|error| error.code())
    };
    let sources: Sources = [(source.id.clone(), source.path.clone())].into();
    assert_eq!(run(&plan_of(&source, 40), &Sources::new(), "w").await, Err("source_missing"));
    source.facts.frames = 42;
    source.facts.duration = source.facts.rate.frame_start(42);
    assert_eq!(run(&plan_of(&source, 42), &sources, "x").await, Ok(22), "the last frame stays for two more");
    source.facts.frames = 60;
    source.facts.duration = source.facts.rate.frame_start(60);
    assert_eq!(run(&plan_of(&source, 60), &sources, "y").await, Err("truncated_video"));
}
