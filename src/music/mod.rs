//! Music under reels: a song is added, made softer or louder, taken away.

pub mod api;
pub mod field;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod store;
pub mod types;
