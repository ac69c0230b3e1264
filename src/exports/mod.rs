//! Exports: durable jobs that render a reel.

pub mod api;
mod export_job;
mod finished_upload;
pub mod jobs_page;
pub mod notify;
#[cfg(feature = "ssr")]
pub mod pieces;
pub mod progress;
#[cfg(feature = "ssr")]
pub mod render;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod segments;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod store;
pub mod types;
mod upload_job;
