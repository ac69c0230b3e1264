//! What Annotate and Framing share: player, transport, timeline, keys.

pub mod conflict;
pub mod film;
pub mod fingers;
pub mod history;
pub mod key_help;
pub mod keys;
pub mod playback;
pub mod player;
pub mod ruler;
pub mod scale;
pub mod snap;
pub mod sound_lane;
pub mod speed;
pub mod timeline;
pub mod transport;
pub mod undo_buttons;
pub mod zoom;
