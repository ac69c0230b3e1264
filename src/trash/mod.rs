//! What was deleted and can be brought back, and what takes how much room.

pub mod api;
pub mod page;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
pub mod types;
pub mod undo;
