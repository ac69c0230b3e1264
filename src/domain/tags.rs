//! Sports, and bounds on a clip's tags. What there is to tag with says [`super::palette`].

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Bounds on what a user may write.
pub const MAX_TAGS: usize = 16;
pub const MAX_TAG_LENGTH: usize = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sport {
    #[default]
    Soccer,
    Basketball,
    AmericanFootball,
    Hockey,
    Volleyball,
    Lacrosse,
}

impl Sport {
    pub const ALL: [Self; 6] =
        [Self::Soccer, Self::Basketball, Self::AmericanFootball, Self::Hockey, Self::Volleyball, Self::Lacrosse];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Soccer => "soccer",
            Self::Basketball => "basketball",
            Self::AmericanFootball => "american_football",
            Self::Hockey => "hockey",
            Self::Volleyball => "volleyball",
            Self::Lacrosse => "lacrosse",
        }
    }
}

impl fmt::Display for Sport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Soccer => "Soccer",
            Self::Basketball => "Basketball",
            Self::AmericanFootball => "American football",
            Self::Hockey => "Hockey",
            Self::Volleyball => "Volleyball",
            Self::Lacrosse => "Lacrosse",
        })
    }
}

/// No sport that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownSport;

impl FromStr for Sport {
    type Err = UnknownSport;

    fn from_str(code: &str) -> Result<Self, UnknownSport> {
        Self::ALL.into_iter().find(|sport| sport.code() == code).ok_or(UnknownSport)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sports_have_codes() {
        assert!(Sport::ALL.into_iter().all(|sport| sport.code().parse() == Ok(sport)));
        assert_eq!("chess".parse::<Sport>(), Err(UnknownSport));
        assert_eq!(serde_json::to_value(Sport::AmericanFootball).expect("json"), Sport::AmericanFootball.code());
        assert_eq!(Sport::AmericanFootball.to_string(), "American football");
    }
}
