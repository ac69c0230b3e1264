//! Following a player: where a spotlight has to be, picture by picture, as keyframes that can be edited.

use super::{
    store,
    types::{Follow, Followed},
};
use crate::{
    domain::{
        framing::Ease,
        geometry::PIXEL,
        overlay::SpotKey,
        path::{Point, thinned},
        time::Micros,
    },
    error::{ApiError, Code},
    media::{
        MediaError,
        follow::{Wanted, Way, follow as walk},
        index::{Span, Stream},
    },
    server::door::Caller,
    videos::{
        self,
        fetch::{Need, fetch},
        service::stored_key,
    },
};
use std::sync::LazyLock;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Longer stretches are asked for one after the other.
const LONGEST: Micros = Micros::from_seconds(60);
/// How far a keyframe's straight way may be from what was seen, in parts of the picture's height.
const LOOSE: f64 = 1.0 / 900.0;
/// Decoding takes all there is of a processor: one at a time.
static TURN: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(1));

/// From the picture at `at` to `until`, or to where the player is lost.
pub async fn follow(caller: &Caller, wanted: Follow) -> Result<Followed, ApiError> {
    let place = |value: i64| (-100_000 * PIXEL..=200_000 * PIXEL).contains(&value);
    let radius = |value: i64| (PIXEL..=10_000 * PIXEL).contains(&value);
    if !(place(wanted.x) && place(wanted.y) && radius(wanted.rx) && radius(wanted.ry)) {
        return Err(ApiError::invalid("x", "The spotlight lies outside of the picture."));
    }
    let stretch = Micros(wanted.until.0.saturating_sub(wanted.at.0));
    if wanted.at < Micros::ZERO || !(Micros(1)..=LONGEST).contains(&stretch) {
        return Err(ApiError::invalid("until", "A player is followed through at most a minute at a time."));
    }
    let (db, owner) = (&caller.app.db, caller.owner());
    let gone = || ApiError::not_found("clip in the reel");
    let clip = store::reel_clip(db, owner, &wanted.id).await?.ok_or_else(gone)?;
    let video = videos::store::get(db, owner, &clip.clip.video).await?.ok_or_else(gone)?;
    let not_ready =
        || ApiError::new(Code::NotReady, "The video is not there yet. Follow when it is uploaded and read.");
    let facts = video.facts.ok_or_else(not_ready)?;
    let first = facts.rate.frame_at(wanted.at);
    let end = (facts.rate.frame_at(wanted.until)).min(facts.frames);
    if first >= end {
        return Err(ApiError::invalid("at", "There is nothing to follow behind the end of the recording."));
    }
    let _turn = TURN.acquire().await.map_err(|_| ApiError::internal())?;
    // Whoever goes away wants nothing more.
    let cancel = CancellationToken::new();
    let _ends_with_us = cancel.clone().drop_guard();
    let key = stored_key(&video.object_key)?;
    let spans = [Span { from: facts.rate.frame_start(first), to: facts.rate.frame_start(end) }];
    let file = fetch(&caller.app.store, &key, Need::Spans(&facts, &spans, Stream::Picture), &cancel).await?;
    let pixels = |value: i64| {
        #[allow(clippy::cast_precision_loss)] // Pixels.
        let pixels = value as f64 / PIXEL as f64;
        pixels
    };
    let of =
        Wanted { first, end, x: pixels(wanted.x), y: pixels(wanted.y), rx: pixels(wanted.rx), ry: pixels(wanted.ry) };
    let way = walk(&caller.app.tools, file.path(), &facts, of, &cancel).await.map_err(|error| failed(&error))?;
    let time = |frame: i64| facts.rate.frame_start(frame);
    Ok(Followed { keys: keys(&wanted, &way, &time, f64::from(facts.height) * LOOSE), lost: way.lost.map(time) })
}

fn failed(error: &MediaError) -> ApiError {
    tracing::warn!(code = error.code(), log = error.log_tail(), "follow.failed");
    ApiError::new(Code::NotReady, "This stretch of the recording could not be read. Set the keyframes by hand here.")
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // Pixels.
fn keys(wanted: &Follow, way: &Way, time: &impl Fn(i64) -> Micros, most: f64) -> Vec<SpotKey> {
    let points: Vec<Point> =
        way.steps.iter().map(|step| Point { at: time(step.frame), x: step.x, y: step.y }).collect();
    let stored = |pixels: f64| libm::round(pixels * PIXEL as f64) as i64;
    let key = |point: Point| SpotKey {
        at: point.at,
        x: stored(point.x),
        y: stored(point.y),
        rx: wanted.rx,
        ry: wanted.ry,
        angle: wanted.angle,
        ease: Ease::Linear,
    };
    thinned(&points, most).into_iter().map(key).collect()
}
