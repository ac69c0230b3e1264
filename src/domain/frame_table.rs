//! When each picture of a recording of variable rate is shown: what the recorder wrote, not the grid that exports lay it onto.

use super::time::{FrameRate, Micros};

/// Source times of the pictures, rising; the first is zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameTable(Vec<Micros>);

impl FrameTable {
    /// From times on any clock, in any order. `None` of fewer than two pictures, where they lie on the grid of `rate` anyway, or
    /// where two are more than an hour apart.
    pub fn of(mut shown: Vec<Micros>, rate: FrameRate) -> Option<Self> {
        shown.sort_unstable();
        shown.dedup();
        let first = *shown.first()?;
        let times: Vec<Micros> = shown.into_iter().map(|at| at - first).collect();
        let quarter = rate.frame_length().0 / 4;
        let on_grid = (0..).zip(&times).all(|(n, at)| (rate.frame_start(n) - *at).0.abs() <= quarter);
        let near = times.windows(2).all(|pair| u32::try_from((pair[1] - pair[0]).0).is_ok());
        (times.len() > 1 && !on_grid && near).then_some(Self(times))
    }

    /// Microseconds from each picture to the next, four bytes each, the lowest first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let step = |pair: &[Micros]| u32::try_from((pair[1] - pair[0]).0).unwrap_or(u32::MAX).to_le_bytes();
        self.0.windows(2).flat_map(step).collect()
    }

    /// `None` where that cannot be what was written.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() || !bytes.len().is_multiple_of(4) {
            return None;
        }
        let mut at = Micros::ZERO;
        let mut times = vec![at];
        for step in bytes.chunks_exact(4) {
            let step = u32::from_le_bytes(step.try_into().ok()?);
            at = at + Micros(step.into());
            times.push(at);
        }
        Some(Self(times))
    }

    /// The picture that is shown at `at`.
    pub fn index_at(&self, at: Micros) -> usize {
        self.0.partition_point(|start| *start <= at).saturating_sub(1)
    }

    /// From when to when a picture is shown; the last one as long as the one before it.
    pub fn shown(&self, index: usize) -> Option<(Micros, Micros)> {
        let start = *self.0.get(index)?;
        let end = match self.0.get(index + 1) {
            Some(next) => *next,
            None => start + (start - *self.0.get(index.checked_sub(1)?)?),
        };
        Some((start, end))
    }

    /// Where a mark of that picture belongs: on the grid of `rate`, where an export shows it first.
    pub fn mark(&self, index: usize, rate: FrameRate) -> Option<Micros> {
        let (start, _) = self.shown(index)?;
        let half = rate.frame_length().0 / 2;
        Some(rate.frame_start(rate.frame_at(start + Micros(half))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: FrameRate = FrameRate { num: 25, den: 1 };

    fn table(times: &[i64]) -> Option<FrameTable> {
        FrameTable::of(times.iter().copied().map(Micros).collect(), RATE)
    }

    #[test]
    fn what_lies_on_the_grid_needs_no_table() {
        assert_eq!(table(&[500_000, 540_000, 580_100, 619_900]), None);
        assert_eq!(table(&[0]), None);
        assert_eq!(table(&[0, 5_000_000_000]), None);
        assert!(table(&[0, 40_000, 120_000]).is_some());
    }

    #[test]
    fn pictures_are_found_and_marked() {
        // In the order of decoding, with one that comes twice.
        let table = table(&[1_000_000, 1_133_000, 1_040_000, 1_040_000, 1_200_000]).expect("a table");
        assert_eq!(
            [0, 39_999, 40_000, 132_999, 133_000, 9_000_000].map(|at| table.index_at(Micros(at))),
            [0, 0, 1, 1, 2, 3]
        );
        assert_eq!(table.index_at(Micros(-1)), 0);
        assert_eq!(table.shown(1), Some((Micros(40_000), Micros(133_000))));
        assert_eq!(table.shown(3), Some((Micros(200_000), Micros(267_000))));
        assert_eq!(table.shown(4), None);
        assert_eq!(table.mark(2, RATE), Some(Micros(120_000)), "0.133 lies nearer to 0.12 than to 0.16");
        assert_eq!(FrameTable::from_bytes(&table.to_bytes()), Some(table));
        assert_eq!(FrameTable::from_bytes(b"abc"), None);
    }
}
