//! The server's frame: configuration, state, router, database, middleware.

pub mod api_docs;
pub mod bus;
pub mod config;
pub mod data;
pub mod db;
pub mod doctor;
pub mod door;
pub mod health;
pub mod middleware;
pub mod reply;
pub mod router;
pub mod start;
pub mod state;
pub mod telemetry;
