//! Integration tests: the whole server in this process, behind its own listener, on SQLite and on PostgreSQL.
#![recursion_limit = "256"]

mod games;
mod support;
