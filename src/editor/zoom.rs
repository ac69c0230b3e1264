//! A closer look at the picture, up to four times: by wheel, by two fingers, by a key; dragging moves it.

use super::fingers::{Fingers, Hand};
use crate::browser::pointer;
use leptos::{ev, prelude::*};

const MOST: f64 = 4.0;
/// Wheel pixels that double it.
const WHEEL: f64 = 400.0;
/// A press that moves less than this is a click, in pixels.
const SLACK: f64 = 4.0;

/// How large, and which part: the left and top edge as fractions of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    pub factor: f64,
    left: f64,
    top: f64,
}

impl Default for View {
    fn default() -> Self {
        Self { factor: 1.0, left: 0.0, top: 0.0 }
    }
}

impl View {
    /// `by` times larger; what is at `x`, `y` of the frame (0 to 1) stays there.
    #[must_use]
    pub fn zoomed(self, by: f64, x: f64, y: f64) -> Self {
        let factor = (self.factor * by).clamp(1.0, MOST);
        let edge = |edge: f64, at: f64| edge + at / self.factor - at / factor;
        Self { factor, left: edge(self.left, x), top: edge(self.top, y) }.within()
    }

    /// Moved by fractions of the frame, as a hand moves the picture.
    #[must_use]
    pub fn moved(self, x: f64, y: f64) -> Self {
        Self { left: self.left - x / self.factor, top: self.top - y / self.factor, ..self }.within()
    }

    fn within(self) -> Self {
        let most = 1.0 - 1.0 / self.factor;
        Self { left: self.left.clamp(0.0, most), top: self.top.clamp(0.0, most), ..self }
    }

    pub fn is_whole(self) -> bool {
        self.factor <= 1.0
    }

    /// The next step of the key and of the button: 100, 200, 400 percent.
    #[must_use]
    pub fn stepped(self) -> Self {
        match self.factor {
            large if large >= MOST => Self::default(),
            small if small < 2.0 => self.zoomed(2.0 / small, 0.5, 0.5),
            middle => self.zoomed(MOST / middle, 0.5, 0.5),
        }
    }

    pub fn percent(self) -> String {
        format!("{:.0} %", self.factor * 100.0)
    }

    /// The CSS transform, its origin at the upper left.
    pub fn transform(self) -> Option<String> {
        let Self { factor, left, top } = self;
        let shift = |edge: f64| -edge * factor * 100.0;
        (!self.is_whole()).then(|| format!("translate({:.3}%, {:.3}%) scale({factor:.4})", shift(left), shift(top)))
    }
}

/// The closer look of one player, with the hands on it.
#[derive(Clone, Copy)]
pub struct Zoom {
    pub view: RwSignal<View>,
    fingers: Fingers,
}

impl Default for Zoom {
    fn default() -> Self {
        Self { view: RwSignal::new(View::default()), fingers: Fingers::default() }
    }
}

impl Zoom {
    pub fn step(self) {
        self.view.update(|view| *view = view.stepped());
    }

    pub fn reset(self) {
        self.view.set(View::default());
    }

    /// Whether the press that just ended moved the picture: then it is no click.
    pub fn has_dragged(self) -> bool {
        self.fingers.travelled() > SLACK
    }

    pub fn wheel(self, event: &ev::WheelEvent) {
        let Some(frame) = pointer::listener(event) else { return };
        event.prevent_default();
        let (x, y) = pointer::fraction(&frame, event.client_x(), event.client_y());
        self.view.update(|view| *view = view.zoomed(libm::exp2(-event.delta_y() / WHEEL), x, y));
    }

    pub fn press(self, event: &ev::PointerEvent) {
        self.fingers.press(event);
    }

    pub fn drag(self, event: &ev::PointerEvent) {
        let Some(frame) = pointer::listener(event) else { return };
        let (width, height) = pointer::size(&frame);
        let Some(hand) = self.fingers.drag(event) else { return };
        // Not before it is a drag: a click belongs to the picture.
        if self.has_dragged() && !self.view.get_untracked().is_whole() {
            pointer::capture(event);
        }
        match hand {
            Hand::Drag { dx, dy } => self.view.update(|view| *view = view.moved(dx / width, dy / height)),
            Hand::Pinch { by, middle, dx, dy } => {
                let (x, y) = pointer::part_of(&frame, middle);
                self.view.update(|view| *view = view.zoomed(by, x, y).moved(dx / width, dy / height));
            }
        }
    }

    pub fn release(self, event: &ev::PointerEvent) {
        self.fingers.release(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let view = View::default().zoomed(3.0, 0.25, 0.8).moved(0.1, -0.05);
        let point = |view: View, x: f64| view.left + x / view.factor;
        let closer = view.zoomed(1.2, 0.4, 0.5);
        assert!(near(point(view, 0.4), point(closer, 0.4)));
    }

    #[test]
    fn the_picture_never_leaves_its_frame() {
        let view = View::default().zoomed(100.0, 1.0, 1.0);
        assert!(near(view.factor, MOST) && near(view.left, 0.75) && near(view.top, 0.75));
        let view = view.moved(-5.0, 9.0);
        assert!(near(view.left, 0.75) && near(view.top, 0.0));
        assert!(view.zoomed(0.001, 0.3, 0.3).is_whole());
        assert_eq!(view.zoomed(0.001, 0.3, 0.3), View::default());
        assert_eq!(View::default().moved(0.5, 0.5), View::default());
    }

    #[test]
    fn steps_go_round() {
        let two = View::default().stepped();
        assert!(near(two.factor, 2.0) && near(two.left, 0.25));
        assert!(near(two.stepped().factor, 4.0));
        assert_eq!(two.stepped().stepped(), View::default());
        assert_eq!(View::default().transform(), None);
        assert_eq!(two.transform().as_deref(), Some("translate(-50.000%, -50.000%) scale(2.0000)"));
    }
}
