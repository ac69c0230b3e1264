//! Freshness: version signals that every list reads, and the WebSocket that moves them in every tab.

pub mod types;
pub mod versions;
