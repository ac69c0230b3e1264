//! `touchline doctor` for the store: not what the configuration says, but what a browser would meet.

use super::{client::ObjectStore, config::PublicBase};

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: &'static str,
    pub ok: bool,
    pub detail: String,
    /// Empty when `ok`.
    pub how_to_mend: String,
}

/// Tries all that a browser at `base` needs of the store.
pub async fn check(_store: &ObjectStore, _base: &PublicBase) -> Vec<Check> {
    Vec::new()
}
