//! Reels: clips in order, one shape, framed.

pub mod api;
mod aspect_choice;
pub mod editor;
#[cfg(feature = "ssr")]
pub mod follow;
#[cfg(feature = "ssr")]
pub mod made;
pub mod new;
pub mod reel_tile;
pub mod reels_tab;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod store;
pub mod types;
