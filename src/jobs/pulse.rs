//! Whether the runner lives: when it last looked around, and whether it had a slot to spare.

use super::types::Lane;
use crate::server::db::now_ms;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

#[derive(Debug, Default)]
pub struct Pulse {
    /// Milliseconds since 1970.
    last: AtomicI64,
    has_room: AtomicBool,
    /// What waits for a machine elsewhere has room only where that has room.
    has_room_elsewhere: AtomicBool,
}

impl Pulse {
    /// As if it had just looked around: it is about to.
    pub fn begin() -> Self {
        let pulse = Self { has_room_elsewhere: AtomicBool::new(true), ..Self::default() };
        pulse.tick();
        pulse
    }

    /// The loop of this lane looked for work, with so many free slots.
    pub fn beat(&self, lane: Lane, free: usize) {
        let room = if lane == Lane::Elsewhere { &self.has_room_elsewhere } else { &self.has_room };
        room.store(free > 0, Ordering::Relaxed);
        self.tick();
    }

    /// A job that runs was looked after.
    pub fn tick(&self) {
        self.last.store(now_ms(), Ordering::Relaxed);
    }

    /// How long nothing was heard of it, in milliseconds.
    pub fn silent_ms(&self) -> i64 {
        now_ms() - self.last.load(Ordering::Relaxed)
    }

    pub fn has_room(&self) -> bool {
        self.has_room.load(Ordering::Relaxed) && self.has_room_elsewhere.load(Ordering::Relaxed)
    }
}
