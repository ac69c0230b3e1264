//! Clips: time ranges on a game.

pub mod api;
pub mod edits;
#[cfg(feature = "ssr")]
pub mod exchange;
pub mod form;
pub mod history;
pub mod lane;
pub mod list;
pub mod palette;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod store;
pub mod time_field;
#[cfg(feature = "ssr")]
pub mod transfer;
pub mod types;
