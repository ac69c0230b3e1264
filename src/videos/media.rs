//! Where a browser finds a game's pictures: paths of ours that lead to a signed address, so that a list of 500 games
//! signs nothing.

use super::store::VideoRow;

/// The poster's path; none before there is one.
pub fn poster_path(video: &VideoRow) -> Option<String> {
    video.poster_key.as_ref().map(|_| format!("/media/videos/{}/poster", video.id))
}

/// The path of its sheet of small pictures.
pub fn sprites_path(id: &str) -> String {
    format!("/media/videos/{id}/sprites")
}

/// The path of its sound's peaks.
pub fn waveform_path(id: &str) -> String {
    format!("/media/videos/{id}/waveform")
}

/// The path of its table of frames.
pub fn frames_path(id: &str) -> String {
    format!("/media/videos/{id}/frames")
}

/// The recording's path, once it is stored.
pub fn video_path(id: &str) -> String {
    format!("/media/videos/{id}")
}
