//! The gallery: the files that exports made.

pub mod api;
pub mod page;
mod player;
mod rendition_card;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
mod share;
#[cfg(feature = "ssr")]
pub mod store;
pub mod types;
#[cfg(feature = "ssr")]
mod zip;
