//! Lists of what is over: how far back they reach, and what is put away.

use crate::error::ApiError;
use serde::Deserialize;

const HOUR_MS: i64 = 3_600_000;
const LONGEST_HOURS: i64 = 168;
const MOST_DISMISSED: usize = 500;

/// How far to look back
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct Recent {
    /// 1 to 168.
    #[serde(default = "a_day")]
    pub hours: i64,
}

const fn a_day() -> i64 {
    24
}

/// Which rows to take off the list
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Dismissed<T> {
    /// 1 to 500.
    #[schema(value_type = Vec<String>)]
    pub ids: Vec<T>,
}

/// How long ago `hours` (1 to 168) were, in milliseconds.
pub fn recent_ms(hours: i64) -> Result<i64, ApiError> {
    if !(1..=LONGEST_HOURS).contains(&hours) {
        return Err(ApiError::invalid("hours", format!("Ask for 1 to {LONGEST_HOURS} hours.")));
    }
    Ok(hours * HOUR_MS)
}

/// Whether one call may put so many rows away.
pub fn check_dismissed(count: usize) -> Result<(), ApiError> {
    if (1..=MOST_DISMISSED).contains(&count) {
        return Ok(());
    }
    Err(ApiError::invalid("ids", format!("Name 1 to {MOST_DISMISSED} of them.")))
}
