//! Pointers that are down on one element: one drags, two pinch.

use leptos::{ev, prelude::*};

/// A pointer: which, and where it was seen last.
type Finger = (i32, f64, f64);

/// What one move of one finger did, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hand {
    Drag {
        dx: f64,
        dy: f64,
    },
    Pinch {
        /// How many times farther apart.
        by: f64,
        /// Their middle on the screen, and how far it went.
        middle: (f64, f64),
        dx: f64,
        dy: f64,
    },
}

#[derive(Clone, Copy)]
pub struct Fingers {
    down: StoredValue<Vec<Finger>>,
    /// How far the press has moved, in pixels.
    travelled: StoredValue<f64>,
}

impl Default for Fingers {
    fn default() -> Self {
        Self { down: StoredValue::new(Vec::new()), travelled: StoredValue::new(0.0) }
    }
}

impl Fingers {
    pub fn press(self, event: &ev::PointerEvent) {
        self.down.update_value(|down| {
            // The first of all: one that went unheard is not down any more.
            if event.is_primary() {
                down.clear();
            }
            if down.is_empty() {
                self.travelled.set_value(0.0);
            }
            down.retain(|(id, ..)| *id != event.pointer_id());
            down.push(finger(event));
        });
    }

    /// Nothing for a pointer that is not down, or while there are more than two.
    pub fn drag(self, event: &ev::PointerEvent) -> Option<Hand> {
        let now = finger(event);
        self.down.try_update_value(|down| {
            let at = down.iter().position(|(id, ..)| *id == now.0)?;
            let before = std::mem::replace(&mut down[at], now);
            self.travelled.update_value(|all| *all += (now.1 - before.1).abs() + (now.2 - before.2).abs());
            match down.as_slice() {
                [_] => Some(Hand::Drag { dx: now.1 - before.1, dy: now.2 - before.2 }),
                [one, two] => pinch(before, now, if at == 0 { *two } else { *one }),
                _ => None,
            }
        })?
    }

    pub fn release(self, event: &ev::PointerEvent) {
        self.down.update_value(|down| down.retain(|(id, ..)| *id != event.pointer_id()));
    }

    pub fn are_two(self) -> bool {
        self.down.with_value(|down| down.len() == 2)
    }

    pub fn travelled(self) -> f64 {
        self.travelled.get_value()
    }
}

fn finger(event: &ev::PointerEvent) -> Finger {
    (event.pointer_id(), f64::from(event.client_x()), f64::from(event.client_y()))
}

/// One of two fingers went from `before` to `now`.
fn pinch(before: Finger, now: Finger, other: Finger) -> Option<Hand> {
    let distance = |one: Finger| libm::hypot(one.1 - other.1, one.2 - other.2);
    let (was, is) = (distance(before), distance(now));
    (was > 0.0 && is > 0.0).then(|| Hand::Pinch {
        by: is / was,
        middle: (f64::midpoint(now.1, other.1), f64::midpoint(now.2, other.2)),
        dx: (now.1 - before.1) / 2.0,
        dy: (now.2 - before.2) / 2.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_fingers_that_part_look_closer() {
        let hand = pinch((1, 100.0, 50.0), (1, 80.0, 50.0), (2, 140.0, 50.0));
        assert_eq!(hand, Some(Hand::Pinch { by: 1.5, middle: (110.0, 50.0), dx: -10.0, dy: 0.0 }));
        assert_eq!(pinch((1, 1.0, 1.0), (1, 5.0, 1.0), (2, 1.0, 1.0)), None, "fingers on one spot");
    }
}
