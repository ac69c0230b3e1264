//! Several clips at once: which are picked, and what is done with all of them. Each is one step of undo.

use super::annotation::Annotation;
use crate::{
    clips::{
        bulk_form::Bulk,
        history::ClipState,
        list::Pick,
        types::{Clip, ClipDetails, MAX_NOTES, MAX_PLAYERS},
    },
    domain::{ids::ClipId, rating::Rating, roster::players_of, tags::MAX_TAGS, time::Micros},
};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// No clip is longer.
const LONGEST: Micros = Micros::from_seconds(3600);

impl Annotation {
    /// The clips that are picked together: none, or at least two; in playing order.
    pub fn picked_clips(self) -> Vec<Clip> {
        let clips: Vec<Clip> = self.picked.with(|picked| {
            self.clips.with(|clips| clips.iter().filter(|clip| picked.contains(&clip.id)).cloned().collect())
        });
        if clips.len() > 1 { clips } else { Vec::new() }
    }

    pub fn has_picked(self) -> bool {
        untrack(move || !self.picked_clips().is_empty())
    }

    /// A press of a row, or of a bar on the timeline.
    pub fn pick(self, id: &ClipId, how: Pick) {
        match how {
            Pick::One if self.picking.get_untracked() => self.pick(id, Pick::Toggle),
            Pick::One => {
                self.picked.update(BTreeSet::clear);
                self.select(id);
            }
            Pick::Toggle => {
                let selected = self.selected.get_untracked();
                self.picked.update(|picked| {
                    // The one that was selected is the first of them.
                    if picked.is_empty() {
                        picked.extend(selected);
                    }
                    if !picked.remove(id) {
                        picked.insert(id.clone());
                    }
                });
                // One alone is no choice of several.
                let alone = self.picked.with_untracked(|picked| match picked.len() {
                    1 => picked.first().cloned(),
                    _ => None,
                });
                if alone.is_some() {
                    self.picked.update(BTreeSet::clear);
                }
                self.selected.set(Some(alone.unwrap_or_else(|| id.clone())));
            }
            Pick::Range => self.pick_to(id),
        }
    }

    fn pick_to(self, id: &ClipId) {
        let shown = self.shown.get_untracked();
        let place = |id: &ClipId| shown.iter().position(|clip| clip.id == *id);
        let from = self.selected.get_untracked().and_then(|from| place(&from));
        let Some(to) = place(id) else { return };
        let from = from.unwrap_or(to);
        let range = &shown[from.min(to)..=from.max(to)];
        self.picked.update(|picked| picked.extend(range.iter().map(|clip| clip.id.clone())));
        self.selected.set(Some(id.clone()));
    }

    pub fn pick_none(self) {
        self.picking.set(false);
        self.picked.update(BTreeSet::clear);
    }

    /// Every clip that the list shows.
    pub fn pick_all(self) {
        let shown: BTreeSet<ClipId> =
            self.shown.with_untracked(|clips| clips.iter().map(|clip| clip.id.clone()).collect());
        if let (1, Some(only)) = (shown.len(), shown.first()) {
            self.selected.set(Some(only.clone()));
        } else {
            self.picked.set(shown);
        }
    }

    /// Shift with an arrow: the next one too.
    pub fn pick_step(self, by: isize) {
        let next = self.shown.with_untracked(|clips| {
            let selected = self.selected.get_untracked();
            let at = clips.iter().position(|clip| Some(&clip.id) == selected.as_ref())?;
            clips.get(at.checked_add_signed(by)?).map(|clip| clip.id.clone())
        });
        if let Some(next) = next {
            self.pick_to(&next);
        }
    }

    pub fn bulk(self, what: Bulk) {
        match what {
            Bulk::Rate(rating) => self.rate_picked(rating),
            Bulk::Tag(tag) => self.tag_picked(&tag),
            Bulk::Shift(by) => self.shift_picked(by),
            Bulk::Merge => self.merge_picked(),
            Bulk::Delete => self.delete_picked(),
        }
    }

    pub fn rate_picked(self, rating: Rating) {
        self.edit_picked(|details| details.rating = rating);
    }

    /// On all of them; off when all have it.
    pub fn tag_picked(self, tag: &str) {
        let clips = untrack(move || self.picked_clips());
        let is_on_all = clips.iter().all(|clip| clip.details.tags.iter().any(|known| known == tag));
        self.edit_picked(|details| {
            details.tags.retain(|known| known != tag);
            if !is_on_all && details.tags.len() < MAX_TAGS {
                details.tags.push(tag.to_owned());
            }
        });
    }

    /// Each as far as its video goes: none gets shorter.
    fn shift_picked(self, by: Micros) {
        let clock = self.videos.clock.get_untracked();
        let changes = untrack(move || self.picked_clips())
            .into_iter()
            .map(|clip| {
                let moved = |edge: Micros| clock.within(&clip.video, edge + by) - edge;
                let (start, end) = (moved(clip.details.start), moved(clip.details.end));
                let by = if start.0.abs() < end.0.abs() { start } else { end };
                let details = clip.details.clone().later(by);
                (clip, details)
            })
            .collect();
        self.store_all(changes, Vec::new());
    }

    fn edit_picked(self, edit: impl Fn(&mut ClipDetails)) {
        let changes = untrack(move || self.picked_clips())
            .into_iter()
            .map(|clip| {
                let mut details = clip.details.clone();
                edit(&mut details);
                (clip, details)
            })
            .collect();
        self.store_all(changes, Vec::new());
    }

    /// The first one reaches to the end of the last, with all that was said of any of them; the others go.
    pub fn merge_picked(self) {
        let clips = untrack(move || self.picked_clips());
        let Some((first, others)) = clips.split_first() else { return };
        if others.iter().any(|clip| clip.video != first.video) {
            self.toasts.error("These clips are of different videos: a clip lies within one.");
            return;
        }
        let merged = others.iter().fold(first.details.clone(), |all, clip| joined(all, &clip.details));
        if merged.end - merged.start > LONGEST {
            self.toasts.error("They would be a clip of more than an hour: pick fewer of them.");
            return;
        }
        if self.saver.is_held(&first.id) {
            self.toasts.error("One of them was changed elsewhere: decide about that first.");
            return;
        }
        self.picked.update(BTreeSet::clear);
        self.selected.set(Some(first.id.clone()));
        self.store_all(vec![(first.clone(), merged)], others.to_vec());
        self.toasts.with_action(format!("{} clips are one", clips.len()), "Undo", self.undo_action);
    }

    fn delete_picked(self) {
        let clips = untrack(move || self.picked_clips());
        self.picked.update(BTreeSet::clear);
        self.selected.set(None);
        self.store_all(Vec::new(), clips);
    }

    /// Changes and deletions as one step. Times stay within their videos.
    pub(super) fn store_all(self, changes: Vec<(Clip, ClipDetails)>, leaving: Vec<Clip>) {
        let clock = self.videos.clock.get_untracked();
        let (mut before, mut after, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
        let mut is_cut = false;
        for (clip, details) in changes {
            let (start, end) = (clock.within(&clip.video, details.start), clock.within(&clip.video, details.end));
            if start >= end {
                is_cut = true;
                continue;
            }
            let details = ClipDetails { start, end, ..details };
            let now = Clip { details: details.clone(), ..clip.clone() };
            if now != clip {
                before.push(ClipState { id: clip.id.clone(), details: Some(self.saver.stored_details(&clip)) });
                after.push(ClipState { id: clip.id.clone(), details: Some(self.saver.stored_details(&now)) });
                wanted.push((clip.id, details));
            }
        }
        for clip in &leaving {
            before.push(ClipState { id: clip.id.clone(), details: Some(self.saver.stored_details(clip)) });
            after.push(ClipState { id: clip.id.clone(), details: None });
        }
        self.record_all(before, after, None);
        if !wanted.is_empty() {
            self.saver.change_all(wanted, true);
        }
        if !leaving.is_empty() {
            self.saver.delete(leaving, Some(self.gone));
        }
        if is_cut {
            self.toasts.say("A clip lies within one video: some stay where they are.");
        }
    }
}

/// Both as one: the whole stretch, the better rating, every tag, player and note.
fn joined(all: ClipDetails, next: &ClipDetails) -> ClipDetails {
    let tags = next.tags.iter().filter(|tag| !all.tags.contains(tag));
    let tags = all.tags.iter().chain(tags).take(MAX_TAGS).cloned().collect();
    ClipDetails {
        start: all.start.min(next.start),
        end: all.end.max(next.end),
        rating: all.rating.max(next.rating),
        tags,
        name: if all.name.is_empty() { next.name.clone() } else { all.name },
        players: words(all.players, players_of(&next.players), |all| players_of(all).collect(), ", ", MAX_PLAYERS),
        notes: words(all.notes, next.notes.lines(), |all| all.lines().collect(), "\n", MAX_NOTES),
    }
}

/// What the other says beside, each only once, as far as there is room.
fn words<'a>(
    all: String,
    next: impl Iterator<Item = &'a str>,
    parts: impl Fn(&str) -> Vec<&str>,
    between: &str,
    most: usize,
) -> String {
    next.fold(all, |all, part| {
        let longer = if all.is_empty() { part.to_owned() } else { format!("{all}{between}{part}") };
        let is_said = parts(&all).contains(&part);
        if is_said || longer.chars().count() > most { all } else { longer }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(start: i64, end: i64, rating: Rating, tags: &[&str], notes: &str) -> ClipDetails {
        ClipDetails {
            rating,
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            players: "#7 Bo".to_owned(),
            notes: notes.to_owned(),
            ..ClipDetails::of(Micros(start), Micros(end))
        }
    }

    #[test]
    fn merged_clips_lose_nothing() {
        let first = details(0, 5, Rating::Good, &["Pass"], "Long ball");
        let second = details(3, 9, Rating::Brilliant, &["Pass", "Goal"], "Volley");
        let expected = details(0, 9, Rating::Brilliant, &["Pass", "Goal"], "Long ball\nVolley");
        assert_eq!(joined(first, &second), expected);
        let players = |all: &str, next: &str| {
            let said = |all: &str| all.to_owned();
            joined(
                ClipDetails { players: said(all), ..details(0, 5, Rating::Good, &[], "") },
                &ClipDetails { players: said(next), ..details(0, 5, Rating::Good, &[], "") },
            )
            .players
        };
        assert_eq!(players("#10 Ilse", "#1, #10 Ilse"), "#10 Ilse, #1");
        assert_eq!(players("", "Bo"), "Bo");
        assert_eq!(players(&"x".repeat(119), "Bo"), "x".repeat(119));
    }
}
