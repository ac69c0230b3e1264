//! A player followed through a stretch of a recording: a small grey decode, and the tracker on each of its pictures.

use super::{
    decode::{Stretch, reading},
    error::{MediaError, MediaErrorKind as Kind},
    input,
    tools::Tools,
    track::{Grey, Place, Tracker},
};
use crate::domain::video::VideoFacts;
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// The longer side of the pictures that are looked at.
const SIDE: u32 = 640;
/// After so many pictures without the player nobody guesses on.
const PATIENCE: i32 = 20;

/// Where the player is in one picture, in source pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    pub frame: i64,
    pub x: f64,
    pub y: f64,
}

/// A player's way from the first picture on; the pictures in which it was not seen are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    pub steps: Vec<Step>,
    /// The first picture from which on it was not seen any more.
    pub lost: Option<i64>,
}

/// Whom to follow: the middle and the radii of an ellipse around them in frame `first`, in source pixels; up to `end`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanted {
    pub first: i64,
    pub end: i64,
    pub x: f64,
    pub y: f64,
    pub rx: f64,
    pub ry: f64,
}

/// Blocks on nothing; a dropped future ends the program that decodes.
///
/// # Errors
/// Those of the decoder; `NoVideoTrack` never comes here, an empty surface is a way that ends at once.
pub async fn follow(
    tools: &Tools,
    path: &Path,
    facts: &VideoFacts,
    wanted: Wanted,
    cancel: &CancellationToken,
) -> Result<Way, MediaError> {
    let (tools, path, facts, cancel) = (tools.clone(), path.to_owned(), facts.clone(), cancel.child_token());
    let _ends_with_us = cancel.clone().drop_guard();
    let work = move || walk(&tools, &path, &facts, wanted, &cancel);
    tokio::task::spawn_blocking(work).await.map_err(|error| MediaError::new(Kind::ToolFailed, error.to_string()))?
}

#[allow(clippy::cast_possible_truncation)] // Pixels.
fn walk(
    tools: &Tools,
    path: &Path,
    facts: &VideoFacts,
    wanted: Wanted,
    cancel: &CancellationToken,
) -> Result<Way, MediaError> {
    let (width, height) = small(facts);
    let scale = f64::from(width) / f64::from(facts.width.max(1));
    let mut made = input::small_picture(facts, (width, height), "area", tools.capabilities().zscale);
    made.push("format=gray".to_owned());
    let stretch = Stretch { first: wanted.first, end: wanted.end };
    let call = tools.ffmpeg(reading(tools, path, facts, stretch, made, "gray"), &[path]);
    let mut running = tools.start(&call, cancel)?;
    let mut picture = vec![0; width as usize * height as usize];
    let mut way = Way { steps: Vec::new(), lost: None };
    let mut tracker: Option<Tracker> = None;
    let source = |at: Place| (f64::from(at.x) / scale, f64::from(at.y) / scale);
    for frame in wanted.first..wanted.end {
        // The last pictures of a damaged recording may not come.
        if !running.read_frame(&mut picture)? {
            break;
        }
        let grey = Grey { width: width as usize, height: height as usize, samples: &picture };
        let Some(known) = &mut tracker else {
            let at = Place { x: (wanted.x * scale) as f32, y: (wanted.y * scale) as f32 };
            let radii = ((wanted.rx * scale) as f32, (wanted.ry * scale) as f32);
            tracker = Tracker::new(grey, at, radii);
            if tracker.is_none() {
                way.lost = Some(frame);
                return Ok(way);
            }
            way.steps.push(Step { frame, x: wanted.x, y: wanted.y });
            continue;
        };
        let found = known.step(grey);
        if found.is_seen {
            let (x, y) = source(found.at);
            way.steps.push(Step { frame, x, y });
            way.lost = None;
        } else {
            way.lost.get_or_insert(frame);
            if known.unseen() > PATIENCE {
                return Ok(way);
            }
        }
    }
    running.finish()?;
    Ok(way)
}

/// Even sides, as large as they are looked at.
fn small(facts: &VideoFacts) -> (u32, u32) {
    let longer = facts.width.max(facts.height).max(1);
    let side = |side: u32| (side.saturating_mul(SIDE.min(longer)) / longer).max(2) / 2 * 2;
    (side(facts.width), side(facts.height))
}
