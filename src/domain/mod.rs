//! Rules that the server and the browser share: pure values and pure functions.
//! Nothing here knows Leptos, a database, a clock or a network.

pub mod aspect;
pub mod calendar;
pub mod framing;
pub mod ids;
pub mod naming;
pub mod rating;
pub mod tags;
pub mod text;
pub mod time;
pub mod video;
