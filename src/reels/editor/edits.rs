//! What people do to a clip, in any order, comes out of the store, the plan and the player the same: to the frame, and to a
//! hundredth of a pixel.

use super::trim;
use crate::domain::{
    aspect::Aspect,
    framing::{Ease, Framing, Segment, Span, Speed},
    geometry::{Crop, CropSpace, Rect},
    highlights::{Highlight, Part},
    overlay::{Card, Ellipse},
    plan::{ClipForPlan, ExportPlan, ReelForPlan, Shot, plan, testing},
    playlist::Playlist,
    preset::ExportSettings,
    straighten::Straighten,
    time::{FrameRate, Micros},
    time_map::{Shown, TimeMap},
    transition::{Transition, TransitionKind},
};
use proptest::prelude::*;

const RATES: [(u32, u32); 6] = [(24_000, 1_001), (25, 1), (30_000, 1_001), (50, 1), (60_000, 1_001), (120, 1)];
const SIZE: (u32, u32) = (1920, 1080);

/// One thing done: which, when (millionths of the clip), and three numbers from 0 to 1 that say how much.
type Step = (u8, i64, f64, f64, f64);

/// What the editor's tools do.
fn done(framing: &Framing, space: CropSpace, span: Span, (kind, when, a, b, c): Step) -> Framing {
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
    let up_to = |part: f64, most: i64| (part * most as f64) as i64;
    let at = span.start + Micros((span.end - span.start).0 * when / 1_000_000);
    let by = Micros(up_to(a, 4_000_000) - 2_000_000);
    let percent = |part: f64| Speed::try_from(u16::try_from(25 + up_to(part, 175)).unwrap_or(100)).unwrap_or_default();
    let rect = Rect { x: a * 1_200.0, y: b * 500.0, w: 600.0, h: 300.0 + c * 700.0 };
    let ellipse =
        Ellipse { x: a * 2_200.0 - 100.0, y: b * 1_100.0, rx: 5.0 + c * 300.0, ry: 9.0 + a * 200.0, angle: c * 90.0 };
    let ease = [Ease::Smooth, Ease::Linear, Ease::Hold][usize::from(kind) % 3];
    let kept = || framing.clone();
    match kind {
        0 | 1 => {
            let crop = Crop { x: up_to(a, 1_920_000), y: up_to(b, 1_080_000), h: 200_000 + up_to(c, 880_000) };
            framing.with_key_at(space, span, at, crop)
        }
        2 => framing.with_key_moved(span, at, at + by),
        3..=5 => framing.with_ease_at(span, at, ease),
        6 => framing.without_key_at(span, at),
        7 => {
            let angle = i32::try_from(up_to(a, 30_000) - 15_000).unwrap_or(0);
            framing.straightened(space, Straighten::try_from(angle).unwrap_or_default())
        }
        8 | 9 => trim::split(framing, span, at).unwrap_or_else(kept),
        10 => trim::without_segment(framing, span, at).unwrap_or_else(kept),
        11 => trim::joined(framing, span, at).unwrap_or_else(kept),
        12 => trim::with_speed(framing, span, at, percent(a)),
        13 => trim::with_segment(framing, span, at, |segment: &mut Segment| {
            (segment.speed, segment.ramp_to, segment.blend) = (percent(a), Some(percent(b)), c > 0.5);
        }),
        14 => trim::with_start(framing, span, span.start + Micros(by.0.abs())),
        15 => trim::with_end(framing, span, span.end - Micros(by.0.abs())),
        16 => trim::with_border(framing, span, 1 + usize::from(a > 0.5), at),
        17 | 18 => framing.with_spotlight(span, at, rect).map_or_else(kept, |(framing, _)| framing),
        19 | 20 => framing.with_ellipse_at(usize::from(c > 0.5), span, at, ellipse),
        21 => framing.without_ellipse_at(0, span, at),
        22 => framing.with_shifted(
            Highlight::Spot(0),
            span,
            [Part::Start, Part::End, Part::Whole][usize::from(b > 0.3) + usize::from(b > 0.6)],
            by,
        ),
        23 => {
            let card = Card::LowerThird { text: "Nr. 9".to_owned(), line: "Möller".to_owned() };
            framing.with_card(span, at, card).map_or_else(kept, |(framing, _)| framing)
        }
        24 => framing.without(if a > 0.5 { Highlight::Spot(0) } else { Highlight::Card(0) }),
        _ => {
            let kind = [TransitionKind::Cut, TransitionKind::Fade, TransitionKind::Dissolve]
                [usize::from(a > 0.3) + usize::from(a > 0.6)];
            Framing { opening: Transition { kind, length: Micros(up_to(b, 2_000_000)) }, ..framing.clone() }
        }
    }
}

/// What an export renders of clip `at` at output frame `n` of the reel: the source's frame, and the shot that says how.
fn rendered(plan: &ExportPlan, at: usize, n: i64) -> Option<(Shown, &Shot)> {
    let chunk = plan.chunks.iter().find(|chunk| (chunk.first..chunk.first + chunk.spec.frames()).contains(&n))?;
    let (shot, clip) = match &chunk.spec.over {
        Some(over) if chunk.clip == at => (&over.shot, at),
        Some(_) => (&chunk.spec.shot, chunk.clip.checked_sub(1)?),
        None => (&chunk.spec.shot, chunk.clip),
    };
    let shown = shot.shown(plan.rate).nth(usize::try_from(n - chunk.first).ok()?)?;
    (clip == at).then_some((shown, shot))
}

fn far(one: Rect, other: Rect) -> f64 {
    [one.x - other.x, one.y - other.y, one.w - other.w, one.h - other.h].map(f64::abs).into_iter().fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_stored_is_shown_and_exported(
        rate in 0..RATES.len(),
        shape in 0..4_usize,
        begin in 0..3_000_000_i64,
        length in 1_000_000..12_000_000_i64,
        steps in prop::collection::vec((0..27_u8, 0..1_000_000_i64, 0.0..1.0_f64, 0.0..1.0_f64, 0.0..1.0_f64), 1..40),
    ) {
        let rate = FrameRate { num: RATES[rate].0, den: RATES[rate].1 };
        let aspect = Aspect::ALL[shape];
        let space = CropSpace::new(SIZE.0, SIZE.1, aspect);
        let span = Span { start: Micros(begin), end: Micros(begin + length), rate };
        let mut framing = Framing::default();
        for step in steps {
            framing = done(&framing, space, span, step);
            prop_assert_eq!(framing.check(), Ok(()), "after {:?}", step);
        }
        // Stored: as JSON.
        let stored: Framing = serde_json::from_str(&serde_json::to_string(&framing).expect("JSON")).expect("a framing");
        prop_assert_eq!(&stored, &framing);

        let opening = Transition { kind: TransitionKind::Dissolve, length: Micros(400_000) };
        let after = Framing { opening, ..Framing::default() };
        let clip = |framing| ClipForPlan { framing, ..testing::clip(rate, span.start.0, span.end.0) };
        let clips = vec![clip(stored), clip(after)];
        let planned = plan(&ReelForPlan { aspect, settings: ExportSettings::default(), clips, music: None }).expect("a plan");
        let list = Playlist::of(&planned);
        let map = TimeMap::new(rate, planned.rate, span.start, span.end, &framing.segments).expect("a map");
        prop_assert_eq!(list.frames, planned.total_frames);
        for n in 0..map.frames() {
            let (exported, shot) = rendered(&planned, 0, n).expect("rendered");
            let at = rate.frame_start(exported.frame);
            // Shown: by the timeline of the clip, and by the player of the whole reel.
            prop_assert_eq!(map.source_frame(n), exported.frame, "output frame {}", n);
            let take = list.takes.iter().find(|take| take.clip == 0 && (take.first..take.end).contains(&n)).expect("a take");
            prop_assert_eq!(take.source_time(n), at, "output frame {}", n);

            prop_assert!(far(space.rect_at(&framing.crop, at), shot.space(aspect).rect_at(&shot.crop, at)) < 0.01, "at {}", n);
            prop_assert_eq!(shot.straighten, framing.straighten);
            let lit = |spots: &[crate::domain::overlay::Spotlight]| {
                spots.iter().filter(|spot| spot.opacity_at(at) > 0.0).filter_map(|spot| spot.ellipse_at(at)).collect::<Vec<_>>()
            };
            let (stage, export) = (lit(&framing.spotlights), lit(&shot.spotlights));
            prop_assert_eq!(stage.len(), export.len(), "at {}", n);
            for (one, other) in stage.iter().zip(&export) {
                let away = [one.x - other.x, one.y - other.y, one.rx - other.rx, one.ry - other.ry].map(f64::abs);
                prop_assert!(away.into_iter().all(|by| by < 0.01) && (one.angle - other.angle).abs() < 0.01, "{one:?} {other:?}");
            }
            let cards = |cards: &[crate::domain::overlay::TextCard]| cards.iter().filter(|card| card.opacity_at(at) > 0.0).count();
            prop_assert_eq!(cards(&framing.cards), cards(&shot.cards), "at {}", n);
        }
    }
}
