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
mod tests;
