//! Integration tests: the whole server in this process, behind its own listener, on both databases.
#![recursion_limit = "256"]
// A failed test may end as it likes.
#![allow(clippy::unwrap_used)]

mod chaos;
mod clips;
mod cluster;
mod crashes;
mod database;
mod doors;
mod elsewhere;
mod exchange;
mod exports;
mod footage;
mod games;
mod gate;
mod jobs;
mod kinds;
mod live;
mod media;
mod moves;
mod music;
mod openapi;
mod preferences;
mod process;
mod reaper;
mod reels;
mod remote;
mod single;
mod statements;
mod strangers;
mod support;
mod trash;
mod uploads;
mod videos;
mod whole;
