//! Uploads: a recording travels from the browser straight to the object store, in parts.

pub mod actions;
pub mod api;
pub mod queue;
#[cfg(feature = "ssr")]
pub mod reaper;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod store;
pub mod store_check;
#[cfg(feature = "ssr")]
pub mod trial;
pub mod types;
#[cfg(feature = "ssr")]
pub mod whole;
