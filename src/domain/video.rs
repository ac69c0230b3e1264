//! What is known of a recording once it was read.

use super::time::{FrameRate, Micros};
use serde::{Deserialize, Serialize};

/// The facts that the browser and the plan need.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VideoFacts {
    /// Shown pixels, after rotation.
    pub width: u32,
    pub height: u32,
    pub rate: FrameRate,
    pub duration: Micros,
    pub frames: i64,
    /// When the first frame is shown, on the browser's clock (`currentTime`).
    pub first_frame: Micros,
    pub has_sound: bool,
    pub codec: String,
    pub container: String,
    /// Degrees clockwise that the file asks to be turned by; already in width and height.
    pub rotation: i32,
}
