//! Long lists come in pieces: a page of hundreds of rows can be used as soon as those that are seen are there.

use crate::browser::page;
use leptos::prelude::*;
use std::time::Duration;

/// More than any window shows of a list; the lanes of a timeline fill up from the left.
pub const FIRST: usize = 60;
/// So many come at once, and so much time is left between: the page answers meanwhile.
const MORE: usize = 30;
const PAUSE: Duration = Duration::from_millis(50);
/// What the page needs first goes before, but not for longer.
const LATEST: Duration = Duration::from_secs(1);

/// How many of `length` rows are in the page: the first ones, which the server renders, then a piece at a time until all
/// are there, and from then on all.
pub fn room(length: Signal<usize>) -> ReadSignal<usize> {
    let (room, set_room) = signal(FIRST);
    let begun = RwSignal::new(false);
    Effect::new(move |_| {
        // Whichever comes first begins; a second beginning would be a second row of timers.
        let go = move || {
            if begun.try_get_untracked() == Some(false) {
                begun.set(true);
            }
        };
        page::once_loaded(go);
        set_timeout(go, LATEST);
    });
    Effect::new(move |_| {
        if begun.get() && room.get() < usize::MAX {
            let grow = move || {
                if let (Some(now), Some(all)) = (room.try_get_untracked(), length.try_get_untracked()) {
                    let _ = set_room.try_set(grown(now, all));
                }
            };
            set_timeout(grow, PAUSE);
        }
    });
    room
}

/// The next room after `now` for a list of `all` rows; it never gets smaller.
fn grown(now: usize, all: usize) -> usize {
    now.checked_add(MORE).filter(|more| *more < all).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_grows_until_there_is_room_for_all_and_stays() {
        let rooms = std::iter::successors(Some(FIRST), |now| Some(grown(*now, 151))).take(6).collect::<Vec<_>>();
        assert_eq!(rooms, [60, 90, 120, 150, usize::MAX, usize::MAX]);
        assert_eq!(grown(FIRST, 0), usize::MAX);
    }
}
