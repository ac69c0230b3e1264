//! The edges of the selected clip: moved frame by frame, and a clip in two.

use super::annotation::Annotation;
use crate::{
    clips::{
        history::ClipState,
        types::{Clip, ClipDetails},
    },
    domain::{ids::ClipId, time::Micros},
};
use leptos::prelude::*;

impl Annotation {
    /// Whether the selected clip goes on both before and after the playhead.
    pub fn can_split(self) -> bool {
        let at = self.playback.now.get();
        self.selected_clip().is_some_and(|clip| self.cut_of(&clip, at).is_some())
    }

    /// Where it would be cut: on a frame, with something left on both sides.
    fn cut_of(self, clip: &Clip, at: Micros) -> Option<Micros> {
        let at = self.videos.on_frame(&clip.video, at);
        let least = self.frame();
        (clip.details.start + least <= at && at + least <= clip.details.end && self.videos.is_shown(&clip.video))
            .then_some(at)
    }

    fn frame(self) -> Micros {
        self.playback.frame_rate.get_untracked().map_or(Micros(40_000), |rate| rate.frame_start(1))
    }

    /// S: two clips with all that was said of the one, and one step of undo.
    pub fn split(self) {
        let at = self.playback.frame_start();
        let Some(clip) = untrack(move || self.selected_clip()) else { return };
        let Some(at) = self.cut_of(&clip, at) else {
            self.toasts.say("Put the playhead inside the clip, where it shall be cut");
            return;
        };
        let first = ClipDetails { end: at, ..clip.details.clone() };
        let second = ClipDetails { start: at, ..clip.details.clone() };
        let id = self.saver.create(clip.video.clone(), second.clone());
        let state = |id: &ClipId, details: Option<&ClipDetails>| ClipState {
            id: id.clone(),
            details: details
                .map(|details| self.saver.stored_details(&Clip { details: details.clone(), ..clip.clone() })),
        };
        self.record_all(
            vec![state(&clip.id, Some(&clip.details)), state(&id, None)],
            vec![state(&clip.id, Some(&first)), state(&id, Some(&second))],
            None,
        );
        self.saver.change(&clip.id, first, true);
        self.selected.set(Some(id));
    }

    /// `[` and `]`: the edge that is nearer to the playhead, by frames; the picture goes with it.
    pub fn nudge(self, frames: i64) {
        let Some(clip) = untrack(move || self.selected_clip()) else { return };
        let now = self.playback.now.get_untracked();
        let is_end = (clip.details.end - now).0.abs() < (clip.details.start - now).0.abs();
        let edge = if is_end { clip.details.end } else { clip.details.start };
        let Some(moved) = self.videos.frames_from(&clip.video, edge, frames) else { return };
        let least = self.frame();
        if is_end && moved >= clip.details.start + least {
            self.edit_in(Some("end"), |details| details.end = moved);
        } else if !is_end && moved + least <= clip.details.end {
            self.edit_in(Some("start"), |details| details.start = moved);
        } else {
            return;
        }
        self.videos.go_to(&clip.video, moved);
    }

    /// Alt with an arrow: the whole clip, by frames.
    pub fn slide(self, frames: i64) {
        let Some(clip) = untrack(move || self.selected_clip()) else { return };
        let Some(start) = self.videos.frames_from(&clip.video, clip.details.start, frames) else { return };
        let by = start - clip.details.start;
        let clock = self.videos.clock.get_untracked();
        let (start, end) = (clip.details.start + by, clip.details.end + by);
        if clock.within(&clip.video, start) == start && clock.within(&clip.video, end) == end {
            self.edit_in(Some("place"), |details| (details.start, details.end) = (start, end));
            self.videos.go_to(&clip.video, start);
        }
    }
}
