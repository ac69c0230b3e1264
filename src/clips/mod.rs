//! Clips: time ranges on a game.

pub mod api;
pub mod bulk_form;
pub mod edits;
#[cfg(feature = "ssr")]
pub mod exchange;
pub mod filter;
pub mod filter_bar;
pub mod form;
pub mod history;
pub mod lane;
pub mod list;
pub mod palette;
pub mod players_field;
pub mod rebase;
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
