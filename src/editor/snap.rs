//! Edges that are dragged on a timeline catch on what is near.

use crate::domain::time::Micros;

/// The nearest target within reach, if any.
pub fn nearest(at: Micros, targets: &[Micros], reach: Micros) -> Option<Micros> {
    let best = targets.iter().copied().min_by_key(|target| (*target - at).0.abs())?;
    ((best - at).0.abs() <= reach.0).then_some(best)
}

/// How far a stretch moves so that one of its edges catches, and on what; none where nothing is near.
pub fn stretch(start: Micros, end: Micros, targets: &[Micros], reach: Micros) -> Option<(Micros, Micros)> {
    [start, end]
        .into_iter()
        .filter_map(|edge| nearest(edge, targets, reach).map(|target| (target - edge, target)))
        .min_by_key(|(by, _)| by.0.abs())
}

/// A row for each of these stretches, so that no two of a row overlap: the first that is free, at most `most` rows. They come
/// in order of their starts.
pub fn rows(stretches: &[(Micros, Micros)], most: usize) -> Vec<usize> {
    let mut ends: Vec<Micros> = Vec::new();
    stretches
        .iter()
        .map(|(start, end)| match ends.iter().position(|last| last <= start) {
            Some(row) => {
                ends[row] = *end;
                row
            }
            None if ends.len() < most.max(1) => {
                ends.push(*end);
                ends.len() - 1
            }
            None => {
                let row = (0..ends.len()).min_by_key(|row| ends[*row]).unwrap_or(0);
                ends[row] = ends[row].max(*end);
                row
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_is_near_catches() {
        let targets = [Micros(100), Micros(200)];
        assert_eq!(nearest(Micros(108), &targets, Micros(10)), Some(Micros(100)));
        assert_eq!(nearest(Micros(150), &targets, Micros(10)), None);
        assert_eq!(nearest(Micros(150), &[], Micros(10)), None);
        assert_eq!(stretch(Micros(93), Micros(198), &targets, Micros(10)), Some((Micros(2), Micros(200))));
        assert_eq!(stretch(Micros(40), Micros(150), &targets, Micros(10)), None);
    }

    proptest! {
        #[test]
        fn no_two_of_a_row_overlap(mut all in prop::collection::vec((0_i64..1_000, 1_i64..60), 0..60)) {
            all.sort_unstable();
            let stretches: Vec<_> = all.iter().map(|(start, length)| (Micros(*start), Micros(start + length))).collect();
            let rows = rows(&stretches, usize::MAX);
            for at in 0..rows.len() {
                for other in at + 1..rows.len() {
                    let apart = stretches[at].1 <= stretches[other].0;
                    prop_assert!(rows[at] != rows[other] || apart);
                }
            }
            prop_assert!(super::rows(&stretches, 3).iter().all(|row| *row < 3));
        }
    }
}
