//! What is done to pictures and sound beside cutting, seen from outside: transitions, speeds, straightening, spotlights, text,
//! loudness.

use super::{
    copy::copy_clip,
    probe::probe,
    testing::{Footage, Picture, QUICK, pictures, samples, tool},
    tests::{Source, exported, first_sound, part, planned, read, small, source, tools},
};
use crate::domain::{
    aspect::Aspect,
    framing::{Ease, Speed},
    geometry::{CropSpace, Rect},
    overlay::{Card, Colour, SpotKey, SpotStyle, Spotlight, TextCard},
    plan::{ClipForPlan, copy_plan},
    time::{FrameRate, Micros},
    transition::{Transition, TransitionKind},
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

async fn quick(folder: &TempDir) -> Source {
    source(folder.path(), "a", Footage { output: QUICK, ..Footage::small() }).await
}

fn opened(mut clip: ClipForPlan, kind: TransitionKind, length: i64) -> ClipForPlan {
    clip.framing.opening = Transition { kind, length: Micros(length) };
    clip
}

/// The mean light of a square of pixels around a place, in parts of the picture.
fn light(picture: &Picture, x: f64, y: f64) -> f64 {
    let width = picture.width as usize;
    let height = picture.pixels.len() / width;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let at = |part: f64, length: usize| ((part * length as f64) as usize).clamp(3, length - 4);
    let (column, row) = (at(x, width), at(y, height));
    let all = (row - 2..=row + 2).flat_map(|row| (column - 2..=column + 2).map(move |column| row * width + column));
    all.map(|at| f64::from(picture.pixels[at])).sum::<f64>() / 25.0
}

#[tokio::test]
async fn clips_dissolve_frame_by_frame() {
    let folder = TempDir::new().expect("a folder");
    let source = quick(&folder).await;
    let clips = vec![source.clip(0, 40), opened(source.clip(100, 140), TransitionKind::Dissolve, 400_000)];
    let plan = planned(Aspect::Portrait, clips);
    let rendered = exported(&plan, &[&source], &folder.path().join("work")).await;
    assert_eq!(rendered.frames, 70);
    let shown = source.numbers(&rendered.path, Aspect::Portrait);
    assert_eq!(shown[..30], (0..30).collect::<Vec<_>>());
    assert_eq!(shown[40..], (110..140).collect::<Vec<_>>());
    // Bit 6 is off in one and on in the other: its block grows lighter evenly.
    let (all, rect) = (pictures(&rendered.path, small(Aspect::Portrait)), source_rect());
    let block = |n: usize| light(&all[n], (170.0 - rect.x) / rect.w, 50.0 / 180.0);
    let lights: Vec<f64> = (29..41).map(block).collect();
    assert!(
        lights.windows(2).all(|pair| pair[0] < pair[1] + 1.0) && lights[0] < 15.0 && lights[11] > 240.0,
        "{lights:?}"
    );
    assert!((lights[6] - lights[5] - 22.5).abs() < 6.0, "by an eleventh each time: {lights:?}");
    // The sound goes on through it: the first clip's beep at 0 and 1 s, the second's at its own seconds, 30 frames in.
    let sound = samples(&rendered.path);
    assert!(first_sound(&sound) < 0.02);
    let second = first_sound(&sound[57_000..]) + 57_000.0 / 48_000.0;
    assert!((1.19..1.24).contains(&second), "the second clip's beep is at {second}");
}

#[tokio::test]
async fn a_fade_is_dark_in_its_middle() {
    let folder = TempDir::new().expect("a folder");
    let source = quick(&folder).await;
    let clips = vec![source.clip(0, 40), opened(source.clip(100, 140), TransitionKind::Fade, 800_000)];
    let plan = planned(Aspect::Portrait, clips);
    let rendered = exported(&plan, &[&source], &folder.path().join("work")).await;
    assert_eq!(rendered.frames, 80);
    let all = pictures(&rendered.path, small(Aspect::Portrait));
    let ground: Vec<f64> = all.iter().map(|it| light(it, 0.5, 0.93)).collect();
    // 40 of limited range is 28 of full; black is 0.
    assert!((ground[20] - 28.0).abs() < 2.0 && (ground[60] - 28.0).abs() < 2.0, "{ground:?}");
    assert!(ground[39] < 5.0 && ground[40] < 5.0, "{ground:?}");
    assert!(ground[29..40].windows(2).all(|pair| pair[1] <= pair[0] + 1.0), "{:?}", &ground[29..40]);
    assert!((ground[34] - 14.0).abs() < 4.0, "half of its light: {}", ground[34]);
}

#[tokio::test]
async fn slow_motion_mixes_neighbours_when_it_is_asked_to() {
    let folder = TempDir::new().expect("a folder");
    let source = quick(&folder).await;
    let mut clip = source.clip(0, 50);
    clip.framing.segments = vec![part(0, 1_000_000, 50)];
    clip.framing.segments[0].blend = true;
    let plan = planned(Aspect::Portrait, vec![clip]);
    let rendered = exported(&plan, &[&source], &folder.path().join("work")).await;
    assert_eq!(rendered.frames, 50);
    let all = pictures(&rendered.path, small(Aspect::Portrait));
    let rect = source_rect();
    let numbers: Vec<i64> = all.iter().map(|it| source.footage.number(it, rect)).collect();
    assert_eq!(numbers.iter().step_by(2).copied().collect::<Vec<_>>(), (0..25).collect::<Vec<_>>());
    // Frame 7 is 0111, frame 8 is 1000: between them all four blocks are grey.
    let grey = |n: usize| {
        let far = |(column, row): (f64, f64)| light(&all[n], (column - rect.x) / rect.w, (row - rect.y) / rect.h);
        (0..4).map(|bit| far((160.0 - 40.0 + 20.0 * f64::from(bit) + 10.0, 30.0))).collect::<Vec<_>>()
    };
    assert!(grey(15).iter().all(|it| (90.0..160.0).contains(it)), "{:?}", grey(15));
    assert!(grey(14).iter().all(|it| !(90.0..160.0).contains(it)), "{:?}", grey(14));
}

fn source_rect() -> Rect {
    let space = CropSpace::new(320, 180, Aspect::Portrait);
    space.rect(space.largest())
}

#[tokio::test]
async fn a_ramp_slows_picture_and_sound_together() {
    let folder = TempDir::new().expect("a folder");
    let source = quick(&folder).await;
    let mut clip = source.clip(0, 100);
    clip.framing.segments = vec![part(0, 4_000_000, 200)];
    clip.framing.segments[0].ramp_to = Some(Speed::HALF);
    let plan = planned(Aspect::Portrait, vec![clip]);
    // 100 frames at a mean of 1.25.
    assert_eq!(plan.total_frames, 80);
    let rendered = exported(&plan, &[&source], &folder.path().join("work")).await;
    let expected: Vec<i64> = plan.chunks[0].spec.shot.shown(plan.rate).map(|it| it.frame).collect();
    assert_eq!(source.numbers(&rendered.path, Aspect::Portrait), expected);
    let sound = samples(&rendered.path);
    // Source second 3 is shown when its frame is; its beep is heard then, to a tenth of a second.
    let frame = expected.iter().position(|it| *it >= 75).expect("second 3");
    let seen = plan.rate.frame_start(i64::try_from(frame).expect("small")).seconds();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let from = ((seen - 0.4) * 48_000.0) as usize;
    let heard = first_sound(&sound[from..]) + seen - 0.4;
    assert!((heard - seen).abs() < 0.1, "seen at {seen}, heard at {heard}");
}

/// The marker of a straightened picture stands where the plan's own geometry says.
#[tokio::test]
async fn a_straightened_picture_is_turned_about_its_middle() {
    let folder = TempDir::new().expect("a folder");
    let source = quick(&folder).await;
    let mut clip = source.clip(10, 30);
    clip.framing.straighten = 6_000.try_into().expect("an angle");
    let turn = clip.framing.straighten.turn(320, 180);
    let plan = planned(Aspect::Portrait, vec![clip]);
    let rendered = exported(&plan, &[&source], &folder.path().join("work")).await;
    let rect = source_rect();
    for (picture, n) in pictures(&rendered.path, small(Aspect::Portrait)).iter().zip(10..30) {
        let blob = source.footage.blob(n);
        // Where the turned picture shows the blob: searched for, by the map from there to the recording.
        let seen = nearest(|x, y| turn.recorded(x, y), blob);
        let error = picture.blob_error(rect, seen);
        assert!(error.0.hypot(error.1) < 0.7, "frame {n}: off by {error:?} pixels");
    }
}

/// The point that `map` takes nearest to `target`: by ever smaller steps.
fn nearest(map: impl Fn(f64, f64) -> (f64, f64), target: (f64, f64)) -> (f64, f64) {
    let mut at = target;
    for _ in 0..60 {
        let found = map(at.0, at.1);
        at = (at.0 + (target.0 - found.0) * 0.7, at.1 + (target.1 - found.1) * 0.7);
    }
    at
}

#[tokio::test]
async fn a_spotlight_and_a_text_are_in_the_file_when_and_where_they_should() {
    let folder = TempDir::new().expect("a folder");
    let source = quick(&folder).await;
    let mut clip = source.clip(0, 50);
    let key = |at, x| SpotKey { at: Micros(at), x, y: 168_000, rx: 8_000, ry: 8_000, angle: 0, ease: Ease::Linear };
    clip.framing.spotlights = vec![Spotlight {
        start: Micros(400_000),
        end: Micros(1_200_000),
        style: SpotStyle::Fill,
        colour: Colour([255, 255, 255]),
        opacity: 100,
        fade: Micros(0),
        keys: vec![key(400_000, 130_000), key(1_200_000, 190_000)],
    }];
    let card = Card::Title { text: "IIIIIIII".to_owned() };
    clip.framing.cards = vec![TextCard { start: Micros(1_400_000), end: Micros(2_000_000), card }];
    let plan = planned(Aspect::Portrait, vec![clip]);
    let rendered = exported(&plan, &[&source], &folder.path().join("work")).await;
    let all = pictures(&rendered.path, small(Aspect::Portrait));
    let rect = source_rect();
    for (n, picture) in all.iter().enumerate() {
        let seconds = f64::from(u32::try_from(n).expect("small")) / 25.0;
        let x = 130.0 + (seconds - 0.4) / 0.8 * 60.0;
        let (inside, outside) =
            (light(picture, (x - rect.x) / rect.w, 168.0 / 180.0), light(picture, 0.03, 168.0 / 180.0));
        let is_there = (10..30).contains(&n);
        assert_eq!(inside > 200.0, is_there, "frame {n}: {inside}");
        assert!(outside < 60.0, "frame {n}: {outside}");
        let bright =
            picture.pixels.chunks(picture.width as usize).skip(150).take(20).flatten().filter(|it| **it > 200).count();
        // Fully there between its fades.
        match n {
            ..35 => assert!(bright < 30, "frame {n}: {bright}"),
            42 | 43 => assert!(bright > 30, "frame {n}: {bright}"),
            _ => {}
        }
    }
}

/// Frame by frame what was marked, wherever keyframes are, and not one more.
#[tokio::test]
async fn an_untouched_clip_is_copied_to_the_frame() {
    let folder = TempDir::new().expect("a folder");
    let ntsc = FrameRate { num: 30_000, den: 1_001 };
    for (name, footage) in [
        ("reordered", Footage::small()),
        ("ntsc", Footage { rate: ntsc, ..Footage::small() }),
        ("quick", Footage { output: QUICK, ..Footage::small() }),
        ("mute", Footage { sound: false, ..Footage::small() }),
    ] {
        let source = source(folder.path(), name, footage).await;
        for (first, end) in [(0, 10), (37, 62), (101, 151), (150, 153), (180, 200)] {
            let plan = copy_plan(&source.clip(first, end)).expect("a plan").expect("a copy");
            let copied = plan.copy.as_ref().expect("a copy");
            let (tools, cancel) = (tools().await, CancellationToken::new());
            let file = copy_clip(tools, copied, &source.path, folder.path(), &cancel).await.expect("a clip");
            let all = Rect { x: 0.0, y: 0.0, w: 320.0, h: 180.0 };
            let shown: Vec<_> = pictures(&file, (320, 180)).iter().map(|it| source.footage.number(it, all)).collect();
            assert_eq!(shown, (first..end).collect::<Vec<_>>(), "{name}");
            let facts = probe(tools, &file, &cancel).await.expect("facts");
            let off = (facts.duration - plan.duration()).0.abs();
            assert!(off < 2_000, "{name}: {:?}, not {:?}", facts.duration, plan.duration());
            if source.footage.sound {
                let heard = i64::try_from(samples(&file).len()).expect("a count");
                assert!(heard.abs_diff(plan.total_samples) < 2_100, "{name}: {heard} of {}", plan.total_samples);
            }
        }
    }
    // A phone drops a picture here and there: what was marked is a time, and has as many pictures as were recorded in it.
    let path = folder.path().join("ntsc.mp4").to_string_lossy().into_owned();
    let dropped = folder.path().join("dropped.mp4").to_string_lossy().into_owned();
    let filter = "select='not(eq(mod(n,5),3))'";
    tool("ffmpeg", &["-v", "error", "-y", "-i", &path, "-vf", filter, "-fps_mode", "vfr", "-c:a", "copy", &dropped]);
    let source = read(dropped.into(), Footage { rate: ntsc, ..Footage::small() }).await;
    assert_eq!(source.facts.rate, ntsc);
    let plan = copy_plan(&source.clip(30, 90)).expect("a plan").expect("a copy");
    let copied = plan.copy.as_ref().expect("a copy");
    let file =
        copy_clip(tools().await, copied, &source.path, folder.path(), &CancellationToken::new()).await.expect("a clip");
    let facts = probe(tools().await, &file, &CancellationToken::new()).await.expect("facts");
    assert!((facts.duration - plan.duration()).0.abs() < 40_000, "{:?}, not {:?}", facts.duration, plan.duration());
    // The beep at 4 s is 1 s into a clip that begins at 3 s.
    let source = quick(&folder).await;
    let plan = copy_plan(&source.clip(80, 120)).expect("a plan").expect("a copy");
    let copied = plan.copy.as_ref().expect("a copy");
    let file =
        copy_clip(tools().await, copied, &source.path, folder.path(), &CancellationToken::new()).await.expect("a clip");
    let beep = first_sound(&samples(&file));
    assert!((beep - 0.8).abs() < 0.025, "the beep is at {beep}");
    // What was touched is not copied.
    let touched = opened(source.clip(0, 10), TransitionKind::Fade, 400_000);
    assert_eq!(copy_plan(&touched), Ok(None));
}

#[tokio::test]
async fn before_is_the_whole_picture_and_after_the_crop() {
    let folder = TempDir::new().expect("a folder");
    let source = quick(&folder).await;
    let both = source.clip(60, 120).before_and_after();
    let plan = planned(Aspect::Portrait, both.to_vec());
    assert_eq!(plan.total_frames, 120);
    let rendered = exported(&plan, &[&source], &folder.path().join("work")).await;
    let all = pictures(&rendered.path, small(Aspect::Portrait));
    // Black above and below; the marker as small as the picture.
    assert!(light(&all[59], 0.5, 0.1) < 5.0 && light(&all[59], 0.5, 0.9) < 5.0);
    let (width, height) = small(Aspect::Portrait);
    let scale = f64::from(width) / 320.0;
    let whole = Rect { x: 0.0, y: -(f64::from(height) / scale - 180.0) / 2.0, w: 320.0, h: f64::from(height) / scale };
    let error = all[59].blob_error(whole, source.footage.blob(119));
    assert!(error.0.hypot(error.1) < 1.2, "off by {error:?}");
    assert_eq!(source.footage.number(&all[119], source_rect()), 119);
}

#[tokio::test]
async fn a_reel_has_a_chapter_for_each_clip() {
    let folder = TempDir::new().expect("a folder");
    let source = quick(&folder).await;
    let titled = |title: &str, clip: ClipForPlan| ClipForPlan { title: title.to_owned(), ..clip };
    let clips = vec![titled("Goal = 1; #9 \\ über", source.clip(0, 50)), titled("Save", source.clip(100, 125))];
    let rendered = exported(&planned(Aspect::Portrait, clips), &[&source], &folder.path().join("work")).await;
    let path = rendered.path.to_string_lossy().into_owned();
    let told = tool(
        "ffprobe",
        &[
            "-v",
            "error",
            "-show_chapters",
            "-show_entries",
            "chapter=start_time,end_time:chapter_tags=title",
            "-of",
            "csv=p=0",
            &path,
        ],
    );
    let told = String::from_utf8_lossy(&told).into_owned();
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert!(lines[0].starts_with("0.000000,2.000000") && lines[0].contains("Goal = 1; #9"), "{told}");
    assert!(lines[0].contains("über") && lines[1] == "2.000000,3.000000,Save", "{told}");
}

/// Twenty clips of recordings of every pace and sound: by the end, what is seen and what is heard are not a frame apart.
#[tokio::test]
async fn twenty_mixed_clips_do_not_drift() {
    const MONO: &[&str] = &[
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-g",
        "12",
        "-crf",
        "12",
        "-c:a",
        "aac",
        "-ac",
        "1",
        "-ar",
        "44100",
    ];
    let folder = TempDir::new().expect("a folder");
    let mut sources = Vec::new();
    for (name, rate, sound, output) in [
        ("pal", (25, 1), true, QUICK),
        ("ntsc", (30_000, 1_001), true, QUICK),
        ("film", (24_000, 1_001), true, MONO),
        ("fast", (60_000, 1_001), true, QUICK),
        ("mute", (30, 1), false, QUICK),
    ] {
        let rate = FrameRate { num: rate.0, den: rate.1 };
        sources.push(source(folder.path(), name, Footage { rate, sound, output, ..Footage::small() }).await);
    }
    // Each begins a third of a second before a beep of its own, and plays for 1.37 s.
    let mut clips = Vec::new();
    for n in 0..20 {
        let of = &sources[[1, 0, 4, 2, 3][n % 5]];
        let start = of.facts.rate.frame_start(of.facts.rate.frame_at(Micros(667_000)));
        let mut clip = of.clip(0, 1);
        (clip.start, clip.end) = (start, start + Micros(1_370_000));
        clips.push(clip);
    }
    let plan = planned(Aspect::Portrait, clips);
    let all: Vec<&Source> = sources.iter().collect();
    let rendered = exported(&plan, &all, &folder.path().join("work")).await;
    let pictures = pictures(&rendered.path, small(Aspect::Portrait));
    assert_eq!(i64::try_from(pictures.len()).expect("a count"), plan.total_frames);
    let sound = samples(&rendered.path);
    let frame = plan.rate.frame_length().seconds();
    let mut beeps = 0;
    for clip in &plan.clips {
        let of = sources.iter().find(|source| source.id == clip.video).expect("a source");
        let first = usize::try_from(clip.first).expect("a frame");
        let length = usize::try_from(clip.pieces[0].frames).expect("a count");
        let shown: Vec<i64> =
            pictures[first..first + length].iter().map(|it| of.footage.number(it, source_rect())).collect();
        let planned: Vec<i64> = plan
            .chunks
            .iter()
            .filter(|it| it.first == clip.first)
            .flat_map(|it| it.spec.shot.shown(plan.rate))
            .map(|it| it.frame)
            .collect();
        assert_eq!(shown, planned.iter().map(|it| it % 256).collect::<Vec<_>>());
        if !of.footage.sound {
            continue;
        }
        // The first picture of second 1, and the beep that belongs to it.
        let second = of.facts.rate.frame_at(Micros(1_000_000));
        let at = shown.iter().position(|it| *it >= second).expect("second 1");
        let seen = plan.rate.frame_start(clip.first + i64::try_from(at).expect("small")).seconds();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let from = ((seen - 0.2) * 48_000.0) as usize;
        let heard = first_sound(&sound[from..]) + seen - 0.2;
        assert!((heard - seen).abs() < frame, "clip at {}: seen at {seen}, heard at {heard}", clip.first);
        beeps += 1;
    }
    assert_eq!(beeps, 16);
}

#[tokio::test]
async fn soft_and_loud_recordings_become_as_loud_as_each_other() {
    let folder = TempDir::new().expect("a folder");
    let source = quick(&folder).await;
    let with = |gain| ClipForPlan { gain, ..source.clip(0, 25) };
    let plan = planned(Aspect::Portrait, vec![with(0), with(-600), with(1_200)]);
    let rendered = exported(&plan, &[&source], &folder.path().join("work")).await;
    let sound = samples(&rendered.path);
    let loudest =
        |second: usize| sound[second * 48_000 + 500..second * 48_000 + 4_500].iter().map(|it| it.unsigned_abs()).max();
    let [usual, soft, loud] = [0, 1, 2].map(|second| f64::from(loudest(second).expect("samples")));
    assert!((soft / usual - 0.5).abs() < 0.03, "{soft} of {usual}");
    assert!(loud > usual * 1.6 && loud < 32_768.0, "four times would be beyond full scale: {loud}");
}
