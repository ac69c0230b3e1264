//! Which frame stands at a time. Source time: zero at the first frame.

use crate::domain::time::{FrameRate, Micros};

/// Where the rate is not known yet.
pub const USUAL: FrameRate = FrameRate { num: 30, den: 1 };

/// When frame `index` begins, to the nearest microsecond.
pub fn start_of(index: i64, rate: FrameRate) -> Micros {
    let (num, den) = (i128::from(rate.num.max(1)), i128::from(rate.den.max(1)));
    let start = (i128::from(index) * den * 1_000_000 * 2 + num).div_euclid(num * 2);
    Micros(i64::try_from(start).unwrap_or(i64::MAX))
}

/// The frame that is shown at `at`; its own start belongs to it, though it may be rounded down.
pub fn index_at(at: Micros, rate: FrameRate) -> i64 {
    let (num, den) = (i128::from(rate.num.max(1)), i128::from(rate.den.max(1)));
    let index = ((i128::from(at.0) * 2 + 1) * num).div_euclid(den * 2_000_000);
    i64::try_from(index).unwrap_or(i64::MAX)
}

/// The length of one frame.
pub fn length(rate: FrameRate) -> Micros {
    start_of(1, rate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_frame_is_found_at_its_start_and_until_the_next(
            index in 0_i64..10_000_000, num in 1_u32..=240_000, den in prop::sample::select(vec![1_u32, 1000, 1001])
        ) {
            prop_assume!(num / den < 1000);
            let rate = FrameRate { num, den };
            prop_assert_eq!(index_at(start_of(index, rate), rate), index);
            prop_assert_eq!(index_at(start_of(index + 1, rate) - Micros(2), rate), index);
        }
    }

    #[test]
    fn thirds_are_rounded() {
        let rate = FrameRate { num: 30_000, den: 1001 };
        assert_eq!(start_of(1, rate), Micros(33_367));
        assert_eq!(start_of(2, rate), Micros(66_733));
        assert_eq!(index_at(Micros(66_732), rate), 1);
    }
}
