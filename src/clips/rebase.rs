//! Changes of one clip that meet: what was done here, on top of what became of it elsewhere.

use super::types::ClipDetails;

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

/// Whether both changed the same thing to something different: then a person decides. Tags never do, each is its own.
pub fn collides(base: &ClipDetails, mine: &ClipDetails, theirs: &ClipDetails) -> bool {
    fn field<T: PartialEq>(base: &T, mine: &T, theirs: &T) -> bool {
        base != mine && base != theirs && mine != theirs
    }
    field(&(base.start, base.end), &(mine.start, mine.end), &(theirs.start, theirs.end))
        || field(&base.rating, &mine.rating, &theirs.rating)
        || field(&base.name, &mine.name, &theirs.name)
        || field(&base.players, &mine.players, &theirs.players)
        || field(&base.notes, &mine.notes, &theirs.notes)
}

/// What became of it elsewhere, but all that was changed here as it is here.
pub fn insisted(base: &ClipDetails, mine: &ClipDetails, theirs: &ClipDetails) -> ClipDetails {
    fn field<T: Clone + PartialEq>(base: &T, mine: &T, theirs: &T) -> T {
        if base == mine { theirs.clone() } else { mine.clone() }
    }
    let (start, end) = field(&(base.start, base.end), &(mine.start, mine.end), &(theirs.start, theirs.end));
    ClipDetails {
        start,
        end,
        rating: field(&base.rating, &mine.rating, &theirs.rating),
        tags: turned(theirs, base, mine).tags,
        name: field(&base.name, &mine.name, &theirs.name),
        players: field(&base.players, &mine.players, &theirs.players),
        notes: field(&base.notes, &mine.notes, &theirs.notes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{rating::Rating, time::Micros};

    fn details(name: &str, start: i64, rating: Rating) -> ClipDetails {
        ClipDetails { rating, name: name.to_owned(), ..ClipDetails::of(Micros(start), Micros(start + 5)) }
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
    fn only_the_same_field_collides() {
        let base = details("", 0, Rating::Good);
        let renamed = details("Volley", 0, Rating::Good);
        let rated = details("", 0, Rating::Brilliant);
        assert!(!collides(&base, &renamed, &rated));
        assert_eq!(turned(&rated, &base, &renamed), details("Volley", 0, Rating::Brilliant));
        // The same change twice, as after an answer that was lost.
        assert!(!collides(&base, &renamed, &renamed));
        let other = details("Header", 0, Rating::Brilliant);
        assert!(collides(&base, &renamed, &other));
        assert_eq!(insisted(&base, &renamed, &other), details("Volley", 0, Rating::Brilliant));
    }
}
