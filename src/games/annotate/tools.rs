//! What stands around the clips: the loop, what dragged edges catch on, zoom, search, picking by touch.

use super::annotation::Annotation;
use crate::{
    browser::page,
    clips::{filter::ListFilter, filter_bar::SEARCH},
    domain::time::Micros,
};
use leptos::prelude::*;

impl Annotation {
    /// The player loops the selected clip, if somebody wants it to.
    pub fn loop_selected(self) {
        let span = Memo::new(move |_| {
            let clip = self.selected_clip()?;
            self.videos
                .shown
                .with(|video| video.as_ref().is_some_and(|video| video.id == clip.video))
                .then_some((clip.details.start, clip.details.end))
        });
        Effect::new(move |_| self.playback.span.set(span.get()));
    }

    /// What dragged edges catch on: the playhead, the mark, the edges of videos.
    pub fn catches(self) -> Vec<Micros> {
        let videos = self.videos.clock.with_untracked(|clock| {
            clock.videos().iter().flat_map(|placed| [placed.start, placed.end()]).collect::<Vec<_>>()
        });
        let playhead = self.playback.now.get_untracked();
        videos.into_iter().chain(self.mark.get_untracked()).chain([playhead]).collect()
    }

    pub fn zoom_timeline(self, factor: f64) {
        self.scale.zoom(factor, self.playback.now.get_untracked());
    }

    /// `/`: to the search of the clips.
    pub fn search(self) {
        self.searching.set(true);
        request_animation_frame(|| page::focus(SEARCH));
    }

    /// Opens the search, or closes it and shows every clip again.
    pub fn turn_search(self) {
        if self.searching.get_untracked() {
            self.searching.set(false);
            self.filter.set(ListFilter::default());
        } else {
            self.search();
        }
    }

    pub fn turn_picking(self) {
        if self.picking.get_untracked() { self.pick_none() } else { self.picking.set(true) }
    }
}
