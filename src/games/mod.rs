//! Games.

pub mod annotate;
pub mod api;
pub mod details_form;
pub mod drop;
pub mod library;
pub mod new;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod sample;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod store;
pub mod types;
