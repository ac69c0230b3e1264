use super::{testing::*, *};
use crate::domain::{
    framing::{Ease, Segment},
    geometry::Crop,
    preset::{Pace, Size},
};
use crate::domain::{
    geometry::CropSpace,
    overlay::{Colour, SpotKey, SpotStyle, Spotlight},
    transition::Transition,
};
use proptest::prelude::*;

const PAL: FrameRate = FrameRate { num: 25, den: 1 };
const NTSC: FrameRate = FrameRate { num: 30000, den: 1001 };

fn frames(spec: &ChunkSpec) -> Vec<i64> {
    spec.shot.shown(spec.rate).map(|shown| shown.frame).collect()
}

fn planned(clips: Vec<ClipForPlan>) -> Result<ExportPlan, PlanError> {
    plan(&ReelForPlan { aspect: Aspect::Portrait, settings: ExportSettings::default(), clips, music: None })
}

#[test]
fn settings_decide_size_pace_and_quality() {
    let clips = || vec![clip(PAL, 0, 2_000_000)];
    let usual = planned(clips()).expect("a plan");
    // What was planned before there was a choice has the same sum, and can be read.
    let text = serde_json::to_string(&usual).expect("plain");
    assert!(!text.contains("quality"), "{text}");
    assert_eq!(serde_json::from_str::<ExportPlan>(&text).expect("a plan"), usual);
    let usual_settings = ExportSettings::default();
    let settings = ExportSettings { size: Size::Large, pace: Pace::Sixty, quality: Quality::Best, ..usual_settings };
    let large = plan(&ReelForPlan { aspect: Aspect::Wide, settings, clips: clips(), music: None }).expect("a plan");
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
    let speed = speed.try_into().expect("a speed");
    Segment { start: Micros(start), end: Micros(end), speed, ..Segment::default() }
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
    assert_eq!(frames(&fast.chunks[0].spec).into_iter().take(3).collect::<Vec<_>>(), [0, 2, 4]);
}

#[test]
fn half_speed_takes_twice_as_long_and_so_does_its_sound() {
    let mut slow = clip(PAL, 0, 4_000_000);
    slow.framing.segments =
        vec![part(0, 1_000_000, 100), part(1_000_000, 2_000_000, 50), part(3_000_000, 4_000_000, 100)];
    let plan = planned(vec![slow]).expect("a plan");
    assert_eq!(plan.total_frames, 100);
    assert_eq!(
        plan.sound().next().expect("a clip").pieces.iter().map(|piece| piece.samples).collect::<Vec<_>>(),
        [48_000, 96_000, 48_000]
    );
    assert_eq!(plan.chunks[0].spec.shot.runs.len(), 3);
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
    let kinds = [TransitionKind::Cut, TransitionKind::Fade, TransitionKind::Dissolve];
    let opening = (prop::sample::select(kinds.to_vec()), prop_oneof![9 => 0_i64..9_000_000, 1 => any::<i64>()])
        .prop_map(|(kind, length)| Transition { kind, length: Micros(length) });
    (prop::collection::vec(key, 0..6), prop_oneof![5 => ordered, 1 => wild], opening)
        .prop_map(|(crop, segments, opening)| Framing { crop, segments, opening, ..Framing::default() })
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
        let sound: Vec<_> = plan.sound().collect();
        for (before, after) in sound.iter().zip(&sound[1..]) {
            let shared = before.first + before.samples() - after.first;
            prop_assert!((0..=before.samples().min(after.samples()) / 2 + 1).contains(&shared), "{shared}");
        }
        let last = sound.last().expect("a clip");
        prop_assert_eq!(last.first + last.samples(), plan.total_samples);
        let mut next = 0;
        for chunk in &plan.chunks {
            let facts = &chunk.spec.shot.facts;
            let frames = frames(&chunk.spec);
            prop_assert_eq!(chunk.first, next);
            prop_assert_eq!(frames.len(), usize::try_from(chunk.spec.frames()).expect("a count"));
            prop_assert!((1..=frames_in(plan.rate, CHUNK_SECONDS)).contains(&chunk.spec.frames()));
            prop_assert!(chunk.spec.shots().all(|shot| shot.frames() == chunk.spec.frames()));
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
        let keys = normal_keys(&clip.framing);
        for chunk in &plan.chunks {
            for frame in frames(&chunk.spec).into_iter().step_by(7) {
                let at = clip.facts.rate.frame_start(frame);
                prop_assert_eq!(space.rect_at(&chunk.spec.shot.crop, at), space.rect_at(&keys, at));
            }
        }
    }
}

#[test]
fn unordered_and_doubled_keyframes_are_put_in_order() {
    let key = |at, x| CropKey { at: Micros(at), x, y: 540_000, h: 1_080_000, ease: Ease::default() };
    let crop = vec![key(9, 700_000), key(0, 600_000), key(9, 800_000)];
    let framing = Framing { crop, ..Framing::default() };
    let keys = normal_keys(&framing);
    assert_eq!(
        keys.iter().map(|key| key.crop()).collect::<Vec<_>>(),
        [600_000, 800_000].map(|x| Crop { x, y: 540_000, h: 1_080_000 })
    );
}

fn opened(kind: TransitionKind, length: i64) -> ClipForPlan {
    let mut clip = clip(PAL, 10_000_000, 14_000_000);
    clip.framing.opening = Transition { kind, length: Micros(length) };
    clip
}

#[test]
fn a_dissolve_shows_two_clips_at_once() {
    let clips = vec![clip(PAL, 0, 4_000_000), opened(TransitionKind::Dissolve, 1_000_000)];
    let plan = planned(clips).expect("a plan");
    assert_eq!((plan.total_frames, plan.total_samples), (175, 336_000));
    let chunks: Vec<_> =
        plan.chunks.iter().map(|it| (it.clip, it.first, it.spec.frames(), it.spec.over.is_some())).collect();
    assert_eq!(chunks, [(0, 0, 75, false), (1, 75, 25, true), (1, 100, 75, false)]);
    let both = &plan.chunks[1].spec;
    let over = both.over.as_ref().expect("a second shot");
    assert_eq!((frames(both)[0], frames(both)[24]), (75, 99));
    let second: Vec<_> = over.shot.shown(PAL).map(|shown| shown.frame).collect();
    assert_eq!((second[0], second[24], over.at, over.length), (250, 274, 0, 25));
    let sound: Vec<_> = plan.sound().map(|it| (it.first, it.samples(), it.coming, it.going)).collect();
    assert_eq!(sound, [(0, 192_000, 0, 48_000), (144_000, 192_000, 48_000, 0)]);
    let text = serde_json::to_string(&plan).expect("plain");
    assert_eq!(serde_json::from_str::<ExportPlan>(&text).expect("a plan"), plan);
}

#[test]
fn a_fade_goes_dark_and_comes_back_in_the_same_time() {
    let clips = vec![opened(TransitionKind::Fade, 400_000), opened(TransitionKind::Fade, 800_000)];
    let plan = planned(clips).expect("a plan");
    assert_eq!(plan.total_frames, 200);
    let [first, second] = &plan.chunks[..] else { panic!("two chunks") };
    let ramp = |at, length| Some(Ramp { at, length });
    assert_eq!((first.spec.coming, first.spec.going), (ramp(0, 5), ramp(100, 10)));
    assert_eq!((second.spec.coming, second.spec.going), (ramp(0, 10), None));
    assert_eq!(plan.sound().map(|it| (it.coming, it.going)).collect::<Vec<_>>(), [(9_600, 19_200), (19_200, 0)]);
}

/// Only what a chunk shows is in it.
#[test]
fn overlays_are_where_they_are_seen() {
    let mut long = clip(PAL, 0, 60_000_000);
    let key = SpotKey { at: Micros(0), x: 0, y: 0, rx: 9, ry: 9, angle: 0, ease: Ease::default() };
    long.framing.spotlights = vec![Spotlight {
        start: Micros(25_000_000),
        end: Micros(27_000_000),
        style: SpotStyle::Ring,
        colour: Colour([1, 2, 3]),
        opacity: 50,
        fade: Micros(0),
        keys: vec![key],
    }];
    long.framing.cards =
        vec![TextCard { start: Micros(0), end: Micros(2_000_000), card: Card::Title { text: "Cup".to_owned() } }];
    let plan = planned(vec![long]).expect("a plan");
    let seen: Vec<_> = plan.chunks.iter().map(|it| (it.spec.shot.spotlights.len(), it.spec.shot.cards.len())).collect();
    assert_eq!(seen, [(0, 1), (1, 0), (0, 0)]);
}

/// A recording is measured some time after it is there: an export of before is no older for that.
#[test]
fn loudness_is_no_change_of_the_reel() {
    let plan = |gain| planned(vec![ClipForPlan { gain, ..clip(PAL, 0, 2_000_000) }]).expect("a plan");
    assert_eq!(plan(0).sum(), plan(700).sum());
    assert_ne!(plan(0), plan(700));
}
