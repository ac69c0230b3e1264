//! The ticks of a timeline, fitted to its zoom.

use super::scale::{Scale, Span};
use crate::domain::time::Micros;
use leptos::prelude::*;

/// Steps between labelled ticks, in milliseconds, with how many parts each is divided into.
const STEPS: [(i64, i64); 16] = [
    (100, 5),
    (200, 4),
    (500, 5),
    (1000, 4),
    (2000, 4),
    (5000, 5),
    (10_000, 6),
    (20_000, 4),
    (30_000, 6),
    (60_000, 6),
    (120_000, 4),
    (300_000, 5),
    (600_000, 5),
    (1_200_000, 4),
    (1_800_000, 6),
    (3_600_000, 6),
];
/// Labelled ticks in a window, at most.
const LABELS: i64 = 14;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Tick {
    at: Micros,
    /// None for a small one.
    label: Option<String>,
    /// Every second label may go where space is short.
    minor: bool,
}

fn ticks(window: Span, zero: Micros) -> Vec<Tick> {
    let (from, to) = ((window.start - zero).0, (window.end - zero).0);
    if to <= from {
        return Vec::new();
    }
    let (step, parts) =
        STEPS.into_iter().find(|(step, _)| (to - from) / (step * 1000) <= LABELS).unwrap_or(STEPS[STEPS.len() - 1]);
    // Sixths of a step are no whole microseconds: only the labelled ticks must be exact.
    let place = |index: i64| index * step * 1000 / parts;
    let first = from * parts / (step * 1000);
    let last = to * parts / (step * 1000);
    (first..=last)
        .filter(|index| place(*index) >= from && place(*index) < to)
        .map(|index| {
            let at = Micros(place(index));
            let label = (index % parts == 0).then(|| if step < 1000 { tenths(at) } else { at.to_string() });
            Tick { at: at + zero, label, minor: index / parts % 2 != 0 }
        })
        .collect()
}

/// `0:04.5`
fn tenths(at: Micros) -> String {
    format!("{at}.{}", at.0 / 100_000 % 10)
}

/// The ruler's lane. Times count from the start of the whole.
#[component]
pub fn Ruler(
    scale: Scale,
    /// Where named parts begin.
    parts: Signal<Vec<(Micros, String)>>,
) -> impl IntoView {
    let marks = move || {
        ticks(scale.window(), scale.whole.get().start)
            .into_iter()
            .map(|tick| {
                let at = scale.percent(tick.at);
                let class = match (&tick.label, tick.minor) {
                    (None, _) => "ruler__tick",
                    (Some(_), false) => "ruler__tick ruler__tick--major",
                    (Some(_), true) => "ruler__tick ruler__tick--major ruler__tick--minor-label",
                };
                view! { <span class=class style:--at=at>{tick.label}</span> }
            })
            .collect_view()
    };
    view! {
        <div class="lane-head" aria-hidden="true"></div>
        <div class="lane lane--ruler" aria-hidden="true" node_ref=scale.area>
            {marks}
            {move || parts.get().into_iter().filter(|(at, _)| scale.shows(*at, *at + Micros(1))).map(|(at, name)| view! {
                <span class="ruler__half" style:--at=move || scale.percent(at)>{name}</span>
            }).collect_view()}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_on_round_times_and_never_crowd() {
        for seconds in [1_i64, 3, 14, 120, 600, 5650, 20_000] {
            let window = Span { start: Micros(1_234_567), end: Micros(1_234_567) + Micros::from_seconds(seconds) };
            let labelled: Vec<_> =
                ticks(window, Micros::ZERO).into_iter().filter(|tick| tick.label.is_some()).collect();
            assert!(labelled.len() <= 15 && !labelled.is_empty(), "{seconds}: {}", labelled.len());
            assert!(labelled.iter().all(|tick| tick.at.0 % 100_000 == 0));
        }
        assert!(ticks(Span::default(), Micros::ZERO).is_empty());
    }

    #[test]
    fn two_minutes_are_divided_by_ten_seconds() {
        let window = Span { start: Micros::from_seconds(1380), end: Micros::from_seconds(1500) };
        let labels: Vec<_> = ticks(window, Micros::ZERO).into_iter().filter_map(|tick| tick.label).collect();
        assert_eq!(labels[..3], ["23:00", "23:10", "23:20"]);
    }
}
