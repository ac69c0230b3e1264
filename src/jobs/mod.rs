//! Durable work: one row is the truth. A job that was accepted finishes, or says why not; a process that dies with it
//! loses its lease and the next claim goes on.

pub mod janitor;
pub mod kinds;
pub mod listing;
pub mod log;
pub mod pulse;
pub mod remote;
pub mod runner;
pub mod scratch;
pub mod store;
pub mod trees;
pub mod types;
pub mod wake;
