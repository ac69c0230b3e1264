//! Reels that clips of five stars made by themselves: while nobody has touched them, they come and go with their clips.

pub mod store;
