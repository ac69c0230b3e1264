//! Accounts: who acts, and the password door of an installation that others can reach.

pub mod api;
pub mod key_settings;
pub mod login;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
pub mod settings;
pub mod storage_settings;
#[cfg(feature = "ssr")]
pub mod store;
pub mod types;
