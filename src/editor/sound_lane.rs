//! The sound along a timeline, as loud as it is.

use super::{scale::Scale, timeline::Lane};
use crate::domain::time::Micros;
use leptos::prelude::*;
use std::fmt::Write;

const COLUMNS: u32 = 600;
const MIDDLE: f64 = 14.0;

/// A lane of the loudness that `level` tells of a stretch of the timeline's time (0 to 255).
#[component]
pub fn SoundLane(scale: Scale, level: Callback<(Micros, Micros), Option<u8>>) -> impl IntoView {
    let path = Memo::new(move |_| {
        let window = scale.window();
        let at = |column: u32| window.at(f64::from(column) / f64::from(COLUMNS));
        let levels = (0..COLUMNS).map(|column| level.run((at(column), at(column + 1))));
        path_of(levels)
    });
    view! {
        <Lane name="Sound" icon="wave" kind="audio">
            <svg class="waveform" viewBox=format!("0 0 {COLUMNS} 28") preserveAspectRatio="none" aria-hidden="true">
                <path d=move || path.get() stroke="currentColor" fill="none" />
            </svg>
        </Lane>
    }
}

/// One stroke for each column that has sound; quiet ones are still a point.
fn path_of(levels: impl Iterator<Item = Option<u8>>) -> String {
    let mut path = String::new();
    for (column, level) in (0_u32..).zip(levels) {
        if let Some(level) = level {
            // Loudness is heard by its powers: the root shows quiet and loud alike.
            let half = (f64::from(level) / 255.0).sqrt() * (MIDDLE - 1.0) + 0.25;
            // Writing to a text cannot fail.
            let _ = write!(path, "M{column}.5 {:.1}v{:.1}", MIDDLE - half, 2.0 * half);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loud_is_tall_and_nothing_is_nothing() {
        let path = path_of([Some(0), None, Some(255)].into_iter());
        assert_eq!(path, "M0.5 13.8v0.5M2.5 0.8v26.5");
    }
}
