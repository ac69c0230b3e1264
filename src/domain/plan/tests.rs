use super::*;
use crate::domain::{
    framing::{Ease, Segment},
    geometry::Crop,
    preset::{Pace, Size},
    video::Container,
};
use proptest::prelude::*;

const PAL: FrameRate = FrameRate { num: 25, den: 1 };
const NTSC: FrameRate = FrameRate { num: 30000, den: 1001 };

fn facts(rate: FrameRate, seconds: i64) -> VideoFacts {
    let frames = frames_in(rate, seconds);
    VideoFacts {
        width: 1920,
        height: 1080,
        rate,
        duration: rate.frame_start(frames),
        frames,
        first_frame: Micros::ZERO,
        stream_start: Micros::ZERO,
        has_sound: true,
        codec: "h264".to_owned(),
        sound_codec: None,
        container: Container::Mp4,
        rotation: 0,
        video_stream: 0,
        sound_stream: Some(1),
        pixels: crate::domain::video::PixelFacts::default(),
    }
}

fn clip(rate: FrameRate, start: i64, end: i64) -> ClipForPlan {
    ClipForPlan {
        reel_clip: "0192f0c1-2345-7abc-8def-0123456789ab".parse().expect("an id"),
        video: "0192f0c1-2345-7abc-8def-0123456789ac".parse().expect("an id"),
        facts: facts(rate, 600),
        start: Micros(start),
        end: Micros(end),
        framing: Framing::default(),
    }
}

fn planned(clips: Vec<ClipForPlan>) -> Result<ExportPlan, PlanError> {
    plan(&ReelForPlan { aspect: Aspect::Portrait, settings: ExportSettings::default(), clips })
}

#[test]
fn settings_decide_size_pace_and_quality() {
    let clips = || vec![clip(PAL, 0, 2_000_000)];
    let usual = planned(clips()).expect("a plan");
    // What was planned before there was a choice has the same sum, and can be read.
    let text = serde_json::to_string(&usual).expect("plain");
    assert!(!text.contains("quality"), "{text}");
    assert_eq!(serde_json::from_str::<ExportPlan>(&text).expect("a plan"), usual);
    let settings = ExportSettings { size: Size::Large, pace: Pace::Sixty, quality: Quality::Best };
    let large = plan(&ReelForPlan { aspect: Aspect::Wide, settings, clips: clips() }).expect("a plan");
    assert_eq!((large.width, large.height, large.total_frames), (3840, 2160, 120));
    assert_eq!(large.total_samples, usual.total_samples);
    let spec = &large.chunks[0].spec;
    assert_eq!((spec.width, spec.rate, spec.quality), (3840, FrameRate { num: 60, den: 1 }, Quality::Best));
    assert_eq!(
        serde_json::from_str::<ExportPlan>(&serde_json::to_string(&large).expect("plain")).expect("a plan"),
        large
    );
}

fn part(start: i64, end: i64, speed: u16) -> Segment {
    Segment { start: Micros(start), end: Micros(end), speed: speed.try_into().expect("a speed") }
}

#[test]
fn a_minute_is_three_chunks_and_exact() {
    let plan = planned(vec![clip(NTSC, 0, 60_060_000)]).expect("a plan");
    assert_eq!((plan.total_frames, plan.total_samples), (1_800, 2_882_880));
    assert_eq!(plan.chunks.iter().map(|chunk| chunk.spec.frames()).collect::<Vec<_>>(), [599, 599, 599, 3]);
    assert_eq!((plan.rate, plan.width, plan.height), (NTSC, 1080, 1920));
    assert_eq!(plan.duration(), Micros(60_060_000));
    let text = serde_json::to_string(&plan).expect("text");
    assert_eq!(serde_json::from_str::<ExportPlan>(&text).expect("a plan"), plan);
}

#[test]
fn the_rate_is_the_one_most_of_the_reel_has() {
    let plan = planned(vec![clip(PAL, 0, 2_000_000), clip(NTSC, 0, 5_000_000)]).expect("a plan");
    assert_eq!(plan.rate, NTSC);
    assert_eq!(plan.clips[1].first, plan.clips[0].pieces[0].frames);
    let fast = planned(vec![clip(FrameRate { num: 120_000, den: 1001 }, 0, 2_000_000)]).expect("a plan");
    assert_eq!(fast.rate, FrameRate { num: 60_000, den: 1001 });
    assert_eq!(fast.chunks[0].spec.source_frames().take(3).collect::<Vec<_>>(), [0, 2, 4]);
}

#[test]
fn half_speed_takes_twice_as_long_and_so_does_its_sound() {
    let mut slow = clip(PAL, 0, 4_000_000);
    slow.framing.segments =
        vec![part(0, 1_000_000, 100), part(1_000_000, 2_000_000, 50), part(3_000_000, 4_000_000, 100)];
    let plan = planned(vec![slow]).expect("a plan");
    assert_eq!(plan.total_frames, 100);
    assert_eq!(plan.sound().map(|piece| piece.samples).collect::<Vec<_>>(), [48_000, 96_000, 48_000]);
    assert_eq!(plan.chunks[0].spec.runs.len(), 3);
}

#[test]
fn errors_name_their_clip() {
    let code = |clip: ClipForPlan| planned(vec![clip]).map_err(|error| (error.code(), error.clip().is_some()));
    assert_eq!(planned(vec![]).map_err(|error| error.code()), Err("reel_empty"));
    assert_eq!(code(clip(PAL, -1, 5)), Err(("clip_outside_video", true)));
    assert_eq!(code(clip(PAL, 600_000_000, 600_500_000)), Err(("clip_outside_video", true)));
    assert_eq!(code(clip(PAL, 0, 602_000_000)), Err(("clip_outside_video", true)));
    assert_eq!(code(clip(PAL, 5_000_000, 5_000_000)), Err(("clip_empty", true)));
    assert_eq!(code(clip(PAL, 5_000_000, 1_000_000)), Err(("clip_empty", true)));
    assert_eq!(code(clip(FrameRate { num: 0, den: 0 }, 0, 1)), Err(("video_unusable", true)));
    let mut overlapping = clip(PAL, 0, 9_000_000);
    overlapping.framing.segments = vec![part(0, 3_000_000, 100), part(1_000_000, 4_000_000, 100)];
    assert_eq!(code(overlapping), Err(("segments_overlap", true)));
    let late = planned(vec![clip(PAL, 599_000_000, 600_900_000)]).expect("a little too long is cut");
    assert_eq!(late.total_frames, 25);
}

/// What another clip, or a far keyframe, does not change must not be rendered again.
#[test]
fn a_chunk_depends_on_what_it_shows_only() {
    let mut long = clip(PAL, 0, 90_000_000);
    long.framing.crop = (0..10)
        .map(|n| CropKey {
            at: Micros(n * 10_000_000),
            x: 600_000 + n * n * 9_000,
            y: 540_000,
            h: 1_080_000,
            ease: Ease::default(),
        })
        .collect();
    let before = planned(vec![long.clone(), clip(PAL, 0, 1_000_000)]).expect("a plan");
    long.framing.crop[9].x = 500_000;
    let after = planned(vec![long, clip(PAL, 3, 9_000_000)]).expect("a plan");
    assert_eq!(before.chunks[0].spec, after.chunks[0].spec);
    assert_eq!(before.chunks[2].spec, after.chunks[2].spec);
    assert_ne!(before.chunks[4].spec, after.chunks[4].spec);
}

fn framings() -> impl Strategy<Value = Framing> {
    let ease = prop::sample::select(vec![Ease::Smooth, Ease::Hold]);
    let near = (0_i64..70_000_000, 0_i64..2_000_000, 1_i64..1_200_000);
    let key = (prop_oneof![9 => near, 1 => any::<(i64, i64, i64)>()], ease).prop_map(|((at, x, h), ease)| CropKey {
        at: Micros(at),
        x,
        y: x,
        h,
        ease,
    });
    let length = (0_i64..20_000_000, 0_i64..3_000_000, 25_u16..=200);
    let ordered = prop::collection::vec(length, 0..5).prop_map(|lengths| {
        let mut time = 0;
        let next = |(length, gap, speed)| {
            time += length + gap;
            part(time - length, time, speed)
        };
        lengths.into_iter().map(next).collect::<Vec<_>>()
    });
    let wild = prop::collection::vec((any::<i64>(), any::<i64>()), 0..4)
        .prop_map(|parts| parts.into_iter().map(|(start, end)| part(start, end, 100)).collect::<Vec<_>>());
    (prop::collection::vec(key, 0..6), prop_oneof![5 => ordered, 1 => wild])
        .prop_map(|(crop, segments)| Framing { crop, segments })
}

fn clips() -> impl Strategy<Value = ClipForPlan> {
    let rate = prop::sample::select(vec![PAL, NTSC, FrameRate { num: 60, den: 1 }, FrameRate { num: 240, den: 1 }]);
    let usual = (0_i64..70_000_000, 0_i64..70_000_000);
    (rate, prop_oneof![9 => usual, 1 => any::<(i64, i64)>()], framings(), any::<bool>()).prop_map(
        |(rate, (start, end), framing, odd)| {
            let mut clip = ClipForPlan { framing, ..clip(rate, start, end) };
            if odd {
                clip.facts.frames = clip.facts.frames.rotate_left(20);
            }
            clip
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn counts_add_up_whatever_comes(clips in prop::collection::vec(clips(), 0..5)) {
        let Ok(plan) = planned(clips.clone()) else { return Ok(()) };
        prop_assert_eq!(plan.clips.len(), clips.len());
        prop_assert!(plan.total_frames > 0);
        prop_assert_eq!(plan.sound().map(|piece| piece.samples).sum::<i64>(), plan.total_samples);
        let mut next = 0;
        for chunk in &plan.chunks {
            let facts = &chunk.spec.facts;
            let frames: Vec<_> = chunk.spec.source_frames().collect();
            prop_assert_eq!(chunk.first, next);
            prop_assert_eq!(frames.len(), usize::try_from(chunk.spec.frames()).expect("a count"));
            prop_assert!((1..=frames_in(plan.rate, CHUNK_SECONDS)).contains(&chunk.spec.frames()));
            prop_assert!(frames.windows(2).all(|pair| pair[0] <= pair[1]), "source time never runs back in a chunk");
            prop_assert!(frames.iter().all(|frame| (0..facts.frames).contains(frame)));
            next += chunk.spec.frames();
        }
        prop_assert_eq!(next, plan.total_frames);
    }

    /// The few keyframes that a chunk carries give the crop of all of them.
    #[test]
    fn chunks_carry_the_keyframes_that_matter(clip in clips()) {
        let Ok(plan) = planned(vec![clip.clone()]) else { return Ok(()) };
        let space = CropSpace::new(1920, 1080, Aspect::Portrait);
        let keys = normal_keys(&clip.framing, space);
        for chunk in &plan.chunks {
            for frame in chunk.spec.source_frames().step_by(7) {
                let at = clip.facts.rate.frame_start(frame);
                prop_assert_eq!(space.rect_at(&chunk.spec.crop, at), space.rect_at(&keys, at));
            }
        }
    }
}

#[test]
fn unordered_and_doubled_keyframes_are_put_in_order() {
    let key = |at, x| CropKey { at: Micros(at), x, y: 540_000, h: 1_080_000, ease: Ease::default() };
    let framing = Framing { crop: vec![key(9, 700_000), key(0, 600_000), key(9, 800_000)], segments: vec![] };
    let keys = normal_keys(&framing, CropSpace::new(1920, 1080, Aspect::Portrait));
    assert_eq!(
        keys.iter().map(|key| key.crop()).collect::<Vec<_>>(),
        [600_000, 800_000].map(|x| Crop { x, y: 540_000, h: 1_080_000 })
    );
}
