//! Pictures and sound: everything that reads or writes a recording. The only room that names ffmpeg.
//!
//! `tools` finds the programs, `sandbox` decides what they may see, `process` starts and ends them. `sniff` and `probe`
//! say what a file is. An export is its pieces: for each `chunk` of the plan `decode` (ffmpeg) -> `compose` (here) ->
//! `encode` (ffmpeg), beside them `audio`, and at the end `finish`.

pub mod audio;
pub mod bed;
pub mod chunk;
pub mod compose;
pub mod copy;
pub mod decode;
pub mod encode;
pub mod error;
pub mod finish;
pub mod follow;
pub mod frames;
pub mod hardware;
pub mod index;
pub mod input;
pub mod overview;
pub mod paint;
pub mod poster;
pub mod probe;
pub mod process;
pub mod proxy;
pub mod ring;
pub mod sample;
pub mod sandbox;
pub mod sniff;
pub mod stretch;
pub mod text;
pub mod tools;
pub mod track;
pub mod view;
pub mod window;

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod effects;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use audio::Sources;
pub use error::{MediaError, MediaErrorKind};
pub use finish::Rendered;
pub use tools::{Tools, ToolsConfig};
