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
        ClipDetails { rating, name: name.to_owned(), ..ClipDetails::of(Micros(start), Micros(start + 5)) }
    }

    fn id(n: u8) -> ClipId {
        format!("0192f0c1-2345-7abc-8def-0123456789{n:02x}").parse().expect("an id")
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
