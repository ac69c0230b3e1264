//! What this tab wants of a reel, joined with what the server has of it. Pure.

use super::draft::{Addition, Draft, DraftClip, Write, reshape, revert, take_parts};
use crate::{
    domain::framing::Framing,
    reels::types::{Reel, ReelClip},
};
use serde::{Deserialize, Serialize};

/// A write that is on its way, or whose answer never came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    pub write: Write,
    /// Of the reel, or of the clip, that it stands on: while the server has that one, the write has not been taken.
    pub version: i64,
}

impl Sent {
    pub fn on(server: &Reel, write: Write) -> Option<Self> {
        let version = version_for(server, &write)?;
        Some(Self { write, version })
    }

    /// Whether the server may take it yet.
    pub fn stands(&self, server: &Reel) -> bool {
        version_for(server, &self.write) == Some(self.version)
    }
}

fn version_for(server: &Reel, write: &Write) -> Option<i64> {
    match write {
        Write::Reel { .. } | Write::Add(_) => Some(server.version),
        Write::Framing(id, _) => Some(server.clips.iter().find(|clip| clip.id == *id)?.version),
    }
}

/// What the server has once it has taken `write`.
fn written(server: &Reel, write: &Write) -> Draft {
    let mut reel = server.clone();
    match write {
        Write::Framing(id, framing) => {
            for clip in reel.clips.iter_mut().filter(|clip| clip.id == *id) {
                clip.framing.clone_from(framing);
            }
        }
        Write::Reel { name, aspect, order } => {
            reel.name = name.clone().unwrap_or(reel.name);
            if let Some(aspect) = aspect {
                reshape(&mut reel, *aspect);
            }
            if let Some(order) = order {
                reel.clips.retain(|clip| order.contains(&clip.id));
                reel.clips.sort_by_key(|clip| order.iter().position(|id| *id == clip.id));
            }
        }
        Write::Add(_) => {}
    }
    let mut draft = Draft::of(&reel);
    if let Write::Add(additions) = write {
        let new = |Addition { id, clip, .. }: &Addition| DraftClip {
            id: id.clone(),
            clip: clip.clone(),
            framing: Framing::default(),
        };
        draft.clips.extend(additions.iter().map(new));
    }
    draft
}

/// What changes here and elsewhere are told apart by: `before`, but what the server has just as it was `sent` was sent by us.
fn settled(before: &Draft, sent: &Draft, server: &Draft) -> Draft {
    let of_order = |draft: &Draft| {
        let mut order = draft.order();
        order.retain(|id| before.has(id) || sent.has(id));
        order
    };
    let is_order_ours = of_order(server) == sent.order();
    let mut clips = if is_order_ours { sent.clips.clone() } else { before.clips.clone() };
    for clip in &mut clips {
        let Some(known) = before.find(&clip.id) else { continue };
        clip.framing.clone_from(&known.framing);
        if let (Some(ours), Some(theirs)) = (sent.find(&clip.id), server.find(&clip.id)) {
            take_parts(&mut clip.framing, &theirs.framing, &ours.framing, |same| same.there);
        }
    }
    let name = if sent.name == server.name { &sent.name } else { &before.name };
    let aspect = if sent.aspect == server.aspect { sent.aspect } else { before.aspect };
    Draft { name: name.clone(), aspect, clips }
}

/// What an answer is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// To what was sent: this is what became of it.
    Write,
    /// To what was asked because a write was refused: what we knew was wrong.
    Refusal,
    /// To what was asked for any other reason.
    Look,
}

/// What both sides changed: it is shown as the server has it, until somebody decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    pub shown: Draft,
    /// The same with what was wanted here.
    pub wanted: Draft,
}

impl Conflict {
    /// This one, and what is still undecided of an `earlier` one.
    #[must_use]
    pub fn after(mut self, earlier: Option<Self>) -> Self {
        let Some(Self { shown, wanted }) = earlier else { return self };
        if shown.name != wanted.name {
            self.wanted.name = wanted.name;
        }
        if shown.aspect != wanted.aspect {
            self.wanted.aspect = wanted.aspect;
        }
        for clip in &mut self.wanted.clips {
            if let (Some(shown), Some(wanted)) = (shown.find(&clip.id), wanted.clips.iter().find(|it| it.id == clip.id))
            {
                take_parts(&mut clip.framing, &shown.framing, &wanted.framing, |same| !same.there);
            }
        }
        self
    }
}

/// Brings `latest` into `local`, where the server had `known` and `sent` was on its way.
pub fn join(
    local: &mut Reel,
    known: &Reel,
    sent: Option<&Write>,
    additions: &[Addition],
    latest: &Reel,
    of: Of,
) -> Option<Conflict> {
    let before = Draft::of(known);
    let mut base = match (sent.map(|write| written(known, write)), of) {
        (Some(ours), Of::Write) => ours,
        (Some(ours), Of::Look | Of::Refusal) => settled(&before, &ours, &Draft::of(latest)),
        (None, _) => before,
    };
    // What is still wanted when it comes is no removal.
    base.clips.retain(|clip| !additions.iter().any(|waiting| waiting.id == clip.id));
    merge(local, &base, latest)
}

/// What the server has now with what was `wanted` when it still had `base`: after a reload. The rest as in [`join`].
pub fn rebased(
    fresh: &Reel,
    base: &Draft,
    wanted: &Draft,
    sent: Option<&Write>,
    additions: &[Addition],
) -> (Reel, Option<Conflict>) {
    let mut known = fresh.clone();
    known.name.clone_from(&base.name);
    known.aspect = base.aspect;
    known.clips.retain(|clip| base.has(&clip.id));
    known.clips.sort_by_key(|clip| base.clips.iter().position(|other| other.id == clip.id));
    for clip in &mut known.clips {
        if let Some(other) = base.find(&clip.id) {
            clip.framing.clone_from(&other.framing);
        }
    }
    let mut reel = known.clone();
    revert(&mut reel, base, wanted);
    let conflict = join(&mut reel, &known, sent, additions, fresh, Of::Look);
    (reel, conflict)
}

/// Takes a refused write back out of `local`: where it is still as it was sent, it is as the server has it.
pub fn take_back(local: &mut Reel, server: &Reel, write: &Write) {
    let (ours, known, mine) = (written(server, write), Draft::of(server), Draft::of(local));
    if mine.name == ours.name {
        local.name.clone_from(&known.name);
    }
    if mine.aspect == ours.aspect {
        local.aspect = known.aspect;
    }
    for clip in &mut local.clips {
        if let (Some(ours), Some(known)) = (ours.find(&clip.id), known.find(&clip.id)) {
            take_parts(&mut clip.framing, &ours.framing, &known.framing, |same| same.here);
        }
    }
    if mine.order() == ours.order() {
        let removed = |clip: &&ReelClip| !mine.has(&clip.id);
        local.clips.extend(server.clips.iter().filter(removed).cloned());
        local.clips.sort_by_key(|clip| server.clips.iter().position(|other| other.id == clip.id));
    }
}

/// Brings what the server has now into `local`, of which `before` was what the server had: what was changed here stays,
/// everything else follows the server.
fn merge(local: &mut Reel, before: &Draft, server: &Reel) -> Option<Conflict> {
    let mine = Draft::of(local);
    let mut clips = server.clips.clone();
    let mut wishes = Vec::new();
    for clip in &mut clips {
        if let (Some(own), Some(old)) = (mine.find(&clip.id), before.find(&clip.id)) {
            let (shown, wanted) = joined(&old.framing, &own.framing, &clip.framing);
            clip.framing = shown;
            wishes.push((clip.id.clone(), wanted));
        }
    }
    if mine.order() != before.order() {
        // What was removed here stays removed; what came elsewhere goes to the end.
        clips.retain(|clip| mine.has(&clip.id) || !before.has(&clip.id));
        let place = |clip: &ReelClip| mine.clips.iter().position(|own| own.id == clip.id).unwrap_or(usize::MAX);
        clips.sort_by_key(place);
    }
    let name = part(&before.name, &mine.name, &server.name);
    let aspect = part(&before.aspect, &mine.aspect, &server.aspect);
    (local.name, local.aspect, local.clips) = (name.0, aspect.0, clips);
    local.version = server.version;
    local.videos.clone_from(&server.videos);
    local.music.clone_from(&server.music);
    let shown = Draft::of(local);
    let mut wanted = Draft { name: name.1, aspect: aspect.1, ..shown.clone() };
    for clip in &mut wanted.clips {
        if let Some((_, framing)) = wishes.iter().find(|(id, _)| *id == clip.id) {
            clip.framing.clone_from(framing);
        }
    }
    (shown != wanted).then_some(Conflict { shown, wanted })
}

/// What is shown of a part and what was wanted of it: they differ where both sides say something else.
fn part<T: PartialEq + Clone>(before: &T, mine: &T, theirs: &T) -> (T, T) {
    match (mine == before, theirs == before || theirs == mine) {
        (true, _) => (theirs.clone(), theirs.clone()),
        (false, true) => (mine.clone(), mine.clone()),
        (false, false) => (theirs.clone(), mine.clone()),
    }
}

/// Both sides' changes of one framing, part by part.
fn joined(before: &Framing, mine: &Framing, theirs: &Framing) -> (Framing, Framing) {
    let crop = part(&before.crop, &mine.crop, &theirs.crop);
    let segments = part(&before.segments, &mine.segments, &theirs.segments);
    let straighten = part(&before.straighten, &mine.straighten, &theirs.straighten);
    let opening = part(&before.opening, &mine.opening, &theirs.opening);
    let spotlights = part(&before.spotlights, &mine.spotlights, &theirs.spotlights);
    let cards = part(&before.cards, &mine.cards, &theirs.cards);
    let volume = part(&before.volume, &mine.volume, &theirs.volume);
    let bounds = part(&before.bounds, &mine.bounds, &theirs.bounds);
    let shown = Framing {
        crop: crop.0,
        segments: segments.0,
        straighten: straighten.0,
        opening: opening.0,
        spotlights: spotlights.0,
        cards: cards.0,
        volume: volume.0,
        bounds: bounds.0,
    };
    let wanted = Framing {
        crop: crop.1,
        segments: segments.1,
        straighten: straighten.1,
        opening: opening.1,
        spotlights: spotlights.1,
        cards: cards.1,
        volume: volume.1,
        bounds: bounds.1,
    };
    (shown, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{aspect::Aspect, time::Micros},
        reels::editor::draft::{
            next_write,
            tests::{framed, id, ids, reel},
        },
    };

    /// The one write that makes `local` of `server`.
    fn write_of(server: &Reel, local: &Reel) -> Write {
        next_write(&Draft::of(server), &Draft::of(local), &[], 9).expect("something to write")
    }

    fn addition(n: u8) -> Addition {
        Addition { id: id(n), clip: id(n), place: None, is_back: false }
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
        assert_eq!(merge(&mut local, &Draft::of(&before), &server), None);
        assert_eq!((local.name.as_str(), local.aspect), ("Mine", Aspect::Wide));
        // Of one clip the crop was changed here, how it opens elsewhere: both count.
        assert_eq!((&local.clips[0].framing.crop, local.clips[0].framing.opening.length), (&framed(5).crop, Micros(7)));
        assert_eq!(local.clips[1].framing, framed(8));
        assert_eq!(ids(&local), [id(11), id(12), id(13)]);
    }

    #[test]
    fn what_both_changed_is_as_the_server_has_it_and_said() {
        let before = reel(&[11, 12]);
        let (mut local, mut server) = (before.clone(), before.clone());
        local.clips[0].framing = framed(5);
        local.clips[0].framing.opening.length = Micros(3);
        local.clips[1].framing = framed(5);
        server.clips[0].framing = framed(7);
        let conflict = merge(&mut local, &Draft::of(&before), &server).expect("a conflict");
        // Only what both changed is as it is there.
        assert_eq!((&local.clips[0].framing.crop, local.clips[0].framing.opening.length), (&framed(7).crop, Micros(3)));
        assert_eq!(local.clips[1].framing, framed(5));
        // Whoever wants it as it was here gets that, and keeps what else was changed since.
        local.clips[0].framing.opening.length = Micros(9);
        local.clips[1].framing = framed(6);
        let decided = |local: &Reel, conflict: &Conflict| {
            let mut local = local.clone();
            assert_eq!(revert(&mut local, &conflict.shown, &conflict.wanted), []);
            local
        };
        let now = decided(&local, &conflict);
        assert_eq!((&now.clips[0].framing.crop, now.clips[0].framing.opening.length), (&framed(5).crop, Micros(9)));
        assert_eq!(now.clips[1].framing, framed(6));
        // A second one before that is no less kept.
        let known = server.clone();
        server.clips[1].framing = framed(8);
        let second = merge(&mut local, &Draft::of(&known), &server).expect("another").after(Some(conflict));
        assert_eq!(local.clips[1].framing, framed(8));
        let now = decided(&local, &second);
        assert_eq!((&now.clips[0].framing.crop, &now.clips[1].framing), (&framed(5).crop, &framed(6)));
    }

    #[test]
    fn the_same_on_both_sides_is_no_conflict() {
        let before = reel(&[11]);
        let (mut local, mut server) = (before.clone(), before.clone());
        (local.name, server.name) = ("B".to_owned(), "B".to_owned());
        assert_eq!(merge(&mut local, &Draft::of(&before), &server), None);
        server.name = "C".to_owned();
        let conflict = merge(&mut local, &Draft::of(&before), &server).expect("a conflict");
        assert_eq!((local.name.as_str(), conflict.wanted.name.as_str()), ("C", "B"));
    }

    #[test]
    fn a_removal_here_survives_a_merge() {
        let before = reel(&[11, 12, 13]);
        let mut local = before.clone();
        local.clips.remove(1);
        assert_eq!(merge(&mut local, &Draft::of(&before), &before), None);
        assert_eq!(ids(&local), [id(11), id(13)]);
    }

    #[test]
    fn what_was_wanted_before_a_reload_stands_on_what_is_there_after_it() {
        let base = reel(&[11, 12, 13]);
        let mut wanted = reel(&[13, 11]);
        wanted.clips[0].framing = framed(5);
        wanted.name = "Mine".to_owned();
        // Meanwhile one clip went and one came.
        let mut fresh = reel(&[11, 12, 14, 13]);
        fresh.version = 7;
        fresh.clips[0].framing = framed(6);
        let again = |fresh: &Reel, wanted: &Reel| rebased(fresh, &Draft::of(&base), &Draft::of(wanted), None, &[]);
        let (now, conflict) = again(&fresh, &wanted);
        assert_eq!((now.version, now.name.as_str(), conflict), (7, "Mine", None));
        assert_eq!(ids(&now), [id(13), id(11), id(14)]);
        assert_eq!((&now.clips[0].framing, &now.clips[1].framing), (&framed(5), &framed(6)));
        // Nothing wanted is the server's reel as it is.
        assert_eq!(again(&fresh, &base), (fresh.clone(), None));
        // Both changed one clip.
        fresh.clips[3].framing = framed(9);
        let (now, conflict) = again(&fresh, &wanted);
        assert!(conflict.is_some());
        assert_eq!(now.clips[0].framing, framed(9));
    }

    #[test]
    fn a_write_whose_answer_was_lost_is_not_somebody_elses() {
        let known = reel(&[11, 12]);
        let with = |x: Option<i64>| {
            let mut reel = known.clone();
            if let Some(x) = x {
                reel.clips[0].framing = framed(x);
            }
            reel
        };
        let write = write_of(&known, &with(Some(5)));
        let joined = |local: &Reel, latest: &Reel| {
            let mut now = local.clone();
            let conflict = join(&mut now, &known, Some(&write), &[], latest, Of::Look).is_some();
            assert_eq!(rebased(latest, &Draft::of(&known), &Draft::of(local), Some(&write), &[]).0, now);
            (now.clips[0].framing.clone(), conflict)
        };
        // The server took it, and here it went on, stayed, or was undone.
        for mine in [Some(6), Some(5), None] {
            assert_eq!(joined(&with(mine), &with(Some(5))), (with(mine).clips[0].framing.clone(), false), "{mine:?}");
        }
        // It did not take it.
        for mine in [Some(6), Some(5), None] {
            assert_eq!(joined(&with(mine), &known), (with(mine).clips[0].framing.clone(), false), "{mine:?}");
        }
        // Somebody else's change is one, also of who changed nothing since; who undid wants nothing any more.
        for (mine, conflict) in [(Some(6), true), (Some(5), true), (None, false)] {
            assert_eq!(joined(&with(mine), &with(Some(7))), (framed(7), conflict), "{mine:?}");
        }
    }

    #[test]
    fn what_is_undone_before_its_answer_comes_stays_undone() {
        let known = reel(&[11, 12]);
        let mut renamed = known.clone();
        renamed.name = "B".to_owned();
        renamed.clips.reverse();
        let write = write_of(&known, &renamed);
        let mut latest = renamed.clone();
        latest.version = 2;
        for of in [Of::Write, Of::Look] {
            let mut local = known.clone();
            assert_eq!(join(&mut local, &known, Some(&write), &[], &latest, of), None);
            assert_eq!((local.name.as_str(), ids(&local), local.version), ("A", vec![id(11), id(12)], 2));
        }
        // A name that the server cleaned up is the answer to ours.
        latest.name = "B cleaned".to_owned();
        let mut local = renamed.clone();
        assert_eq!(join(&mut local, &known, Some(&write), &[], &latest, Of::Write), None);
        assert_eq!(local, latest);
    }

    #[test]
    fn clips_that_come_are_taken_in_unless_they_are_no_longer_wanted() {
        let known = reel(&[11]);
        let latest = reel(&[11, 12, 13]);
        let write = Write::Add(vec![addition(12), addition(13)]);
        for of in [Of::Write, Of::Look] {
            let mut local = known.clone();
            // 12 was undone while it was on its way; nobody knows whether the answer comes.
            assert_eq!(join(&mut local, &known, Some(&write), &[addition(13)], &latest, of), None);
            assert_eq!(ids(&local), [id(11), id(13)]);
        }
    }

    #[test]
    fn a_write_stands_until_what_it_is_about_moves() {
        let server = reel(&[11, 12]);
        let mut moved = server.clone();
        moved.clips[0].version = 2;
        let framing = |n| Sent::on(&server, Write::Framing(id(n), framed(1))).expect("a clip of the reel");
        assert_eq!([framing(11), framing(12)].map(|sent| sent.stands(&moved)), [false, true]);
        assert_eq!(Sent::on(&server, Write::Framing(id(13), framed(1))), None);
        assert!(Sent::on(&server, Write::Add(vec![addition(13)])).expect("a write").stands(&moved));
        moved.version = 2;
        assert!(!Sent::on(&server, Write::Add(vec![addition(13)])).expect("a write").stands(&moved));
    }

    #[test]
    fn what_is_refused_is_taken_back_and_nothing_else() {
        let server = reel(&[11, 12, 13]);
        let mut local = reel(&[13, 11]);
        local.name = "Mine".to_owned();
        local.clips[1].framing = framed(5);
        let write = write_of(&server, &local);
        take_back(&mut local, &server, &write);
        assert_eq!((local.name.as_str(), ids(&local)), ("A", vec![id(11), id(12), id(13)]));
        assert_eq!(local.clips[0].framing, framed(5));
        let write = write_of(&server, &local);
        // What was changed since is not what was refused.
        let mut since = local.clone();
        since.clips[0].framing = framed(6);
        let kept = since.clone();
        take_back(&mut since, &server, &write);
        assert_eq!(since, kept);
        take_back(&mut local, &server, &write);
        assert_eq!(local, server);
    }
}
