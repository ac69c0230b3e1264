//! How fast a player goes, and round and round: speeds, shuttle, loop.

use super::playback::Playback;
use crate::domain::time::Micros;
use leptos::prelude::*;
use send_wrapper::SendWrapper;

pub const SPEEDS: [f64; 7] = [0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0];
/// What J and L go through.
const SHUTTLE: [i32; 4] = [1, 2, 4, 8];
/// How often a reverse shuttle moves.
const REVERSE_STEP_MS: u32 = 100;
impl Playback {
    pub fn set_rate(self, rate: f64) {
        self.rate.set(rate);
        if let Some(video) = self.video.get_untracked() {
            video.set_playback_rate(rate);
        }
    }

    /// One faster (`1`) or slower (`-1`), as far as it goes.
    pub fn change_rate(self, direction: i32) {
        let rate = self.rate.get_untracked();
        let next = if direction > 0 {
            SPEEDS.into_iter().find(|speed| *speed > rate)
        } else {
            SPEEDS.into_iter().rev().find(|speed| *speed < rate)
        };
        if let Some(next) = next {
            self.set_rate(next);
        }
    }

    /// What is looped while it is on.
    pub fn loop_range(self) -> Option<(Micros, Micros)> {
        self.span.get().or(self.bounds.get())
    }

    /// Plays the clip again and again, from where the playhead is in it or from its start; or no longer.
    pub fn toggle_loop(self) {
        let is_on = !self.looping.get_untracked();
        self.looping.set(is_on);
        if let Some((low, high)) = untrack(move || self.loop_range()).filter(|_| is_on) {
            let now = self.now.get_untracked();
            if now < low || now >= high {
                self.seek(low);
            }
            self.play();
        }
    }

    /// The next speed of the list.
    pub fn cycle_rate(self) {
        let rate = self.rate.get_untracked();
        self.set_rate(SPEEDS.into_iter().find(|speed| *speed > rate).unwrap_or(SPEEDS[0]));
    }

    /// J (`-1`) and L (`1`): each press goes one faster that way.
    pub fn shuttle(self, direction: i32) {
        let now = self.shuttle.get_untracked();
        let speed = if now.signum() == direction {
            SHUTTLE.into_iter().find(|speed| *speed > now.abs()).unwrap_or(SHUTTLE[SHUTTLE.len() - 1])
        } else {
            SHUTTLE[0]
        };
        self.end_shuttle();
        self.shuttle.set(direction * speed);
        if direction > 0 {
            if let Some(video) = self.video.get_untracked() {
                video.set_playback_rate(f64::from(speed));
            }
            self.start();
        } else {
            if let Some(video) = self.video.get_untracked() {
                let _ = video.pause();
            }
            let by = Micros(i64::from(REVERSE_STEP_MS) * 1000 * i64::from(direction * speed));
            let tick = gloo_timers::callback::Interval::new(REVERSE_STEP_MS, move || self.skip(by));
            self.reverse.set_value(Some(SendWrapper::new(tick)));
        }
    }

    pub(super) fn end_shuttle(self) {
        self.reverse.set_value(None);
        if self.shuttle.get_untracked() != 0 {
            self.shuttle.set(0);
            if let Some(video) = self.video.get_untracked() {
                video.set_playback_rate(self.rate.get_untracked());
            }
        }
    }

    /// How fast J and L go; 0 when they do not.
    pub fn shuttle_speed(self) -> i32 {
        self.shuttle.get()
    }
}
