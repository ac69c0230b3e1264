use super::*;
use crate::domain::aspect::Aspect;

const SPACE: CropSpace = CropSpace::new(1920, 1080, Aspect::Portrait);
const RATE: FrameRate = FrameRate { num: 25, den: 1 };
const SPAN: Span = Span { start: Micros(1_000_000), end: Micros(3_000_000), rate: RATE };

fn crop(x: i64) -> Crop {
    Crop { x, y: 540_000, h: 800_000 }
}

fn times(framing: &Framing) -> Vec<i64> {
    framing.crop.iter().map(|key| key.at.0).collect()
}

#[test]
fn the_first_crop_is_the_crop_all_the_time() {
    let framing = Framing::default().with_key_at(SPACE, SPAN, Micros(2_010_000), crop(700_000));
    assert_eq!(times(&framing), [1_000_000, 2_000_000, 2_960_000]);
    assert!(framing.crop.iter().all(|key| key.crop() == crop(700_000)));
}

#[test]
fn near_a_keyframe_it_is_edited_and_elsewhere_one_is_written() {
    let framing = Framing::default().with_key_at(SPACE, SPAN, Micros(1_000_000), crop(700_000));
    assert_eq!(times(&framing), [1_000_000, 2_960_000]);
    let framing = framing.with_ease_at(SPAN, Micros(1_000_000), Ease::Linear);
    let framing = framing.with_key_at(SPACE, SPAN, Micros(1_500_000), crop(900_000));
    let again = framing.with_key_at(SPACE, SPAN, Micros(1_515_000), crop(950_000));
    assert_eq!(times(&again), [1_000_000, 1_480_000, 2_960_000]);
    assert_eq!((again.crop[1].x, again.crop[1].ease), (950_000, Ease::Linear));
    assert_eq!(again.check(), Ok(()));
}

#[test]
fn an_end_up_to_which_the_picture_rested_goes_along() {
    let at = |framing: &Framing, at: i64, x: i64| framing.with_key_at(SPACE, SPAN, Micros(at), crop(x));
    let xs = |framing: &Framing| framing.crop.iter().map(|key| key.x / 1_000).collect::<Vec<_>>();
    let (first, last) = (SPAN.ends().0.0, SPAN.ends().1.0);
    // Placed once more before anything travels, at the start and within.
    let fresh = at(&Framing::default(), first, 700_000);
    assert_eq!(xs(&at(&fresh, first, 800_000)), [800, 800]);
    let within = at(&Framing::default(), 2_000_000, 700_000);
    assert_eq!(xs(&at(&within, 2_000_000, 800_000)), [800, 800, 800]);
    // A new keyframe begins a travel, and the picture rests where it ends; corrected, it still does.
    let travel = at(&fresh, 2_000_000, 900_000);
    assert_eq!(xs(&travel), [700, 900, 900]);
    assert_eq!(xs(&at(&travel, 2_000_000, 950_000)), [700, 950, 950]);
    assert_eq!(xs(&at(&travel, 2_480_000, 990_000)), [700, 900, 990, 990]);
    assert_eq!(xs(&at(&travel, first, 600_000)), [600, 900, 900]);
    // The last frame is where a travel ends, and what was placed between stays.
    assert_eq!(xs(&at(&fresh, last, 900_000)), [700, 900]);
    let rest = at(&at(&travel, 2_480_000, 990_000), 2_480_000, 900_000);
    assert_eq!(xs(&at(&rest, 2_000_000, 600_000)), [700, 600, 900, 900]);
    assert_eq!(xs(&at(&rest, 2_240_000, 600_000)), [700, 900, 600, 900, 900]);
    // Of a stretch that was trimmed the ends are its own.
    let trimmed = Span { start: Micros(1_480_000), end: Micros(2_520_000), ..SPAN };
    let (from, to) = trimmed.ends();
    let at = |framing: &Framing, at: Micros, x: i64| framing.with_key_at(SPACE, trimmed, at, crop(x));
    assert_eq!(xs(&at(&fresh, from, 800_000)), [700, 800, 800, 700]);
    assert_eq!(xs(&at(&at(&fresh, from, 800_000), to, 900_000)), [700, 800, 900, 700]);
    assert_eq!(xs(&at(&at(&fresh, from, 800_000), Micros(2_000_000), 900_000)), [700, 800, 900, 900, 700]);
}

#[test]
fn the_ends_stay() {
    let framing = Framing::default().with_key_at(SPACE, SPAN, Micros(2_000_000), crop(700_000));
    assert_eq!(times(&framing.without_key_at(SPAN, Micros(2_000_000))), [1_000_000, 2_960_000]);
    assert_eq!(framing.without_key_at(SPAN, Micros(1_000_000)), framing);
    assert_eq!(framing.without_key_at(SPAN, Micros(9_000_000)), framing);
}

#[test]
fn new_bounds_get_their_keyframes_and_lose_none() {
    let framing = Framing::default().with_key_at(SPACE, SPAN, Micros(1_000_000), crop(700_000));
    let framing = framing.with_key_at(SPACE, SPAN, SPAN.end, crop(900_000));
    let wider = Span { start: Micros(2_000_000), end: Micros(6_000_000), ..SPAN };
    let framing = framing.with_ends(SPACE, wider);
    assert_eq!(times(&framing), [1_000_000, 2_000_000, 2_960_000, 5_960_000]);
    assert!((700_000..900_000).contains(&framing.crop[1].x), "as it was there: {}", framing.crop[1].x);
}

#[test]
fn trim_and_speed_decide_how_long_a_clip_plays() {
    let part = |start, end, speed| Segment { start: Micros(start), end: Micros(end), speed, ..Segment::default() };
    let length =
        |segments| Framing { segments, ..Framing::default() }.playing_length(Micros(1_000_000), Micros(3_000_000));
    assert_eq!(length(vec![]), Micros(2_000_000));
    assert_eq!(length(vec![part(1_000_000, 3_000_000, Speed::HALF)]), Micros(4_000_000));
    assert_eq!(
        length(vec![part(0, 1_500_000, Speed::NORMAL), part(2_500_000, 9_000_000, Speed(200))]),
        Micros(750_000)
    );
    assert_eq!(length(vec![part(5_000_000, 6_000_000, Speed::NORMAL)]), Micros::ZERO);
}

#[test]
fn hostile_framings_are_refused() {
    let key = |at, x, h| CropKey { at: Micros(at), x, y: 0, h, ease: Ease::Smooth };
    let part = |start, end| Segment { start: Micros(start), end: Micros(end), ..Segment::default() };
    let with = |crop, segments| Framing { crop, segments, ..Framing::default() }.check();
    assert_eq!(with(vec![key(5, 0, 1), key(5, 0, 1)], vec![]), Err(FramingError::KeysUnordered));
    assert_eq!(with(vec![key(5, 0, 0)], vec![]), Err(FramingError::KeyOutOfRange));
    assert_eq!(with(vec![key(5, i64::MAX, 1)], vec![]), Err(FramingError::KeyOutOfRange));
    assert_eq!(with(vec![key(i64::MIN, 0, 1), key(i64::MAX, 0, 1)], vec![]), Err(FramingError::KeyOutOfRange));
    assert_eq!(with(vec![key(1, 0, 1); 3_000], vec![]), Err(FramingError::TooMany));
    assert_eq!(with(vec![], vec![part(5, 5)]), Err(FramingError::SegmentsUnordered));
    assert_eq!(with(vec![], vec![part(0, 10), part(9, 20)]), Err(FramingError::SegmentsUnordered));
    assert_eq!(with(vec![], vec![part(i64::MIN, i64::MAX)]), Err(FramingError::SegmentsUnordered));
    assert_eq!(with(vec![key(0, 0, 1)], vec![part(0, 10), part(10, 20)]), Ok(()));
}
