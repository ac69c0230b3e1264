//! Games and their videos.

pub mod annotate;
pub mod api;
pub mod details_form;
pub mod drop;
#[cfg(feature = "ssr")]
pub mod ingest;
pub mod library;
#[cfg(feature = "ssr")]
pub mod media;
pub mod new;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod store;
pub mod types;
