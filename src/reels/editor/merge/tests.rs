//! Joining: what was changed here, elsewhere, sent and undone.

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
