//! Marking while the game plays: I and O, N, the keys of tags.

use super::annotation::Annotation;
use crate::{
    clips::types::{Clip, ClipDetails},
    domain::{palette::Tag, tags::MAX_TAGS, time::Micros},
};
use leptos::prelude::*;

/// What a clip without a mark begins before the playhead, and ends after it.
const LEAD: Micros = Micros::from_seconds(8);
const LAG: Micros = Micros::from_seconds(2);
/// How near to the selected clip I and O still mean its edges.
const NEAR: Micros = Micros::from_seconds(10);
impl Annotation {
    /// I: the selected clip's start when the playhead is at or near that clip, otherwise a mark.
    pub fn set_in(self) {
        let at = self.playback.frame_start();
        match self.near_selected(at).filter(|_| self.mark.get_untracked().is_none()) {
            Some(clip) if at < clip.details.end => self.edit_selected(|details| details.start = at),
            _ => {
                self.selected.set(None);
                self.mark.set(Some(at));
            }
        }
    }

    /// O: ends the mark with a new clip; otherwise the selected clip's end.
    pub fn set_out(self) {
        let at = self.playback.frame_start();
        match self.mark.get_untracked() {
            Some(mark) if mark < at => self.create(mark, at, true, Vec::new()),
            Some(_) => self.toasts.say("The end comes after the start: play on and press O again"),
            None => {
                if self.near_selected(at).is_some_and(|clip| clip.details.start < at) {
                    self.edit_selected(|details| details.end = at);
                }
            }
        }
    }

    fn near_selected(self, at: Micros) -> Option<Clip> {
        let clip = untrack(move || self.selected_clip())?;
        (clip.details.start - NEAR <= at && at <= clip.details.end + NEAR).then_some(clip)
    }

    /// Shift+I, Shift+O: to the edges of the selected clip, or to the mark.
    pub fn jump(self, to_end: bool) {
        let clip = untrack(move || self.selected_clip());
        let target = clip.map(|clip| if to_end { clip.details.end } else { clip.details.start });
        if let Some(target) = target.or(self.mark.get_untracked().filter(|_| !to_end)) {
            match untrack(move || self.selected_clip()) {
                Some(clip) => self.videos.go_to(&clip.video, target),
                None => self.playback.seek(target),
            }
        }
    }

    /// N: from the mark to the playhead, or around the playhead.
    pub fn new_clip(self) {
        self.mark_around((LEAD, LAG), Vec::new());
    }

    /// A tag's key: a tag of the selected clip while the playhead is in it; otherwise a clip with that tag.
    pub fn press_tag(self, tag: &Tag) {
        if self.has_picked() {
            self.tag_picked(&tag.name);
            return;
        }
        let at = self.playback.frame_start();
        let clip = untrack(move || self.selected_clip()).filter(|_| self.mark.get_untracked().is_none());
        if clip.is_some_and(|clip| (clip.details.start..=clip.details.end).contains(&at)) {
            self.edit_selected(|details| match details.tags.iter().position(|known| *known == tag.name) {
                Some(at) => drop(details.tags.remove(at)),
                None if details.tags.len() < MAX_TAGS => details.tags.push(tag.name.clone()),
                None => {}
            });
        } else {
            self.mark_around(tag.reach(), vec![tag.name.clone()]);
        }
    }

    fn mark_around(self, (lead, lag): (Micros, Micros), tags: Vec<String>) {
        let at = self.playback.frame_start();
        match self.mark.get_untracked() {
            Some(mark) if mark < at => self.create(mark, at, true, tags),
            _ => self.create(at - lead, at + lag, false, tags),
        }
    }

    /// Makes a clip of the shown video. A mark that was made in another video is cut, and not in silence.
    fn create(self, start: Micros, end: Micros, is_marked: bool, tags: Vec<String>) {
        let Some(video) = self.videos.shown.with_untracked(|video| video.as_ref().map(|video| video.id.clone())) else {
            self.toasts.error("Add the game's video first: clips belong to it");
            return;
        };
        self.mark.set(None);
        let clock = self.videos.clock.get_untracked();
        let (marked, (start, end)) = (start, (clock.within(&video, start), clock.within(&video, end)));
        if start >= end {
            self.toasts.say("A clip lies within one video: press I again where it begins");
            return;
        }
        if is_marked && marked < start {
            self.toasts.say(
                "The clip begins with this video: a clip lies within one. Make another for the end of the one before.",
            );
        }
        let details = ClipDetails { tags, ..ClipDetails::of(start, end) };
        let id = self.saver.create(video, details);
        self.made(&id);
    }
}
