//! Interpolation of keyframes over media time.
//!
//! Only `+ - * /` and comparisons: the browser and the server get the same bits. `tests/golden/keyframes.json` holds
//! values that an independent script worked out in exact fractions.

use super::{framing::Ease, time::Micros};

/// One moment of a keyframed value.
pub trait Key {
    fn at(&self) -> Micros;
    /// How the value travels from this key to the next.
    fn ease(&self) -> Ease;
}

/// The value at `at`; `keys` are ordered by time, no two at the same time. Before the first and after the last key it
/// stays what it is there. `None` without keys. Never outside the values of the two keys around `at`.
pub fn value_at<K: Key>(keys: &[K], at: Micros, value: impl Fn(&K) -> i64) -> Option<f64> {
    let after = keys.partition_point(|key| key.at() <= at);
    let Some(left) = after.checked_sub(1) else { return keys.first().map(|key| real(value(key))) };
    let from = real(value(&keys[left]));
    if after == keys.len() || keys[left].at() == at {
        return Some(from);
    }
    let to = real(value(&keys[after]));
    let length = span(&keys[left], &keys[after]);
    let part = elapsed(&keys[left], at) / length;
    let answer = match keys[left].ease() {
        Ease::Hold => from,
        Ease::Linear => from + (to - from) * part,
        Ease::Smooth => {
            let (start, end) = (slope(keys, left, &value), slope(keys, after, &value));
            hermite(from, to, start * length, end * length, part)
        }
    };
    Some(answer.clamp(from.min(to), from.max(to)))
}

/// The keys that decide every value from `start` to `end`: those inside, and two on either side.
pub fn keys_for<K: Key>(keys: &[K], start: Micros, end: Micros) -> &[K] {
    let first = keys.partition_point(|key| key.at() <= start).saturating_sub(2);
    let last = keys.partition_point(|key| key.at() < end).saturating_add(2).min(keys.len());
    keys.get(first..last).unwrap_or(keys)
}

/// Cubic Hermite polynomial on 0..1; the tangents are per unit of `t`.
fn hermite(from: f64, to: f64, start: f64, end: f64, t: f64) -> f64 {
    let (t2, t3) = (t * t, t * t * t);
    from + (to - from) * (3.0 * t2 - 2.0 * t3) + start * (t3 - 2.0 * t2 + t) + end * (t3 - t2)
}

/// Tangent at key `i` by Fritsch and Butland's monotone rule (PCHIP), in value per microsecond.
fn slope<K: Key>(keys: &[K], i: usize, value: &impl Fn(&K) -> i64) -> f64 {
    let secant = |i: usize| (real(value(&keys[i + 1])) - real(value(&keys[i]))) / span(&keys[i], &keys[i + 1]);
    let length = |i: usize| span(&keys[i], &keys[i + 1]);
    let last = keys.len() - 1;
    match (i, last) {
        (_, 1) => secant(0),
        (0, _) => edge_slope(length(0), length(1), secant(0), secant(1)),
        _ if i == last => edge_slope(length(i - 1), length(i - 2), secant(i - 1), secant(i - 2)),
        _ => {
            let (before, after) = (secant(i - 1), secant(i));
            // Turning point or level: still there, so nothing overshoots.
            if before * after <= 0.0 {
                return 0.0;
            }
            let (w1, w2) = (2.0 * length(i) + length(i - 1), length(i) + 2.0 * length(i - 1));
            (w1 + w2) / (w1 / before + w2 / after)
        }
    }
}

/// Three-point estimate at an end, kept from turning back or running ahead.
fn edge_slope(near: f64, far: f64, near_secant: f64, far_secant: f64) -> f64 {
    let estimate = ((2.0 * near + far) * near_secant - near * far_secant) / (near + far);
    if estimate * near_secant <= 0.0 {
        0.0
    } else if near_secant * far_secant <= 0.0 && estimate.abs() > 3.0 * near_secant.abs() {
        3.0 * near_secant
    } else {
        estimate
    }
}

/// Microseconds between two keys, at least one: keys out of order give a wrong value, never infinity.
fn span<K: Key>(from: &K, to: &K) -> f64 {
    elapsed(from, to.at()).max(1.0)
}

fn elapsed<K: Key>(from: &K, to: Micros) -> f64 {
    real(to.0.saturating_sub(from.at().0))
}

#[allow(clippy::cast_precision_loss)]
fn real(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Debug, Clone, Copy, Deserialize)]
    struct Knot {
        at: i64,
        value: i64,
        ease: Ease,
    }

    impl Key for Knot {
        fn at(&self) -> Micros {
            Micros(self.at)
        }

        fn ease(&self) -> Ease {
            self.ease
        }
    }

    #[derive(Deserialize)]
    struct Golden {
        keys: Vec<Knot>,
        samples: Vec<(i64, f64)>,
    }

    fn at(keys: &[Knot], at: i64) -> f64 {
        value_at(keys, Micros(at), |key| key.value).expect("keys")
    }

    #[test]
    fn agrees_with_exact_fractions() {
        let cases: Vec<Golden> =
            serde_json::from_str(include_str!("../../tests/golden/keyframes.json")).expect("golden values");
        assert!(cases.len() >= 8);
        for case in cases {
            for (time, expected) in case.samples {
                let found = at(&case.keys, time);
                assert!((found - expected).abs() <= 1e-6, "{:?} at {time}: {found}, not {expected}", case.keys);
            }
        }
    }

    #[test]
    fn no_keys_have_no_value_and_one_key_is_constant() {
        assert_eq!(value_at::<Knot>(&[], Micros(5), |key| key.value), None);
        let one = [Knot { at: 10, value: 7, ease: Ease::Smooth }];
        assert_eq!([at(&one, -1), at(&one, 10), at(&one, i64::MAX)].map(f64::to_bits), [7.0_f64.to_bits(); 3]);
    }

    fn knots() -> impl Strategy<Value = Vec<Knot>> {
        let ease = prop_oneof![Just(Ease::Smooth), Just(Ease::Linear), Just(Ease::Hold)];
        prop::collection::vec((1_i64..20_000_000, -4_000_000_i64..4_000_000, ease), 1..12).prop_map(|steps| {
            let mut time = 0;
            let next = |(step, value, ease)| {
                time += step;
                Knot { at: time, value, ease }
            };
            steps.into_iter().map(next).collect()
        })
    }

    proptest! {
        #[test]
        #[allow(clippy::cast_precision_loss)]
        fn passes_through_every_key(keys in knots()) {
            for key in &keys {
                prop_assert_eq!(at(&keys, key.at).to_bits(), (key.value as f64).to_bits());
            }
        }

        #[test]
        #[allow(clippy::cast_precision_loss)]
        fn never_leaves_the_two_keys_around(keys in knots(), time in -1_000_000_i64..240_000_000) {
            let found = at(&keys, time);
            let left = keys.iter().rev().find(|key| key.at <= time).unwrap_or(&keys[0]);
            let right = keys.iter().find(|key| key.at > time).unwrap_or(&keys[keys.len() - 1]);
            prop_assert!(found >= left.value.min(right.value) as f64 && found <= left.value.max(right.value) as f64);
        }

        #[test]
        fn moves_one_way_between_two_keys(keys in knots(), parts in (0_i64..=1_000, 0_i64..=1_000)) {
            for pair in keys.windows(2) {
                let point = |part: i64| pair[0].at + (pair[1].at - pair[0].at) * part / 1_000;
                let (early, late) = (at(&keys, point(parts.0.min(parts.1))), at(&keys, point(parts.0.max(parts.1))));
                let rising = pair[1].value >= pair[0].value;
                let kept = if rising { late >= early - 1e-6 } else { late <= early + 1e-6 };
                prop_assert!(kept);
            }
        }

        #[test]
        fn the_keys_around_a_stretch_decide_it(keys in knots(), start in 0_i64..200_000_000, length in 1_i64..40_000_000) {
            let part = keys_for(&keys, Micros(start), Micros(start + length));
            for step in 0..20 {
                let time = start + (length - 1) * step / 19;
                prop_assert_eq!(at(&keys, time).to_bits(), at(part, time).to_bits());
            }
        }

        #[test]
        fn nothing_hostile_panics(raw in prop::collection::vec((any::<i64>(), any::<i64>()), 0..6), time: i64) {
            let keys: Vec<_> = raw.into_iter().map(|(at, value)| Knot { at, value, ease: Ease::Smooth }).collect();
            let _ = value_at(&keys, Micros(time), |key| key.value);
            let _ = keys_for(&keys, Micros(time), Micros(0));
        }
    }
}
