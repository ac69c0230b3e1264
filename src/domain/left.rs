//! How long something still takes, as people say it.

/// "1:10 left" below two minutes, then "6 min left", "1 h 20 min left"; nothing for what is not a time.
#[allow(clippy::cast_possible_truncation)]
pub fn left(seconds: f64) -> String {
    if !(0.0..=360_000.0).contains(&seconds) {
        return String::new();
    }
    let seconds = libm::ceil(seconds) as i64;
    let minutes = (seconds + 59) / 60;
    match (seconds, minutes) {
        (0..120, _) => format!("{}:{:02} left", seconds / 60, seconds % 60),
        (_, ..60) => format!("{minutes} min left"),
        (_, _) if minutes % 60 == 0 => format!("{} h left", minutes / 60),
        (_, _) => format!("{} h {} min left", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::left;

    #[test]
    fn the_further_off_the_rounder() {
        for (seconds, text) in [
            (0.0, "0:00 left"),
            (69.2, "1:10 left"),
            (119.0, "1:59 left"),
            (120.0, "2 min left"),
            (331.0, "6 min left"),
            (3600.0, "1 h left"),
            (4741.0, "1 h 20 min left"),
            (-1.0, ""),
            (f64::NAN, ""),
            (f64::INFINITY, ""),
        ] {
            assert_eq!(left(seconds), text);
        }
    }
}
