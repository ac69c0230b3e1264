//! Following a player: where a spotlight has to be, picture by picture, as keyframes that can be edited.

use super::{
    store,
    types::{Follow, Followed, LONGEST_FOLLOW},
};
use crate::{
    domain::{
        framing::Ease,
        geometry::PIXEL,
        highlights::key_of,
        overlay::{Ellipse, SpotKey},
        path::{Point, thinned},
        straighten::Turn,
        time::Micros,
    },
    error::{ApiError, Code},
    media::{
        MediaError,
        follow::{Step, Wanted, Way, follow as walk},
        index::{Span, Stream},
    },
    server::door::Caller,
    videos::{
        self,
        fetch::{Need, fetch, may_be_at_fault},
        service::stored_key,
    },
};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// How far a keyframe's straight way may be from what was seen, in parts of the picture's height.
const LOOSE: f64 = 1.0 / 900.0;
/// Decoding takes all there is of a processor: one at a time.
static TURN: Semaphore = Semaphore::const_new(1);
/// A minute of a recording is looked at in a part of that.
const PATIENCE: Duration = Duration::from_mins(3);

/// From the picture at `at` to `until`, or to where the player is lost.
pub async fn follow(caller: &Caller, wanted: Follow) -> Result<Followed, ApiError> {
    let Follow { at, x, y, rx, ry, angle, .. } = wanted;
    if !(SpotKey { at, x, y, rx, ry, angle, ease: Ease::Linear }).is_possible() {
        return Err(ApiError::invalid("x", "The spotlight lies outside of the picture."));
    }
    let stretch = Micros(wanted.until.0.saturating_sub(wanted.at.0));
    if wanted.at < Micros::ZERO || !(Micros(1)..=LONGEST_FOLLOW).contains(&stretch) {
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
    // Whoever goes away wants nothing more.
    let cancel = CancellationToken::new();
    let _ends_with_us = cancel.clone().drop_guard();
    let (store, key) = (&caller.app.store, stored_key(&video.object_key)?);
    let spans = [Span { from: facts.rate.frame_start(first), to: facts.rate.frame_start(end) }];
    let file = fetch(store, &key, Need::Spans(&facts, &spans, Stream::Picture), &cancel).await?;
    #[allow(clippy::cast_precision_loss)] // Pixels.
    let pixels = |value: i64| value as f64 / PIXEL as f64;
    // A spotlight lies on the straightened picture, the player was recorded on the other.
    let turn = clip.framing.straighten.turn(facts.width, facts.height);
    let ((across, down), radius) = (turn.recorded(pixels(x), pixels(y)), |value| pixels(value) / turn.zoom);
    let of = Wanted { first, end, x: across, y: down, rx: radius(rx), ry: radius(ry) };
    let _turn = TURN.acquire().await.map_err(|_| ApiError::internal())?;
    let look = async {
        match walk(&caller.app.tools, file.path(), &facts, of, &cancel).await {
            Err(error) if may_be_at_fault(&file, &error) => {
                let whole = store.materialise(&key, &cancel).await?;
                walk(&caller.app.tools, whole.path(), &facts, of, &cancel).await.map_err(|error| failed(&error))
            }
            answer => answer.map_err(|error| failed(&error)),
        }
    };
    let way = tokio::time::timeout(PATIENCE, look).await.map_err(|_| {
        ApiError::new(Code::NotReady, "This takes longer than it should. Try again, or follow a shorter stretch.")
    })??;
    let time = |frame: i64| facts.rate.frame_start(frame);
    let most = f64::from(facts.height) * LOOSE;
    let spot = |x: f64, y: f64| Ellipse { x, y, rx: pixels(rx), ry: pixels(ry), angle: pixels(angle) };
    Ok(Followed { keys: keys(&way, &turn, spot, &time, most), lost: way.lost.map(time) })
}

fn failed(error: &MediaError) -> ApiError {
    tracing::warn!(code = error.code(), log = error.log_tail(), "follow.failed");
    ApiError::new(Code::NotReady, "This stretch of the recording could not be read. Set the keyframes by hand here.")
}

/// The way as few keyframes: `spot` is the spotlight at a place of the straightened picture.
fn keys(
    way: &Way,
    turn: &Turn,
    spot: impl Fn(f64, f64) -> Ellipse,
    time: &impl Fn(i64) -> Micros,
    most: f64,
) -> Vec<SpotKey> {
    let point = |step: &Step| {
        let (x, y) = turn.seen(step.x, step.y);
        Point { at: time(step.frame), x, y }
    };
    let points: Vec<Point> = way.steps.iter().map(point).collect();
    let key = |Point { at, x, y }| key_of(at, spot(x, y), Ease::Linear);
    thinned(&points, most).into_iter().map(key).collect()
}
