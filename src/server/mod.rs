//! The server's frame: configuration, state, router, database, middleware.

pub mod db;
