//! What an editor changes of a reel, as one value: compared with what the server has to know what to send, and with
//! itself to undo. Pure.

use crate::{
    domain::{
        aspect::Aspect,
        framing::Framing,
        geometry::CropSpace,
        ids::{ClipId, ReelClipId},
    },
    editor::history::History,
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

/// A clip that the reel is to get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    pub clip: ClipId,
    /// None: at the end, not framed.
    pub as_was: Option<AsWas>,
}

/// Where a clip goes that was in the reel before, or that another one is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsWas {
    pub place: usize,
    /// Its id in the reel before it was removed.
    pub old: Option<ReelClipId>,
    pub framing: Framing,
}

/// The next thing to tell the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    Reel { name: Option<String>, aspect: Option<Aspect>, order: Option<Vec<ReelClipId>> },
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

    fn order(&self) -> Vec<ReelClipId> {
        self.clips.iter().map(|clip| clip.id.clone()).collect()
    }

    fn find(&self, id: &ReelClipId) -> Option<&DraftClip> {
        self.clips.iter().find(|clip| clip.id == *id)
    }
}

/// What the server must be told next so that it has `local`: the reel's own fields together, then one clip at a time.
pub fn next_write(server: &Draft, local: &Draft) -> Option<Write> {
    let name = (server.name != local.name).then(|| local.name.clone());
    let aspect = (server.aspect != local.aspect).then_some(local.aspect);
    let order = (server.order() != local.order()).then(|| local.order());
    if name.is_some() || aspect.is_some() || order.is_some() {
        return Some(Write::Reel { name, aspect, order });
    }
    let changed = |clip: &&DraftClip| server.find(&clip.id).is_some_and(|known| known.framing != clip.framing);
    local.clips.iter().find(changed).map(|clip| Write::Framing(clip.id.clone(), clip.framing.clone()))
}

/// Brings what the server has now into `local`, of which `before` was what the server had: what was changed here stays,
/// everything else follows the server. What was changed on both sides is shown as the server has it: then it answers true.
pub fn merge(local: &mut Reel, before: &Draft, server: &Reel) -> bool {
    let mine = Draft::of(local);
    let mut is_conflict = false;
    let keep_order = mine.order() != before.order();
    let mut clips = server.clips.clone();
    for clip in &mut clips {
        if let (Some(own), Some(old)) = (mine.find(&clip.id), before.find(&clip.id)) {
            match joined(&old.framing, &own.framing, &clip.framing) {
                Some(framing) => clip.framing = framing,
                None => is_conflict = true,
            }
        }
    }
    if keep_order {
        // What was removed here stays removed; what came elsewhere goes to the end.
        clips.retain(|clip| mine.find(&clip.id).is_some() || before.find(&clip.id).is_none());
        let place = |clip: &ReelClip| mine.clips.iter().position(|own| own.id == clip.id).unwrap_or(usize::MAX);
        clips.sort_by_key(place);
    }
    let (name, aspect) =
        (pick(&before.name, &mine.name, &server.name), pick(&before.aspect, &mine.aspect, &server.aspect));
    is_conflict |= name.is_none() || aspect.is_none();
    local.name.clone_from(name.unwrap_or(&server.name));
    local.aspect = *aspect.unwrap_or(&server.aspect);
    local.version = server.version;
    local.videos.clone_from(&server.videos);
    local.music.clone_from(&server.music);
    local.clips = clips;
    is_conflict
}

/// What was changed on one side only; none when both say something else.
fn pick<'a, T: PartialEq>(before: &T, mine: &'a T, theirs: &'a T) -> Option<&'a T> {
    match (mine == before, theirs == before || theirs == mine) {
        (true, _) => Some(theirs),
        (false, true) => Some(mine),
        (false, false) => None,
    }
}

/// Both sides' changes of one framing, where they are of different things.
fn joined(before: &Framing, mine: &Framing, theirs: &Framing) -> Option<Framing> {
    Some(Framing {
        crop: pick(&before.crop, &mine.crop, &theirs.crop)?.clone(),
        segments: pick(&before.segments, &mine.segments, &theirs.segments)?.clone(),
        straighten: *pick(&before.straighten, &mine.straighten, &theirs.straighten)?,
        opening: *pick(&before.opening, &mine.opening, &theirs.opening)?,
        spotlights: pick(&before.spotlights, &mine.spotlights, &theirs.spotlights)?.clone(),
        cards: pick(&before.cards, &mine.cards, &theirs.cards)?.clone(),
        volume: *pick(&before.volume, &mine.volume, &theirs.volume)?,
        bounds: *pick(&before.bounds, &mine.bounds, &theirs.bounds)?,
    })
}

/// Takes back what changed from `from` to `to`, and only that. Answers the clips that have to be added again.
pub fn revert(local: &mut Reel, from: &Draft, to: &Draft) -> Vec<Addition> {
    if from.name != to.name {
        local.name.clone_from(&to.name);
    }
    if from.aspect != to.aspect {
        local.aspect = to.aspect;
    }
    for clip in &mut local.clips {
        if let (Some(old), Some(new)) = (from.find(&clip.id), to.find(&clip.id)) {
            change(&mut clip.framing, &old.framing, &new.framing);
        }
    }
    if from.order() != to.order() {
        local.clips.retain(|clip| to.find(&clip.id).is_some() || from.find(&clip.id).is_none());
        let place = |clip: &ReelClip| to.clips.iter().position(|other| other.id == clip.id).unwrap_or(usize::MAX);
        local.clips.sort_by_key(place);
    }
    let gone = |(index, clip): (usize, &DraftClip)| {
        (from.find(&clip.id).is_none()).then(|| Addition {
            clip: clip.clip.clone(),
            as_was: Some(AsWas { place: index, old: Some(clip.id.clone()), framing: clip.framing.clone() }),
        })
    };
    to.clips.iter().enumerate().filter_map(gone).collect()
}

/// What differs between `from` and `to`, as `to` has it.
fn change(framing: &mut Framing, from: &Framing, to: &Framing) {
    fn take<T: PartialEq + Clone>(now: &mut T, from: &T, to: &T) {
        if from != to {
            now.clone_from(to);
        }
    }
    take(&mut framing.crop, &from.crop, &to.crop);
    take(&mut framing.segments, &from.segments, &to.segments);
    take(&mut framing.straighten, &from.straighten, &to.straighten);
    take(&mut framing.opening, &from.opening, &to.opening);
    take(&mut framing.spotlights, &from.spotlights, &to.spotlights);
    take(&mut framing.cards, &from.cards, &to.cards);
    take(&mut framing.volume, &from.volume, &to.volume);
    take(&mut framing.bounds, &from.bounds, &to.bounds);
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

/// A clip that was removed and restored has a new id.
pub fn rename(history: &mut History<Draft>, old: &ReelClipId, new: &ReelClipId) {
    for draft in history.states_mut() {
        for clip in draft.clips.iter_mut().filter(|clip| clip.id == *old) {
            clip.id = new.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clips::types::{Clip, ClipDetails},
        domain::{framing::CropKey, rating::Rating, time::Micros},
    };

    fn id<T: std::str::FromStr>(n: u8) -> T
    where
        T::Err: std::fmt::Debug,
    {
        format!("0192f0c1-2345-7abc-8def-0123456789{n:02x}").parse().expect("an id")
    }

    fn reel(clips: &[u8]) -> Reel {
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

    fn framed(x: i64) -> Framing {
        let key = CropKey { at: Micros(0), x, y: 1, h: 1, ease: crate::domain::framing::Ease::Smooth };
        Framing { crop: vec![key], ..Framing::default() }
    }

    fn ids(reel: &Reel) -> Vec<ReelClipId> {
        Draft::of(reel).order()
    }

    #[test]
    fn nothing_is_sent_when_nothing_differs_and_the_reel_goes_first() {
        let server = Draft::of(&reel(&[11, 12]));
        assert_eq!(next_write(&server, &server), None);
        let mut local = reel(&[12, 11]);
        local.clips[0].framing = framed(5);
        let first = next_write(&server, &Draft::of(&local));
        assert_eq!(first, Some(Write::Reel { name: None, aspect: None, order: Some(vec![id(12), id(11)]) }));
        let server = Draft::of(&reel(&[12, 11]));
        assert_eq!(next_write(&server, &Draft::of(&local)), Some(Write::Framing(id(12), framed(5))));
    }

    #[test]
    fn what_was_changed_here_stays_and_the_rest_follows() {
        let before = reel(&[11, 12]);
        let (mut local, mut server) = (before.clone(), before.clone());
        local.clips[0].framing = framed(5);
        local.name = "Mine".to_owned();
        server.clips[0].framing.opening.length = Micros(7);
        server.clips[1].framing = framed(8);
        server.aspect = Aspect::Wide;
        server.clips.push(reel(&[13]).clips.remove(0));
        assert!(!merge(&mut local, &Draft::of(&before), &server));
        assert_eq!((local.name.as_str(), local.aspect), ("Mine", Aspect::Wide));
        // Of one clip the crop was changed here, how it opens elsewhere: both count.
        assert_eq!((&local.clips[0].framing.crop, local.clips[0].framing.opening.length), (&framed(5).crop, Micros(7)));
        assert_eq!(local.clips[1].framing, framed(8));
        assert_eq!(ids(&local), [id(11), id(12), id(13)]);
    }

    #[test]
    fn what_both_changed_is_as_the_server_has_it_and_said() {
        let before = reel(&[11]);
        let (mut local, mut server) = (before.clone(), before.clone());
        local.clips[0].framing = framed(5);
        server.clips[0].framing = framed(7);
        let mine = Draft::of(&local);
        assert!(merge(&mut local, &Draft::of(&before), &server));
        assert_eq!(local.clips[0].framing, framed(7));
        // Whoever wants it as it was here gets that, and keeps what else was changed there.
        local.clips[0].framing.opening.length = Micros(9);
        assert_eq!(revert(&mut local, &Draft::of(&before), &mine), []);
        assert_eq!((&local.clips[0].framing.crop, local.clips[0].framing.opening.length), (&framed(5).crop, Micros(9)));
        // The same on both sides is no conflict.
        let (mut local, mut server) = (before.clone(), before.clone());
        (local.name, server.name) = ("B".to_owned(), "B".to_owned());
        assert!(!merge(&mut local, &Draft::of(&before), &server));
        server.name = "C".to_owned();
        assert!(merge(&mut local, &Draft::of(&before), &server));
        assert_eq!(local.name, "C");
    }

    #[test]
    fn a_removal_here_survives_a_merge() {
        let before = reel(&[11, 12, 13]);
        let mut local = before.clone();
        local.clips.remove(1);
        assert!(!merge(&mut local, &Draft::of(&before), &before));
        assert_eq!(ids(&local), [id(11), id(13)]);
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
        let add = revert(&mut now, &Draft::of(&after), &Draft::of(&before));
        assert_eq!(
            add,
            [Addition { clip: id(11), as_was: Some(AsWas { place: 0, old: Some(id(11)), framing: framed(5) }) }]
        );
    }
}
