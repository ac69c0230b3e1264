//! The day of a match, and the season it belongs to.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};
use time::{Date, Month, format_description::BorrowedFormatItem, macros::format_description};

const ISO: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// A calendar day, written `2026-12-06`, between the years 1900 and 2200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// "Dec 6".
    pub fn short(self) -> String {
        format!("{} {}", &self.0.month().to_string()[..3], self.0.day())
    }

    /// The UTC day of a wall time in milliseconds since 1970.
    pub fn of_ms(ms: i64) -> Self {
        time::OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000))
            .map_or(Self(Date::MIN), |moment| Self(moment.date()))
    }

    pub fn season(self) -> Season {
        use Month::{August, December, January, July, June, September};
        let name = match self.0.month() {
            September | Month::October | Month::November | December => "Fall",
            June | July | August => "Summer",
            January | Month::February | Month::March | Month::April | Month::May => "Spring",
        };
        Season { name, year: self.0.year() }
    }
}

/// "Fall 2026": September to December; Spring is January to May, Summer June to August.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Season {
    pub name: &'static str,
    pub year: i32,
}

impl fmt::Display for Season {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.year)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

impl FromStr for Day {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Date::parse(text, ISO)
            .ok()
            .filter(|date| (1900..=2200).contains(&date.year()))
            .map(Self)
            .ok_or("a day is written 2026-12-06")
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seasons_follow_the_months() {
        for (day, season) in [
            ("2026-09-01", "Fall 2026"),
            ("2026-12-31", "Fall 2026"),
            ("2026-05-31", "Spring 2026"),
            ("2026-08-31", "Summer 2026"),
        ] {
            assert_eq!(day.parse::<Day>().expect("a day").season().to_string(), season);
        }
    }

    #[test]
    fn refuses_what_is_no_day() {
        for bad in ["", "2026-02-30", "06.12.2026", "2026-1-1", "0000-01-01", "9999-01-01", "2026-12-06T00:00"] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
        assert_eq!("2026-12-06".parse::<Day>().expect("a day").short(), "Dec 6");
    }
}
