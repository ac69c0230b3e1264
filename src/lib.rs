#![recursion_limit = "256"]
//! Touchline: full match recordings in, highlight reels out. One crate, two programs: the server (`ssr`) and the
//! browser's WASM (`hydrate`). ARCHITECTURE.md is the map.

pub mod domain;
#[cfg(feature = "ssr")]
pub mod media;
