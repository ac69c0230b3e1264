//! A way through pictures as few keyframes.

use super::time::Micros;

/// Where something is at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub at: Micros,
    pub x: f64,
    pub y: f64,
}

/// Where a straight and steady way from `from` to `to` is at `at`.
#[allow(clippy::cast_precision_loss)] // Microseconds of hours.
fn between(from: Point, to: Point, at: Micros) -> (f64, f64) {
    let whole = (to.at - from.at).0.max(1) as f64;
    let part = (at - from.at).0 as f64 / whole;
    (from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part)
}

/// The points that are enough: between them a straight and steady way is never farther than `most` from the others. The
/// first and the last stay. Points are ordered by time.
pub fn thinned(points: &[Point], most: f64) -> Vec<Point> {
    let Some(last) = points.len().checked_sub(1).filter(|last| *last > 0) else { return points.to_vec() };
    let mut kept = vec![false; points.len()];
    (kept[0], kept[last]) = (true, true);
    let mut open = vec![(0, last)];
    while let Some((from, to)) = open.pop() {
        let far = |index: usize| {
            let point = points[index];
            let (x, y) = between(points[from], points[to], point.at);
            libm::hypot(point.x - x, point.y - y)
        };
        let farthest = (from + 1..to).map(|index| (index, far(index))).max_by(|one, two| one.1.total_cmp(&two.1));
        if let Some((index, distance)) = farthest
            && distance > most
        {
            kept[index] = true;
            open.extend([(from, index), (index, to)]);
        }
    }
    points.iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| *point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn way(places: &[(f64, f64)]) -> Vec<Point> {
        (0..).zip(places).map(|(n, (x, y))| Point { at: Micros(n * 40_000), x: *x, y: *y }).collect()
    }

    #[test]
    fn a_straight_way_needs_its_ends_only() {
        let straight: Vec<(f64, f64)> = (0..50).map(|n| (f64::from(n) * 3.0, 100.0)).collect();
        assert_eq!(thinned(&way(&straight), 0.5).len(), 2);
        let stops: Vec<(f64, f64)> = (0..50).map(|n| (f64::from(n.min(25)) * 3.0, 100.0)).collect();
        assert_eq!(thinned(&way(&stops), 0.5).iter().map(|point| point.at.0 / 40_000).collect::<Vec<_>>(), [0, 25, 49]);
        assert_eq!(thinned(&way(&[(1.0, 2.0)]), 0.5).len(), 1);
        assert_eq!(thinned(&[], 0.5), []);
    }

    proptest! {
        #[test]
        fn none_is_farther_than_allowed(places in prop::collection::vec((0.0..1000.0_f64, 0.0..600.0_f64), 2..80), most in 0.1..50.0_f64) {
            let all = way(&places);
            let few = thinned(&all, most);
            for point in &all {
                let after = few.iter().position(|kept| kept.at >= point.at).expect("the last stays");
                let (from, to) = (few[after.saturating_sub(1)], few[after]);
                let (x, y) = if from.at == to.at { (to.x, to.y) } else { between(from, to, point.at) };
                prop_assert!(libm::hypot(point.x - x, point.y - y) <= most + 1e-6);
            }
        }
    }
}
