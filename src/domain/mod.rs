//! Rules that the server and the browser share: pure values and pure functions.
//! Nothing here knows Leptos, a database, a clock or a network.

pub mod aspect;
pub mod calendar;
pub mod checksum;
pub mod clock;
pub mod frame_table;
pub mod framing;
pub mod geometry;
pub mod highlights;
pub mod ids;
pub mod keep;
pub mod key_map;
pub mod keyframes;
pub mod left;
pub mod music;
pub mod naming;
pub mod overlay;
pub mod overview;
pub mod palette;
pub mod parts;
pub mod path;
pub mod plan;
pub mod preset;
pub mod rating;
pub mod roster;
pub mod size;
pub mod straighten;
pub mod tags;
pub mod text;
pub mod time;
pub mod time_map;
pub mod transfer;
pub mod transition;
pub mod video;
