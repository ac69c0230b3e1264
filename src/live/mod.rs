//! Freshness: version signals that every list reads, and the WebSocket that moves them in every tab.

pub mod fresh;
#[cfg(feature = "ssr")]
pub mod hub;
#[cfg(feature = "ssr")]
pub mod routes;
pub mod types;
pub mod versions;
