//! What Annotate undoes: states of clips before and after a change.

use super::types::ClipDetails;
use crate::domain::ids::ClipId;
use serde::{Deserialize, Serialize};

/// A clip as it was; none when it was not there. Times are its video's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClipState {
    pub id: ClipId,
    pub details: Option<ClipDetails>,
}

/// How a clip gets from one state to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// From what, to what.
    Change(Box<(ClipDetails, ClipDetails)>),
    Delete,
    Restore,
}

/// For each clip whose state differs.
pub fn ways(from: Vec<ClipState>, to: Vec<ClipState>) -> Vec<(ClipId, Way)> {
    let of = |(from, to): (ClipState, ClipState)| {
        let way = match (from.details, to.details) {
            (Some(from), Some(to)) if from != to => Way::Change(Box::new((from, to))),
            (Some(_), None) => Way::Delete,
            (None, Some(_)) => Way::Restore,
            _ => return None,
        };
        Some((to.id, way))
    };
    from.into_iter().zip(to).filter_map(of).collect()
}

/// `now` with what differs between `from` and `to`, and nothing else: what was changed since, here or elsewhere, stays.
pub fn turned(now: &ClipDetails, from: &ClipDetails, to: &ClipDetails) -> ClipDetails {
    fn field<T: Clone + PartialEq>(now: &T, from: &T, to: &T) -> T {
        if from == to || now != from { now.clone() } else { to.clone() }
    }
    // Those that came with the step go, those that went come back; others are somebody else's.
    let tags = || {
        let kept = now.tags.iter().filter(|tag| to.tags.contains(tag) || !from.tags.contains(tag));
        let back = to.tags.iter().filter(|tag| !from.tags.contains(tag) && !now.tags.contains(tag));
        kept.chain(back).cloned().collect()
    };
    let times = field(&(now.start, now.end), &(from.start, from.end), &(to.start, to.end));
    ClipDetails {
        // Together: half of a move would turn a clip inside out.
        start: times.0,
        end: times.1,
        rating: field(&now.rating, &from.rating, &to.rating),
        tags: if now.tags == from.tags { to.tags.clone() } else { tags() },
        name: field(&now.name, &from.name, &to.name),
        players: field(&now.players, &from.players, &to.players),
        notes: field(&now.notes, &from.notes, &to.notes),
    }
}

/// What a change is a part of, while somebody types: the field.
pub fn gesture(id: &ClipId, before: &ClipDetails, after: &ClipDetails) -> String {
    let field = [
        (before.name != after.name, "name"),
        (before.players != after.players, "players"),
        (before.notes != after.notes, "notes"),
    ];
    let field = field.into_iter().find(|(changed, _)| *changed).map_or("", |(_, name)| name);
    format!("{id} {field}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{rating::Rating, time::Micros};

    fn details(name: &str, start: i64, rating: Rating) -> ClipDetails {
        ClipDetails {
            start: Micros(start),
            end: Micros(start + 5),
            rating,
            tags: Vec::new(),
            name: name.to_owned(),
            players: String::new(),
            notes: String::new(),
        }
    }

    fn id(n: u8) -> ClipId {
        format!("0192f0c1-2345-7abc-8def-0123456789{n:02x}").parse().expect("an id")
    }

    #[test]
    fn only_what_was_changed_is_turned() {
        let (before, after) = (details("", 0, Rating::Good), details("", 9, Rating::Good));
        // Named meanwhile, here or elsewhere.
        let now = details("Volley", 9, Rating::Brilliant);
        assert_eq!(turned(&now, &after, &before), details("Volley", 0, Rating::Brilliant));
        assert_eq!(turned(&now, &before, &before), now);
        // Changed elsewhere in the same field.
        let renamed = details("Header", 9, Rating::Good);
        assert_eq!(turned(&renamed, &details("Volley", 9, Rating::Good), &details("", 9, Rating::Good)), renamed);
        let tagged = |tags: &[&str]| ClipDetails {
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..details("", 0, Rating::Good)
        };
        let undone = turned(&tagged(&["Goal", "Header"]), &tagged(&["Goal"]), &tagged(&["Save"]));
        assert_eq!(undone, tagged(&["Header", "Save"]));
    }

    #[test]
    fn a_state_is_reached_by_one_way() {
        let state = |n, details| ClipState { id: id(n), details };
        let (a, b) = (details("a", 0, Rating::Good), details("b", 0, Rating::Good));
        let from =
            vec![state(1, Some(a.clone())), state(2, None), state(3, Some(a.clone())), state(4, Some(a.clone()))];
        let to = vec![state(1, Some(b.clone())), state(2, Some(a.clone())), state(3, None), state(4, Some(a.clone()))];
        let expected = [(id(1), Way::Change(Box::new((a, b)))), (id(2), Way::Restore), (id(3), Way::Delete)];
        assert_eq!(ways(from, to), expected);
    }

    #[test]
    fn typing_in_one_field_is_one_gesture() {
        let (a, b) = (details("a", 0, Rating::Good), details("ab", 0, Rating::Good));
        assert_eq!(gesture(&id(1), &a, &b), format!("{} name", id(1)));
    }
}
