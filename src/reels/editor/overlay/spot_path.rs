//! The way of the chosen spotlight, drawn over the result: a dotted line, and a point for each keyframe.

use super::Lights;
use crate::domain::{
    geometry::Rect,
    overlay::{SpotKey, Spotlight},
    time::Micros,
};
use leptos::prelude::*;

/// Between two keyframes: enough for a curve to look like one.
const STEPS: i64 = 8;

#[component]
pub fn SpotPath(lights: Lights) -> impl IntoView {
    // Drawn again when it is another or the crop goes on, not with every frame.
    let spot = Memo::new(move |_| lights.spot().map(|(_, spot)| spot).filter(|spot| spot.keys.len() > 1));
    let rect = Memo::new(move |_| lights.desk.rect());
    let drawn = move || {
        let (spot, Rect { x, y, w, h }) = (spot.get()?, rect.get()?);
        Some((format!("{x} {y} {w} {h}"), way(&spot), points(&spot)))
    };
    move || {
        drawn().map(|(view, way, points)| {
            view! {
                <svg class="frame__layer spot-path" viewBox=view preserveAspectRatio="none" aria-hidden="true" data-testid="spot-path">
                    <path class="spot-path__way" d=way />
                    <path class="spot-path__points" d=points />
                </svg>
            }
        })
    }
}

/// The way of its middle while it is seen.
fn way(spot: &Spotlight) -> String {
    let (Some(first), Some(last)) = (spot.keys.first(), spot.keys.last()) else { return String::new() };
    let (from, to) = (first.at.max(spot.start), last.at.min(spot.end - Micros(1)));
    let seen = |at: &Micros| from < *at && *at < to;
    let between = spot
        .keys
        .windows(2)
        .flat_map(|pair| (0..STEPS).map(|step| pair[0].at + Micros((pair[1].at - pair[0].at).0 * step / STEPS)));
    let places = std::iter::once(from).chain(between.filter(seen)).chain(std::iter::once(to));
    let points: Vec<_> =
        places.filter_map(|at| spot.ellipse_at(at)).map(|it| format!("{:.1} {:.1}", it.x, it.y)).collect();
    if points.is_empty() { String::new() } else { format!("M{}", points.join("L")) }
}

/// A line of no length is a point, as thick as the line is.
fn points(spot: &Spotlight) -> String {
    let point = |key: &SpotKey| spot.ellipse_at(key.at).map(|it| format!("M{:.1} {:.1}h0", it.x, it.y));
    spot.keys.iter().filter_map(point).collect::<Vec<_>>().concat()
}
