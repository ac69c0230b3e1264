//! What an editor changes of a reel, as one value: compared with what the server has to know what to send, and with
//! itself to undo. Pure.

use crate::{
    domain::{
        aspect::Aspect,
        framing::Framing,
        geometry::CropSpace,
        ids::{ClipId, ReelClipId},
    },
    reels::types::{Reel, ReelClip},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub name: String,
    pub aspect: Aspect,
    pub clips: Vec<DraftClip>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftClip {
    pub id: ReelClipId,
    pub clip: ClipId,
    pub framing: Framing,
}

/// A clip that the reel is to get. Its id is chosen here, so what was asked for twice is there once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addition {
    pub id: ReelClipId,
    pub clip: ClipId,
    /// None: at the end, not framed.
    pub place: Option<Place>,
    /// It comes back by an undo; otherwise it is a step that can be undone.
    pub is_back: bool,
}

/// Where a clip goes that was in the reel before, or that another one is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub index: usize,
    pub framing: Framing,
}

/// A call that tells the server something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Write {
    Reel { name: Option<String>, aspect: Option<Aspect>, order: Option<Vec<ReelClipId>> },
    Add(Vec<Addition>),
    Framing(ReelClipId, Framing),
}

impl Draft {
    pub fn of(reel: &Reel) -> Self {
        let clip = |clip: &ReelClip| DraftClip {
            id: clip.id.clone(),
            clip: clip.clip.id.clone(),
            framing: clip.framing.clone(),
        };
        Self { name: reel.name.clone(), aspect: reel.aspect, clips: reel.clips.iter().map(clip).collect() }
    }

    pub fn order(&self) -> Vec<ReelClipId> {
        self.clips.iter().map(|clip| clip.id.clone()).collect()
    }

    pub fn has(&self, id: &ReelClipId) -> bool {
        self.find(id).is_some()
    }

    pub fn find(&self, id: &ReelClipId) -> Option<&DraftClip> {
        self.clips.iter().find(|clip| clip.id == *id)
    }
}

/// What the server must be told next so that it has `local` and what is to come: the reel's own fields together, then up to
/// `most` clips, then one framing at a time.
pub fn next_write(server: &Draft, local: &Draft, additions: &[Addition], most: usize) -> Option<Write> {
    let name = (server.name != local.name).then(|| local.name.clone());
    let aspect = (server.aspect != local.aspect).then_some(local.aspect);
    let order = (server.order() != local.order()).then(|| local.order());
    if name.is_some() || aspect.is_some() || order.is_some() {
        return Some(Write::Reel { name, aspect, order });
    }
    if !additions.is_empty() {
        return Some(Write::Add(additions.iter().take(most).cloned().collect()));
    }
    let changed = |clip: &&DraftClip| server.find(&clip.id).is_some_and(|known| known.framing != clip.framing);
    local.clips.iter().find(changed).map(|clip| Write::Framing(clip.id.clone(), clip.framing.clone()))
}

/// Takes back what changed from `from` to `to`, and only that. Answers the clips that have to be added again, and where.
pub fn revert(local: &mut Reel, from: &Draft, to: &Draft) -> Vec<(usize, DraftClip)> {
    if from.name != to.name {
        local.name.clone_from(&to.name);
    }
    if from.aspect != to.aspect {
        local.aspect = to.aspect;
    }
    for clip in &mut local.clips {
        if let (Some(old), Some(new)) = (from.find(&clip.id), to.find(&clip.id)) {
            take_parts(&mut clip.framing, &old.framing, &new.framing, |same| !same.there);
        }
    }
    if from.order() != to.order() {
        local.clips.retain(|clip| to.has(&clip.id) || !from.has(&clip.id));
        let place = |clip: &ReelClip| to.clips.iter().position(|other| other.id == clip.id).unwrap_or(usize::MAX);
        local.clips.sort_by_key(place);
    }
    let is_there = |id: &ReelClipId| local.clips.iter().any(|clip| clip.id == *id);
    to.clips.iter().cloned().enumerate().filter(|(_, clip)| !from.has(&clip.id) && !is_there(&clip.id)).collect()
}

/// How one part of a framing compares.
#[derive(Clone, Copy)]
pub struct Same {
    /// `now` and `from`.
    pub here: bool,
    /// `from` and `to`.
    pub there: bool,
}

/// Takes those parts of `to` that are wanted: each is edited, joined and undone by itself.
pub fn take_parts(now: &mut Framing, from: &Framing, to: &Framing, wanted: impl Fn(Same) -> bool) {
    fn take<T: PartialEq + Clone>(now: &mut T, from: &T, to: &T, wanted: impl Fn(Same) -> bool) {
        if wanted(Same { here: now == from, there: from == to }) {
            now.clone_from(to);
        }
    }
    take(&mut now.crop, &from.crop, &to.crop, &wanted);
    take(&mut now.segments, &from.segments, &to.segments, &wanted);
    take(&mut now.straighten, &from.straighten, &to.straighten, &wanted);
    take(&mut now.opening, &from.opening, &to.opening, &wanted);
    take(&mut now.spotlights, &from.spotlights, &to.spotlights, &wanted);
    take(&mut now.cards, &from.cards, &to.cards, &wanted);
    take(&mut now.volume, &from.volume, &to.volume, &wanted);
    take(&mut now.bounds, &from.bounds, &to.bounds, &wanted);
}

/// What somebody worked on plays what it plays now, whatever becomes of its clip.
pub fn pin(reel: &mut Reel) {
    for clip in &mut reel.clips {
        let marks = clip.marks();
        clip.framing.pin(marks);
    }
}

/// Another shape for the whole reel, every framing with it.
pub fn reshape(reel: &mut Reel, aspect: Aspect) {
    let videos = reel.videos.clone();
    for clip in &mut reel.clips {
        let video = videos.iter().find(|video| video.id == clip.clip.video);
        if let Some(facts) = video.and_then(|video| video.facts.as_ref()) {
            let space = |aspect| CropSpace::new(facts.width, facts.height, aspect);
            clip.framing = space(reel.aspect).retarget_framing(&clip.framing, space(aspect));
        }
    }
    reel.aspect = aspect;
}

/// A clip that was removed and brought back has a new id.
pub fn rename<'a>(drafts: impl Iterator<Item = &'a mut Draft>, old: &ReelClipId, new: &ReelClipId) {
    for clip in drafts.flat_map(|draft| &mut draft.clips).filter(|clip| clip.id == *old) {
        clip.id = new.clone();
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::{
        clips::types::{Clip, ClipDetails},
        domain::{framing::CropKey, rating::Rating, time::Micros},
    };

    pub fn id<T: std::str::FromStr>(n: u8) -> T
    where
        T::Err: std::fmt::Debug,
    {
        format!("0192f0c1-2345-7abc-8def-0123456789{n:02x}").parse().expect("an id")
    }

    pub fn reel(clips: &[u8]) -> Reel {
        let clip = |n: &u8| ReelClip {
            id: id(*n),
            version: 1,
            clip: Clip {
                id: id(*n),
                version: 1,
                game: id(1),
                video: id(2),
                details: ClipDetails {
                    start: Micros(0),
                    end: Micros(2_000_000),
                    rating: Rating::Good,
                    tags: Vec::new(),
                    name: String::new(),
                    players: String::new(),
                    notes: String::new(),
                },
            },
            framing: Framing::default(),
            game_name: String::new(),
        };
        Reel {
            id: id(9),
            version: 1,
            name: "A".to_owned(),
            aspect: Aspect::Portrait,
            clips: clips.iter().map(clip).collect(),
            videos: Vec::new(),
            music: None,
        }
    }

    pub fn framed(x: i64) -> Framing {
        let key = CropKey { at: Micros(0), x, y: 1, h: 1, ease: crate::domain::framing::Ease::Smooth };
        Framing { crop: vec![key], ..Framing::default() }
    }

    pub fn ids(reel: &Reel) -> Vec<ReelClipId> {
        Draft::of(reel).order()
    }

    #[test]
    fn nothing_is_sent_when_nothing_differs_and_the_reel_goes_first() {
        let server = Draft::of(&reel(&[11, 12]));
        assert_eq!(next_write(&server, &server, &[], 9), None);
        let mut local = reel(&[12, 11]);
        local.clips[0].framing = framed(5);
        let first = next_write(&server, &Draft::of(&local), &[], 9);
        assert_eq!(first, Some(Write::Reel { name: None, aspect: None, order: Some(vec![id(12), id(11)]) }));
        let server = Draft::of(&reel(&[12, 11]));
        assert_eq!(next_write(&server, &Draft::of(&local), &[], 9), Some(Write::Framing(id(12), framed(5))));
    }

    #[test]
    fn undo_takes_back_its_own_step_only() {
        let before = reel(&[11, 12]);
        let mut after = before.clone();
        after.clips[0].framing = framed(5);
        let mut now = after.clone();
        now.clips[1].framing = framed(6);
        assert_eq!(revert(&mut now, &Draft::of(&after), &Draft::of(&before)), []);
        assert_eq!((now.clips[0].framing.clone(), now.clips[1].framing.clone()), (Framing::default(), framed(6)));
    }

    #[test]
    fn undoing_a_removal_asks_for_the_clip_again() {
        let mut before = reel(&[11, 12]);
        before.clips[0].framing = framed(5);
        let mut after = before.clone();
        after.clips.remove(0);
        let mut now = after.clone();
        let removed = revert(&mut now, &Draft::of(&after), &Draft::of(&before));
        // The removal was refused, so it is there.
        assert_eq!(revert(&mut before.clone(), &Draft::of(&after), &Draft::of(&before)), []);
        assert_eq!(removed, [(0, DraftClip { id: id(11), clip: id(11), framing: framed(5) })]);
    }
}
