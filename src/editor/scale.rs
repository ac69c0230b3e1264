//! What part of the time a timeline shows, and where a time stands in it.

use crate::{browser, domain::time::Micros};
use leptos::{html, prelude::*};

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    pub start: Micros,
    pub end: Micros,
}

impl Span {
    pub fn length(self) -> Micros {
        self.end - self.start
    }

    pub fn contains(self, at: Micros) -> bool {
        self.start <= at && at < self.end
    }

    /// Where `at` stands: 0 at the start, 1 at the end.
    pub fn fraction(self, at: Micros) -> f64 {
        let length = self.length().seconds();
        if length > 0.0 { (at - self.start).seconds() / length } else { 0.0 }
    }

    /// The inverse of [`Span::fraction`].
    pub fn at(self, fraction: f64) -> Micros {
        self.start + Micros::from_seconds_f64(self.length().seconds() * fraction)
    }

    /// A span of this length, moved so that it lies within `whole`.
    fn within(start: Micros, length: Micros, whole: Self) -> Self {
        let length = Micros(length.0.clamp(0, whole.length().0.max(0)));
        let start = start.clamp_to(whole.start, whole.end - length);
        Self { start, end: start + length }
    }
}

/// The closest look.
const CLOSEST: Micros = Micros::from_seconds(2);
/// What is shown first.
const USUAL: Micros = Micros::from_seconds(120);
/// One click of a zoom button.
pub const STEP: f64 = 1.5;

/// The zoom of one timeline: made by the page, shared with its lanes.
#[derive(Clone, Copy)]
pub struct Scale {
    /// All there is to show.
    pub whole: Signal<Span>,
    /// Whether the window goes with the playhead.
    pub follow: RwSignal<bool>,
    /// Whether two fingers are on it: what one of them dragged is let go where it was.
    pub pinched: RwSignal<bool>,
    start: RwSignal<Micros>,
    length: RwSignal<Micros>,
    window: Memo<Span>,
    /// What times are measured against: the ruler's lane.
    pub(super) area: NodeRef<html::Div>,
}

impl Scale {
    pub fn new(whole: Signal<Span>) -> Self {
        let (start, length) = (RwSignal::new(Micros::ZERO), RwSignal::new(USUAL));
        let window = Memo::new(move |_| Span::within(start.get(), length.get(), whole.get()));
        Self {
            whole,
            follow: RwSignal::new(true),
            pinched: RwSignal::new(false),
            start,
            length,
            window,
            area: NodeRef::new(),
        }
    }

    /// What is shown.
    pub fn window(self) -> Span {
        self.window.get()
    }

    /// 0 at the left edge, 1 at the right one; beyond them for what is not shown.
    pub fn fraction(self, at: Micros) -> f64 {
        self.window.get().fraction(at)
    }

    /// `12.345%`, for `--at`.
    pub fn percent(self, at: Micros) -> String {
        format!("{:.3}%", self.fraction(at) * 100.0)
    }

    /// Whether any of it is shown.
    pub fn shows(self, start: Micros, end: Micros) -> bool {
        let window = self.window.get();
        start < window.end && end > window.start
    }

    /// `--start: …; --length: …` of a bar, no wider than twice the window, so that no browser meets its limits.
    pub fn bar_style(self, start: Micros, end: Micros) -> String {
        let (left, right) = (self.fraction(start).max(-1.0), self.fraction(end).min(2.0));
        format!("--start: {:.3}%; --length: {:.3}%", left * 100.0, (right - left).max(0.0) * 100.0)
    }

    /// The time under a pointer.
    pub fn time_at(self, client_x: i32) -> Option<Micros> {
        let area = self.area.get_untracked()?;
        let (left, width) = browser::pointer::horizontal(&area);
        let (window, whole) = (self.window.get_untracked(), self.whole.get_untracked());
        (width > 0.0).then(|| window.at((f64::from(client_x) - left) / width).clamp_to(whole.start, whole.end))
    }

    /// How much time one pixel is.
    pub fn per_pixel(self) -> Option<f64> {
        let area = self.area.get_untracked()?;
        let (_, width) = browser::pointer::horizontal(&area);
        (width > 0.0).then(|| self.window.get_untracked().length().seconds() / width)
    }

    /// Shows `factor` times less; what stands at `anchor` stays there.
    pub fn zoom(self, factor: f64, anchor: Micros) {
        let window = self.window.get_untracked();
        let closest = CLOSEST.0.min(self.whole.get_untracked().length().0);
        let length = Micros::from_seconds_f64(window.length().seconds() / factor);
        let length = Micros(length.0.clamp(closest, self.whole.get_untracked().length().0.max(closest)));
        let anchor = if window.contains(anchor) { anchor } else { window.at(0.5) };
        let left = Micros::from_seconds_f64(length.seconds() * window.fraction(anchor));
        self.length.set(length);
        self.start.set(anchor - left);
    }

    /// Two fingers that went `by` times farther apart, their middle now at `x` of the screen, `dx` farther than before.
    pub fn pinch(self, by: f64, x: f64, dx: f64) {
        let Some(area) = self.area.get_untracked() else { return };
        let (left, width) = browser::pointer::horizontal(&area);
        if width > 0.0 {
            self.zoom(by, self.window.get_untracked().at((x - left) / width));
            self.pan(-dx / width);
        }
    }

    /// Moves the window by a part of itself.
    pub fn pan(self, part: f64) {
        self.start.set(self.window.get_untracked().at(part));
    }

    /// Moves the window so that `at` is in its middle.
    pub fn center(self, at: Micros) {
        self.start.set(at - Micros(self.window.get_untracked().length().0 / 2));
    }

    /// Turns the page when `at` is not shown.
    pub fn reveal(self, at: Micros) {
        let window = self.window.get_untracked();
        if at < window.start || at >= window.end {
            self.start.set(at - Micros(window.length().0 / 8));
        }
    }

    /// 0 (everything) to 100 (closest), for the slider.
    pub fn level(self) -> f64 {
        let (whole, shown) = (self.whole.get().length().seconds(), self.window.get().length().seconds());
        let closest = CLOSEST.seconds();
        if whole <= closest || shown <= 0.0 {
            return 0.0;
        }
        (libm::log(whole / shown) / libm::log(whole / closest) * 100.0).clamp(0.0, 100.0)
    }

    pub fn set_level(self, level: f64, anchor: Micros) {
        let whole = self.whole.get_untracked().length().seconds();
        let closest = CLOSEST.seconds();
        if whole > closest {
            let wanted = whole / libm::pow(whole / closest, level.clamp(0.0, 100.0) / 100.0);
            self.zoom(self.window.get_untracked().length().seconds() / wanted, anchor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: i64, end: i64) -> Span {
        Span { start: Micros::from_seconds(start), end: Micros::from_seconds(end) }
    }

    #[test]
    fn a_window_stays_within_the_whole() {
        let whole = span(0, 100);
        assert_eq!(Span::within(Micros::from_seconds(95), Micros::from_seconds(10), whole), span(90, 100));
        assert_eq!(Span::within(Micros::from_seconds(-5), Micros::from_seconds(10), whole), span(0, 10));
        assert_eq!(Span::within(Micros::from_seconds(5), Micros::from_seconds(500), whole), whole);
        assert_eq!(Span::within(Micros::from_seconds(5), Micros::from_seconds(5), Span::default()), Span::default());
    }

    #[test]
    fn places_and_times_are_inverse() {
        let window = span(10, 30);
        assert!((window.fraction(Micros::from_seconds(15)) - 0.25).abs() < 1e-9);
        assert_eq!(window.at(0.25), Micros::from_seconds(15));
        assert!(Span::default().fraction(Micros::SECOND).abs() < 1e-9);
    }
}
