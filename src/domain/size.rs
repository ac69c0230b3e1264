//! How much room a file takes, as people read it.

/// `0 B`, `640 kB`, `42 MB`, `1.2 GB`: decimal units, one digit below ten.
pub fn size(bytes: i64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let (mut tenths, mut unit) = (i128::from(bytes.max(0)) * 10, 0);
    while tenths >= 9_995 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1_000;
        unit += 1;
    }
    if tenths < 100 && unit > 0 {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    } else {
        format!("{} {}", (tenths + 5) / 10, UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_read_as_people_write_them() {
        for (bytes, text) in [
            (-5, "0 B"),
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (42_300_000, "42 MB"),
            (999_600_000, "1.0 GB"),
            (1_240_000_000, "1.2 GB"),
            (i64::MAX, "9223372 TB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
