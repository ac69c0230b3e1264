//! The live result: the crop of the very frame on the stage, drawn at the export's own size; while it plays, at the size that
//! is seen.

use super::desk::{Desk, Subject};
use crate::{
    browser::{
        canvas::{Scene, cut_of, draw_cut, draw_scene, fit, watch_pictures, watch_width},
        cutter::{Cutter, Picture},
        pictures::Pictures,
        text::encoded,
        video::{has_frame_callbacks, has_metadata, has_picture, watch_frames},
    },
    domain::{
        overlay::{Card, TextCard},
        time::Micros,
    },
    reels::types::card_path,
};
use leptos::{html, prelude::*};

#[component]
pub fn ResultPicture(desk: Desk) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let size = Memo::new(move |_| desk.session.reel.with(|reel| reel.aspect).size());
    draw_frames(desk, canvas, size);
    view! {
        <div class="result">
            <span class="result__label">"Result"</span>
            <div class="frame" style=move || format!("--w: {}; --h: {}", size.get().0, size.get().1)>
                <canvas class="frame__layer" data-testid="result" node_ref=canvas role="img" aria-label="The result at the playhead"></canvas>
            </div>
        </div>
    }
}

fn address_of(card: &Card, size: (u32, u32)) -> Option<String> {
    Some(card_path(&encoded(&serde_json::to_string(card).ok()?), size))
}

/// What an export of that size shows of the clip at source time `at`. `again` is called when a card's picture has come.
pub fn scene_of<'a>(
    it: &'a Subject,
    at: Micros,
    size: (u32, u32),
    pictures: &Pictures,
    again: impl Fn() + Copy + 'static,
) -> Scene<'a> {
    let (rect, at) = (it.rect_at(at), it.span.snap(at));
    let card = |(place, card): (usize, &TextCard)| {
        let opacity = card.opacity_at(at);
        let address = (opacity > 0.0).then(|| address_of(&card.card, size)).flatten()?;
        pictures.get(&format!("{} {place}", it.id), &address, again).map(|picture| (picture, opacity))
    };
    let cards = it.framing.cards.iter().enumerate().filter_map(card).collect();
    let (straighten, spotlights) = (it.framing.straighten, it.framing.spotlights.as_slice());
    Scene { facts: &it.facts, rect, straighten, spotlights, cards, at }
}

/// Draws whenever the stage shows another frame or the crop changes: with the crop of the frame that is shown, so that
/// picture and crop never part.
pub fn draw_frames(desk: Desk, canvas: NodeRef<html::Canvas>, size: Memo<(u32, u32)>) {
    // Source time of the frame on the screen, and how many were shown.
    let shown = RwSignal::new((Micros::ZERO, 0_u64));
    let saw = move |seconds: f64| {
        let at = desk.with_subject(|it| it.facts.source_time(seconds)).unwrap_or_default();
        let _ = shown.try_update(|(last, count)| (*last, *count) = (at, *count + 1));
    };
    // The effect keeps the watches alive as its own value.
    Effect::new(move |_| {
        let video = desk.playback.video.get()?;
        if has_metadata(&video) {
            saw(video.current_time());
        }
        Some((watch_frames(&video, saw), watch_pictures(&video, saw)))
    });
    // Browsers without frame callbacks: the clock of the player has to do while it plays.
    Effect::new(move |_| {
        desk.playback.now.track();
        if let Some(video) = desk.playback.video.get_untracked()
            && desk.playback.playing.get_untracked()
            && !has_frame_callbacks(&video)
        {
            saw(video.current_time());
        }
    });
    // At rest the picture is that of the frame under the playhead, whether or not its callback was heard.
    Effect::new(move |_| {
        desk.playback.settled.track();
        let Some(video) = desk.playback.video.get() else { return };
        let at = desk.with_subject(|it| it.facts.rate.shown_at(it.facts.source_time(video.current_time())));
        if let Some(at) = at {
            let _ = shown.try_update(|(last, count)| (*last, *count) = (at, *count + 1));
        }
    });
    // Cards are drawn by the server, as it lays them over an export.
    let pictures = Pictures::default();
    let again = move || {
        let _ = shown.try_update(|(_, count)| *count += 1);
    };
    let (seen, set_seen) = signal(0);
    Effect::new(move |_| {
        watch_width(&canvas.get()?, move |pixels| {
            let _ = set_seen.try_set(pixels);
        })
    });
    let cards = pictures.clone();
    let draw = move |picture: &Picture, at| {
        let Some(canvas) = canvas.get_untracked() else { return };
        // At rest the frame was drawn with all its pixels meanwhile.
        if desk.playback.is_moving() {
            desk.subject.try_with_untracked(|it| {
                if let Some(it) = it {
                    draw_cut(picture, &canvas, &scene_of(it, at, size.get_untracked(), &cards, again));
                }
            });
        }
    };
    // The effect keeps the cutter as its own value.
    Effect::new(move |cutter: Option<Cutter>| {
        let cutter = cutter.unwrap_or_else(|| Cutter::new(draw.clone()));
        let (size, seen, (at, _)) = (size.get(), seen.get(), shown.get());
        desk.playback.playing.track();
        // A canvas loses its picture with its size: not before there is another. Its coming runs this again.
        if let (Some(video), Some(canvas), 1..) = (desk.playback.video.get(), canvas.get(), seen)
            && has_picture(&video)
        {
            let moving = desk.playback.is_moving();
            desk.subject.with(|it| {
                let Some(it) = it else { return };
                let is_empty = fit(&canvas, size, moving.then_some(seen));
                let scene = |at| scene_of(it, at, size, &pictures, again);
                let how = |seconds| {
                    let at = it.facts.source_time(seconds);
                    (at, cut_of(&canvas, &scene(at)))
                };
                let is_cut = moving && cutter.cut(&video, how);
                if is_empty || !is_cut {
                    draw_scene(&video, &canvas, &scene(at));
                }
            });
        }
        cutter
    });
}
