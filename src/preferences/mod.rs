//! What somebody has set up for all their games: tags of their own, and the players of their team.

pub mod api;
pub mod editing;
pub mod palette_settings;
pub mod roster_settings;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod store;
mod tag_dialog;
pub mod types;
