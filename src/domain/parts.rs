//! How a file is cut into the parts of a multipart upload: pure arithmetic, the same on both sides.

const MIB: i64 = 1024 * 1024;

/// 4.995 TiB, what every store takes.
pub const MAX_BYTES: i64 = 5_492_161_232_896;

/// The size of every part but the last: at most 9,000 parts, between 16 and 512 MiB.
pub fn size_for(bytes: i64) -> i64 {
    (bytes.div_euclid(9000) + MIB).div_euclid(MIB).saturating_mul(MIB).clamp(16 * MIB, 512 * MIB)
}

/// How many parts a file has; an empty one has none.
pub fn count(bytes: i64, part_size: i64) -> i64 {
    (bytes + part_size - 1).div_euclid(part_size)
}

/// Offset and length of part `number` (from 1), when there is such a part.
pub fn range(bytes: i64, part_size: i64, number: i32) -> Option<(i64, i64)> {
    let number = i64::from(number);
    if number < 1 || number > count(bytes, part_size) {
        return None;
    }
    let offset = (number - 1) * part_size;
    Some((offset, part_size.min(bytes - offset)))
}

/// Offset and length of the stretches by which a file is known again: its first, last and three middle MiB; all of it when
/// it is no longer than that.
pub fn samples(bytes: i64) -> Vec<(i64, i64)> {
    if bytes <= 5 * MIB {
        return vec![(0, bytes.max(0))];
    }
    (0..5).map(|step| ((bytes - MIB) * step / 4, MIB)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_cover_the_file_once(bytes in 1_i64..=MAX_BYTES / 2) {
            let size = size_for(bytes);
            let count = count(bytes, size);
            prop_assert!(count <= 10_000);
            let (mut at, mut number) = (0, 1);
            while let Some((offset, length)) = range(bytes, size, number) {
                prop_assert_eq!(offset, at);
                prop_assert!(length > 0 && length <= size);
                at += length;
                number += 1;
            }
            prop_assert_eq!(at, bytes);
            prop_assert_eq!(i64::from(number) - 1, count);
        }
    }

    #[test]
    fn samples_lie_in_the_file() {
        assert_eq!((samples(0), samples(7)), (vec![(0, 0)], vec![(0, 7)]));
        let samples = samples(10 << 30);
        assert_eq!(samples.first(), Some(&(0, MIB)));
        assert_eq!(samples.last(), Some(&((10 << 30) - MIB, MIB)));
        assert_eq!(samples.len(), 5);
    }

    #[test]
    fn small_files_are_one_part() {
        assert_eq!((size_for(1), count(1, size_for(1))), (16 * MIB, 1));
        assert_eq!(range(10, 16, 0), None);
        assert_eq!(range(10, 16, 2), None);
        assert_eq!(range(10, 16, i32::MIN), None);
    }
}
