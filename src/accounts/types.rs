//! What travels about accounts.

use serde::{Deserialize, Serialize};

/// Who is looking at the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    pub name: String,
    /// Whether there is a session to sign out of; the local account on loopback has none.
    pub can_sign_out: bool,
}
